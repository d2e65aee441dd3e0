/* tensor.h: a named, shaped array, and files of them (safetensors:
 * https://github.com/huggingface/safetensors).
 *
 * The file: 8 bytes little-endian length of the header; the header, JSON: {"__metadata__": {text:
 * text}, name: {"dtype", "shape", "data_offsets"}}; then the bytes. Keys are written sorted by
 * tensor order and without spaces, so that equal content gives equal bytes. Data start on a 64-byte
 * boundary (the header is padded with spaces). */
#ifndef MATINEE_NN_TENSOR_H
#define MATINEE_NN_TENSOR_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum tensor_type {
    TENSOR_F32,
    TENSOR_F64,
    TENSOR_I32,
    TENSOR_I64,
    TENSOR_U8,
    TENSOR_U32,
    TENSOR_U64,
    TENSOR_BF16,
    TENSOR_I8
};
enum vector_metric { VECTOR_DOT, VECTOR_COSINE, VECTOR_L2 };

#define TENSOR_RANK_MAX 4

/* `data` is borrowed: from an arena or from a mapped file. rank 0 and data NULL: an empty slot that
 * has only a name. */
struct tensor {
    const char *name;
    enum tensor_type type;
    unsigned rank;
    size_t shape[TENSOR_RANK_MAX];
    void *data;
};

/* Shapes a slot and takes zeroed memory for it. rank is 1 or 2 (columns 0: rank 1). */
void tensor_make(struct tensor *tensor, enum tensor_type type, size_t rows, size_t columns,
                 struct arena *arena);
/* The same, rank 1, with a copy of `count` elements in it. */
void tensor_make_copy(struct tensor *tensor, enum tensor_type type, size_t count, const void *data,
                      struct arena *arena);
size_t tensor_count(const struct tensor *tensor); /* elements */
size_t tensor_bytes(const struct tensor *tensor);
size_t tensor_type_bytes(enum tensor_type type);
static inline float *tensor_floats(const struct tensor *tensor) { return tensor->data; }

struct tensor_metadata {
    const char *key, *value;
};

/* Writes atomically: to a temporary file beside `path`, flushed to disk, then renamed over it. A
 * full disk or any other failure leaves the old file as it was. */
enum status tensor_file_write(const char *path, const struct tensor *const *tensors,
                              size_t tensor_count, const struct tensor_metadata *metadata,
                              size_t metadata_count, struct error *error);

/* A mapped file. The tensors' data point into the mapping and live until tensor_file_close. */
struct tensor_file {
    struct arena arena;
    const char *path;
    void *mapping;
    size_t mapping_bytes;
    struct tensor *tensors;
    size_t tensor_count;
    struct tensor_metadata *metadata;
    size_t metadata_count;
};

/* Errors: not a safetensors file, truncated, offsets outside the file or overlapping, shape and
 * bytes that differ. */
enum status tensor_file_open(struct tensor_file *file, const char *path, struct error *error);
void tensor_file_close(struct tensor_file *file); /* a zeroed one is fine */
const struct tensor *tensor_file_find(const struct tensor_file *file,
                                      const char *name);                           /* NULL: none */
const char *tensor_file_metadata(const struct tensor_file *file, const char *key); /* NULL: none */

#endif
