/* ann_faiss.c: FAISS's indexes behind struct ann_ops; without libfaiss nothing but the answer that
 * they are not there. */
#include <stdint.h>
#include <string.h>

#include "ann/ann_internal.h"

#ifdef MATINEE_FAISS
#include "ann/faiss_shim.h"

static const char *describe(const struct ann_options *options, struct arena *arena) {
    if (!strcmp(options->type, "HNSW"))
        return arena_format(arena, "HNSW%zu,Flat", options->m_hnsw);
    if (!strcmp(options->type, "IVFFlat"))
        return arena_format(arena, "IVF%zu,Flat", options->nlist);
    /* np: without the annealing of codes for polysemous search, which takes minutes and is not
     * used. */
    return arena_format(arena, "IVF%zu,PQ%zux%zunp", options->nlist, options->m_pq,
                        options->nbits_pq);
}

static enum status build(struct ann_index *index, const float *vectors,
                         const struct ann_options *options, struct error *error) {
    char why[FAISS_SHIM_WHY] = "";
    bool lists = strcmp(options->type, "HNSW") != 0;
    size_t least = !lists                            ? 1
                   : !strcmp(options->type, "IVFPQ") ? (size_t)1 << options->nbits_pq
                                                     : options->nlist;
    least = lists && options->nlist > least ? options->nlist : least;
    if (index->count < least)
        return error_set(
            error, STATUS_BAD_USAGE,
            "ann.index_type=%s needs at least %zu vectors to learn from, and there are "
            "%zu: use Flat, or smaller ann.nlist and ann.nbits_pq",
            options->type, least, index->count);
    const struct faiss_shim_recipe job = {.description = describe(options, &index->arena),
                                          .vectors = vectors,
                                          .count = index->count,
                                          .width = index->width,
                                          .nprobe = lists ? options->nprobe : 0};
    index->faiss = faiss_shim_build(&job, why);
    if (!index->faiss)
        return error_set(error, STATUS_IO, "FAISS could not build %s: %s", job.description, why);
    return STATUS_OK;
}

static void find(const struct ann_index *index, const struct ann_search *search) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t count = search->query_count * search->k;
    float *queries = ARENA_ARRAY(scratch, float, search->query_count * index->width);
    float *distances = ARENA_ARRAY(scratch, float, count);
    int64_t *ids = ARENA_ARRAY(scratch, int64_t, count);
    for (size_t q = 0; q < search->query_count; q++)
        memcpy(queries + q * index->width, search->queries + q * index->dimension,
               index->dimension * sizeof *queries);
    const struct faiss_shim_query job = {queries, search->query_count, search->k, distances, ids};
    int failed = faiss_shim_search(index->faiss, &job);
    for (size_t i = 0; i < count; i++) {
        bool nobody = failed || ids[i] < 0;
        search->found[i] = (struct entry){nobody ? ANN_NOBODY : (uint32_t)ids[i],
                                          nobody ? -__builtin_inff() : -distances[i]};
    }
    arena_reset(scratch, mark);
}

static enum status write(const struct ann_index *index, struct tensor *bytes, struct arena *arena,
                         struct error *error) {
    size_t size;
    uint8_t *written = faiss_shim_write(index->faiss, &size);
    if (!written)
        return error_set(error, STATUS_IO, "FAISS could not write its index");
    tensor_make_copy(bytes, TENSOR_U8, size, written, arena);
    faiss_shim_free_bytes(written);
    return STATUS_OK;
}

static enum status read(struct ann_index *index, const struct tensor *bytes, struct error *error) {
    char why[FAISS_SHIM_WHY] = "";
    index->faiss = faiss_shim_read(bytes->data, tensor_count(bytes), why);
    if (!index->faiss)
        return error_set(error, STATUS_BAD_INPUT, "FAISS could not read the index: %s", why);
    size_t count, width;
    faiss_shim_shape(index->faiss, &count, &width);
    if (count != index->count || width != index->width)
        return error_set(error, STATUS_BAD_INPUT,
                         "the index holds %zu vectors of %zu numbers, its header says %zu of %zu",
                         count, width, index->count, index->width);
    return STATUS_OK;
}

static void release(struct ann_index *index) { faiss_shim_free(index->faiss); }

bool ann_has_faiss(void) { return true; }

const struct ann_ops ann_faiss = {.type = "FAISS",
                                  .build = build,
                                  .find = find,
                                  .write = write,
                                  .read = read,
                                  .release = release};
#else

static enum status refuse(struct error *error) {
    return error_set(
        error, STATUS_BAD_USAGE,
        "this build has no FAISS: ann.index_type=Flat is the exact scan; for the others "
        "install libfaiss-dev and build again");
}

static enum status build(struct ann_index *index, const float *vectors,
                         const struct ann_options *options, struct error *error) {
    (void)index, (void)vectors, (void)options;
    return refuse(error);
}

static enum status read(struct ann_index *index, const struct tensor *bytes, struct error *error) {
    (void)index, (void)bytes;
    return refuse(error);
}

bool ann_has_faiss(void) { return false; }

const struct ann_ops ann_faiss = {.type = "FAISS", .build = build, .read = read};
#endif
