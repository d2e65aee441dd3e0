/* test_bipartite.c: weights by hand, spreading against dense products, dropout, threads. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/parallel.h"
#include "base/rng.h"
#include "graph/bipartite.h"

enum { USERS = 7, ITEMS = 5, NODES = USERS + ITEMS, WIDTH = 67 };

/* User 6 and item 4 have nothing. */
static const uint8_t has[USERS][ITEMS] = {{1, 1, 0, 0}, {0, 1, 1, 1}, {1, 0, 0, 0}, {0, 1, 0, 0},
                                          {1, 1, 1, 1}, {0, 0, 1, 0}, {0, 0, 0, 0}};

static struct csr edges(struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, USERS + 1);
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, USERS * ITEMS);
    for (uint32_t u = 0; u < USERS; u++) {
        offsets[u + 1] = offsets[u];
        /* Not ascending: as a history in the order of time may be. */
        for (uint32_t i = ITEMS; i-- > 0;)
            if (has[u][i])
                columns[offsets[u + 1]++] = i;
    }
    return (struct csr){USERS, ITEMS, offsets, columns, NULL};
}

/* S as a dense matrix, from its definition. */
static void dense_matrix(double matrix[NODES][NODES], bool loops) {
    double degree[NODES] = {0};
    memset(matrix, 0, sizeof(double[NODES][NODES]));
    for (int u = 0; u < USERS; u++)
        for (int i = 0; i < ITEMS; i++)
            matrix[u][USERS + i] = matrix[USERS + i][u] = has[u][i];
    for (int a = 0; a < NODES; a++) {
        matrix[a][a] = loops;
        for (int b = 0; b < NODES; b++)
            degree[a] += matrix[a][b];
    }
    for (int a = 0; a < NODES; a++)
        for (int b = 0; b < NODES; b++)
            if (matrix[a][b] != 0)
                matrix[a][b] /= sqrt(degree[a] * degree[b]);
}

static void fill(real *values, size_t count) {
    struct rng rng;
    rng_init(&rng, 3, 0);
    for (size_t i = 0; i < count; i++)
        values[i] = (real)rng_normal(&rng);
}

static void spread_is_the_dense_product(void **state) {
    (void)state;
    for (int loops = 0; loops < 2; loops++) {
        struct arena arena = {0};
        struct csr pattern = edges(&arena);
        struct bipartite graph;
        bipartite_init(&graph, &pattern, loops ? BIPARTITE_LOOPS : 0, &arena);
        double matrix[NODES][NODES];
        dense_matrix(matrix, loops);
        real *x = ARENA_ARRAY(&arena, real, NODES * WIDTH);
        real *out = ARENA_ARRAY(&arena, real, NODES * WIDTH);
        fill(x, NODES * WIDTH);
        for (int start = 0; start < 2; start++) {
            bipartite_spread(&graph,
                             &(struct bipartite_spread){
                                 .in = x, .start = start ? x : NULL, .out = out, .width = WIDTH});
            for (size_t a = 0; a < NODES; a++)
                for (size_t c = 0; c < WIDTH; c++) {
                    double sum = start ? (double)x[a * WIDTH + c] : 0;
                    for (size_t b = 0; b < NODES; b++)
                        sum += matrix[a][b] * (double)x[b * WIDTH + c];
                    assert_true(fabs(sum - (double)out[a * WIDTH + c]) < 1e-5);
                }
        }
        arena_release(&arena);
    }
}

static void layer_mean_is_the_mean_of_the_layers(void **state) {
    (void)state;
    struct arena arena = {0};
    struct csr pattern = edges(&arena);
    struct bipartite graph;
    bipartite_init(&graph, &pattern, 0, &arena);
    enum { COUNT = NODES * WIDTH };
    real *x = ARENA_ARRAY(&arena, real, COUNT), *out = ARENA_ARRAY(&arena, real, COUNT);
    real *room = ARENA_ARRAY(&arena, real, COUNT), *sum = ARENA_ARRAY(&arena, real, COUNT);
    fill(x, COUNT);
    memcpy(sum, x, COUNT * sizeof *sum);
    real *layer = ARENA_ARRAY(&arena, real, COUNT);
    memcpy(layer, x, COUNT * sizeof *layer);
    for (size_t layers = 0; layers < 4; layers++) {
        bipartite_layer_mean(
            &graph, &(struct bipartite_mean){
                        .x = x, .out = out, .room = room, .width = WIDTH, .layers = layers});
        for (size_t i = 0; i < COUNT; i++)
            assert_true(fabs((double)sum[i] / (double)(layers + 1) - (double)out[i]) < 1e-5);
        bipartite_spread(&graph,
                         &(struct bipartite_spread){.in = layer, .out = room, .width = WIDTH});
        memcpy(layer, room, COUNT * sizeof *layer);
        for (size_t i = 0; i < COUNT; i++)
            sum[i] += layer[i];
    }
    arena_release(&arena);
}

/* A graph of many edges. */
static struct csr large(struct arena *arena, uint32_t users, uint32_t items) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, users + 1);
    uint32_t *columns = ARENA_ARRAY(arena, uint32_t, (size_t)users * items);
    struct rng rng;
    rng_init(&rng, 4, 0);
    for (uint32_t u = 0; u < users; u++) {
        offsets[u + 1] = offsets[u];
        for (uint32_t i = 0; i < items; i++)
            if (rng_below(&rng, 3) == 0)
                columns[offsets[u + 1]++] = i;
    }
    return (struct csr){users, items, offsets, columns, NULL};
}

static real value_at(const struct bipartite_side *side, uint32_t row, uint32_t column) {
    for (uint64_t i = side->offsets[row]; i < side->offsets[row + 1]; i++)
        if (side->columns[i] == column)
            return side->values[i];
    return 0;
}

static void dropout_takes_a_share_of_the_edges_on_both_sides(void **state) {
    (void)state;
    struct arena arena = {0};
    struct csr pattern = large(&arena, 300, 200);
    struct bipartite graph, part, again;
    bipartite_init(&graph, &pattern, 0, &arena);
    bipartite_reserve(&part, &graph, &arena);
    bipartite_reserve(&again, &graph, &arena);
    bipartite_drop(&part, &graph, &(struct bipartite_dropout){0.3, 1, 2});
    double share = (double)part.by_user.offsets[300] / (double)graph.by_user.offsets[300];
    assert_true(fabs(share - 0.7) < 0.02);
    assert_int_equal(part.by_user.offsets[300], part.by_item.offsets[200]);
    for (uint32_t u = 0; u < 300; u++)
        for (uint64_t i = part.by_user.offsets[u]; i < part.by_user.offsets[u + 1]; i++) {
            uint32_t item = part.by_user.columns[i];
            double kept = (double)part.by_user.values[i];
            assert_true((double)value_at(&part.by_item, item, u) == kept);
            assert_true(fabs(kept * 0.7 - (double)value_at(&graph.by_user, u, item)) < 1e-6);
        }
    bipartite_drop(&again, &graph, &(struct bipartite_dropout){0.3, 1, 3});
    assert_true(memcmp(part.by_user.offsets, again.by_user.offsets, 301 * sizeof(uint64_t)) != 0);
    bipartite_drop(&part, &graph, &(struct bipartite_dropout){0, 1, 2});
    assert_int_equal(part.by_user.offsets[300], graph.by_user.offsets[300]);
    arena_release(&arena);
}

static void hidden_edges_weigh_nothing_until_they_are_shown(void **state) {
    (void)state;
    struct arena arena = {0};
    struct csr pattern = edges(&arena);
    struct bipartite graph;
    bipartite_init(&graph, &pattern, 0, &arena);
    /* One of them twice, and one that the graph does not have. */
    const uint32_t users[] = {0, 4, 0, 2}, items[] = {1, 2, 1, 3};
    real weights[8], before[USERS][ITEMS];
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++)
            before[u][i] = value_at(&graph.by_user, u, i);
    const struct bipartite_hidden hidden = {users, items, 4, weights};
    bipartite_hide(&graph, &hidden);
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++) {
            real left = (u == 0 && i == 1) || (u == 4 && i == 2) ? 0 : before[u][i];
            assert_true(value_at(&graph.by_user, u, i) == left);
            assert_true(value_at(&graph.by_item, i, u) == left);
        }
    bipartite_show(&graph, &hidden);
    for (uint32_t u = 0; u < USERS; u++)
        for (uint32_t i = 0; i < ITEMS; i++) {
            assert_true(value_at(&graph.by_user, u, i) == before[u][i]);
            assert_true(value_at(&graph.by_item, i, u) == before[u][i]);
        }
    arena_release(&arena);
}

/* Rows that are not wanted stay as they were; rows of zeros may be said to be some. */
static void some_rows_are_as_in_the_whole(void **state) {
    (void)state;
    struct arena arena = {0};
    struct csr pattern = large(&arena, 600, 400);
    struct bipartite graph;
    bipartite_init(&graph, &pattern, 0, &arena);
    enum { NODE_COUNT = 1000 };
    size_t count = NODE_COUNT * WIDTH;
    real *x = ARENA_ARRAY(&arena, real, count), *room = ARENA_ARRAY(&arena, real, count);
    real *all = ARENA_ARRAY(&arena, real, count), *some = ARENA_ARRAY(&arena, real, count);
    uint8_t *marks = ARENA_ARRAY(&arena, uint8_t, NODE_COUNT);
    fill(x, count);
    for (size_t node = 0; node < NODE_COUNT; node++) {
        marks[node] = node % 3 == 0;
        if (!marks[node])
            memset(x + node * WIDTH, 0, WIDTH * sizeof *x);
    }
    for (size_t layers = 1; layers < 4; layers++) {
        struct bipartite_mean job = {
            .x = x, .out = all, .room = room, .width = WIDTH, .layers = layers};
        bipartite_layer_mean(&graph, &job);
        memset(some, 0, count * sizeof *some);
        job.out = some;
        job.wanted = job.nonzero = marks;
        bipartite_layer_mean(&graph, &job);
        for (size_t node = 0; node < NODE_COUNT; node++)
            if (marks[node])
                assert_memory_equal(some + node * WIDTH, all + node * WIDTH, WIDTH * sizeof *x);
    }
    arena_release(&arena);
}

static void threads_change_nothing(void **state) {
    (void)state;
    struct arena arena = {0};
    struct csr pattern = large(&arena, 700, 300);
    struct bipartite graph;
    bipartite_init(&graph, &pattern, BIPARTITE_LOOPS, &arena);
    assert_true(graph.by_user.shard_count > 3);
    size_t count = 1000 * 64;
    real *x = ARENA_ARRAY(&arena, real, count), *room = ARENA_ARRAY(&arena, real, count);
    real *out[3];
    fill(x, count);
    for (size_t i = 0; i < 3; i++) {
        parallel_set_threads((size_t)1 << i);
        out[i] = ARENA_ARRAY(&arena, real, count);
        bipartite_layer_mean(&graph,
                             &(struct bipartite_mean){
                                 .x = x, .out = out[i], .room = room, .width = 64, .layers = 3});
        assert_memory_equal(out[i], out[0], count * sizeof *x);
    }
    parallel_set_threads(0);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spread_is_the_dense_product),
        cmocka_unit_test(layer_mean_is_the_mean_of_the_layers),
        cmocka_unit_test(dropout_takes_a_share_of_the_edges_on_both_sides),
        cmocka_unit_test(hidden_edges_weigh_nothing_until_they_are_shown),
        cmocka_unit_test(some_rows_are_as_in_the_whole),
        cmocka_unit_test(threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
