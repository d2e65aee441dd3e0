/* ab_test.c: see ab_test.h.
 *
 * Traps    The running experiment is read again by one thread at a time; the others go on with what
 *          is known. Who was written down is remembered by a hash in a table of fixed size: who
 *          falls out of it is written down again, which changes nothing. */
#include "service/ab_test.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/digest.h"
#include "rank/diversity.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"

#define SEEN_MAX ((size_t)1 << 16)

const enum feedback_kind ab_test_metrics[AB_TEST_METRICS] = {FEEDBACK_CLICK, FEEDBACK_LIKE,
                                                             FEEDBACK_RATING, FEEDBACK_VIEW};

struct ab_test {
    pthread_rwlock_t lock; /* of the record */
    pthread_mutex_t reader;
    struct arena arena;
    struct experiments_record record; /* its name NULL: none runs */
    _Atomic int64_t read_at;          /* seconds of the monotonic clock; 0: read it again */
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

size_t ab_test_arm(const struct experiments_record *record, const char *person) {
    const double at = ldexp((double)(hash_of(record->name, person) >> 11), -53);
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
    enum diversity_method method;
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
    if (!isnan(arm->diversity) && !(arm->diversity >= 0 && arm->diversity <= 1))
        return error_set(error, STATUS_BAD_INPUT, "arm \"%s\": diversity is from 0 to 1, found %g",
                         arm->name, arm->diversity);
    if (arm->diversity_method && !diversity_find(arm->diversity_method, &method))
        return error_set(error, STATUS_BAD_INPUT,
                         "arm \"%s\": there is no diversity_method \"%.40s\"", arm->name,
                         arm->diversity_method);
    return STATUS_OK;
}

enum status ab_test_check(const struct experiments_record *record, struct error *error) {
    if (!is_name(record->name))
        return error_set(error, STATUS_BAD_INPUT,
                         "an experiment's name has 1 to %d letters, digits, '-', '_' and '.'",
                         EXPERIMENTS_NAME_MAX);
    if (record->arm_count < 2 || record->arm_count > EXPERIMENTS_ARMS_MAX)
        return error_set(error, STATUS_BAD_INPUT, "an experiment has 2 to %d arms, found %zu",
                         EXPERIMENTS_ARMS_MAX, record->arm_count);
    for (size_t i = 0; i < record->arm_count; i++)
        TRY(check_arm(record, i, error));
    return STATUS_OK;
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
    TRY(experiments_start(store, record, error));
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

static struct experiments_record copy_record(const struct experiments_record *record,
                                             struct arena *arena) {
    struct experiments_record copy = *record;
    copy.name = arena_copy(arena, record->name);
    for (size_t i = 0; i < copy.arm_count; i++) {
        struct experiments_arm *arm = &copy.arms[i];
        arm->name = arena_copy(arena, arm->name);
        arm->model = arm->model ? arena_copy(arena, arm->model) : NULL;
        arm->diversity_method =
            arm->diversity_method ? arena_copy(arena, arm->diversity_method) : NULL;
    }
    return copy;
}

/* Reads the running experiment if that was long ago and nobody else does. */
static void read_again(struct ab_test *test, struct feedback *store) {
    const int64_t read_at = atomic_load(&test->read_at);
    if (read_at != 0 && seconds_now() - read_at < AB_TEST_SECONDS)
        return;
    if (pthread_mutex_trylock(&test->reader) != 0)
        return;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct experiments_record *list;
    struct error ignored; /* a store that cannot be asked: what is known goes on */
    size_t count, at = 0;
    atomic_store(&test->read_at, seconds_now());
    if (experiments_list(store, scratch, &list, &count, &ignored) == STATUS_OK) {
        while (at < count && list[at].ended != 0)
            at++;
        pthread_rwlock_wrlock(&test->lock);
        arena_release(&test->arena);
        test->arena = (struct arena){0};
        test->record = (struct experiments_record){0};
        if (at < count)
            test->record = copy_record(&list[at], &test->arena);
        pthread_rwlock_unlock(&test->lock);
    }
    arena_reset(scratch, mark);
    pthread_mutex_unlock(&test->reader);
}

bool ab_test_assign(struct service *service, const char *person, struct arena *arena,
                    struct ab_test_assignment *assignment) {
    struct ab_test *test = service_ab_test(service);
    struct feedback *store;
    struct error none;
    if (strncmp(person, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0 ||
        service_store(service, &store, &none) != STATUS_OK)
        return false;
    read_again(test, store);
    struct experiments_record record = {0};
    pthread_rwlock_rdlock(&test->lock);
    if (test->record.name)
        record = copy_record(&test->record, arena);
    pthread_rwlock_unlock(&test->lock);
    if (!record.name)
        return false;
    const size_t arm = ab_test_arm(&record, person);
    *assignment = (struct ab_test_assignment){record.name, arm, record.arms[arm]};
    return true;
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

static struct sequential_share share_of(const struct ab_test_result *result, size_t metric) {
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
            metric->rate = sequential_interval(share_of(&results[a], m));
            metric->test =
                a == 0 ? (struct sequential_test){NAN, NAN, NAN, 1, false, false}
                       : sequential_compare(share_of(&results[0], m), share_of(&results[a], m),
                                            AB_TEST_ALPHA, record->arm_count - 1);
        }
    }
    return STATUS_OK;
}
