/* faiss_shim.h: the few calls of FAISS that ann/ makes, for C. Every call keeps FAISS's threads to
 * one; a failed one puts FAISS's sentence into `why`. */
#ifndef MATINEE_ANN_FAISS_SHIM_H
#define MATINEE_ANN_FAISS_SHIM_H

#include <stddef.h>
#include <stdint.h>

#define FAISS_SHIM_WHY 256

#ifdef __cplusplus
extern "C" {
#endif

/* An index of squared distances by FAISS's description, as in "IVF100,Flat"; trained and filled.
 * NULL on failure. */
struct faiss_shim_recipe {
    const char *description;
    const float *vectors; /* [count][width] */
    size_t count, width;
    size_t nprobe; /* lists that a search visits; 0: not such an index */
};
void *faiss_shim_build(const struct faiss_shim_recipe *job, char why[FAISS_SHIM_WHY]);
void faiss_shim_free(void *index);
/* distances[query_count][k] ascending, ids -1 where there are no more. 0: done. */
struct faiss_shim_query {
    const float *queries; /* [query_count][width] */
    size_t query_count, k;
    float *distances;
    int64_t *ids;
};
int faiss_shim_search(const void *index, const struct faiss_shim_query *job);
/* Bytes of the index, to be freed by faiss_shim_free_bytes; NULL on failure. */
uint8_t *faiss_shim_write(const void *index, size_t *size);
void faiss_shim_free_bytes(uint8_t *bytes);
void *faiss_shim_read(const uint8_t *bytes, size_t size, char why[FAISS_SHIM_WHY]);
/* What an index that was read is of. */
void faiss_shim_shape(const void *index, size_t *count, size_t *width);

#ifdef __cplusplus
}
#endif

#endif
