/* minilm_weights.c: see minilm_weights.h.
 *
 * Names    as transformers writes a BertModel, with or without "bert." in front. What is not named
 *          here (the pooler, position ids) is passed over.
 * Cost     packing reads the 42 MB of the layers once; the tables of pieces and positions are read
 *          where they lie, row by row as texts need them.
 * Checked  tests/text/test_minilm.c: cut files, wrong shapes and types; fuzz/fuzz_weights.c. */
#include "text/minilm_weights.h"

#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "text/minilm_packed.h"

#define NAME_BYTES 128

struct reader {
    const struct tensor_file *file;
    const struct minilm_config *config;
    struct error *error;
};

static const struct tensor *find(const struct tensor_file *file, const char *name) {
    char longer[NAME_BYTES + 8];
    snprintf(longer, sizeof longer, "bert.%s", name);
    const struct tensor *tensor = tensor_file_find(file, name);
    return tensor ? tensor : tensor_file_find(file, longer);
}

/* columns 0: a vector. */
static enum status take(const struct reader *reader, const char *name, size_t rows, size_t columns,
                        const float **data) {
    const struct tensor *tensor = find(reader->file, name);
    if (!tensor)
        return error_set(reader->error, STATUS_BAD_INPUT,
                         "%s: it has no tensor \"%s\"; expected the weights of a BERT model",
                         reader->file->path, name);
    if (tensor->type != TENSOR_F32)
        return error_set(reader->error, STATUS_BAD_INPUT,
                         "%s: tensor \"%s\" is not of type F32, the only one that is read",
                         reader->file->path, name);
    const unsigned rank = columns > 0 ? 2 : 1;
    if (tensor->rank != rank || tensor->shape[0] != rows ||
        (columns > 0 && tensor->shape[1] != columns))
        return error_set(reader->error, STATUS_BAD_INPUT,
                         "%s: tensor \"%s\" has another shape than config.json says: expected "
                         "%zu by %zu",
                         reader->file->path, name, rows, columns > 0 ? columns : 1);
    *data = tensor_floats(tensor);
    return STATUS_OK;
}

static enum status take_norm(const struct reader *reader, const char *prefix,
                             struct minilm_norm *norm) {
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s.LayerNorm.weight", prefix);
    TRY(take(reader, name, reader->config->width, 0, &norm->gain));
    snprintf(name, sizeof name, "%s.LayerNorm.bias", prefix);
    return take(reader, name, reader->config->width, 0, &norm->bias);
}

/* The six matrices of a layer as the file has them. */
enum { QUERY, KEY, VALUE, ATTENDED, UP, DOWN, MATRICES };

static enum status take_layer(const struct reader *reader, size_t index,
                              struct minilm_linear_part parts[MATRICES],
                              struct minilm_layer *layer) {
    static const char *const names[MATRICES] = {
        [QUERY] = "attention.self.query", [KEY] = "attention.self.key",
        [VALUE] = "attention.self.value", [ATTENDED] = "attention.output.dense",
        [UP] = "intermediate.dense",      [DOWN] = "output.dense",
    };
    const size_t width = reader->config->width, inner = reader->config->inner;
    char name[NAME_BYTES];
    for (size_t i = 0; i < MATRICES; i++) {
        const size_t in = i == DOWN ? inner : width, out = i == UP ? inner : width;
        parts[i] = (struct minilm_linear_part){.first = i == KEY     ? width
                                                        : i == VALUE ? 2 * width
                                                                     : 0,
                                               .out = out};
        snprintf(name, sizeof name, "encoder.layer.%zu.%s.weight", index, names[i]);
        TRY(take(reader, name, out, in, &parts[i].weights));
        snprintf(name, sizeof name, "encoder.layer.%zu.%s.bias", index, names[i]);
        TRY(take(reader, name, out, 0, &parts[i].bias));
    }
    snprintf(name, sizeof name, "encoder.layer.%zu.attention.output", index);
    TRY(take_norm(reader, name, &layer->attention_norm));
    snprintf(name, sizeof name, "encoder.layer.%zu.output", index);
    return take_norm(reader, name, &layer->output_norm);
}

/* Its pages of the file are not needed again. */
static void pack_layer(const struct minilm_weights *weights,
                       const struct minilm_linear_part parts[MATRICES], struct minilm_layer *layer,
                       struct arena *arena) {
    const size_t width = weights->config.width, inner = weights->config.inner;
    struct minilm_linear *const to[MATRICES] = {
        &layer->query_key_value,
        &layer->query_key_value,
        &layer->query_key_value,
        &layer->attended,
        &layer->up,
        &layer->down,
    };
    minilm_linear_make(&layer->query_key_value, width, 3 * width, weights->precision, arena);
    minilm_linear_make(&layer->attended, width, width, weights->precision, arena);
    minilm_linear_make(&layer->up, width, inner, weights->precision, arena);
    minilm_linear_make(&layer->down, inner, width, weights->precision, arena);
    for (size_t i = 0; i < MATRICES; i++) {
        minilm_linear_pack(to[i], &parts[i]);
        files_forget(parts[i].weights, parts[i].out * to[i]->in * sizeof *parts[i].weights);
    }
}

/* Memory for layers is taken only when the file was seen to have all of them. */
static enum status read_layers(const struct reader *reader, struct minilm_weights *weights,
                               struct arena *arena) {
    const size_t count = weights->config.layers;
    struct minilm_linear_part(*parts)[MATRICES] = arena_alloc(arena, count * sizeof *parts);
    weights->layers = ARENA_ARRAY(arena, struct minilm_layer, count);
    for (size_t i = 0; i < count; i++)
        TRY(take_layer(reader, i, parts[i], &weights->layers[i]));
    const bool is_packed = weights->packed && weights->precision == ENCODER_INT8 &&
                           minilm_packed_fits(weights->packed, weights);
    for (size_t i = 0; i < count; i++)
        if (!is_packed ||
            !minilm_packed_take(weights->packed, &weights->config, i, &weights->layers[i]))
            pack_layer(weights, parts[i], &weights->layers[i], arena);
    return STATUS_OK;
}

enum status minilm_weights_read(struct minilm_weights *weights, const struct tensor_file *file,
                                struct arena *arena, struct error *error) {
    const struct minilm_config *config = &weights->config;
    const struct reader reader = {file, config, error};
    const size_t width = config->width;
    TRY(take(&reader, "embeddings.word_embeddings.weight", config->pieces, width,
             &weights->pieces));
    TRY(take(&reader, "embeddings.position_embeddings.weight", config->positions, width,
             &weights->positions));
    TRY(take(&reader, "embeddings.token_type_embeddings.weight", config->types, width,
             &weights->type));
    TRY(take_norm(&reader, "embeddings", &weights->embedding_norm));
    return read_layers(&reader, weights, arena);
}
