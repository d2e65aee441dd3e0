/* minilm_linear.h: a dense layer of the encoder, y = x W^T + b, its weights packed for the kernels
 * when the encoder is opened.
 *
 * Shapes     x [rows][in], y [rows][out]; W [out][in] as the file has it, packed into panels of 32
 *            outputs, so that a panel is read once from end to end for all rows: each [in][32]
 *            floats, [in / 2][32][2] halves (kernels/halves.h), or [in / 4][32][4] bytes
 *            (kernels/quantized.h).
 * Precision  int8: a weight is a whole number in [-127, 127] times its output's scale, and a row of
 *            x is rounded in the same way when it comes. bf16: both are rounded to bfloat16; only
 *            where halves() has a table.
 * Threads    panels are the shards: an element is one sum over `in`, whoever computes it. */
#ifndef MATINEE_TEXT_MINILM_LINEAR_H
#define MATINEE_TEXT_MINILM_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "text/encoder.h"

#define MINILM_PANEL 32

struct minilm_linear {
    size_t in, out;
    enum encoder_precision precision;
    float *bias;      /* [out] */
    float *panels;    /* f32 */
    uint16_t *halves; /* bf16 */
    int8_t *bytes;    /* int8, and of each output: */
    float *scales;    /* [out] */
    int32_t *sums;    /* [out]: 128 times the sum of its bytes */
    size_t in_padded; /* `in` as a multiple of 4, for bf16 and int8 */
};

/* A part of a layer as the file has it: rows of W that begin at output `first`. */
struct minilm_linear_part {
    const float *weights; /* [out][in] */
    const float *bias;    /* [out] */
    size_t first, out;
};

/* Takes memory for a layer of in -> out; its parts must then be packed, each once. */
void minilm_linear_make(struct minilm_linear *linear, size_t in, size_t out,
                        enum encoder_precision precision, struct arena *arena);
void minilm_linear_pack(const struct minilm_linear *linear, const struct minilm_linear_part *part);

struct minilm_linear_job {
    size_t rows;
    const float *x;
    size_t x_row;
    float *y;
    size_t y_row;
    bool accumulate; /* y += */
    bool gelu;       /* of the sum */
};
void minilm_linear_run(const struct minilm_linear *linear, const struct minilm_linear_job *job);

#endif
