/* lightgcn.c: LightGCN: embeddings that are averaged over the graph of users and items.
 *
 * Idea     Every user and item has an embedding; a layer replaces each by the weighted sum of its
 *          neighbours'; the final vector is the mean of all layers, and a score the product of two
 *          of them. Nothing but the embeddings is learned.
 * Source   He et al., "LightGCN", SIGIR 2020: equations (3) convolution, (8) matrix form, (15) BPR
 *          with L2 on the embeddings of the batch. The default loss is a sampled softmax over
 *          cosines (graph_loss.h), which needs far fewer epochs (Wu et al. 2022); squares over all
 *          pairs are ahead of it where items have many users (config/recipes/ml-1m-ncf).
 * Start    model.init=spectral: the embeddings are the leading singular vectors of the graph, the
 *          subspace that training from random rows has to find first; normal is the paper's.
 * Targets  model.hide_targets=true: the graph of a step lacks the edges that it predicts
 *          (graph_view.h). Where nodes have few edges, more epochs help then, and do harm else.
 * Shapes   embeddings [users + items][embedding_dim], users first; vectors the same.
 * Backward The convolution is symmetric, so the embeddings' gradient is the convolution of the
 *          vectors' gradient.
 * Cost     a step: 2 * num_layers spreads over the graph (bipartite.h), one update of the whole
 *          table, and the batch's own work. Memory: 8 times the table while it is fitted.
 * Traps    L2 (trainer.reg_weight) is on the embeddings, not on what they become. Fitted without
 *          validation rows a graph lacks their edges: trainer.refit brings them back.
 * Checked  tests/models/check_graph.c (gradients), tests/models/test_lightgcn.c, conformance,
 *          config/recipes/gowalla/lightgcn.yaml. */
#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "kernels/kernels.h"
#include "models/graph/graph_model.h"

extern const struct model_ops model_lightgcn;

struct lightgcn {
    struct graph_model graph; /* what graph models share */
    size_t layers;
};

static const struct setting_spec settings_table[] = {
    {"model.num_layers", SETTING_INT, "3", 0, 16, NULL, "num_layers|model.n_layers",
     "layers of the convolution; 0: plain matrix factorisation"},
    GRAPH_MODEL_SETTINGS("false", "softmax", "spectral"),
    {0},
};

static enum status create(struct model **out, const struct settings *settings,
                          struct error *error) {
    struct lightgcn *self = model_allocate(&model_lightgcn, sizeof *self);
    self->layers = (size_t)settings_int(settings, "model.num_layers");
    enum status status = graph_model_read(&self->graph, settings, error);
    if (status != STATUS_OK) {
        model_destroy(&self->graph.base);
        return status;
    }
    *out = &self->graph.base;
    return STATUS_OK;
}

/* The softmax is as well off with two layers, at two thirds of the cost. Many items need more
 * columns to be told apart and more negatives to be told from; each has few edges, so that a target
 * that is one of them gives itself away, and lengths that grow with them say what cosines leave
 * out. */
static void suggest(struct settings *settings, const struct interactions *train) {
    graph_model_suggest(settings, train);
    if (settings_choice(settings, "model.loss_type") != GRAPH_SOFTMAX)
        return;
    settings_default(settings, "model.num_layers", "2");
    if (train->item_count > GRAPH_MODEL_MANY_ITEMS) {
        settings_default(settings, "model.embedding_dim", "128");
        settings_default(settings, "model.shared_negatives", "2048");
        settings_default(settings, "model.hide_targets", "true");
        settings_default(settings, "model.ranking", "dot");
    }
}

struct encoder {
    struct graph_encoder base;
    struct graph_view view;
    struct parameter embeddings;
    size_t layers;
    /* Of the last forward. */
    const struct bipartite *used;
    const uint8_t *touched; /* as it was told */
    real *room, *sum;       /* [nodes][width] */
};

static void forward(struct graph_encoder *base, const struct graph_step *step) {
    struct encoder *encoder = (struct encoder *)base;
    encoder->used = graph_view_begin(&encoder->view, step);
    encoder->touched = step ? step->touched : NULL;
    bipartite_layer_mean(encoder->used, &(struct bipartite_mean){.x = encoder->embeddings.weight,
                                                                 .out = base->vectors,
                                                                 .room = encoder->room,
                                                                 .width = base->width,
                                                                 .layers = encoder->layers,
                                                                 .wanted = encoder->touched});
}

static void backward(struct graph_encoder *base, const real *gradient, bool adds) {
    struct encoder *encoder = (struct encoder *)base;
    real *out = adds ? encoder->sum : encoder->embeddings.gradient;
    bipartite_layer_mean(encoder->used, &(struct bipartite_mean){.x = gradient,
                                                                 .out = out,
                                                                 .room = encoder->room,
                                                                 .width = base->width,
                                                                 .layers = encoder->layers,
                                                                 .nonzero = encoder->touched});
    graph_view_end(&encoder->view);
    if (adds)
        kernels()->axpy(encoder->embeddings.gradient, 1, out,
                        parameter_count(&encoder->embeddings));
}

static void encoder_init(struct encoder *encoder, const struct lightgcn *self,
                         const struct fit_input *input, struct arena *arena) {
    const struct graph_options *options = &self->graph.options;
    *encoder = (struct encoder){.layers = self->layers};
    graph_model_graph(&self->graph, input->train, &encoder->view, arena);
    size_t nodes = bipartite_nodes(&encoder->view.whole), count = nodes * options->embedding_dim;
    encoder->embeddings = (struct parameter){.name = "embeddings",
                                             .rows = nodes,
                                             .columns = options->embedding_dim,
                                             .weight = ARENA_ARRAY_RAW(arena, real, count)};
    parameter_init(&encoder->embeddings, 0, arena);
    graph_model_start(&self->graph, input->train, input->seed, &encoder->embeddings);
    encoder->room = ARENA_ARRAY_RAW(arena, real, count);
    encoder->sum = ARENA_ARRAY_RAW(arena, real, self->graph.trainer.accumulate > 1 ? count : 0);
    encoder->base = (struct graph_encoder){.parameters = &encoder->embeddings,
                                           .parameter_count = 1,
                                           .width = options->embedding_dim,
                                           .forward = forward,
                                           .backward = backward};
}

static enum status fit(struct model *model, const struct fit_input *input, struct error *error) {
    struct lightgcn *self = (struct lightgcn *)model;
    struct arena arena = {0};
    struct encoder encoder;
    model_describe(model, input->train);
    encoder_init(&encoder, self, input, &arena);
    enum status status = graph_model_train(&self->graph, input, &encoder.base, error);
    arena_release(&arena);
    return status;
}

const struct model_ops model_lightgcn = {
    .name = "lightgcn",
    .family = "graph",
    .summary = "embeddings averaged over the graph of users and items",
    .source = "He et al., SIGIR 2020, equation 8",
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
