/* graph_model.h: what the models that convolve vectors over the graph of users and items have in
 * common: settings, the training step around an encoder, tensors, scoring, folding in.
 *
 * Encoder  lightgcn.c, ngcf_network.c: forward() turns the parameters into the final vectors of all
 *          nodes, backward() a gradient with respect to these into the parameters'. A step encodes
 *          the whole graph, so it costs the same for a large batch as for a small one: batches of
 *          thousands are the rule.
 * Batches  trainer.batch_size counts positives: negatives are drawn here (graph_loss.h), for the
 *          step as a whole or for each positive.
 * State    users [users][width], items [items][width]: the final vectors, of length 1 where scores
 *          are cosines, and "fold.map" (models/fold_map.h). The parameters themselves are not kept:
 *          nothing scores from them.
 * Fold-in  A bare history is mapped to a user vector by fold_map.h.
 * Random   weights: stream 0; negatives: (seed, the step's stream + place); dropout:
 *          (seed, the step's stream). */
#ifndef MATINEE_MODELS_GRAPH_GRAPH_MODEL_H
#define MATINEE_MODELS_GRAPH_GRAPH_MODEL_H

#include "models/dot_items.h"
#include "models/fold_map.h"
#include "models/graph/graph_loss.h"
#include "models/graph/graph_view.h"
#include "models/model.h"
#include "models/trainer.h"

#define GRAPH_MODEL_MANY_ITEMS 10000 /* from there on smaller steps and a colder softmax */
#define GRAPH_MODEL_FEW_ROWS 10000   /* below that narrow vectors are enough */

struct graph_options {
    size_t embedding_dim;
    enum graph_loss_kind loss;
    size_t num_negatives, shared_negatives;
    enum sampler_strategy strategy;
    double temperature;
    double unobserved;
    bool cosine, rank_cosine;
    bool spectral_start;
    double deviation; /* of the embeddings' starting values */
    double dropout;   /* of edges */
    bool hides;       /* the edges that a step predicts */
    unsigned form;    /* of the graph: enum bipartite_form */
};

struct graph_model {
    struct model base;
    struct graph_options options;
    struct trainer_options trainer;
    struct tensor users, items, fold_map;
    struct dot_items dot;
};

/* Settings rows of all graph models; `loops`, `loss` and `start` are defaults as text. */
/* clang-format off */
#define GRAPH_MODEL_SETTINGS(loops, loss, start)                                                   \
    {"model.embedding_dim", SETTING_INT, "64", 1, 1024, NULL, "embedding_dim",                     \
     "width of the embeddings"},                                                                   \
    {"model.dropout", SETTING_REAL, "0", 0, 0.95, NULL, "dropout|model.node_dropout",              \
     "share of the edges that a training step leaves out"},                                        \
    {"model.hide_targets", SETTING_BOOL, "false", 0, 0, NULL, NULL,                                \
     "a training step's graph lacks the edges that the step predicts"},                            \
    {"model.normalize", SETTING_BOOL, "true", 0, 0, NULL, NULL,                                    \
     "an edge weighs 1 / sqrt(degrees of both ends); false: 1"},                                   \
    {"model.add_self_loops", SETTING_BOOL, loops, 0, 0, NULL, NULL,                                \
     "every node is its own neighbour too"},                                                       \
    {"model.loss_type", SETTING_TEXT, loss, 0, 0, GRAPH_LOSSES, "loss_type",                       \
     "softmax: a positive among negatives that the batch shares; bpr: against its own; "           \
     "squares: 1 for a positive, 0 for all pairs"},                                                \
    {"model.num_negatives", SETTING_INT, "1", 1, 100, NULL,                                        \
     "num_negatives|neg_per_pos|data.negative_samples|data.negative_sampling.num_negatives",       \
     "bpr: negatives sampled for each positive"},                                                  \
    {"model.shared_negatives", SETTING_INT, "1024", 1, 65536, NULL, NULL,                          \
     "softmax: negatives sampled for each step; as many as there are items: all of them"},         \
    {"model.unobserved_weight", SETTING_REAL, "0.2", 0, 10, NULL, NULL,                            \
     "squares: weight of a pair in the sum over all pairs; observed ones weigh 1 more"},           \
    {"model.negative_sampling", SETTING_TEXT, "uniform", 0, 0, SAMPLER_STRATEGIES,                 \
     "data.negative_sampling.strategy",                                                            \
     "negatives uniformly, or by popularity to the power 0.75"},                                   \
    {"model.temperature", SETTING_REAL, "0", 0, 100, NULL, "temperature",                          \
     "scores are divided by it in the loss; 0: 0.15 for cosines, 1 for dot products"},             \
    {"model.similarity", SETTING_TEXT, "auto", 0, 0, "auto|dot|cosine", NULL,                      \
     "what the loss compares: auto is cosine for softmax, dot for bpr"},                           \
    {"model.ranking", SETTING_TEXT, "auto", 0, 0, "auto|dot|cosine", NULL,                         \
     "what ranks items after training; auto: as model.similarity"},                                \
    {"model.init", SETTING_TEXT, start, 0, 0, "normal|spectral", NULL,                             \
     "starting values: at random, or each node's part of the graph's leading singular vectors"},   \
    {"model.init_deviation", SETTING_REAL, "0.1", 1e-6, 1, NULL, NULL,                             \
     "standard deviation of the embeddings' starting values"}
/* clang-format on */

/* Reads the settings above and trainer.*; names the tensors. */
enum status graph_model_read(struct graph_model *self, const struct settings *settings,
                             struct error *error);
/* The graph of the training rows, in the form that the options say, and how steps see it. */
void graph_model_graph(const struct graph_model *self, const struct interactions *train,
                       struct graph_view *view, struct arena *arena);
/* Starting values of the embeddings [nodes][embedding_dim]. */
void graph_model_start(const struct graph_model *self, const struct interactions *train,
                       uint64_t seed, struct parameter *embeddings);
/* Trains the encoder's parameters and leaves the final vectors and the map in the model. */
enum status graph_model_train(struct graph_model *self, const struct fit_input *input,
                              struct graph_encoder *encoder, struct error *error);

/* The functions of struct model_ops. The model's struct begins with a struct graph_model. */
void graph_model_score(const struct model *model, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores);
size_t graph_model_tensors(struct model *model, struct tensor **list);
enum status graph_model_attach(struct model *model, struct error *error);
const float *graph_model_item_vectors(const struct model *model, size_t *dimension,
                                      enum vector_metric *metric);
void graph_model_query_vectors(const struct model *model, const struct query *queries,
                               size_t query_count, float *vectors);
/* Exact for the score of the bare history, which is folded in: the shares sum to it less that of an
 * empty one. */
void graph_model_explain(const struct model *model, const struct query *query, uint32_t item,
                         float *shares);
/* Positives of a batch that suit so many rows. */
size_t graph_model_batch(const struct interactions *train);
void graph_model_suggest(struct settings *settings, const struct interactions *train);

#endif
