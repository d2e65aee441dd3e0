/* test_random.c: draws are even, the same for the same person, other for others. */
#include "models/classic.h"

extern const struct model_ops model_random;

static const struct table by_hand = {3, 4, {{5, 1, 0, 0}, {4, 2, 0, 0}, {0, 3, 2, 0}}};

static void draws_are_even(void **state) {
    (void)state;
    enum { ITEMS = 20000 };
    struct arena arena = {0};
    uint64_t offsets[2] = {0, 0};
    struct interactions rows = {.user_count = 1, .item_count = ITEMS, .offsets = offsets};
    struct model *model = classic_fitted(&model_random, &rows, NULL);
    struct query query = {.user = MODEL_NO_USER};
    float *scores = ARENA_ARRAY(&arena, float, ITEMS);
    model->ops->score(model, &query, 1, NULL, ITEMS, scores);
    size_t tenths[10] = {0};
    for (size_t i = 0; i < ITEMS; i++) {
        assert_true(scores[i] >= 0 && scores[i] <= 1);
        tenths[(size_t)(scores[i] * 9.9999f)]++;
    }
    /* 2000 expected, deviation 42. */
    for (size_t i = 0; i < 10; i++)
        assert_true(tenths[i] > 1800 && tenths[i] < 2200);
    model_destroy(model);
    arena_release(&arena);
}

static void a_person_keeps_the_list_and_others_get_another(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = classic_rows(&by_hand, true, &arena);
    struct model *model = classic_fitted(&model_random, &rows, NULL);
    classic_check_queries(model, &rows);
    uint32_t one[] = {1, 2}, turned[] = {2, 1}, other[] = {1, 3};
    struct query queries[3] = {{.user = MODEL_NO_USER, .history = {.count = 2, .items = one}},
                               {.user = MODEL_NO_USER, .history = {.count = 2, .items = turned}},
                               {.user = MODEL_NO_USER, .history = {.count = 2, .items = other}}};
    float scores[3][4];
    model->ops->score(model, queries, 3, NULL, 4, &scores[0][0]);
    assert_memory_equal(scores[0], scores[1], sizeof scores[0]);
    assert_memory_not_equal(scores[0], scores[2], sizeof scores[0]);
    model_destroy(model);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_are_even),
        cmocka_unit_test(a_person_keeps_the_list_and_others_get_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
