/* test_service_similar.c: nearest films by vectors and by a one-film history; folding in. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/tiny.h"

static enum vector_metric metric_wanted;

static const float *vectors_of_metric(const struct model *model, size_t *dimension,
                                      enum vector_metric *metric) {
    const float *vectors = tiny_vectors(model, dimension, metric);
    *metric = metric_wanted;
    return vectors;
}

static struct similar_answer similar(struct snapshot *snapshot, uint32_t item, size_t top_k,
                                     struct arena *arena) {
    struct similar_answer answer;
    struct error error;
    assert_int_equal(service_similar(snapshot, item, top_k, arena, &answer, &error), STATUS_OK);
    return answer;
}

static void by_distance(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct arena arena = {0};
    tiny->ops.item_vectors = tiny_vectors;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    const struct similar_answer answer = similar(snapshot, 3, 4, &arena);
    assert_int_equal(answer.count, 4);
    const uint32_t items[] = {2, 4, 1, 5};
    const double values[] = {1 / 2.0, 1 / 2.0, 1 / 3.0, 1 / 3.0};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(answer.list[i].item, items[i]);
        ASSERT_NEAR(answer.list[i].similarity, values[i], 1e-6);
    }
    snapshot_release(snapshot);
    arena_release(&arena);
}

static void by_angle_where_vectors_are_multiplied(void **state) {
    (void)state;
    metric_wanted = VECTOR_DOT;
    struct tiny *tiny = tiny_create();
    struct arena arena = {0};
    tiny->ops.item_vectors = vectors_of_metric;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    const struct similar_answer answer = similar(snapshot, 7, 7, &arena);
    assert_int_equal(answer.list[0].item, 6);
    const double cosine = 43 / sqrt(50.0 * 37);
    ASSERT_NEAR(answer.list[0].similarity, 1 / (1 + sqrt(2 - 2 * cosine)), 1e-5);
    assert_int_equal(answer.list[6].item, 0);
    snapshot_release(snapshot);
    arena_release(&arena);
}

static void by_score_without_vectors(void **state) {
    (void)state;
    struct arena arena = {0};
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    const struct similar_answer answer = similar(snapshot, 0, 1000, &arena);
    assert_string_equal(service_scale_name(answer.scale), "score");
    assert_int_equal(answer.count, 7);
    assert_int_equal(answer.list[0].item, 1);
    ASSERT_NEAR(answer.list[0].similarity, 1 / (1 + exp(0.5)), 1e-6); /* 5 / 2 - 3 */
    assert_int_equal(answer.list[6].item, 7);
    ASSERT_NEAR(answer.list[6].similarity, 1 / (1 + exp(2.375)), 1e-6); /* 5 / 8 - 3 */
    snapshot_release(snapshot);
    arena_release(&arena);
}

/* Even films are alike, the higher the more. */
static void even_ones_are_alike(const struct model *model, uint32_t item, float *similarities) {
    for (uint32_t i = 0; i < model->item_count; i++)
        similarities[i] = (item + i) % 2 == 0 ? (float)i / 10 : 0;
}

static void by_the_models_own_word(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct arena arena = {0};
    tiny->ops.similar = even_ones_are_alike;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    const struct similar_answer answer = similar(snapshot, 4, 8, &arena);
    assert_string_equal(service_scale_name(answer.scale), "similarity");
    assert_int_equal(answer.count, 2); /* not itself, and not those that have nothing in common */
    assert_int_equal(answer.list[0].item, 6);
    ASSERT_NEAR(answer.list[0].similarity, 0.6, 1e-6);
    assert_int_equal(answer.list[1].item, 2);
    snapshot_release(snapshot);
    arena_release(&arena);
}

static void no_taste_no_likeness(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct arena arena = {0};
    struct similar_answer answer;
    struct error error;
    tiny->ops.traits = MODEL_IMPERSONAL;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    assert_int_equal(service_similar(snapshot, 0, 3, &arena, &answer, &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "the model \"tiny\" cannot tell which films are alike"));
    snapshot_release(snapshot);
    arena_release(&arena);
}

static void out_of_range(void **state) {
    (void)state;
    struct arena arena = {0};
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    struct similar_answer answer;
    struct error error;
    assert_int_equal(service_similar(snapshot, 8, 1, &arena, &answer, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.text, "there is no item number 8 among 8");
    assert_int_equal(service_similar(snapshot, 0, 0, &arena, &answer, &error), STATUS_BAD_USAGE);
    snapshot_release(snapshot);
    arena_release(&arena);
}

static void a_history_is_folded_in(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct arena arena = {0};
    struct error error;
    const struct rated_item ratings[] = {{1, 4}, {2, 3}};
    struct service_vector vector;
    tiny->ops.item_vectors = tiny_vectors;
    tiny->ops.query_vectors = tiny_query_vectors;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    assert_int_equal(service_fold_in(snapshot, ratings, 2, &arena, &vector, &error), STATUS_OK);
    assert_int_equal(vector.dimension, 2);
    ASSERT_NEAR(vector.values[0], 2, 0);
    ASSERT_NEAR(vector.values[1], 4, 0);
    snapshot_release(snapshot);
    snapshot = tiny_snapshot(tiny_create());
    assert_int_equal(service_fold_in(snapshot, ratings, 2, &arena, &vector, &error),
                     STATUS_NOT_FOUND);
    snapshot_release(snapshot);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_distance),
        cmocka_unit_test(by_angle_where_vectors_are_multiplied),
        cmocka_unit_test(by_score_without_vectors),
        cmocka_unit_test(by_the_models_own_word),
        cmocka_unit_test(no_taste_no_likeness),
        cmocka_unit_test(out_of_range),
        cmocka_unit_test(a_history_is_folded_in),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
