/* minilm_packed.c: see minilm_packed.h.
 *
 * Traps    All tables of quantized.h round alike, so that one file serves every machine. Scales and
 *          biases that are no numbers make the file useless; its bytes may be any.
 * Checked  tests/text/test_minilm.c. */
#include "text/minilm_packed.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/digest.h"

enum { LINEARS = 4, PIECES = 4, NAME_BYTES = 48 };

static const char *const linear_names[LINEARS] = {"query_key_value", "attended", "up", "down"};
static const char *const piece_names[PIECES] = {"bytes", "scales", "sums", "bias"};

static struct minilm_linear *linear_of(struct minilm_layer *layer, size_t index) {
    struct minilm_linear *const list[LINEARS] = {&layer->query_key_value, &layer->attended,
                                                 &layer->up, &layer->down};
    return list[index];
}

static size_t padded_outputs(size_t out) {
    return (out + MINILM_PANEL - 1) / MINILM_PANEL * MINILM_PANEL;
}

static void name_of(char name[NAME_BYTES], size_t layer, size_t linear, size_t piece) {
    snprintf(name, NAME_BYTES, "layer.%zu.%s.%s", layer, linear_names[linear], piece_names[piece]);
}

/* What tells one set of weights from another. */
static void checksum(const struct minilm_weights *weights, char text[DIGEST_TEXT_BYTES]) {
    const size_t bytes = weights->config.width * sizeof(float);
    struct digest digest;
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, weights->embedding_norm.gain, bytes);
    digest_update(&digest, weights->embedding_norm.bias, bytes);
    for (size_t i = 0; i < weights->config.layers; i++) {
        const struct minilm_norm norms[] = {weights->layers[i].attention_norm,
                                            weights->layers[i].output_norm};
        for (size_t n = 0; n < 2; n++) {
            digest_update(&digest, norms[n].gain, bytes);
            digest_update(&digest, norms[n].bias, bytes);
        }
    }
    digest_end(&digest, sum);
    digest_text(sum, sizeof sum, text);
}

bool minilm_packed_fits(const struct tensor_file *file, const struct minilm_weights *weights) {
    char text[DIGEST_TEXT_BYTES];
    const char *of = tensor_file_metadata(file, "weights");
    checksum(weights, text);
    return of && strcmp(of, text) == 0;
}

/* ---- Writing ---- */

static void fill(struct tensor tensors[PIECES], const struct minilm_linear *linear) {
    const size_t rows = padded_outputs(linear->out);
    const struct tensor pieces[PIECES] = {
        {.type = TENSOR_I8, .rank = 2, .shape = {rows, linear->in_padded}, .data = linear->bytes},
        {.type = TENSOR_F32, .rank = 1, .shape = {linear->out}, .data = linear->scales},
        {.type = TENSOR_I32, .rank = 1, .shape = {linear->out}, .data = linear->sums},
        {.type = TENSOR_F32, .rank = 1, .shape = {linear->out}, .data = linear->bias}};
    memcpy(tensors, pieces, sizeof pieces);
}

enum status minilm_packed_write(const struct minilm_weights *weights, const char *path,
                                struct error *error) {
    struct arena arena = {0};
    const size_t count = weights->config.layers * LINEARS * PIECES;
    struct tensor *tensors = ARENA_ARRAY(&arena, struct tensor, count);
    const struct tensor **list = ARENA_ARRAY(&arena, const struct tensor *, count);
    char text[DIGEST_TEXT_BYTES];
    for (size_t at = 0; at < count; at += PIECES) {
        const size_t layer = at / PIECES / LINEARS, linear = at / PIECES % LINEARS;
        fill(tensors + at, linear_of(&weights->layers[layer], linear));
        for (size_t piece = 0; piece < PIECES; piece++) {
            char *name = arena_alloc(&arena, NAME_BYTES);
            name_of(name, layer, linear, piece);
            tensors[at + piece].name = name;
            list[at + piece] = &tensors[at + piece];
        }
    }
    checksum(weights, text);
    const struct tensor_metadata metadata = {"weights", text};
    const enum status status = tensor_file_write(path, list, count, &metadata, 1, error);
    arena_release(&arena);
    return status;
}

/* ---- Reading ---- */

static bool all_finite(const float *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite &= isfinite(values[i]) != 0;
    return finite;
}

/* The piece if it has that type and shape (columns 0: one row of numbers). */
static void *find(const struct tensor_file *file, const char *name, enum tensor_type type,
                  size_t rows, size_t columns) {
    const struct tensor *tensor = tensor_file_find(file, name);
    const bool fits = tensor && tensor->type == type && tensor->rank == (columns > 0 ? 2 : 1) &&
                      tensor->shape[0] == rows && (columns == 0 || tensor->shape[1] == columns);
    return fits ? tensor->data : NULL;
}

bool minilm_packed_take(const struct tensor_file *file, const struct minilm_config *config,
                        size_t index, struct minilm_layer *layer) {
    const size_t width = config->width, inner = config->inner;
    const size_t sizes[LINEARS][2] = {
        {width, 3 * width}, {width, width}, {width, inner}, {inner, width}};
    struct minilm_linear found[LINEARS];
    for (size_t i = 0; i < LINEARS; i++) {
        const size_t in = sizes[i][0], out = sizes[i][1], padded = (in + 3) / 4 * 4;
        char names[PIECES][NAME_BYTES];
        for (size_t piece = 0; piece < PIECES; piece++)
            name_of(names[piece], index, i, piece);
        found[i] = (struct minilm_linear){
            .in = in,
            .out = out,
            .precision = ENCODER_INT8,
            .in_padded = padded,
            .bytes = find(file, names[0], TENSOR_I8, padded_outputs(out), padded),
            .scales = find(file, names[1], TENSOR_F32, out, 0),
            .sums = find(file, names[2], TENSOR_I32, out, 0),
            .bias = find(file, names[3], TENSOR_F32, out, 0)};
        if (!found[i].bytes || !found[i].scales || !found[i].sums || !found[i].bias ||
            !all_finite(found[i].scales, out) || !all_finite(found[i].bias, out))
            return false;
    }
    for (size_t i = 0; i < LINEARS; i++)
        *linear_of(layer, i) = found[i];
    return true;
}
