/* test_rp3beta.c: walks against numpy, by hand, edges. */
#include "models/classic.h"

extern const struct model_ops model_rp3beta;

static void walks_agree_with_numpy(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = classic_ratings();
    struct interactions rows = classic_rows(&table, false, &arena);
    struct table expected = classic_read_file(CLASSIC_GRAPH_FILE, "rp3beta", 9, 9);
    const char *const pairs[] = {"model.alpha=0.7", "model.beta=0.4", NULL};
    struct model *model = classic_fitted(&model_rp3beta, &rows, pairs);
    classic_check_weights(model, &expected, 1e-6);
    classic_check_queries(model, &rows);
    classic_check_shares(model, &rows);
    classic_check_empty(model, &rows);
    classic_check_threads(&model_rp3beta, &rows, pairs);
    model_destroy(model);
    arena_release(&arena);
}

/* Users {0, 1}, {0, 1, 2}. alpha 1, beta 0: from 0 by either user (1/2 each) to 1: 1/2 1/2 + 1/2
 * 1/3 = 5/12; to 2: 1/6. Of the ways into 2, from 0 and from 1, weights are the same: the lower
 * stays. */
static void ways_by_hand(void **state) {
    (void)state;
    struct arena arena = {0};
    struct table table = {2, 3, {{1, 1, 0}, {1, 1, 1}}};
    struct interactions rows = classic_rows(&table, false, &arena);
    static const char *const all[] = {"model.alpha=1", "model.beta=0", NULL};
    static const char *const one[] = {"model.alpha=1", "model.beta=0", "model.k=1", NULL};
    static const char *const unit[] = {"model.alpha=1", "model.beta=0", "model.normalize=true",
                                       NULL};
    const struct {
        const char *const *pairs;
        struct table expected;
    } cases[] = {
        {all, {2, 3, {{0, 5.0 / 12, 1.0 / 6}, {5.0 / 12, 0, 1.0 / 6}}}},
        {one, {1, 3, {{0, 5.0 / 12, 1.0 / 6}}}},
        {unit, {1, 3, {{0, 5.0 / 9, 0.5}}}},
    };
    for (size_t i = 0; i < 3; i++) {
        struct model *model = classic_fitted(&model_rp3beta, &rows, cases[i].pairs);
        classic_check_weights(model, &cases[i].expected, 1e-6);
        model_destroy(model);
    }
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(walks_agree_with_numpy),
        cmocka_unit_test(ways_by_hand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
