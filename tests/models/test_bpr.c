/* test_bpr.c: a step by hand, shards that share nothing, options. */
#include "base/parallel.h"
#include "models/classic.h"
#include "models/factorization/bpr_epoch.h"

/* Rows of so many people, each with about a third of the films. */
static struct interactions random_rows(uint32_t users, uint32_t items, struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, (size_t)users * items);
    struct rng rng;
    rng_init(&rng, 9, 0);
    for (uint32_t u = 0; u < users; u++) {
        offsets[u + 1] = offsets[u];
        for (uint32_t i = 0; i < items; i++)
            if (rng_below(&rng, 3) == 0)
                columns[offsets[u + 1]++] = i;
    }
    return (struct interactions){.user_count = users,
                                 .item_count = items,
                                 .count = (size_t)offsets[users],
                                 .offsets = offsets,
                                 .items = columns};
}

struct tables {
    struct bpr_weights weights;
    struct bpr_epoch epoch;
};

static void make(struct tables *tables, const struct interactions *rows,
                 const struct bpr_options *options, struct arena *arena) {
    enum { DIMENSION = 20 };
    tables->weights = (struct bpr_weights){
        .dimension = DIMENSION,
        .users = ARENA_ARRAY(arena, float, (size_t)rows->user_count *DIMENSION),
        .items = ARENA_ARRAY(arena, float, (size_t)rows->item_count *DIMENSION),
        .bias = ARENA_ARRAY(arena, float, rows->item_count),
    };
    struct rng rng;
    rng_init(&rng, 2, 0);
    for (size_t i = 0; i < (size_t)rows->user_count * DIMENSION; i++)
        tables->weights.users[i] = (float)(0.1 * rng_normal(&rng));
    for (size_t i = 0; i < (size_t)rows->item_count * DIMENSION; i++)
        tables->weights.items[i] = (float)(0.1 * rng_normal(&rng));
    bpr_epoch_init(&tables->epoch, &tables->weights, rows, options, 3, arena);
}

/* One user, one item of his, one that is not: a step that can be worked out by hand. */
static void a_step_is_the_gradient(void **state) {
    (void)state;
    struct arena arena = {0};
    static const uint64_t offsets[] = {0, 1};
    static const uint32_t items[] = {1};
    const struct interactions rows = {
        .user_count = 1, .item_count = 2, .count = 1, .offsets = offsets, .items = items};
    float user[] = {0.5f, -1}, both[] = {0.25f, 2, 1, 0.5f}, bias[] = {0.125f, 0};
    const struct bpr_weights weights = {2, user, both, bias};
    const struct bpr_options options = {.candidates = 1, .l2 = 0.5, .l2_bias = 0.25};
    struct bpr_epoch epoch;
    bpr_epoch_init(&epoch, &weights, &rows, &options, 1, &arena);
    double loss = bpr_epoch_run(&epoch, 1, 0.1);
    /* x = (0.5 * 1 - 0.5) - (0.125 - 2 + 0.125) = 1.75 */
    double e = 1 / (1 + exp(1.75));
    assert_near(loss, log(1 + exp(-1.75)), 1e-6);
    assert_near(user[0], 0.5 + 0.1 * (e * (1 - 0.25) - 0.5 * 0.5), 1e-6);
    assert_near(user[1], -1 + 0.1 * (e * (0.5 - 2) + 0.5 * 1), 1e-6);
    assert_near(both[2], 1 + 0.1 * (e * 0.5 - 0.5 * 1), 1e-6);
    assert_near(both[3], 0.5 + 0.1 * (e * -1 - 0.5 * 0.5), 1e-6);
    assert_near(both[0], 0.25 + 0.1 * (-e * 0.5 - 0.5 * 0.25), 1e-6);
    assert_near(both[1], 2 + 0.1 * (e - 0.5 * 2), 1e-6);
    assert_near(bias[1], 0.1 * e, 1e-6);
    assert_near(bias[0], 0.125 + 0.1 * (-e - 0.25 * 0.125), 1e-6);
    arena_release(&arena);
}

static void every_row_is_worked_off_once(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = random_rows(600, 530, &arena);
    struct tables tables;
    make(&tables, &rows, &(struct bpr_options){.candidates = 1}, &arena);
    struct bpr_epoch *epoch = &tables.epoch;
    assert_int_equal(epoch->shard_count, BPR_SHARDS_MAX);
    uint8_t *seen = ARENA_ARRAY(&arena, uint8_t, 600 * 530);
    bpr_epoch_run(epoch, 1, 0.05);
    for (size_t cell = 0; cell < epoch->shard_count * epoch->shard_count; cell++)
        for (size_t r = epoch->row_begins[cell]; r < epoch->row_begins[cell + 1]; r++) {
            const struct bpr_row *row = &epoch->rows[r];
            assert_int_equal(seen[row->user * 530 + row->item]++, 0);
            assert_int_equal(epoch->block_of[row->item], cell % epoch->shard_count);
            assert_true(interactions_contains(&rows, row->user, row->item));
        }
    assert_int_equal(epoch->row_begins[epoch->shard_count * epoch->shard_count], rows.count);
    arena_release(&arena);
}

static void threads_change_nothing(void **state) {
    (void)state;
    static const struct bpr_options kinds[] = {
        {.candidates = 1, .l2 = 0.01},
        {.strategy = SAMPLER_POPULARITY, .candidates = 3, .l2 = 0.01, .l2_bias = 0.01}};
    for (size_t kind = 0; kind < 2; kind++) {
        struct arena arena = {0};
        struct interactions rows = random_rows(300, 260, &arena);
        struct tables tables[3];
        double losses[3];
        for (size_t i = 0; i < 3; i++) {
            parallel_set_threads((size_t)1 << i);
            make(&tables[i], &rows, &kinds[kind], &arena);
            for (uint32_t epoch = 1; epoch <= 3; epoch++)
                losses[i] = bpr_epoch_run(&tables[i].epoch, epoch, 0.05);
            assert_memory_equal(tables[i].weights.users, tables[0].weights.users,
                                300 * 20 * sizeof(float));
            assert_memory_equal(tables[i].weights.items, tables[0].weights.items,
                                260 * 20 * sizeof(float));
            assert_true(losses[i] == losses[0]);
        }
        parallel_set_threads(0);
        arena_release(&arena);
    }
}

/* With more candidates the negatives are harder, so the loss is higher. */
static void candidates_make_negatives_harder(void **state) {
    (void)state;
    struct arena arena = {0};
    struct interactions rows = random_rows(200, 150, &arena);
    double losses[2];
    for (size_t i = 0; i < 2; i++) {
        struct tables tables;
        make(&tables, &rows, &(struct bpr_options){.candidates = i == 0 ? 1 : 5}, &arena);
        for (uint32_t epoch = 1; epoch <= 5; epoch++)
            losses[i] = bpr_epoch_run(&tables.epoch, epoch, 0.05);
    }
    assert_true(losses[1] > 1.1 * losses[0]);
    arena_release(&arena);
}

/* Somebody who has everything has no negatives, and is passed over. */
static void who_has_everything_is_passed_over(void **state) {
    (void)state;
    struct arena arena = {0};
    static const uint64_t offsets[] = {0, 3};
    static const uint32_t items[] = {0, 1, 2};
    const struct interactions rows = {
        .user_count = 1, .item_count = 3, .count = 3, .offsets = offsets, .items = items};
    struct tables tables;
    make(&tables, &rows, &(struct bpr_options){.candidates = 2, .l2 = 0.1}, &arena);
    float before = tables.weights.users[0];
    assert_true(bpr_epoch_run(&tables.epoch, 1, 0.1) == 0);
    assert_true(tables.weights.users[0] == before);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_is_the_gradient),
        cmocka_unit_test(every_row_is_worked_off_once),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(candidates_make_negatives_harder),
        cmocka_unit_test(who_has_everything_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
