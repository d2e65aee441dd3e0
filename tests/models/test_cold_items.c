/* test_cold_items.c: cold items are scored, explained and compared by the items that they are near,
 * worked out by hand on the tiny model; histories with them are read as the nearest free item's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/cold_items.h"
#include "service/tiny.h"

/* Item 8 stands between 0 and 2, item 9 by item 5. */
static const uint64_t offsets[] = {0, 2, 3};
static const uint32_t near[] = {0, 2, 5};
static const float weights[] = {0.75f, 0.25f, 1};
static const struct cold_items cold = {2, offsets, near, weights};
enum { ALL = TINY_ITEMS + 2 };

struct fixture {
    struct tiny *tiny;
    struct model *model;
};

static void tiny_similar(const struct model *model, uint32_t item, float *similarities) {
    for (uint32_t i = 0; i < model->item_count; i++)
        similarities[i] = i == item ? 99 : 1 / (float)(1 + abs((int)i - (int)item));
}

static size_t tiny_parts(const struct model *model, const struct query *query,
                         const uint32_t *items, size_t item_count, const char **names,
                         float *amounts) {
    (void)model;
    names[0] = "one";
    for (size_t i = 0; i < item_count; i++)
        amounts[i * MODEL_PARTS_MAX] = (float)items[i] + (float)query->history.items[0];
    return 1;
}

static struct fixture setup(void) {
    struct fixture fixture = {.tiny = tiny_create()};
    struct model_ops *ops = &fixture.tiny->ops;
    ops->explain = tiny_shares;
    ops->item_vectors = tiny_vectors;
    ops->query_vectors = tiny_query_vectors;
    ops->similar = tiny_similar;
    ops->parts = tiny_parts;
    fixture.model = cold_items_create(&fixture.tiny->model, &cold);
    assert_int_equal(fixture.model->item_count, ALL);
    return fixture;
}

static void teardown(struct fixture *fixture) {
    model_destroy(fixture->model);
    tiny_destroy(fixture->tiny);
}

static struct query query_of(const uint32_t *items, const float *ratings, size_t count) {
    return (struct query){.user = MODEL_NO_USER,
                          .history = {.count = count, .items = items, .ratings = ratings}};
}

static void means_of_the_near(void **state) {
    (void)state;
    struct fixture fixture = setup();
    const struct model *inner = &fixture.tiny->model;
    const uint32_t first[] = {1, 6}, second[] = {3};
    const float ratings[] = {4, 2};
    const struct query queries[] = {query_of(first, ratings, 2), query_of(second, ratings, 1)};
    float known[2 * TINY_ITEMS], all[2 * ALL], some[2 * 4];
    const uint32_t items[] = {9, 3, 8, 9};
    inner->ops->score(inner, queries, 2, NULL, TINY_ITEMS, known);
    fixture.model->ops->score(fixture.model, queries, 2, NULL, ALL, all);
    fixture.model->ops->score(fixture.model, queries, 2, items, 4, some);
    for (size_t q = 0; q < 2; q++) {
        const float *row = known + q * TINY_ITEMS, *own = all + q * ALL;
        assert_memory_equal(own, row, TINY_ITEMS * sizeof *row);
        ASSERT_NEAR(own[8], 0.75f * row[0] + 0.25f * row[2], 1e-6);
        ASSERT_NEAR(own[9], row[5], 1e-6);
        for (size_t i = 0; i < 4; i++)
            ASSERT_NEAR(some[q * 4 + i], own[items[i]], 1e-6);
    }
    teardown(&fixture);
}

/* A row of a cold item speaks as its nearest item that is not there; one that finds none is left
 * out. */
static void histories(void **state) {
    (void)state;
    struct fixture fixture = setup();
    const struct model *inner = &fixture.tiny->model;
    const uint32_t given[] = {8, 0, 9, 5}, read[] = {2, 0, 5};
    const float given_ratings[] = {5, 3, 1, 4}, read_ratings[] = {5, 3, 4};
    const struct query asked = query_of(given, given_ratings, 4),
                       meant = query_of(read, read_ratings, 3);
    float found[ALL], expected[TINY_ITEMS], shares[4], amounts[2 * MODEL_PARTS_MAX], vector[2];
    const char *names[MODEL_PARTS_MAX];
    const uint32_t items[] = {8, 1};
    fixture.model->ops->score(fixture.model, &asked, 1, NULL, ALL, found);
    inner->ops->score(inner, &meant, 1, NULL, TINY_ITEMS, expected);
    for (size_t i = 0; i < TINY_ITEMS; i++)
        ASSERT_NEAR(found[i], expected[i], 1e-6);
    fixture.model->ops->explain(fixture.model, &asked, 8, shares);
    ASSERT_NEAR(shares[0], 0.75f * 5 / 3 + 0.25f * 5, 1e-6);
    ASSERT_NEAR(shares[1], 0.75f * 3 + 0.25f * 3 / 3, 1e-6);
    ASSERT_NEAR(shares[2], 0, 0);
    ASSERT_NEAR(shares[3], 0.75f * 4 / 6 + 0.25f * 4 / 4, 1e-6);
    fixture.model->ops->explain(fixture.model, &asked, 1, shares);
    ASSERT_NEAR(shares[0], 5.0f / 2, 1e-6);
    assert_int_equal(fixture.model->ops->parts(fixture.model, &asked, items, 2, names, amounts), 1);
    ASSERT_NEAR(amounts[0], 0.75f * 2 + 0.25f * 4, 1e-6);
    ASSERT_NEAR(amounts[MODEL_PARTS_MAX], 3, 1e-6);
    fixture.model->ops->query_vectors(fixture.model, &asked, 1, vector);
    ASSERT_NEAR(vector[0], 3, 0);
    teardown(&fixture);
}

static void likeness(void **state) {
    (void)state;
    struct fixture fixture = setup();
    size_t dimension;
    enum vector_metric metric;
    float row[ALL];
    const float *vectors = fixture.model->ops->item_vectors(fixture.model, &dimension, &metric);
    assert_memory_equal(vectors, tiny_points, sizeof tiny_points);
    ASSERT_NEAR(vectors[2 * 8], 0.5, 1e-6);
    ASSERT_NEAR(vectors[2 * 8 + 1], 1, 1e-6);
    fixture.model->ops->similar(fixture.model, 5, row);
    ASSERT_NEAR(row[4], 0.5, 1e-6);
    ASSERT_NEAR(row[9], 0.5, 1e-6); /* as the film next to the one that it stands by */
    fixture.model->ops->similar(fixture.model, 9, row);
    ASSERT_NEAR(row[4], 0.5, 1e-6);
    ASSERT_NEAR(row[5], 0.5, 1e-6);
    fixture.model->ops->similar(fixture.model, 8, row);
    ASSERT_NEAR(row[1], 0.5, 1e-6);
    teardown(&fixture);
}

static void what_is_not_offered(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct model *model = cold_items_create(&tiny->model, &cold);
    assert_null(model->ops->explain);
    assert_null(model->ops->similar);
    assert_null(model->ops->item_vectors);
    assert_null(model->ops->update);
    assert_string_equal(model->ops->name, "tiny");
    model_destroy(model);
    tiny_destroy(tiny);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(means_of_the_near),
        cmocka_unit_test(histories),
        cmocka_unit_test(likeness),
        cmocka_unit_test(what_is_not_offered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
