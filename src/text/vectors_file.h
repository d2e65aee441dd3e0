/* vectors_file.h: vectors of texts as a file: safetensors, or NumPy's .npy. */
#ifndef MATINEE_TEXT_VECTORS_FILE_H
#define MATINEE_TEXT_VECTORS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

struct vectors_file {
    const char *encoder; /* its name */
    const char *key;     /* tells equal content: a checksum of texts and encoder; or NULL */
    const char *ids;     /* the outside ids of the rows, one a line; or NULL */
    const float *vectors;
    size_t count, dimension;
};

/* A name that ends with .npy gives a NumPy array [count][dimension] of float32 and nothing else;
 * any other a safetensors file: the tensor "embeddings", "ids" (bytes) where there are some, and
 * the encoder and key as metadata. Written atomically. */
enum status vectors_file_write(const char *path, const struct vectors_file *content,
                               struct error *error);
/* Whether the file is there and was written with that key. */
bool vectors_file_has(const char *path, const char *key);

#endif
