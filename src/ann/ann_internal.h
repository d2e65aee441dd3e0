/* ann_internal.h: what the kinds of index share; only for src/ann/. */
#ifndef MATINEE_ANN_ANN_INTERNAL_H
#define MATINEE_ANN_ANN_INTERNAL_H

#include "ann/ann.h"
#include "base/arena.h"

/* What an index is, whatever its kind. Vectors reach a kind in the order of distances: see ann.h.
 */
struct ann_index {
    const struct ann_ops *ops;
    struct arena arena;
    const char *type;
    size_t count;
    size_t dimension; /* of the queries */
    size_t width;     /* of the vectors in the index: with the added coordinate and padding */
    enum vector_metric metric;
    const float *vectors;    /* [count][dimension]; Flat only: of the arena or the file */
    struct tensor_file file; /* what it was opened from; zeroed where it was built */
    void *faiss;
};

struct ann_ops {
    const char *type;
    /* vectors[count][width] in the order of distances. */
    enum status (*build)(struct ann_index *index, const float *vectors,
                         const struct ann_options *options, struct error *error);
    void (*find)(const struct ann_index *index, const struct ann_search *search);
    /* The index as bytes of the arena. */
    enum status (*write)(const struct ann_index *index, struct tensor *bytes, struct arena *arena,
                         struct error *error);
    enum status (*read)(struct ann_index *index, const struct tensor *bytes, struct error *error);
    void (*release)(struct ann_index *index);
};

extern const struct ann_ops ann_flat, ann_faiss;

#endif
