/* neumf_explain.c: why GMF, MLP and NeuMF score an item as they do for a bare history.
 *
 * Idea     The history is folded into a user's vectors by a linear map (fold_map.h); the score is
 *          linear in GMF's and, because of the tower, not in the others. So the score is shared out
 *          over the vectors by integrated gradients along the line from nobody's vectors to this
 *          person's (shares.h), and over the rows by the map. For GMF alone the gradient is the
 *          same everywhere and the shares are exact.
 * Source   Sundararajan, Taly & Yan, ICML 2017.
 * Sum      the score of the bare history less that of an empty one with the same wish; within 1 %.
 * Cost     forward and backward of one pair for each point of the path.
 * Traps    With attention heads layer 1 does not fall apart: what the item adds to it depends on
 *          the person, and both tokens are run through the attention at each point.
 * Checked  conformance (sums), tests/models/test_shares.c (sampled Shapley values). */
#include <string.h>

#include "kernels/kernels.h"
#include "models/neural/neumf_fold.h"
#include "models/neural/neumf_intent.h"
#include "models/neural/neumf_model.h"
#include "models/shares.h"
#include "nn/attention.h"
#include "nn/linear.h"

/* The attention of a person's token and an item's; arrays are [2 mlp_dim]. */
struct pair_attention {
    struct attention forward, backward; /* one with the weights, one with their transposes */
    struct attention_gradient gradient;
    real *tokens, *attended;
};

/* One item, and the wish's share of layer 1 added to its own. */
struct pair {
    const struct neumf_network *network;
    uint32_t item;
    real *constant;                   /* [first width] */
    real *active[NEUMF_LAYERS_MAX];   /* [out] after the activation, before what is added to it */
    real *out[NEUMF_LAYERS_MAX];      /* [out] of the layer */
    real *slope, *below;              /* [widest] */
    struct pair_attention *attention; /* NULL: there are no heads */
};

static double gmf_part(const struct pair *pair, const float *mf, float *gradient) {
    const struct neumf_network *network = pair->network;
    const size_t d = network->shape.mf_dim;
    double score = 0;
    for (size_t k = 0; k < d; k++) {
        const float weight =
            network->output->weight[k] * network->mf_item->weight[pair->item * d + k];
        score += (double)weight * (double)mf[k];
        if (gradient)
            gradient[k] = weight;
    }
    return score;
}

static void layer_forward(const struct neumf_layer *layer, const real *x, real *active, real *out) {
    struct linear_job job = {.rows = 1,
                             .in = layer->in,
                             .out = layer->out,
                             .x = {(real *)(uintptr_t)x, layer->in}, /* only read */
                             .y = {active, layer->out},
                             .weight = layer->weight->weight,
                             .bias = layer->bias->weight,
                             .activation = KERNEL_RELU};
    linear_forward(&job);
    memcpy(out, active, layer->out * sizeof *out);
    if (layer->skip) {
        job.y = (struct linear_matrix){out, layer->out};
        job.weight = layer->skip->weight;
        job.bias = NULL;
        job.activation = KERNEL_NONE;
        job.accumulate = 1;
        linear_forward(&job);
    } else if (layer->adds_input) {
        kernels()->axpy(out, 1, x, layer->out);
    }
}

/* below[in] = the gradient of x, for that of the layer's output, which is overwritten. */
static void layer_backward(const struct neumf_layer *layer, const real *active, real *slope,
                           real *below) {
    const struct kernel_table *table = kernels();
    for (size_t i = 0; i < layer->in; i++)
        below[i] = layer->skip ? table->dot(layer->skip->weight + i * layer->out, slope, layer->out)
                   : layer->adds_input ? slope[i]
                                       : 0;
    linear_backward_relu(slope, active, layer->out, 1);
    for (size_t i = 0; i < layer->in; i++)
        below[i] += table->dot(layer->weight->weight + i * layer->out, slope, layer->out);
}

/* out[0] of the pair, for the person's vector. */
static void first_forward(const struct pair *pair, const float *mlp) {
    const struct neumf_layer *first = &pair->network->layers[0];
    const size_t d = pair->network->shape.mlp_dim;
    const real *in = mlp;
    size_t width = d;
    if (pair->attention) {
        memcpy(pair->attention->tokens, mlp, d * sizeof *mlp);
        attention_forward(&pair->attention->forward, pair->attention->attended);
        in = pair->attention->attended;
        width = 2 * d;
    }
    memcpy(pair->out[0], pair->constant, first->out * sizeof(real));
    for (size_t k = 0; k < width; k++)
        kernels()->axpy(pair->out[0], in[k], first->weight->weight + k * first->out, first->out);
    for (size_t k = 0; k < first->out; k++)
        pair->out[0][k] = pair->out[0][k] > 0 ? pair->out[0][k] : 0;
}

/* gradient[mlp_dim] of the person's vector for that of out[0], which is overwritten. */
static void first_backward(const struct pair *pair, real *slope, float *gradient) {
    const struct neumf_layer *first = &pair->network->layers[0];
    const size_t d = pair->network->shape.mlp_dim, width = pair->attention ? 2 * d : d;
    real *below = pair->attention ? pair->attention->attended : gradient;
    linear_backward_relu(slope, pair->out[0], first->out, 1);
    for (size_t k = 0; k < width; k++)
        below[k] = kernels()->dot(first->weight->weight + k * first->out, slope, first->out);
    if (!pair->attention)
        return;
    attention_backward(&pair->attention->backward, &pair->attention->gradient);
    memcpy(gradient, pair->attention->gradient.dx, d * sizeof *gradient);
}

static double tower_part(const struct pair *pair, const float *mlp, float *gradient) {
    const struct neumf_network *network = pair->network;
    const size_t last = network->shape.layer_count - 1;
    const real *output = network->output->weight + network->shape.mf_dim;
    first_forward(pair, mlp);
    for (size_t l = 1; l <= last; l++)
        layer_forward(&network->layers[l], pair->out[l - 1], pair->active[l], pair->out[l]);
    const double score = (double)kernels()->dot(output, pair->out[last], network->layers[last].out);
    if (!gradient)
        return score;
    real *slope = pair->slope, *below = pair->below;
    memcpy(slope, output, network->layers[last].out * sizeof *slope);
    for (size_t l = last; l > 0; l--) {
        layer_backward(&network->layers[l], pair->active[l], slope, below);
        real *free = slope;
        slope = below;
        below = free;
    }
    first_backward(pair, slope, gradient);
    return score;
}

static double score_at(void *context, const float *vectors, float *gradient) {
    const struct pair *pair = context;
    const struct neumf_shape *shape = &pair->network->shape;
    double score = (double)pair->network->output_bias->weight[0];
    if (shape->mf_dim)
        score += gmf_part(pair, vectors, gradient);
    if (shape->mlp_dim)
        score +=
            tower_part(pair, vectors + shape->mf_dim, gradient ? gradient + shape->mf_dim : NULL);
    return score;
}

static void add_wish(const struct pair *pair, const float *wish, struct arena *scratch) {
    const struct neumf_network *network = pair->network;
    const size_t width = neumf_network_intent_width(network), out = network->layers[0].out;
    if (width == 0)
        return;
    real *intent = ARENA_ARRAY_RAW(scratch, real, width);
    neumf_intent_apply(network, wish, intent);
    const real *weight =
        network->layers[0].weight->weight + neumf_network_intent_row(network) * out;
    for (size_t k = 0; k < width; k++)
        kernels()->axpy(pair->constant, intent[k], weight + k * out, out);
}

static real *transposed(const struct parameter *weight, size_t d, struct arena *scratch) {
    real *turned = ARENA_ARRAY_RAW(scratch, real, d * d);
    for (size_t i = 0; i < d; i++)
        for (size_t k = 0; k < d; k++)
            turned[k * d + i] = weight->weight[i * d + k];
    return turned;
}

/* The attention of the pair, its item's token in place, and what genres add to layer 1. */
static void add_attention(struct pair *pair, struct arena *scratch) {
    const struct neumf_network *network = pair->network;
    const struct neumf_layer *first = &network->layers[0];
    const size_t d = network->shape.mlp_dim, genre_dim = network->shape.genre_dim;
    struct pair_attention *own = ARENA_NEW(scratch, struct pair_attention);
    real *arrays[10];
    for (size_t i = 0; i < 10; i++)
        arrays[i] = ARENA_ARRAY_RAW(scratch, real, 2 * d);
    own->tokens = arrays[0];
    own->attended = arrays[1];
    memcpy(own->tokens + d, network->mlp_item->weight + pair->item * d, d * sizeof(real));
    own->forward = (struct attention){
        .samples = 1,
        .tokens = 2,
        .width = d,
        .heads = network->shape.heads,
        .query = network->attend_query->weight,
        .key = network->attend_key->weight,
        .value = network->attend_value->weight,
        .merge = network->attend_merge->weight,
        .x = own->tokens,
        .q = arrays[2],
        .k = arrays[3],
        .v = arrays[4],
        .mixed = arrays[5],
        .shares = ARENA_ARRAY_RAW(scratch, real, network->shape.heads * 4),
    };
    own->backward = own->forward;
    own->backward.query = transposed(network->attend_query, d, scratch);
    own->backward.key = transposed(network->attend_key, d, scratch);
    own->backward.value = transposed(network->attend_value, d, scratch);
    own->backward.merge = transposed(network->attend_merge, d, scratch);
    own->gradient = (struct attention_gradient){.dy = own->attended,
                                                .dx = arrays[6],
                                                .dq = arrays[7],
                                                .dk = arrays[8],
                                                .dv = arrays[9],
                                                .dmixed = ARENA_ARRAY_RAW(scratch, real, 2 * d)};
    pair->attention = own;
    memcpy(pair->constant, first->bias->weight, first->out * sizeof *pair->constant);
    real *genres = ARENA_ARRAY_RAW(scratch, real, genre_dim);
    if (genre_dim)
        neumf_network_genres(network, &pair->item, 1, genres);
    for (size_t k = 0; k < genre_dim; k++)
        kernels()->axpy(pair->constant, genres[k], first->weight->weight + (2 * d + k) * first->out,
                        first->out);
}

static struct pair make_pair(const struct neumf *self, const struct query *query, uint32_t item,
                             struct arena *scratch) {
    const struct neumf_network *network = &self->network;
    struct pair pair = {.network = network, .item = item};
    if (network->shape.mlp_dim == 0)
        return pair;
    size_t widest = 0;
    for (size_t l = 0; l < network->shape.layer_count; l++) {
        const size_t out = network->layers[l].out;
        pair.active[l] = ARENA_ARRAY_RAW(scratch, real, out);
        pair.out[l] = ARENA_ARRAY_RAW(scratch, real, out);
        widest = out > widest ? out : widest;
    }
    const size_t first = network->layers[0].out;
    pair.slope = ARENA_ARRAY_RAW(scratch, real, widest);
    pair.below = ARENA_ARRAY_RAW(scratch, real, widest);
    pair.constant = ARENA_ARRAY_RAW(scratch, real, first);
    if (network->shape.heads)
        add_attention(&pair, scratch);
    else
        memcpy(pair.constant, self->scorer.half_rows + item * first, first * sizeof *pair.constant);
    add_wish(&pair, query->wish_vector, scratch);
    return pair;
}

void neumf_explain(const struct model *model, const struct query *query, uint32_t item,
                   float *shares) {
    const struct neumf *self = (const struct neumf *)model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const struct fold_map fold = neumf_fold(&self->network);
    const float *map = tensor_floats(self->fold_map);
    const size_t columns = fold_map_columns(&fold);
    float *from = ARENA_ARRAY_RAW(scratch, float, columns);
    float *to = ARENA_ARRAY_RAW(scratch, float, columns);
    float *gradient = ARENA_ARRAY_RAW(scratch, float, columns);
    struct pair pair = make_pair(self, query, item, scratch);
    fold_map_apply(&fold, map, &(struct history){0}, from);
    fold_map_apply(&fold, map, &query->history, to);
    shares_path(&(struct shares_path){columns, from, to, score_at, &pair}, gradient);
    fold_map_shares(&fold, map, &query->history, gradient, shares);
    arena_reset(scratch, mark);
}
