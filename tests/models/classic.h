/* classic.h: what the tests of the classical models share: the matrix and the numbers of
 * tests/golden/classic.txt, and a model fitted on rows that are written down as a dense table. */
#ifndef MATINEE_TESTS_CLASSIC_H
#define MATINEE_TESTS_CLASSIC_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/parallel.h"
#include "base/progress.h"
#include "models/model.h"

#define CLASSIC_FILE "tests/golden/classic.txt"
#define CLASSIC_GRAPH_FILE "tests/golden/linear_graph.txt"
#define CLASSIC_MAX 16

/* A small dense table; 0 = no entry. */
struct table {
    uint32_t rows, columns;
    double at[CLASSIC_MAX][CLASSIC_MAX];
};

/* Reads the block of a file that follows the line `title`; rows and columns are given. */
static inline struct table classic_read_file(const char *path, const char *title, uint32_t rows,
                                             uint32_t columns) {
    struct table table = {rows, columns, {{0}}};
    char line[256];
    bool found = false;
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    while (!found && fgets(line, sizeof line, file))
        found = strncmp(line, title, strlen(title)) == 0 && line[strlen(title)] == '\n';
    assert_true(found);
    for (uint32_t r = 0; r < rows; r++)
        for (uint32_t c = 0; c < columns; c++)
            assert_int_equal(fscanf(file, "%lf", &table.at[r][c]), 1);
    fclose(file);
    return table;
}

static inline struct table classic_read(const char *title, uint32_t rows, uint32_t columns) {
    return classic_read_file(CLASSIC_FILE, title, rows, columns);
}

static inline struct table classic_ratings(void) { return classic_read("ratings 14 9", 14, 9); }

/* The table's entries above 0 as rows of users. */
static inline struct interactions classic_rows(const struct table *table, bool ratings,
                                               struct arena *arena) {
    size_t most = (size_t)table->rows * table->columns, count = 0;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, table->rows + 1);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, most);
    float *values = ARENA_ARRAY(arena, float, most);
    for (uint32_t u = 0; u < table->rows; u++) {
        for (uint32_t i = 0; i < table->columns; i++)
            if (table->at[u][i] > 0) {
                items[count] = i;
                values[count++] = (float)table->at[u][i];
            }
        offsets[u + 1] = count;
    }
    return (struct interactions){.user_count = table->rows,
                                 .item_count = table->columns,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = items,
                                 .ratings = ratings ? values : NULL};
}

/* Creates and fits; pairs are "key=value", NULL after the last. On success *out is the caller's. */
static inline enum status classic_fit(struct model **out, const struct model_ops *ops,
                                      const struct interactions *train, const char *const *pairs,
                                      struct error *error) {
    struct arena arena = {0};
    struct settings *settings = settings_create(&arena);
    settings_add(settings, ops->settings);
    struct progress progress;
    progress_init(&progress, true);
    struct fit_input input = {.train = train, .seed = 5, .progress = &progress};
    enum status status = STATUS_OK;
    for (size_t i = 0; pairs && pairs[i] && status == STATUS_OK; i++)
        status = settings_set_pair(settings, pairs[i], "test", error);
    struct model *model = NULL;
    if (status == STATUS_OK)
        status = ops->create(&model, settings, error);
    if (status == STATUS_OK)
        status = ops->fit(model, &input, error);
    arena_release(&arena);
    if (status == STATUS_OK)
        *out = model;
    else
        model_destroy(model);
    return status;
}

static inline struct model *classic_fitted(const struct model_ops *ops,
                                           const struct interactions *train,
                                           const char *const *pairs) {
    struct error error = {0};
    struct model *model = NULL;
    if (classic_fit(&model, ops, train, pairs, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return model;
}

/* `count` items of one user as rows over the users of `rows`, or over one more. */
static inline struct interactions classic_new_rows(const struct interactions *rows, uint32_t user,
                                                   const uint32_t *items, size_t count,
                                                   struct arena *arena) {
    uint32_t users = user < rows->user_count ? rows->user_count : user + 1;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    for (uint32_t u = user; u < users; u++)
        offsets[u + 1] = count;
    uint32_t *copy = ARENA_ARRAY_RAW(arena, uint32_t, count);
    memcpy(copy, items, count * sizeof *items);
    return (struct interactions){.user_count = users,
                                 .item_count = rows->item_count,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = copy};
}

/* The model after an update by such rows. */
static inline struct model *classic_updated(const struct model *model,
                                            const struct interactions *rows, uint32_t user,
                                            const uint32_t *items, size_t count,
                                            struct arena *arena) {
    struct interactions fresh = classic_new_rows(rows, user, items, count, arena), known = *rows;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, fresh.user_count + 1);
    for (uint32_t u = 0; u <= fresh.user_count; u++)
        offsets[u] = rows->offsets[u < rows->user_count ? u : rows->user_count];
    known.user_count = fresh.user_count;
    known.offsets = offsets;
    struct error error = {0};
    struct model *updated = NULL;
    const struct model_events events = {&known, &fresh};
    if (model->ops->update(&updated, model, &events, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return updated;
}

/* An update gives the bytes of a fit on all the rows. */
static inline void classic_check_exact_update(const struct model_ops *ops,
                                              const struct interactions *rows,
                                              const char *const *pairs, struct arena *arena) {
    const uint32_t items[] = {0, 2};
    struct model *model = classic_fitted(ops, rows, pairs);
    struct model *updated = classic_updated(model, rows, rows->user_count, items, 2, arena);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, rows->user_count + 2);
    memcpy(offsets, rows->offsets, (rows->user_count + 1) * sizeof *offsets);
    offsets[rows->user_count + 1] = rows->count;
    struct interactions known = *rows, all,
                        fresh = classic_new_rows(rows, rows->user_count, items, 2, arena);
    known.user_count++;
    known.offsets = offsets;
    all = interactions_merge(&known, &fresh, arena);
    struct model *fitted = classic_fitted(ops, &all, pairs);
    uint8_t expected[32], found[32];
    model_checksum(fitted, expected);
    model_checksum(updated, found);
    assert_memory_equal(found, expected, 32);
    assert_int_equal(updated->user_count, all.user_count);
    model_destroy(fitted);
    model_destroy(updated);
    model_destroy(model);
}

/* The query of a user with the training rows as history. */
static inline struct query classic_query(const struct interactions *train, uint32_t user) {
    return (struct query){.user = user, .history = interactions_history(train, user)};
}

#define assert_near(a, b, tolerance)                                                               \
    do {                                                                                           \
        double near_a_ = (double)(a), near_b_ = (double)(b);                                       \
        if (!(fabs(near_a_ - near_b_) <= (tolerance)))                                             \
            fail_msg("%s is %.9g, expected %.9g", #a, near_a_, near_b_);                           \
    } while (0)

/* What holds for every model here: a list of items scores as all items do, a block of queries as
 * each alone, and a bare history as the user whose history it is. */
static inline void classic_check_queries(const struct model *model,
                                         const struct interactions *train) {
    struct arena arena = {0};
    size_t users = train->user_count, items = train->item_count;
    struct query *queries = ARENA_ARRAY(&arena, struct query, users);
    float *all = ARENA_ARRAY(&arena, float, users *items), *some = ARENA_ARRAY(&arena, float, 3);
    for (uint32_t u = 0; u < users; u++)
        queries[u] = classic_query(train, u);
    model->ops->score(model, queries, users, NULL, items, all);
    for (size_t u = 0; u < users; u++) {
        uint32_t list[3] = {(uint32_t)items - 1, 0, (uint32_t)(u % items)};
        queries[u].user = MODEL_NO_USER;
        model->ops->score(model, &queries[u], 1, list, 3, some);
        for (size_t i = 0; i < 3; i++)
            assert_near(some[i], all[u * items + list[i]], 1e-6);
        for (size_t i = 0; i < items; i++)
            assert_true(isfinite(all[u * items + i]));
    }
    arena_release(&arena);
}

/* Shares sum to the score for every user with a history and every item. */
static inline void classic_check_shares(const struct model *model,
                                        const struct interactions *train) {
    float shares[CLASSIC_MAX];
    for (uint32_t u = 0; u < train->user_count; u++)
        for (uint32_t i = 0; i < train->item_count; i++) {
            struct query query = classic_query(train, u);
            float score;
            double sum = 0;
            model->ops->score(model, &query, 1, &i, 1, &score);
            model->ops->explain(model, &query, i, shares);
            for (size_t h = 0; h < query.history.count; h++)
                sum += (double)shares[h];
            assert_near(score, sum, 1e-5);
        }
}

/* expected[i][j] is what item i of a history alone makes of item j, for models that are linear in
 * the history. */
static inline void classic_check_weights(const struct model *model, const struct table *expected,
                                         double tolerance) {
    for (uint32_t i = 0; i < expected->rows; i++) {
        struct query query = {.user = MODEL_NO_USER, .history = {.count = 1, .items = &i}};
        float scores[CLASSIC_MAX];
        model->ops->score(model, &query, 1, NULL, expected->columns, scores);
        for (uint32_t j = 0; j < expected->columns; j++)
            assert_near(scores[j], expected->at[i][j], tolerance);
    }
}

/* The same model of the same rows on 1, 2 and 4 threads. */
static inline void classic_check_threads(const struct model_ops *ops,
                                         const struct interactions *train,
                                         const char *const *pairs) {
    uint8_t first[32], sum[32];
    for (size_t threads = 1; threads <= 4; threads *= 2) {
        parallel_set_threads(threads);
        struct model *model = classic_fitted(ops, train, pairs);
        model_checksum(model, threads == 1 ? first : sum);
        if (threads > 1)
            assert_memory_equal(sum, first, sizeof sum);
        model_destroy(model);
    }
    parallel_set_threads(0);
}

/* A history that says nothing is answered with the popular items. */
static inline void classic_check_empty(const struct model *model,
                                       const struct interactions *train) {
    struct query query = {.user = MODEL_NO_USER};
    float scores[CLASSIC_MAX];
    uint32_t counts[CLASSIC_MAX];
    model->ops->score(model, &query, 1, NULL, train->item_count, scores);
    interactions_item_counts(train, counts);
    for (uint32_t i = 0; i < train->item_count; i++)
        assert_near(scores[i], (double)counts[i] / train->user_count, 1e-6);
}

#endif
