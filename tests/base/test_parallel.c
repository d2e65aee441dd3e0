/* test_parallel.c: the thread pool: every shard once, for any number of threads, nested, from
 * several threads at a time, many small jobs, more threads than processors. Also meant to run under
 * ThreadSanitizer (make check). */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/parallel.h"

static const size_t thread_counts[] = {1, 2, 3, 4, 16};
enum { THREAD_COUNTS = sizeof thread_counts / sizeof *thread_counts };

static void count_shard(void *context, size_t shard) { ((unsigned *)context)[shard]++; }

static void test_every_shard_runs_once(void **state) {
    (void)state;
    enum { LARGEST = 1000 };
    unsigned counts[LARGEST];
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        parallel_set_threads(thread_counts[t]);
        assert_int_equal(parallel_threads(), thread_counts[t]);
        for (size_t shards = 0; shards < LARGEST; shards = shards * 2 + 1) {
            memset(counts, 0, sizeof counts);
            parallel_for(shards, count_shard, counts);
            for (size_t i = 0; i < LARGEST; i++)
                assert_int_equal(counts[i], i < shards);
        }
    }
}

/* A sum whose bits depend on the order of addition: shards by data, reduced in order. */
struct sum {
    const float *values;
    size_t count;
    float parts[64];
};

static void sum_shard(void *context, size_t shard) {
    struct sum *sum = context;
    const struct parallel_range range = parallel_range(sum->count, 64, shard);
    float part = 0;
    for (size_t i = range.begin; i < range.end; i++)
        part += sum->values[i];
    sum->parts[shard] = part;
}

static void test_results_do_not_depend_on_the_threads(void **state) {
    (void)state;
    enum { COUNT = 100003 };
    float *values = alloc_bytes(COUNT * sizeof *values);
    for (size_t i = 0; i < COUNT; i++)
        values[i] = 1.0f / (float)(i + 1);
    float expected = 0;
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        parallel_set_threads(thread_counts[t]);
        struct sum sum = {.values = values, .count = COUNT};
        parallel_for(64, sum_shard, &sum);
        float total = 0;
        for (size_t i = 0; i < 64; i++)
            total += sum.parts[i];
        if (t == 0)
            expected = total;
        assert_memory_equal(&total, &expected, sizeof total);
    }
    alloc_free(values);
}

static void inner_shard(void *context, size_t shard) {
    (void)shard;
    atomic_fetch_add((atomic_size_t *)context, 1);
}
static void outer_shard(void *context, size_t shard) { parallel_for(shard, inner_shard, context); }

static void test_a_parallel_for_within_a_shard_runs(void **state) {
    (void)state;
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        parallel_set_threads(thread_counts[t]);
        atomic_size_t count = 0;
        parallel_for(20, outer_shard, &count);
        assert_int_equal(count, 190);
    }
}

static void test_many_small_jobs(void **state) {
    (void)state;
    for (size_t t = 0; t < THREAD_COUNTS; t++) {
        parallel_set_threads(thread_counts[t]);
        unsigned counts[5] = {0};
        const unsigned jobs = thread_counts[t] > 4 ? 2000 : 20000;
        for (unsigned job = 0; job < jobs; job++)
            parallel_for(2 + job % 4, count_shard, counts);
        assert_int_equal(counts[0], jobs);
        assert_int_equal(counts[1], jobs);
        assert_int_equal(counts[2], jobs / 4 * 3);
        assert_int_equal(counts[4], jobs / 4);
    }
}

/* Whoever finds the pool in use runs his shards alone. */
static void *use_the_pool(void *failed) {
    for (int job = 0; job < 500; job++) {
        unsigned counts[17] = {0};
        parallel_for(17, count_shard, counts);
        for (size_t i = 0; i < 17; i++)
            if (counts[i] != 1)
                atomic_store((atomic_bool *)failed, true);
    }
    return NULL;
}

static void test_several_threads_share_the_pool(void **state) {
    (void)state;
    parallel_set_threads(3);
    atomic_bool failed = false;
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, use_the_pool, &failed), 0);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_false(atomic_load(&failed));
}

static void test_the_number_of_threads_changes(void **state) {
    (void)state;
    for (size_t round = 0; round < 30; round++) {
        parallel_set_threads(1 + round * 7 % 5);
        unsigned counts[9] = {0};
        parallel_for(9, count_shard, counts);
        for (size_t i = 0; i < 9; i++)
            assert_int_equal(counts[i], 1);
    }
    parallel_set_threads(0);
    assert_int_equal(parallel_threads(), parallel_processors());
    assert_true(parallel_processors() >= 1);
}

static void test_ranges_cover_and_are_even(void **state) {
    (void)state;
    for (size_t count = 0; count < 40; count++)
        for (size_t shards = 1; shards < 12; shards++) {
            size_t next = 0;
            for (size_t i = 0; i < shards; i++) {
                const struct parallel_range range = parallel_range(count, shards, i);
                assert_int_equal(range.begin, next);
                assert_in_range(range.end - range.begin, count / shards,
                                count / shards + (count % shards > 0));
                next = range.end;
            }
            assert_int_equal(next, count);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ranges_cover_and_are_even),
        cmocka_unit_test(test_every_shard_runs_once),
        cmocka_unit_test(test_results_do_not_depend_on_the_threads),
        cmocka_unit_test(test_a_parallel_for_within_a_shard_runs),
        cmocka_unit_test(test_many_small_jobs),
        cmocka_unit_test(test_several_threads_share_the_pool),
        cmocka_unit_test(test_the_number_of_threads_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
