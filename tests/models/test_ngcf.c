/* test_ngcf.c: the forward pass against the formulas, written out; what the settings refuse. */
#include "models/classic.h"
#include "models/graph/ngcf_network.h"
#include "models/trainer.h"

extern const struct model_ops model_ngcf;

enum { USERS = 3, ITEMS = 4, NODES = USERS + ITEMS, IN = 3, OUT = 2 };

static const uint64_t offsets[USERS + 1] = {0, 2, 5, 6};
static const uint32_t items[6] = {0, 2, 0, 1, 3, 2};

static void expect_layer(const struct ngcf_network *network, bool loops, double out[NODES][OUT]) {
    double s[NODES][NODES] = {{0}}, degree[NODES] = {0};
    for (int u = 0; u < USERS; u++)
        for (uint64_t i = offsets[u]; i < offsets[u + 1]; i++)
            s[u][USERS + items[i]] = s[USERS + items[i]][u] = 1;
    for (int a = 0; a < NODES; a++)
        for (int b = 0; b < NODES; b++)
            degree[a] += s[a][b];
    const real *e = network->parameters[0].weight, *w1 = network->parameters[1].weight;
    const real *w2 = network->parameters[2].weight, *bias = network->parameters[3].weight;
    for (int a = 0; a < NODES; a++) {
        for (int o = 0; o < OUT; o++) {
            double z = (double)bias[o];
            for (int k = 0; k < IN; k++) {
                double side = 0, own = (double)e[a * IN + k];
                for (int b = 0; b < NODES; b++)
                    side += s[a][b] > 0 ? (double)e[b * IN + k] / sqrt(degree[a] * degree[b]) : 0;
                z += (side + (loops ? own : 0)) * (double)w1[k * OUT + o];
                z += side * own * (double)w2[k * OUT + o];
            }
            out[a][o] = z > 0 ? z : 0.2 * z;
        }
    }
}

static void forward_is_the_formula(void **state) {
    (void)state;
    for (int form = 0; form < 4; form++) {
        const bool loops = form & 1, unit = form & 2;
        struct arena arena = {0};
        struct ngcf_network network = {0};
        const struct csr edges = {USERS, ITEMS, offsets, items, NULL};
        bipartite_init(&network.view.whole, &edges, 0, &arena);
        const struct ngcf_shape shape = {.embedding_dim = IN,
                                         .layer_count = 1,
                                         .hidden_dims = {OUT},
                                         .loops = loops,
                                         .unit_layers = unit};
        ngcf_network_init(&network, &shape, 4, &arena);
        assert_int_equal(network.base.width, IN + OUT);
        network.base.vectors = ARENA_ARRAY(&arena, real, NODES * (IN + OUT));
        struct rng rng;
        rng_init(&rng, 2, 0);
        for (size_t p = 0; p < network.base.parameter_count; p++)
            parameter_fill_normal(&network.parameters[p], 0.7, &rng);
        network.base.forward(&network.base, NULL);
        double expected[NODES][OUT];
        expect_layer(&network, loops, expected);
        for (int a = 0; a < NODES; a++) {
            const real *vector = network.base.vectors + a * (IN + OUT);
            double length = sqrt(expected[a][0] * expected[a][0] + expected[a][1] * expected[a][1]);
            for (int k = 0; k < IN; k++)
                assert_true(vector[k] == network.parameters[0].weight[a * IN + k]);
            for (int o = 0; o < OUT; o++)
                assert_near(vector[IN + o], expected[a][o] / (unit ? length : 1), 1e-5);
        }
        arena_release(&arena);
    }
}

/* Layers that hand on begin near the identity, whichever way their matrices are longer. */
static void layers_begin_by_handing_on(void **state) {
    (void)state;
    struct arena arena = {0};
    struct ngcf_network network = {0};
    const struct csr edges = {USERS, ITEMS, offsets, items, NULL};
    bipartite_init(&network.view.whole, &edges, 0, &arena);
    const struct ngcf_shape shape = {
        .embedding_dim = 8, .layer_count = 2, .hidden_dims = {6, 9}, .hands_on = true};
    ngcf_network_init(&network, &shape, 4, &arena);
    for (size_t l = 0; l < 2; l++) {
        const struct ngcf_layer *layer = &network.layers[l];
        for (size_t i = 0; i < layer->in; i++)
            for (size_t o = 0; o < layer->out; o++) {
                const real linear = layer->linear->weight[i * layer->out + o];
                assert_near(linear, i == o, 0.1);
                assert_true(linear != (real)(i == o));
                assert_near(layer->interaction->weight[i * layer->out + o], 0, 0.1);
            }
    }
    arena_release(&arena);
}

static void too_many_layers_are_refused(void **state) {
    (void)state;
    struct arena arena = {0};
    struct settings *settings = settings_create(&arena);
    struct error error = {0};
    struct model *model = NULL;
    settings_add(settings, model_ngcf.settings);
    settings_add(settings, trainer_settings);
    assert_int_equal(
        settings_set(settings, "model.hidden_dims", "[4,4,4,4,4,4,4,4,4]", "test", &error),
        STATUS_OK);
    assert_int_equal(model_ngcf.create(&model, settings, &error), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "model.hidden_dims: expected at most 8 widths, found 9"));
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_the_formula),
        cmocka_unit_test(layers_begin_by_handing_on),
        cmocka_unit_test(too_many_layers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
