/* tiny_bert.h: a small BERT of random weights in a folder of its own, and what it makes of a text,
 * written out in double precision. */
#ifndef MATINEE_TESTS_TEXT_TINY_BERT_H
#define MATINEE_TESTS_TEXT_TINY_BERT_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/files.h"
#include "base/rng.h"
#include "nn/tensor.h"

/* Widths that are no multiple of any vector or panel. */
enum { TINY_WIDTH = 36, TINY_HEADS = 3, TINY_INNER = 52, TINY_LAYERS = 2, TINY_POSITIONS = 12 };
enum { TINY_PIECES = 10, TINY_TENSORS = 5 + 16 * TINY_LAYERS };

static const char tiny_vocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\nb\n##b\nc\n!\n";
static const char tiny_config[] =
    "{\"model_type\": \"bert\", \"hidden_act\": \"gelu\", \"num_hidden_layers\": 2, "
    "\"hidden_size\": 36, \"num_attention_heads\": 3, \"intermediate_size\": 52, "
    "\"max_position_embeddings\": 12, \"type_vocab_size\": 2, \"vocab_size\": 10, "
    "\"layer_norm_eps\": 1e-12}";

struct tiny_bert {
    const char *folder;
    struct arena arena;
    struct tensor tensors[TINY_TENSORS];
    const struct tensor *list[TINY_TENSORS];
    size_t count;
};

static inline void tiny_add(struct tiny_bert *tiny, const char *name, size_t rows, size_t columns) {
    struct tensor *tensor = &tiny->tensors[tiny->count];
    struct rng rng;
    rng_init(&rng, 3, tiny->count);
    tensor->name = arena_copy(&tiny->arena, name);
    tensor_make(tensor, TENSOR_F32, rows, columns, &tiny->arena);
    const float middle = strstr(name, "LayerNorm.weight") ? 1 : 0;
    for (size_t i = 0; i < tensor_count(tensor); i++)
        tensor_floats(tensor)[i] = middle + 0.8f * (float)(rng_uniform(&rng) - 0.5);
    tiny->list[tiny->count++] = tensor;
}

static inline void tiny_add_pair(struct tiny_bert *tiny, const char *prefix, size_t out,
                                 size_t in) {
    tiny_add(tiny, arena_format(&tiny->arena, "%s.weight", prefix), out, in);
    tiny_add(tiny, arena_format(&tiny->arena, "%s.bias", prefix), out, 0);
}

static inline struct tensor *tiny_find(struct tiny_bert *tiny, const char *name) {
    for (size_t i = 0; i < tiny->count; i++)
        if (strcmp(tiny->tensors[i].name, name) == 0)
            return &tiny->tensors[i];
    abort();
}

static inline const char *tiny_path(struct tiny_bert *tiny, const char *name) {
    return files_join(&tiny->arena, tiny->folder, name);
}

static inline int tiny_write(struct tiny_bert *tiny, const char *name, const char *text) {
    struct error error;
    return files_write(tiny_path(tiny, name), text, strlen(text), &error) != STATUS_OK;
}

static inline int tiny_write_weights(struct tiny_bert *tiny) {
    struct error error;
    return tensor_file_write(tiny_path(tiny, "model.safetensors"), tiny->list, tiny->count, NULL, 0,
                             &error) != STATUS_OK;
}

/* 0, or 1 if the folder could not be written. */
static inline int tiny_make(struct tiny_bert *tiny) {
    char folder[] = "/tmp/matinee-test-bert-XXXXXX";
    *tiny = (struct tiny_bert){0};
    if (!mkdtemp(folder))
        return 1;
    tiny->folder = arena_copy(&tiny->arena, folder);
    tiny_add(tiny, "embeddings.word_embeddings.weight", TINY_PIECES, TINY_WIDTH);
    tiny_add(tiny, "embeddings.position_embeddings.weight", TINY_POSITIONS, TINY_WIDTH);
    tiny_add(tiny, "embeddings.token_type_embeddings.weight", 2, TINY_WIDTH);
    tiny_add_pair(tiny, "embeddings.LayerNorm", TINY_WIDTH, 0);
    for (size_t layer = 0; layer < TINY_LAYERS; layer++) {
        static const char *const names[] = {"attention.self.query",
                                            "attention.self.key",
                                            "attention.self.value",
                                            "attention.output.dense",
                                            "attention.output.LayerNorm",
                                            "intermediate.dense",
                                            "output.dense",
                                            "output.LayerNorm"};
        for (size_t i = 0; i < 8; i++) {
            const char *name = arena_format(&tiny->arena, "encoder.layer.%zu.%s", layer, names[i]);
            const size_t out = i == 5 ? TINY_INNER : TINY_WIDTH, in = strstr(name, "LayerNorm") ? 0
                                                                      : i == 6 ? TINY_INNER
                                                                               : TINY_WIDTH;
            tiny_add_pair(tiny, name, out, in);
        }
    }
    return tiny_write_weights(tiny) || tiny_write(tiny, "config.json", tiny_config) ||
           tiny_write(tiny, "vocab.txt", tiny_vocabulary);
}

static inline void tiny_remove(struct tiny_bert *tiny) {
    struct error error;
    files_remove_folder(tiny->folder, &error);
    arena_release(&tiny->arena);
}

/* ---- The same network, as it is written in a book ------------------------------------------- */

struct tiny_state {
    struct tiny_bert *tiny;
    size_t tokens;
    double x[TINY_POSITIONS][TINY_INNER];
};

static inline void tiny_norm(struct tiny_state *state, const char *prefix) {
    struct arena *arena = &state->tiny->arena;
    const float *gain =
        tensor_floats(tiny_find(state->tiny, arena_format(arena, "%s.LayerNorm.weight", prefix)));
    const float *bias =
        tensor_floats(tiny_find(state->tiny, arena_format(arena, "%s.LayerNorm.bias", prefix)));
    for (size_t t = 0; t < state->tokens; t++) {
        double mean = 0, variance = 0, *x = state->x[t];
        for (size_t i = 0; i < TINY_WIDTH; i++)
            mean += x[i] / TINY_WIDTH;
        for (size_t i = 0; i < TINY_WIDTH; i++)
            variance += (x[i] - mean) * (x[i] - mean) / TINY_WIDTH;
        for (size_t i = 0; i < TINY_WIDTH; i++)
            x[i] = (x[i] - mean) / sqrt(variance) * (double)gain[i] + (double)bias[i];
    }
}

static inline void tiny_linear(struct tiny_state *state, size_t layer, const char *name,
                               double (*y)[TINY_INNER]) {
    const char *prefix = arena_format(&state->tiny->arena, "encoder.layer.%zu.%s", layer, name);
    const struct tensor *weight =
        tiny_find(state->tiny, arena_format(&state->tiny->arena, "%s.weight", prefix));
    const float *w = tensor_floats(weight),
                *bias = tensor_floats(
                    tiny_find(state->tiny, arena_format(&state->tiny->arena, "%s.bias", prefix)));
    for (size_t t = 0; t < state->tokens; t++)
        for (size_t o = 0; o < weight->shape[0]; o++) {
            y[t][o] = (double)bias[o];
            for (size_t i = 0; i < weight->shape[1]; i++)
                y[t][o] += (double)w[o * weight->shape[1] + i] * state->x[t][i];
        }
}

static inline void tiny_add_rows(struct tiny_state *state, double (*kept)[TINY_INNER]) {
    for (size_t t = 0; t < state->tokens; t++)
        for (size_t i = 0; i < TINY_WIDTH; i++)
            state->x[t][i] += kept[t][i];
}

static inline void tiny_attention(struct tiny_state *state, size_t layer) {
    static double q[TINY_POSITIONS][TINY_INNER], k[TINY_POSITIONS][TINY_INNER],
        v[TINY_POSITIONS][TINY_INNER], kept[TINY_POSITIONS][TINY_INNER];
    const size_t size = TINY_WIDTH / TINY_HEADS;
    tiny_linear(state, layer, "attention.self.query", q);
    tiny_linear(state, layer, "attention.self.key", k);
    tiny_linear(state, layer, "attention.self.value", v);
    memcpy(kept, state->x, sizeof kept);
    for (size_t t = 0; t < state->tokens; t++)
        for (size_t from = 0; from < TINY_WIDTH; from += size) {
            double weights[TINY_POSITIONS], total = 0;
            for (size_t s = 0; s < state->tokens; s++) {
                double dot = 0;
                for (size_t i = from; i < from + size; i++)
                    dot += q[t][i] * k[s][i];
                total += weights[s] = exp(dot / sqrt((double)size));
            }
            for (size_t i = from; i < from + size; i++) {
                state->x[t][i] = 0;
                for (size_t s = 0; s < state->tokens; s++)
                    state->x[t][i] += weights[s] / total * v[s][i];
            }
        }
    static double y[TINY_POSITIONS][TINY_INNER];
    tiny_linear(state, layer, "attention.output.dense", y);
    memcpy(state->x, y, sizeof y);
    tiny_add_rows(state, kept);
}

static inline void tiny_forward(struct tiny_bert *tiny, const uint32_t *ids, size_t tokens,
                                double vector[TINY_WIDTH]) {
    static double kept[TINY_POSITIONS][TINY_INNER], y[TINY_POSITIONS][TINY_INNER];
    static struct tiny_state state;
    state = (struct tiny_state){.tiny = tiny, .tokens = tokens};
    const float *pieces = tensor_floats(&tiny->tensors[0]),
                *places = tensor_floats(&tiny->tensors[1]),
                *types = tensor_floats(&tiny->tensors[2]);
    for (size_t t = 0; t < tokens; t++)
        for (size_t i = 0; i < TINY_WIDTH; i++)
            state.x[t][i] = (double)pieces[ids[t] * TINY_WIDTH + i] +
                            (double)places[t * TINY_WIDTH + i] + (double)types[i];
    tiny_norm(&state, "embeddings");
    for (size_t layer = 0; layer < TINY_LAYERS; layer++) {
        tiny_attention(&state, layer);
        tiny_norm(&state, arena_format(&tiny->arena, "encoder.layer.%zu.attention.output", layer));
        memcpy(kept, state.x, sizeof kept);
        tiny_linear(&state, layer, "intermediate.dense", y);
        for (size_t t = 0; t < tokens; t++)
            for (size_t i = 0; i < TINY_INNER; i++)
                state.x[t][i] = 0.5 * y[t][i] * (1 + erf(y[t][i] / sqrt(2)));
        tiny_linear(&state, layer, "output.dense", y);
        memcpy(state.x, y, sizeof y);
        tiny_add_rows(&state, kept);
        tiny_norm(&state, arena_format(&tiny->arena, "encoder.layer.%zu.output", layer));
    }
    double squares = 0;
    for (size_t i = 0; i < TINY_WIDTH; i++) {
        vector[i] = 0;
        for (size_t t = 0; t < tokens; t++)
            vector[i] += state.x[t][i];
        squares += vector[i] * vector[i];
    }
    for (size_t i = 0; i < TINY_WIDTH; i++)
        vector[i] /= sqrt(squares);
}

#endif
