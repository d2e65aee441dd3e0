/* counter.c: see counter.h.
 *
 * Idea     A list under a mutex that only grows; a value is one atomic, so that counting takes no
 *          lock. Sums of seconds are kept in microseconds, as integers.
 * Source   Prometheus' text exposition format 0.0.4.
 * Checked  tests/base/test_counter.c. */
#include "base/counter.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"

#define BUCKETS 15

static const double BOUNDS[BUCKETS] = {.00025, .0005, .001, .0025, .005, .01, .025, .05,
                                       .1,     .25,   .5,   1,     2.5,  5,   10};

enum kind { TOTAL, GAUGE, PROBE, HISTOGRAM };

struct histogram {
    atomic_uint_fast64_t counts[BUCKETS + 1], microseconds;
};

struct counter {
    struct counter *next;
    const char *name, *help, *labels;
    enum kind kind;
    atomic_uint_fast64_t total;
    _Atomic double gauge;
    double (*read)(void *context);
    void *context;
    struct histogram *histogram;
    bool is_printed;
};

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct counter *first, **last = &first;
static struct arena arena; /* as long as the process */
static unsigned count;
static struct counter hidden[4];
static struct histogram hidden_histogram;

static struct counter *find(const char *name, const char *labels) {
    for (struct counter *at = first; at; at = at->next)
        if (strcmp(at->name, name) == 0 && strcmp(at->labels, labels) == 0)
            return at;
    return NULL;
}

static struct counter *get(enum kind kind, const char *name, const char *help, const char *labels) {
    struct counter *counter = find(name, labels);
    if (counter)
        return counter;
    if (count == COUNTER_MAX) {
        hidden[kind].kind = kind;
        hidden[kind].histogram = &hidden_histogram;
        return &hidden[kind];
    }
    count++;
    counter = ARENA_NEW(&arena, struct counter);
    counter->kind = kind;
    counter->name = arena_copy(&arena, name);
    counter->help = arena_copy(&arena, help);
    counter->labels = arena_copy(&arena, labels);
    if (kind == HISTOGRAM)
        counter->histogram = ARENA_NEW(&arena, struct histogram);
    *last = counter;
    last = &counter->next;
    return counter;
}

static struct counter *take(enum kind kind, const char *name, const char *help,
                            const char *labels) {
    pthread_mutex_lock(&mutex);
    struct counter *counter = get(kind, name, help, labels);
    pthread_mutex_unlock(&mutex);
    return counter;
}

struct counter *counter_total(const char *name, const char *help, const char *labels) {
    return take(TOTAL, name, help, labels);
}

struct counter *counter_gauge(const char *name, const char *help, const char *labels) {
    return take(GAUGE, name, help, labels);
}

struct counter *counter_histogram(const char *name, const char *help, const char *labels) {
    return take(HISTOGRAM, name, help, labels);
}

void counter_probe(const char *name, const char *help, const char *labels,
                   double (*read)(void *context), void *context) {
    pthread_mutex_lock(&mutex);
    struct counter *counter = get(PROBE, name, help, labels);
    counter->read = read;
    counter->context = context;
    pthread_mutex_unlock(&mutex);
}

void counter_forget(void *context) {
    pthread_mutex_lock(&mutex);
    for (struct counter *at = first; at; at = at->next)
        if (at->kind == PROBE && at->context == context)
            at->read = NULL;
    pthread_mutex_unlock(&mutex);
}

void counter_add(struct counter *counter, uint64_t more) {
    atomic_fetch_add_explicit(&counter->total, more, memory_order_relaxed);
}

void counter_set(struct counter *counter, double value) {
    atomic_store_explicit(&counter->gauge, value, memory_order_relaxed);
}

double counter_value(const struct counter *counter) {
    return counter->kind == GAUGE ? atomic_load(&counter->gauge)
                                  : (double)atomic_load(&counter->total);
}

void counter_observe(struct counter *counter, double seconds) {
    struct histogram *histogram = counter->histogram;
    unsigned bucket = 0;
    atomic_store_explicit(&counter->total, 1, memory_order_relaxed);
    while (bucket < BUCKETS && seconds > BOUNDS[bucket])
        bucket++;
    atomic_fetch_add_explicit(&histogram->counts[bucket], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&histogram->microseconds, (uint_fast64_t)(seconds * 1e6),
                              memory_order_relaxed);
}

static void print_histogram(struct buffer *to, const struct counter *counter) {
    const char *labels = counter->labels, *comma = *labels ? "," : "";
    uint64_t below = 0;
    for (unsigned b = 0; b < BUCKETS; b++) {
        below += atomic_load(&counter->histogram->counts[b]);
        buffer_format(to, "%s_bucket{%s%sle=\"%g\"} %llu\n", counter->name, labels, comma,
                      BOUNDS[b], (unsigned long long)below);
    }
    below += atomic_load(&counter->histogram->counts[BUCKETS]);
    buffer_format(to, "%s_bucket{%s%sle=\"+Inf\"} %llu\n", counter->name, labels, comma,
                  (unsigned long long)below);
    const char *open = *labels ? "{" : "", *end = *labels ? "}" : "";
    buffer_format(to, "%s_sum%s%s%s %.6f\n", counter->name, open, labels, end,
                  (double)atomic_load(&counter->histogram->microseconds) / 1e6);
    buffer_format(to, "%s_count%s%s%s %llu\n", counter->name, open, labels, end,
                  (unsigned long long)below);
}

static void print(struct buffer *to, const struct counter *counter) {
    if (counter->kind == HISTOGRAM) {
        print_histogram(to, counter);
        return;
    }
    const double value =
        counter->kind == PROBE ? counter->read(counter->context) : counter_value(counter);
    const char *open = *counter->labels ? "{" : "", *end = *counter->labels ? "}" : "";
    buffer_format(to, "%s%s%s%s %.15g\n", counter->name, open, counter->labels, end, value);
}

/* A probe that somebody answers; a histogram that has seen something, since one is many lines. */
static bool is_told(const struct counter *counter) {
    if (counter->kind == HISTOGRAM)
        return atomic_load(&counter->total) > 0;
    return counter->kind != PROBE || counter->read;
}

/* Everything of one name stands together, under one head. */
static void print_all_of(struct buffer *to, struct counter *begin) {
    static const char *const types[] = {"counter", "gauge", "gauge", "histogram"};
    buffer_format(to, "# HELP %s %s\n# TYPE %s %s\n", begin->name, begin->help, begin->name,
                  types[begin->kind]);
    for (struct counter *at = begin; at; at = at->next)
        if (strcmp(at->name, begin->name) == 0) {
            at->is_printed = true;
            if (is_told(at))
                print(to, at);
        }
}

void counter_print(struct buffer *to) {
    pthread_mutex_lock(&mutex);
    for (struct counter *at = first; at; at = at->next)
        at->is_printed = false;
    for (struct counter *at = first; at; at = at->next)
        if (!at->is_printed)
            print_all_of(to, at);
    pthread_mutex_unlock(&mutex);
}
