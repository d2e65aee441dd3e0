/* minilm_forward.c: see minilm_forward.h.
 *
 * Network  BERT (Devlin et al. 2019), after the norms: x = norm(piece + position + type); in each
 *          layer x = norm(x + attention(x)), x = norm(x + down(gelu(up(x)))); the sentence is the
 *          mean of its tokens, scaled to length 1 (Reimers & Gurevych 2019).
 * Cost     for each token 21 million multiply-adds (MiniLM), and 9,216 more for each token of its
 *          sentence: attention is small beside the layers at the lengths of titles and wishes.
 * Attention of one sentence and head: scores = Q K^T / sqrt(head) with K^T copied together, e^ of
 *          each row less its largest, times V, and the sums are divided out last.
 * Checked  tests/text/test_minilm.c against the published vectors, threads and groups. */
#include "text/minilm_forward.h"

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"

/* Rows of the inner layer lie this much further apart: steps of 6 KiB come back to the same lines
 * of the first-level cache. */
#define INNER_GAP 16

struct pass {
    const struct minilm_weights *weights;
    const struct minilm_group *group;
    size_t tokens, inner_row;
    float *x;       /* [tokens][width] */
    float *heads;   /* [tokens][3 width]: queries, keys, values */
    float *context; /* [tokens][width] */
    float *inner;   /* [tokens][inner_row] */
};

static void normalize(const struct pass *pass, const struct minilm_norm *norm) {
    const size_t width = pass->weights->config.width;
    const struct kernel_layer_norm job = {norm->gain, norm->bias, pass->weights->config.epsilon};
    for (size_t token = 0; token < pass->tokens; token++) {
        float *row = pass->x + token * width;
        kernels()->layer_norm(row, row, &job, width);
    }
}

static void embed(const struct pass *pass) {
    const struct minilm_weights *weights = pass->weights;
    const size_t width = weights->config.width;
    for (size_t sentence = 0; sentence < pass->group->sentences; sentence++) {
        const size_t begin = pass->group->starts[sentence];
        for (size_t token = begin; token < pass->group->starts[sentence + 1]; token++) {
            float *row = pass->x + token * width;
            const float *piece = weights->pieces + pass->group->ids[token] * width;
            const float *position = weights->positions + (token - begin) * width;
            for (size_t i = 0; i < width; i++)
                row[i] = piece[i] + weights->type[i] + position[i];
        }
    }
    normalize(pass, &weights->embedding_norm);
}

/* One head of one sentence: its rows of queries, keys and values. */
struct head {
    const float *query, *key, *value;
    float *context;
    size_t length, size; /* tokens, numbers a head */
    size_t row, context_row;
};

static void attend(const struct head *head) {
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    const size_t length = head->length, size = head->size, row = (length + 15) / 16 * 16;
    const float scale = 1 / sqrtf((float)size);
    float *keys = ARENA_ARRAY_RAW(arena, float, size *row);
    float *scores = ARENA_ARRAY_RAW(arena, float, length *row);
    for (size_t token = 0; token < length; token++)
        for (size_t i = 0; i < size; i++)
            keys[i * row + token] = head->key[token * head->row + i] * scale;
    const struct kernel_gemm product = {.m = length,
                                        .n = length,
                                        .k = size,
                                        .a = head->query,
                                        .a_row = head->row,
                                        .a_column = 1,
                                        .b = keys,
                                        .b_row = row,
                                        .c = scores,
                                        .c_row = row};
    kernels()->gemm(&product);
    float *sums = ARENA_ARRAY_RAW(arena, float, length);
    for (size_t token = 0; token < length; token++) {
        float *of = scores + token * row;
        sums[token] = kernels()->exponentials(of, of, kernels()->maximum(of, length), length);
    }
    const struct kernel_gemm mixture = {.m = length,
                                        .n = size,
                                        .k = length,
                                        .a = scores,
                                        .a_row = row,
                                        .a_column = 1,
                                        .b = head->value,
                                        .b_row = head->row,
                                        .c = head->context,
                                        .c_row = head->context_row};
    kernels()->gemm(&mixture);
    for (size_t token = 0; token < length; token++)
        kernels()->scale(head->context + token * head->context_row, 1 / sums[token], size);
    arena_reset(arena, mark);
}

static void attend_shard(void *context, size_t shard) {
    const struct pass *pass = context;
    const struct minilm_config *config = &pass->weights->config;
    const size_t width = config->width, size = width / config->heads,
                 sentence = shard / config->heads, at = shard % config->heads * size,
                 begin = pass->group->starts[sentence];
    const float *rows = pass->heads + begin * 3 * width + at;
    attend(&(struct head){.query = rows,
                          .key = rows + width,
                          .value = rows + 2 * width,
                          .context = pass->context + begin * width + at,
                          .length = pass->group->starts[sentence + 1] - begin,
                          .size = size,
                          .row = 3 * width,
                          .context_row = width});
}

static void run_layer(struct pass *pass, const struct minilm_layer *layer) {
    const size_t width = pass->weights->config.width;
    struct minilm_linear_job job = {
        .rows = pass->tokens, .x = pass->x, .x_row = width, .y = pass->heads, .y_row = 3 * width};
    minilm_linear_run(&layer->query_key_value, &job);
    parallel_for(pass->group->sentences * pass->weights->config.heads, attend_shard, pass);
    job = (struct minilm_linear_job){.rows = pass->tokens,
                                     .x = pass->context,
                                     .x_row = width,
                                     .y = pass->x,
                                     .y_row = width,
                                     .accumulate = true};
    minilm_linear_run(&layer->attended, &job);
    normalize(pass, &layer->attention_norm);
    job = (struct minilm_linear_job){.rows = pass->tokens,
                                     .x = pass->x,
                                     .x_row = width,
                                     .y = pass->inner,
                                     .y_row = pass->inner_row,
                                     .gelu = true};
    minilm_linear_run(&layer->up, &job);
    job = (struct minilm_linear_job){.rows = pass->tokens,
                                     .x = pass->inner,
                                     .x_row = pass->inner_row,
                                     .y = pass->x,
                                     .y_row = width,
                                     .accumulate = true};
    minilm_linear_run(&layer->down, &job);
    normalize(pass, &layer->output_norm);
}

/* The mean's direction: the number of tokens makes no difference to it. Weights that are not
 * numbers give zeros. */
static void pool(const struct pass *pass, float *vectors) {
    const size_t width = pass->weights->config.width;
    for (size_t sentence = 0; sentence < pass->group->sentences; sentence++) {
        const size_t begin = pass->group->starts[sentence];
        const size_t count = pass->group->starts[sentence + 1] - begin;
        float *vector = vectors + sentence * width;
        memset(vector, 0, width * sizeof *vector);
        kernels()->gather_axpy(vector, NULL, pass->x + begin * width, width, width, NULL, count);
        const double squares = (double)kernels()->dot(vector, vector, width);
        if (squares > 0 && squares <= (double)FLT_MAX)
            kernels()->scale(vector, (float)(1 / sqrt(squares)), width);
        else
            memset(vector, 0, width * sizeof *vector);
    }
}

void minilm_forward(const struct minilm_weights *weights, const struct minilm_group *group,
                    float *vectors) {
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    const size_t tokens = group->starts[group->sentences], width = weights->config.width;
    struct pass pass = {.weights = weights,
                        .group = group,
                        .tokens = tokens,
                        .inner_row = weights->config.inner + INNER_GAP};
    pass.x = ARENA_ARRAY_RAW(arena, float, tokens *width);
    pass.heads = ARENA_ARRAY_RAW(arena, float, tokens * 3 * width);
    pass.context = ARENA_ARRAY_RAW(arena, float, tokens *width);
    pass.inner = ARENA_ARRAY_RAW(arena, float, tokens *pass.inner_row);
    embed(&pass);
    for (size_t i = 0; i < weights->config.layers; i++)
        run_layer(&pass, &weights->layers[i]);
    pool(&pass, vectors);
    arena_reset(arena, mark);
}
