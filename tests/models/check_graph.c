/* check_graph.c: the gradients of LightGCN and NGCF against finite differences, in double, for each
 * loss and each kind of dropout.
 *
 * Every element of every parameter is moved by +-h; the loss of a forward pass alone must change as
 * the backward pass says: |numeric - analytic| <= 1e-6 * (|numeric| + |analytic|) or both below
 * 1e-9. Dropout takes the same numbers every time, because a step names them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/graph/graph_loss.h"
#include "models/graph/ngcf_network.h"

enum { USERS = 5, ITEMS = 6, NODES = USERS + ITEMS, BATCH = 7, NEGATIVES = 3, DIMENSION = 3 };

static const uint64_t offsets[USERS + 1] = {0, 3, 5, 6, 8, 9};
static const uint32_t histories[9] = {0, 2, 4, 1, 2, 5, 0, 3, 4};
static const uint32_t users[BATCH] = {0, 0, 1, 3, 4, 2, 0}, items[BATCH] = {0, 4, 1, 3, 4, 5, 4};
/* Item 5 of the shared ones is user 2's own: it does not count for him. */
static const uint32_t shared[NEGATIVES] = {3, 5, 1};
static const uint32_t own[BATCH * NEGATIVES] = {1, 3, 5, 1, 1, 3, 0, 3, 4, 1, 2,
                                                4, 0, 5, 1, 1, 2, 0, 5, 3, 1};
/* What the batch looks at with the shared negatives: all but item 2. */
static const uint8_t touched[NODES] = {1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1};

struct fixture {
    struct arena arena;
    struct ngcf_network network; /* without layers: plain embeddings, which LightGCN averages */
    struct graph_loss loss;
    struct graph_batch batch;
    struct graph_step step;
    real *mean, *room, *gradient, *back; /* [NODES][width] */
    bool averages;
};

/* The final vectors, there and back, of either model. */
static const real *encode(struct fixture *fixture) {
    struct ngcf_network *network = &fixture->network;
    network->base.forward(&network->base, &fixture->step);
    if (!fixture->averages)
        return network->base.vectors;
    bipartite_layer_mean(&network->view.whole,
                         &(struct bipartite_mean){.x = network->base.vectors,
                                                  .out = fixture->mean,
                                                  .room = fixture->room,
                                                  .width = network->base.width,
                                                  .layers = 3});
    return fixture->mean;
}

static double loss_of(struct fixture *fixture) {
    return graph_loss_run(&fixture->loss, &fixture->batch, encode(fixture), NULL) *
           fixture->batch.scale;
}

static void differentiate(struct fixture *fixture, bool adds) {
    struct ngcf_network *network = &fixture->network;
    const real *vectors = encode(fixture), *gradient = fixture->gradient;
    graph_loss_run(&fixture->loss, &fixture->batch, vectors, fixture->gradient);
    if (fixture->averages) {
        bipartite_layer_mean(&network->view.whole,
                             &(struct bipartite_mean){.x = fixture->gradient,
                                                      .out = fixture->back,
                                                      .room = fixture->room,
                                                      .width = network->base.width,
                                                      .layers = 3});
        gradient = fixture->back;
    }
    network->base.backward(&network->base, gradient, adds);
}

static void compare_all(struct fixture *fixture, double times) {
    const double h = 2e-6;
    for (size_t p = 0; p < fixture->network.base.parameter_count; p++) {
        struct parameter *parameter = &fixture->network.parameters[p];
        for (size_t i = 0; i < parameter_count(parameter); i++) {
            real *weight = &parameter->weight[i], before = *weight;
            double f[4];
            for (int k = 0; k < 4; k++) {
                *weight = before + (double[]){-2, -1, 1, 2}[k] * h;
                f[k] = loss_of(fixture);
            }
            *weight = before;
            double numeric = times * (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h);
            double exact = parameter->gradient[i], error = fabs(numeric - exact);
            if (error > 1e-6 * (fabs(numeric) + fabs(exact)) && error > 1e-9)
                fail_msg("%s[%zu]: finite difference %.12g, gradient %.12g", parameter->name, i,
                         numeric, exact);
        }
    }
}

static void begin(struct fixture *fixture, const struct ngcf_shape *shape,
                  const struct graph_loss_options *options) {
    memset(fixture, 0, sizeof *fixture);
    struct arena *arena = &fixture->arena;
    struct ngcf_network *network = &fixture->network;
    const struct csr edges = {USERS, ITEMS, offsets, histories, NULL};
    bipartite_init(&network->view.whole, &edges, 0, arena);
    network->view.dropout = shape->message_dropout; /* edges go as messages do */
    network->view.hides = shape->message_dropout > 0;
    graph_view_init(&network->view, arena);
    ngcf_network_init(network, shape, 3, arena);
    size_t count = NODES * network->base.width;
    network->base.vectors = ARENA_ARRAY(arena, real, count);
    struct rng rng;
    rng_init(&rng, 7, 0);
    for (size_t p = 0; p < network->base.parameter_count; p++) {
        parameter_fill_normal(&network->parameters[p], 0.6, &rng);
        if (network->parameters[p].transposed)
            parameter_transpose(&network->parameters[p], 0, network->parameters[p].rows);
    }
    fixture->averages = shape->layer_count == 0;
    fixture->mean = ARENA_ARRAY(arena, real, count);
    fixture->room = ARENA_ARRAY(arena, real, count);
    fixture->gradient = ARENA_ARRAY(arena, real, count);
    fixture->back = ARENA_ARRAY(arena, real, count);
    struct graph_loss_options full = *options;
    full.negative_count = NEGATIVES;
    full.user_count = USERS;
    full.item_count = ITEMS;
    full.width = network->base.width;
    full.batch_max = BATCH;
    graph_loss_init(&fixture->loss, &full, arena);
    const bool all = options->kind == GRAPH_BPR || shape->layer_count == 0;
    fixture->step = (struct graph_step){.seed = 5,
                                        .stream = 77,
                                        .touched = all ? NULL : touched,
                                        .users = users,
                                        .items = items,
                                        .count = BATCH};
    fixture->batch = (struct graph_batch){.count = BATCH,
                                          .negative_count = NEGATIVES,
                                          .users = users,
                                          .items = items,
                                          .negatives = options->kind == GRAPH_BPR ? own : shared,
                                          .offsets = offsets,
                                          .histories = histories,
                                          .scale = 0.1};
}

static const struct graph_loss_options losses[] = {
    {.kind = GRAPH_SOFTMAX, .temperature = 0.4, .cosine = true},
    {.kind = GRAPH_SOFTMAX, .temperature = 1},
    {.kind = GRAPH_BPR, .temperature = 1},
    {.kind = GRAPH_SQUARES, .temperature = 0.5, .unobserved = 0.3},
    {.kind = GRAPH_BPR, .temperature = 0.5, .cosine = true},
};

static void check(const struct ngcf_shape *shape) {
    for (size_t l = 0; l < sizeof losses / sizeof *losses; l++) {
        struct fixture fixture;
        begin(&fixture, shape, &losses[l]);
        differentiate(&fixture, false);
        compare_all(&fixture, 1);
        /* A second batch of the same step adds to the first. */
        differentiate(&fixture, true);
        compare_all(&fixture, 2);
        arena_release(&fixture.arena);
    }
}

static void lightgcn(void **state) {
    (void)state;
    check(&(struct ngcf_shape){.embedding_dim = DIMENSION});
}

static void ngcf(void **state) {
    (void)state;
    check(&(struct ngcf_shape){.embedding_dim = DIMENSION,
                               .layer_count = 2,
                               .hidden_dims = {4, 2},
                               .loops = true,
                               .unit_layers = true});
}

static void ngcf_without_loops(void **state) {
    (void)state;
    check(&(struct ngcf_shape){.embedding_dim = DIMENSION, .layer_count = 1, .hidden_dims = {18}});
}

static void ngcf_with_dropout(void **state) {
    (void)state;
    check(&(struct ngcf_shape){.embedding_dim = DIMENSION,
                               .layer_count = 2,
                               .hidden_dims = {5, 4},
                               .loops = true,
                               .unit_layers = true,
                               .message_dropout = 0.3});
}

/* A negative stands for all items that the user has not: -log e^s / (e^s + sum of w e^n). */
static void softmax_stands_for_all_items(void **state) {
    (void)state;
    struct fixture fixture;
    begin(&fixture, &(struct ngcf_shape){.embedding_dim = DIMENSION}, &losses[1]);
    const real *vectors = encode(&fixture);
    double expected = 0;
    for (size_t b = 0; b < BATCH; b++) {
        const real *user = vectors + users[b] * DIMENSION;
        const size_t has = offsets[users[b] + 1] - offsets[users[b]];
        double sum = 0, target = 0, others = 0;
        for (size_t n = 0; n <= NEGATIVES; n++) {
            const uint32_t item = n < NEGATIVES ? shared[n] : items[b];
            const real *other = vectors + (USERS + item) * DIMENSION;
            double score = 0;
            for (size_t k = 0; k < DIMENSION; k++)
                score += user[k] * other[k];
            bool his = false;
            for (uint64_t i = offsets[users[b]]; i < offsets[users[b] + 1]; i++)
                his |= histories[i] == item;
            target = score;
            sum += n < NEGATIVES && !his ? exp(score) : 0;
            others += n < NEGATIVES && !his;
        }
        expected += log(exp(target) + sum * (double)(ITEMS - has) / others) - target;
    }
    const double found = graph_loss_run(&fixture.loss, &fixture.batch, vectors, NULL);
    assert_true(fabs(found - expected) < 1e-9 * expected);
    arena_release(&fixture.arena);
}

/* Every positive's share of its user's row, from the definition. */
static void squares_are_over_all_items(void **state) {
    (void)state;
    const struct graph_loss_options options = {
        .kind = GRAPH_SQUARES, .temperature = 1, .unobserved = 0.3};
    struct fixture fixture;
    begin(&fixture, &(struct ngcf_shape){.embedding_dim = DIMENSION}, &options);
    const real *vectors = encode(&fixture);
    double expected = 0;
    for (size_t b = 0; b < BATCH; b++) {
        const double has = (double)(offsets[users[b] + 1] - offsets[users[b]]);
        for (size_t n = 0; n <= NEGATIVES; n++) {
            const uint32_t item = n < NEGATIVES ? shared[n] : items[b];
            double score = 0;
            for (size_t k = 0; k < DIMENSION; k++)
                score +=
                    vectors[users[b] * DIMENSION + k] * vectors[(USERS + item) * DIMENSION + k];
            expected +=
                n < NEGATIVES ? 0.3 / has * score * score / 2 : (score - 1) * (score - 1) / 2;
        }
    }
    const double found = graph_loss_run(&fixture.loss, &fixture.batch, vectors, NULL);
    assert_true(fabs(found - expected) < 1e-9 * expected);
    arena_release(&fixture.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lightgcn),
        cmocka_unit_test(ngcf),
        cmocka_unit_test(ngcf_without_loops),
        cmocka_unit_test(ngcf_with_dropout),
        cmocka_unit_test(softmax_stands_for_all_items),
        cmocka_unit_test(squares_are_over_all_items),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
