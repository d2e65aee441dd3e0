/* ngcf.c: neural graph collaborative filtering: embeddings that pass messages over the graph of
 * users and items through learned layers.
 *
 * Idea     A layer sends every node its neighbours' vectors and their products with its own,
 *          through two matrices and a LeakyReLU; the final vector has the outputs of all layers
 *          side by side.
 * Source   Wang et al., "Neural Graph Collaborative Filtering", SIGIR 2019, equations (7) and (9).
 * Network  ngcf_network.h; loss, training, scoring and folding in: graph_model.h.
 * Cost     a step: 2 * layers spreads over the graph and 6 products of [nodes][in] with [in][out]
 *          for each layer: some four steps of LightGCN.
 * Start    model.init=spectral is of the embeddings, and layers begin by handing on what spreads:
 *          random matrices would make nothing of the singular vectors.
 * Traps    model.dropout leaves out edges (the paper's node dropout), model.message_dropout what a
 *          layer puts out.
 * Checked  tests/models/check_graph.c (gradients), tests/models/test_ngcf.c,
 *          tools/reference/ngcf.py (PyTorch), conformance, config/recipes/gowalla/ngcf.yaml. */
#include <stdio.h>

#include "models/graph/graph_model.h"
#include "models/graph/ngcf_network.h"

extern const struct model_ops model_ngcf;

struct ngcf {
    struct graph_model graph; /* what graph models share */
    struct ngcf_shape shape;
};

static const struct setting_spec settings_table[] = {
    {"model.hidden_dims", SETTING_INT_LIST, "[64,64,64]", 1, 1024, NULL,
     "hidden_dims|model.hidden_size_list", "widths of the layers"},
    {"model.message_dropout", SETTING_REAL, "0.1", 0, 0.95, NULL, "message_dropout",
     "share of a layer's output that is dropped while training"},
    {"model.unit_layers", SETTING_BOOL, "true", 0, 0, NULL, NULL,
     "a layer's part of the final vectors is made 1 long; false: the paper's equation 9"},
    GRAPH_MODEL_SETTINGS("true", "softmax", "normal"),
    {0},
};

static enum status read_layers(struct ngcf *self, const struct settings *settings,
                               struct error *error) {
    const int64_t *widths;
    size_t count = settings_int_list(settings, "model.hidden_dims", &widths);
    if (count > NGCF_LAYERS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "model.hidden_dims: expected at most %d widths, found %zu",
                         NGCF_LAYERS_MAX, count);
    struct graph_options *options = &self->graph.options;
    self->shape = (struct ngcf_shape){
        .embedding_dim = options->embedding_dim,
        .layer_count = count,
        .loops = options->form & BIPARTITE_LOOPS,
        .unit_layers = settings_bool(settings, "model.unit_layers"),
        .hands_on = options->spectral_start,
        .message_dropout = settings_real(settings, "model.message_dropout"),
    };
    for (size_t l = 0; l < count; l++)
        self->shape.hidden_dims[l] = (size_t)widths[l];
    /* Its layers add the node itself; the graph's degrees are those of the edges alone. */
    options->form &= ~(unsigned)BIPARTITE_LOOPS;
    return STATUS_OK;
}

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct ngcf *self = model_allocate(&model_ngcf, sizeof *self);
    enum status status = graph_model_read(&self->graph, settings, error);
    if (status == STATUS_OK)
        status = read_layers(self, settings, error);
    if (status != STATUS_OK) {
        model_destroy(&self->graph.base);
        return status;
    }
    *out = &self->graph.base;
    return STATUS_OK;
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct ngcf *self = (struct ngcf *)model;
    struct arena arena = {0};
    struct ngcf_network network = {0};
    model_describe(model, input->train);
    graph_model_graph(&self->graph, input->train, &network.view, &arena);
    ngcf_network_init(&network, &self->shape, input->seed, &arena);
    graph_model_start(&self->graph, input->train, input->seed, &network.parameters[0]);
    enum status status = graph_model_train(&self->graph, input, &network.base, error);
    arena_release(&arena);
    return status;
}

/* The vectors of a batch are wide and steps dear: half of LightGCN's batch and of its negatives. */
static void suggest(struct settings *settings, const struct interactions *train) {
    char text[32];
    graph_model_suggest(settings, train);
    snprintf(text, sizeof text, "%zu", graph_model_batch(train) / 2);
    settings_default(settings, "trainer.batch_size", text);
    if (train->count < GRAPH_MODEL_FEW_ROWS)
        settings_default(settings, "model.hidden_dims", "[16,16]");
    settings_default(settings, "model.shared_negatives", "512");
    settings_default(settings, "trainer.learning_rate", "0.01");
    settings_default(settings, "trainer.max_epochs", "20");
}

const struct model_ops model_ngcf = {
    .name = "ngcf",
    .family = "graph",
    .summary = "embeddings that pass messages over the graph through learned layers",
    .source = "Wang et al., SIGIR 2019, equation 7",
    .settings = settings_table,
    .traits = MODEL_RANDOM | MODEL_TRAINED,
    .create = create,
    .fit = fit,
    .score = graph_model_score,
    .tensors = graph_model_tensors,
    .attach = graph_model_attach,
    .item_vectors = graph_model_item_vectors,
    .query_vectors = graph_model_query_vectors,
    .explain = graph_model_explain,
    .suggest = suggest,
};
