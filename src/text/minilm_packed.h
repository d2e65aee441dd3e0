/* minilm_packed.h: the layers of an encoder rounded to bytes once, in a file beside its weights
 * that is mapped from then on: an int8 encoder then starts without reading 42 MB of floats.
 *
 * The file  MINILM_PACKED in the encoder's folder: for each dense layer the panels, scales, sums
 * and biases of minilm_linear.h. Tables and layer norms stay in the weights. Its metadata name the
 * weights that it was made of by a checksum of their layer norms. */
#ifndef MATINEE_TEXT_MINILM_PACKED_H
#define MATINEE_TEXT_MINILM_PACKED_H

#include <stdbool.h>

#include "text/minilm_weights.h"

#define MINILM_PACKED "model.int8.safetensors"

/* Writes the layers of weights that were read as int8. */
enum status minilm_packed_write(const struct minilm_weights *weights, const char *path,
                                struct error *error);
/* Whether the file was made of these weights, whose layer norms are read already. */
bool minilm_packed_fits(const struct tensor_file *file, const struct minilm_weights *weights);
/* Takes the dense layers of one layer from where they lie in the file, whose mapping then must
 * outlive them. False: they are not as the config says; nothing is taken. */
bool minilm_packed_take(const struct tensor_file *file, const struct minilm_config *config,
                        size_t index, struct minilm_layer *layer);

#endif
