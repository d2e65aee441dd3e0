/* minilm_weights.h: what the encoder is made of: tables that stay in the mapped file, and layers
 * that are packed when it is opened. */
#ifndef MATINEE_TEXT_MINILM_WEIGHTS_H
#define MATINEE_TEXT_MINILM_WEIGHTS_H

#include "nn/tensor.h"
#include "text/minilm_config.h"
#include "text/minilm_linear.h"

struct minilm_norm {
    const float *gain, *bias; /* [width] */
};

struct minilm_layer {
    struct minilm_linear query_key_value; /* width -> 3 width */
    struct minilm_linear attended;        /* width -> width */
    struct minilm_norm attention_norm;
    struct minilm_linear up, down; /* width -> inner -> width */
    struct minilm_norm output_norm;
};

struct minilm_weights {
    struct minilm_config config;
    enum encoder_precision precision; /* of the layers */
    const float *pieces;              /* [pieces][width] */
    const float *positions;           /* [positions][width] */
    const float *type;                /* [width]: of the first sentence; there is no second */
    struct minilm_norm embedding_norm;
    struct minilm_layer *layers;
    const struct tensor_file
        *packed; /* layers that were packed before (minilm_packed.h), or NULL */
};

/* Reads the tensors of a mapped file, which must outlive the weights; the rest lives in `arena`.
 * config, precision and packed are set beforehand.
 * Errors name the tensor that is missing or of another type or shape. */
enum status minilm_weights_read(struct minilm_weights *weights, const struct tensor_file *file,
                                struct arena *arena, struct error *error);

#endif
