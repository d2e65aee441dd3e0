/* ab_test.c: see ab_test.h.
 *
 * Traps    The running experiments are read again by one thread at a time; the others go on with
 * what is known. Who was written down is remembered by a hash in a table of fixed size: who falls
 * out of it is written down again, which changes nothing. */
#include "service/ab_test.h"

#include <jansson.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"

#define SEEN_MAX ((size_t)1 << 16)

const enum feedback_kind ab_test_metrics[AB_TEST_METRICS] = {FEEDBACK_CLICK, FEEDBACK_LIKE,
                                                             FEEDBACK_RATING, FEEDBACK_VIEW};

struct ab_test {
    pthread_rwlock_t lock; /* of the records */
    pthread_mutex_t reader;
    struct arena arena;
    struct experiments_record *records; /* those that run */
    size_t count;
    _Atomic int64_t read_at; /* seconds of the monotonic clock; 0: read them again */
    _Atomic uint64_t seen[SEEN_MAX];
};

struct ab_test *ab_test_create(void) {
    struct ab_test *test = alloc_zeroed(1, sizeof *test);
    pthread_rwlock_init(&test->lock, NULL);
    pthread_mutex_init(&test->reader, NULL);
    return test;
}

void ab_test_destroy(struct ab_test *test) {
    if (!test)
        return;
    pthread_rwlock_destroy(&test->lock);
    pthread_mutex_destroy(&test->reader);
    arena_release(&test->arena);
    alloc_free(test);
}

/* ---- Arms ------------------------------------------------------------------------------------ */

static uint64_t hash_of(const char *experiment, const char *person) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const size_t first = strlen(experiment) + 1, second = strlen(person);
    char *text = ARENA_ARRAY(scratch, char, first + second);
    uint8_t sum[DIGEST_SHA256_BYTES];
    uint64_t hash = 0;
    memcpy(text, experiment, first);
    memcpy(text + first, person, second);
    digest_sha256(text, first + second, sum);
    for (size_t i = 0; i < sizeof hash; i++)
        hash = hash << 8 | sum[i];
    arena_reset(scratch, mark);
    return hash;
}

/* From 0 to 1. */
static double place_of(const char *name, const char *person) {
    return ldexp((double)(hash_of(name, person) >> 11), -53);
}

static const char *layer_of(const struct experiments_record *record) {
    return record->layer ? record->layer : EXPERIMENTS_LAYER;
}

static double share_of(const struct experiments_record *record) {
    return record->share > 0 ? record->share : 1;
}

bool ab_test_takes(const struct experiments_record *record, const char *person) {
    if (share_of(record) >= 1)
        return true;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    /* No experiment has a blank in its name, whose hash deals out the arms. */
    const double at = place_of(arena_format(scratch, "layer %s", layer_of(record)), person);
    arena_reset(scratch, mark);
    return at >= record->lowest && at < record->lowest + share_of(record);
}

size_t ab_test_arm(const struct experiments_record *record, const char *person) {
    const double at = place_of(record->name, person);
    double total = 0, sum = 0;
    for (size_t i = 0; i < record->arm_count; i++)
        total += record->arms[i].weight;
    for (size_t i = 0; i + 1 < record->arm_count; i++) {
        sum += record->arms[i].weight;
        if (at * total < sum)
            return i;
    }
    return record->arm_count - 1;
}

static bool is_name(const char *name) {
    static const char allowed[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    return name && *name && strlen(name) <= EXPERIMENTS_NAME_MAX &&
           strspn(name, allowed) == strlen(name);
}

static enum status check_arm(const struct experiments_record *record, size_t index,
                             struct error *error) {
    const struct experiments_arm *arm = &record->arms[index];
    if (!is_name(arm->name))
        return error_set(error, STATUS_BAD_INPUT,
                         "arm %zu: a name has 1 to %d letters, digits, '-', '_' and '.'", index + 1,
                         EXPERIMENTS_NAME_MAX);
    for (size_t i = 0; i < index; i++)
        if (strcmp(record->arms[i].name, arm->name) == 0)
            return error_set(error, STATUS_BAD_INPUT, "two arms are called \"%s\"", arm->name);
    if (!(arm->weight > 0 && arm->weight <= 1e6))
        return error_set(error, STATUS_BAD_INPUT,
                         "arm \"%s\": a weight is above 0 and at most 1000000, found %g", arm->name,
                         arm->weight);
    return STATUS_OK;
}

enum status ab_test_check(const struct experiments_record *record, struct error *error) {
    if (!is_name(record->name))
        return error_set(error, STATUS_BAD_INPUT,
                         "an experiment's name has 1 to %d letters, digits, '-', '_' and '.'",
                         EXPERIMENTS_NAME_MAX);
    if (record->layer && !is_name(record->layer))
        return error_set(error, STATUS_BAD_INPUT,
                         "a layer's name has 1 to %d letters, digits, '-', '_' and '.'",
                         EXPERIMENTS_NAME_MAX);
    if (!(record->share >= 0 && record->share <= 1))
        return error_set(error, STATUS_BAD_INPUT,
                         "share: an experiment takes a share of the people above 0 and at most 1, "
                         "found %g",
                         record->share);
    if (record->arm_count < 2 || record->arm_count > EXPERIMENTS_ARMS_MAX)
        return error_set(error, STATUS_BAD_INPUT, "an experiment has 2 to %d arms, found %zu",
                         EXPERIMENTS_ARMS_MAX, record->arm_count);
    for (size_t i = 0; i < record->arm_count; i++)
        TRY(check_arm(record, i, error));
    return STATUS_OK;
}

/* ---- Room ------------------------------------------------------------------------------------ */

struct running {
    struct experiments_record *list;
    size_t count;
};

static enum status find_running(struct feedback *store, struct arena *arena,
                                struct running *running, struct error *error) {
    size_t count;
    running->count = 0;
    TRY(experiments_list(store, arena, &running->list, &count, error));
    for (size_t i = 0; i < count; i++)
        if (running->list[i].ended == 0)
            running->list[running->count++] = running->list[i];
    return STATUS_OK;
}

static bool is_of_layer(const struct experiments_record *record, const char *layer) {
    return strcmp(layer_of(record), layer) == 0;
}

/* The first stretch of the layer that is free and as long as the share. */
static enum status find_place(const struct running *running, struct experiments_record *record,
                              struct error *error) {
    const double share = share_of(record), hair = 1e-9;
    const char *layer = layer_of(record);
    double free = 1;
    record->lowest = 0;
    for (size_t moved = 1; moved > 0;) {
        moved = 0;
        for (size_t i = 0; i < running->count; i++) {
            const struct experiments_record *other = &running->list[i];
            const double end = other->lowest + share_of(other);
            if (!is_of_layer(other, layer) || record->lowest >= end - hair ||
                record->lowest + share <= other->lowest + hair)
                continue;
            record->lowest = end;
            moved++;
        }
    }
    for (size_t i = 0; i < running->count; i++)
        free -= is_of_layer(&running->list[i], layer) ? share_of(&running->list[i]) : 0;
    if (record->lowest + share <= 1 + hair)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "layer \"%s\" has no stretch of %g of the people left (%g are free): end an "
                     "experiment, take a smaller share, or another layer",
                     layer, share, free > hair ? free : 0);
}

/* The first thing that both set; NULL: none. In the arena. */
static const char *find_common(const struct experiments_record *a,
                               const struct experiments_record *b, struct arena *arena) {
    const char *common = NULL;
    for (size_t i = 0; i < a->arm_count; i++)
        for (size_t k = 0; k < b->arm_count; k++) {
            const struct experiments_arm *left = &a->arms[i], *right = &b->arms[k];
            json_t *one = left->parameters ? json_loads(left->parameters, 0, NULL) : NULL;
            json_t *other = right->parameters ? json_loads(right->parameters, 0, NULL) : NULL;
            const char *key;
            json_t *value;
            if (left->model && right->model)
                common = "model";
            json_object_foreach(one, key, value) if (json_object_get(other, key)) common =
                arena_copy(arena, key);
            json_decref(one);
            json_decref(other);
        }
    return common;
}

static enum status check_layers(const struct running *running,
                                const struct experiments_record *record, struct arena *arena,
                                struct error *error) {
    size_t layers = 1;
    for (size_t i = 0; i < running->count; i++) {
        const struct experiments_record *other = &running->list[i];
        size_t before = 0;
        if (is_of_layer(other, layer_of(record)))
            continue;
        while (before < i && !is_of_layer(&running->list[before], layer_of(other)))
            before++;
        layers += before == i;
        const char *common = find_common(record, other, arena);
        if (common)
            return error_set(error, STATUS_BAD_INPUT,
                             "\"%s\" of layer \"%s\" sets %s, too: experiments that set the same "
                             "belong in one layer",
                             other->name, layer_of(other), common);
    }
    if (layers <= AB_TEST_LAYERS_MAX)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT, "experiments run in %d layers, the most there may be",
                     AB_TEST_LAYERS_MAX);
}

enum status ab_test_begin(struct feedback *store, const struct experiments_record *record,
                          struct error *error) {
    struct experiments_record placed = *record;
    struct running running;
    struct arena arena = {0};
    TRY(ab_test_check(record, error));
    enum status status = find_running(store, &arena, &running, error);
    if (status == STATUS_OK)
        status = find_place(&running, &placed, error);
    if (status == STATUS_OK)
        status = check_layers(&running, &placed, &arena, error);
    if (status == STATUS_OK)
        status = experiments_start(store, &placed, error);
    arena_release(&arena);
    return status;
}

static void forget(struct service *service) { atomic_store(&service_ab_test(service)->read_at, 0); }

enum status ab_test_start(struct service *service, const struct experiments_record *record,
                          struct error *error) {
    struct feedback *store;
    TRY(ab_test_check(record, error));
    for (size_t i = 0; i < record->arm_count; i++) {
        struct snapshot *snapshot;
        TRY(service_acquire(service, record->arms[i].model, &snapshot, error));
        service_release(snapshot);
    }
    TRY(service_store(service, &store, error));
    TRY(ab_test_begin(store, record, error));
    forget(service);
    return STATUS_OK;
}

enum status ab_test_end(struct service *service, const char *name, struct error *error) {
    struct feedback *store;
    TRY(service_store(service, &store, error));
    TRY(experiments_end(store, name, error));
    forget(service);
    return STATUS_OK;
}

enum status ab_test_remove(struct service *service, const char *name, struct error *error) {
    struct feedback *store;
    TRY(service_store(service, &store, error));
    TRY(experiments_remove(store, name, error));
    forget(service);
    return STATUS_OK;
}

/* ---- Assignment ------------------------------------------------------------------------------ */

static int64_t seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + 1; /* never 0 */
}

static struct experiments_arm copy_arm(const struct experiments_arm *arm, struct arena *arena) {
    struct experiments_arm copy = *arm;
    copy.name = arena_copy(arena, arm->name);
    copy.model = arm->model ? arena_copy(arena, arm->model) : NULL;
    copy.parameters = arm->parameters ? arena_copy(arena, arm->parameters) : NULL;
    return copy;
}

/* Reads the running experiments if that was long ago and nobody else does. */
static void read_again(struct ab_test *test, struct feedback *store) {
    const int64_t read_at = atomic_load(&test->read_at);
    if (read_at != 0 && seconds_now() - read_at < AB_TEST_SECONDS)
        return;
    if (pthread_mutex_trylock(&test->reader) != 0)
        return;
    struct arena arena = {0};
    struct running running;
    struct error ignored; /* a store that cannot be asked: what is known goes on */
    atomic_store(&test->read_at, seconds_now());
    if (find_running(store, &arena, &running, &ignored) == STATUS_OK) {
        pthread_rwlock_wrlock(&test->lock);
        const struct arena old = test->arena;
        test->arena = arena;
        test->records = running.list;
        test->count = running.count;
        pthread_rwlock_unlock(&test->lock);
        arena = old;
    }
    arena_release(&arena);
    pthread_mutex_unlock(&test->reader);
}

size_t ab_test_assign(struct service *service, const char *person, struct arena *arena,
                      struct ab_test_assignment assignments[AB_TEST_LAYERS_MAX]) {
    struct ab_test *test = service_ab_test(service);
    struct feedback *store;
    struct error none;
    size_t count = 0;
    if (strncmp(person, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0 ||
        service_store(service, &store, &none) != STATUS_OK)
        return 0;
    read_again(test, store);
    pthread_rwlock_rdlock(&test->lock);
    for (size_t i = 0; i < test->count && count < AB_TEST_LAYERS_MAX; i++) {
        const struct experiments_record *record = &test->records[i];
        if (!ab_test_takes(record, person))
            continue;
        const size_t arm = ab_test_arm(record, person);
        assignments[count++] = (struct ab_test_assignment){arena_copy(arena, record->name), arm,
                                                           copy_arm(&record->arms[arm], arena)};
    }
    pthread_rwlock_unlock(&test->lock);
    return count;
}

void ab_test_expose(struct service *service, const struct ab_test_assignment *assignment,
                    const char *person) {
    struct ab_test *test = service_ab_test(service);
    const uint64_t hash = hash_of(person, assignment->experiment) | 1; /* 0 is nobody */
    _Atomic uint64_t *slot = &test->seen[(hash >> 32) % SEEN_MAX];
    struct feedback *store;
    struct error none;
    if (service_store(service, &store, &none) == STATUS_OK && atomic_exchange(slot, hash) != hash)
        experiments_expose(store, assignment->experiment, person, assignment->index);
}

/* ---- Results --------------------------------------------------------------------------------- */

static struct sequential_share hits_of(const struct ab_test_result *result, size_t metric) {
    return (struct sequential_share){(size_t)result->metrics[metric].people,
                                     (size_t)result->people};
}

enum status ab_test_results(struct feedback *store, const struct experiments_record *record,
                            struct ab_test_result *results, struct error *error) {
    struct experiments_outcome outcomes[EXPERIMENTS_ARMS_MAX];
    TRY(experiments_outcomes(store, record, outcomes, error));
    for (size_t a = 0; a < record->arm_count; a++) {
        const struct experiments_outcome *outcome = &outcomes[a];
        results[a] = (struct ab_test_result){.people = outcome->people,
                                             .impressions = outcome->events[FEEDBACK_IMPRESSION]};
        for (size_t m = 0; m < AB_TEST_METRICS; m++) {
            struct ab_test_metric *metric = &results[a].metrics[m];
            metric->events = outcome->events[ab_test_metrics[m]];
            metric->people = outcome->actors[ab_test_metrics[m]];
            metric->rate = sequential_interval(hits_of(&results[a], m));
            metric->test =
                a == 0 ? (struct sequential_test){NAN, NAN, NAN, 1, false, false}
                       : sequential_compare(hits_of(&results[0], m), hits_of(&results[a], m),
                                            AB_TEST_ALPHA, record->arm_count - 1);
        }
    }
    return STATUS_OK;
}
