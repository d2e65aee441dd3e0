/* ann.h: the nearest vectors: which of many items' vectors have the largest dot product with a
 * query's, the largest cosine, or the smallest distance.
 *
 * Flat is an exact scan and the default: at the size of a film catalogue (10^4 to 10^5 items) it
 * takes well under a millisecond a query and misses nothing. IVFFlat, IVFPQ and HNSW are FAISS's
 * approximate indexes (Johnson et al. 2017; Malkov & Yashunin 2016), there when the program was
 * built with libfaiss.
 *
 * Order    Every metric is turned into distances: vectors of unit length for cosine; for dot
 *          products one more coordinate, sqrt(M^2 - |v|^2) with M the longest length, under which
 *          the nearest is the one with the largest product (Bachrach et al. 2014). Graphs over raw
 *          inner products find too few.
 * Threads  FAISS is kept to the calling thread; an index may be searched from many.
 * File     a safetensors file beside the model: FAISS's own bytes, and which vectors they are of.
 * Checked  tests/ann/test_ann.c: the scan by hand, recall of each kind, files. */
#ifndef MATINEE_ANN_ANN_H
#define MATINEE_ANN_ANN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/settings.h"
#include "nn/tensor.h"
#include "sparse/largest.h"

struct ann_index;

/* The settings ann.*, and what they say. */
extern const struct setting_spec ann_settings[];
struct ann_options {
    const char *type;  /* "Flat", "IVFFlat", "IVFPQ", "HNSW" */
    const char *order; /* "auto", "inner_product", "l2" */
    size_t nlist, nprobe, m_pq, nbits_pq, m_hnsw;
};
struct ann_options ann_options_read(const struct settings *settings);

/* What an index is made of; borrowed for the call. */
struct ann_vectors {
    const float *values; /* [count][dimension] */
    size_t count, dimension;
    enum vector_metric metric; /* of the model; ann.metric overrides it */
};

/* Whether the approximate kinds are there. */
bool ann_has_faiss(void);

/* Builds. Errors: a kind that this build does not have, fewer vectors than lists to train. */
enum status ann_build(struct ann_index **out, const struct ann_vectors *vectors,
                      const struct ann_options *options, struct error *error);
void ann_close(struct ann_index *index); /* NULL is fine */
const char *ann_type(const struct ann_index *index);

#define ANN_NOBODY UINT32_MAX
/* found[query_count][k]: the nearest, best first, with the value of the metric's order (larger is
 * nearer: the dot product, the cosine, or the squared distance negated; approximate kinds give the
 * negated distance of the order above). Fewer than k: ANN_NOBODY at the end. */
struct ann_search {
    const float *queries; /* [query_count][dimension] */
    size_t query_count, k;
    struct entry *found;
};
void ann_find(const struct ann_index *index, const struct ann_search *search);

/* The share of the exact k nearest of these queries that the index finds, 0 to 1. */
double ann_recall(const struct ann_index *index, const struct ann_vectors *vectors,
                  const struct ann_search *search);

/* A file of it. `tie` is the checksum of what the vectors come from, as text. Errors of
 * ann_open: not such a file, of other vectors than `tie`, a kind that this build does not have. */
enum status ann_save(const struct ann_index *index, const char *path, const char *tie,
                     struct error *error);
enum status ann_open(struct ann_index **out, const char *path, const char *tie,
                     struct error *error);

#endif
