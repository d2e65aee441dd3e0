/* test_ann.c: the exact scan by hand, recall of each approximate kind, files and what is wrong with
 * them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "ann/ann.h"
#include "base/arena.h"
#include "base/rng.h"

enum { COUNT = 2000, DIMENSION = 12, QUERIES = 50, K = 10 };

static float values[COUNT * DIMENSION], queries[QUERIES * DIMENSION];
static struct arena arena;
static char path[64];

static void must(enum status status, const struct error *error) {
    if (status != STATUS_OK)
        fail_msg("%s", error->text);
}

static int set_up(void **state) {
    (void)state;
    struct rng rng;
    rng_init(&rng, 3, 0);
    /* Lengths differ by ten: where the order of products and of distances part. */
    for (size_t i = 0; i < COUNT; i++) {
        float length = (float)pow(10, rng_uniform(&rng));
        for (size_t k = 0; k < DIMENSION; k++)
            values[i * DIMENSION + k] = length * (float)rng_normal(&rng);
    }
    for (size_t i = 0; i < QUERIES * DIMENSION; i++)
        queries[i] = (float)rng_normal(&rng);
    snprintf(path, sizeof path, "/tmp/test_ann.%d", (int)getpid());
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    unlink(path);
    arena_release(&arena);
    return 0;
}

static struct ann_vectors vectors(enum vector_metric metric) {
    return (struct ann_vectors){values, COUNT, DIMENSION, metric};
}

static struct ann_options options(const char *type, const char *more) {
    struct settings *settings = settings_create(&arena);
    struct error error;
    settings_add(settings, ann_settings);
    must(settings_set(settings, "ann.index_type", type, "test", &error), &error);
    if (more)
        must(settings_set_pair(settings, more, NULL, &error), &error);
    return ann_options_read(settings);
}

static struct ann_index *build(const char *type, enum vector_metric metric) {
    struct ann_index *index;
    struct error error;
    struct ann_vectors of = vectors(metric);
    struct ann_options how = options(type, "ann.nlist=20");
    must(ann_build(&index, &of, &how, &error), &error);
    assert_string_equal(ann_type(index), type);
    return index;
}

static double value_of(enum vector_metric metric, const float *query, const float *vector) {
    double dot = 0, length = 0, distance = 0;
    for (size_t k = 0; k < DIMENSION; k++) {
        double a = (double)query[k], b = (double)vector[k];
        dot += a * b;
        length += b * b;
        distance += (a - b) * (a - b);
    }
    return metric == VECTOR_L2 ? -distance : metric == VECTOR_DOT ? dot : dot / sqrt(length);
}

static void a_scan_finds_the_nearest(void **state) {
    (void)state;
    for (enum vector_metric metric = VECTOR_DOT; metric <= VECTOR_L2; metric++) {
        struct ann_index *index = build("Flat", metric);
        struct entry found[QUERIES * K];
        ann_find(index, &(struct ann_search){queries, QUERIES, K, found});
        for (size_t q = 0; q < QUERIES; q++) {
            const float *query = queries + q * DIMENSION;
            double worst = value_of(metric, query, values + found[q * K + K - 1].index * DIMENSION);
            size_t better = 0;
            for (size_t i = 0; i < COUNT; i++)
                better += value_of(metric, query, values + i * DIMENSION) > worst;
            assert_int_equal(better, K - 1);
            for (size_t i = 1; i < K; i++)
                assert_true(found[q * K + i - 1].value >= found[q * K + i].value);
        }
        ann_close(index);
    }
}

static void more_than_there_are(void **state) {
    (void)state;
    struct ann_index *index;
    struct error error;
    const struct ann_vectors few = {values, 3, DIMENSION, VECTOR_DOT};
    struct ann_options how = options("Flat", NULL);
    must(ann_build(&index, &few, &how, &error), &error);
    struct entry found[5];
    ann_find(index, &(struct ann_search){queries, 1, 5, found});
    assert_true(found[2].index < 3);
    assert_int_equal(found[3].index, ANN_NOBODY);
    assert_int_equal(found[4].index, ANN_NOBODY);
    ann_close(index);
}

static void check_recall(const char *type, double least) {
    for (enum vector_metric metric = VECTOR_DOT; metric <= VECTOR_L2; metric++) {
        struct ann_index *index = build(type, metric);
        struct ann_vectors of = vectors(metric);
        struct ann_search search = {.queries = queries, .query_count = QUERIES, .k = K};
        double recall = ann_recall(index, &of, &search);
        if (recall < least)
            fail_msg("%s by metric %d: recall %.3f", type, metric, recall);
        ann_close(index);
    }
}

static void approximate_kinds_find_most(void **state) {
    (void)state;
    check_recall("Flat", 1);
    if (!ann_has_faiss()) {
        print_message("built without FAISS: its kinds are not tested\n");
        return;
    }
    check_recall("HNSW", 0.95);
    check_recall("IVFFlat", 0.8);
    check_recall("IVFPQ", 0.15); /* codes of 8 bits for what has no pattern */
}

static void check_file(const char *type) {
    struct ann_index *index = build(type, VECTOR_DOT), *again;
    struct entry before[QUERIES * K], after[QUERIES * K];
    struct error error;
    ann_find(index, &(struct ann_search){queries, QUERIES, K, before});
    must(ann_save(index, path, "these", &error), &error);
    must(ann_open(&again, path, "these", &error), &error);
    assert_string_equal(ann_type(again), type);
    ann_find(again, &(struct ann_search){queries, QUERIES, K, after});
    assert_memory_equal(before, after, sizeof before);
    ann_close(index);
    ann_close(again);
    assert_int_equal(ann_open(&again, path, "others", &error), STATUS_BAD_INPUT);
    assert_non_null(strstr(error.text, "another model's vectors"));
}

static void a_saved_index_is_the_same_index(void **state) {
    (void)state;
    check_file("Flat");
    if (ann_has_faiss()) {
        check_file("HNSW");
        check_file("IVFPQ");
    }
    struct ann_index *index;
    struct error error;
    assert_int_equal(truncate(path, 900), 0);
    assert_int_equal(ann_open(&index, path, "these", &error), STATUS_BAD_INPUT);
}

static void what_cannot_be_built_is_said(void **state) {
    (void)state;
    struct ann_index *index;
    struct error error;
    const struct ann_vectors few = {values, 3, DIMENSION, VECTOR_DOT};
    struct ann_options how = options("IVFFlat", NULL);
    assert_int_equal(ann_build(&index, &few, &how, &error), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, ann_has_faiss() ? "at least 100 vectors" : "no FAISS"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_scan_finds_the_nearest),
        cmocka_unit_test(more_than_there_are),
        cmocka_unit_test(approximate_kinds_find_most),
        cmocka_unit_test(a_saved_index_is_the_same_index),
        cmocka_unit_test(what_cannot_be_built_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
