/* minilm_linear.h: a dense layer of the encoder, y = x W^T + b, its weights packed for the kernels
 * when the encoder is opened.
 *
 * Shapes  x [rows][in], y [rows][out]; W [out][in] as the file has it, packed into panels of 32
 *         outputs, each [in][32], so that a panel is read once from end to end for all rows.
 * Threads panels are the shards: an element is one sum over `in`, whoever computes it. */
#ifndef MATINEE_TEXT_MINILM_LINEAR_H
#define MATINEE_TEXT_MINILM_LINEAR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

#define MINILM_PANEL 32

struct minilm_linear {
    size_t in, out;
    float *panels;
    float *bias; /* [out] */
};

/* A part of a layer as the file has it: rows of W that begin at output `first`. */
struct minilm_linear_part {
    const float *weights; /* [out][in] */
    const float *bias;    /* [out] */
    size_t first, out;
};

/* Takes memory for a layer; its parts must then be packed, each once. */
void minilm_linear_make(struct minilm_linear *linear, size_t in, size_t out, struct arena *arena);
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
