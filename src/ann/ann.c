/* ann.c: settings, building, files and recall of every kind of index. See ann.h. */
#include "ann/ann.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ann/ann_internal.h"
#include "base/alloc.h"
#include "base/assert.h"
#include "kernels/kernels.h"

#define FORMAT "matinee-ann-1"

const struct setting_spec ann_settings[] = {
    {"ann.index_type", SETTING_TEXT, "Flat", 0, 0, "Flat|IVFFlat|IVFPQ|HNSW", "index_type",
     "Flat: an exact scan; the others are FAISS's approximate indexes"},
    {"ann.metric", SETTING_TEXT, "auto", 0, 0, "auto|inner_product|l2", NULL,
     "what nearest means; auto: as the model compares its vectors"},
    {"ann.nlist", SETTING_INT, "100", 1, 1000000, NULL, NULL, "IVF: lists of vectors"},
    {"ann.nprobe", SETTING_INT, "10", 1, 1000000, NULL, NULL, "IVF: lists that a search visits"},
    {"ann.m_pq", SETTING_INT, "8", 1, 256, NULL, NULL, "IVFPQ: parts that a vector is cut into"},
    {"ann.nbits_pq", SETTING_INT, "8", 1, 16, NULL, NULL, "IVFPQ: bits of a part's code"},
    {"ann.m_hnsw", SETTING_INT, "32", 2, 512, NULL, NULL, "HNSW: neighbours of a vector"},
    {0}};

struct ann_options ann_options_read(const struct settings *settings) {
    return (struct ann_options){
        .type = settings_text(settings, "ann.index_type"),
        .order = settings_text(settings, "ann.metric"),
        .nlist = (size_t)settings_int(settings, "ann.nlist"),
        .nprobe = (size_t)settings_int(settings, "ann.nprobe"),
        .m_pq = (size_t)settings_int(settings, "ann.m_pq"),
        .nbits_pq = (size_t)settings_int(settings, "ann.nbits_pq"),
        .m_hnsw = (size_t)settings_int(settings, "ann.m_hnsw"),
    };
}

const char *ann_type(const struct ann_index *index) { return index->type; }

void ann_close(struct ann_index *index) {
    if (!index)
        return;
    if (index->ops->release)
        index->ops->release(index);
    tensor_file_close(&index->file);
    arena_release(&index->arena);
    alloc_free(index);
}

/* ---- Building -------------------------------------------------------------------------------- */

static enum vector_metric metric_of(const struct ann_vectors *vectors,
                                    const struct ann_options *options) {
    if (!strcmp(options->order, "l2"))
        return VECTOR_L2;
    return !strcmp(options->order, "inner_product") ? VECTOR_DOT : vectors->metric;
}

static struct ann_index *create(const char *type, enum vector_metric metric, size_t count,
                                size_t dimension) {
    struct ann_index *index = alloc_zeroed(1, sizeof *index);
    index->type = arena_copy(&index->arena, type);
    index->ops = strcmp(type, ann_flat.type) == 0 ? &ann_flat : &ann_faiss;
    index->metric = metric;
    index->count = count;
    index->dimension = dimension;
    index->width = dimension;
    return index;
}

/* A copy of the vectors, of unit length where the metric is the cosine. */
static float *copy(const struct ann_index *index, const float *values, struct arena *arena) {
    size_t d = index->dimension;
    float *copies = ARENA_ARRAY_RAW(arena, float, index->count *d);
    memcpy(copies, values, index->count * d * sizeof *copies);
    for (size_t i = 0; index->metric == VECTOR_COSINE && i < index->count; i++) {
        float length = sqrtf(kernels()->dot(copies + i * d, copies + i * d, d));
        if (length > 0)
            kernels()->scale(copies + i * d, 1 / length, d);
    }
    return copies;
}

/* The vectors under which the nearest is the best: see ann.h. Padded with zeroes to a width that
 * `multiple` divides. */
static float *as_distances(struct ann_index *index, const float *values, size_t multiple,
                           struct arena *arena) {
    size_t d = index->dimension;
    bool extra = index->metric == VECTOR_DOT;
    index->width = (d + extra + multiple - 1) / multiple * multiple;
    float *wide = ARENA_ARRAY(arena, float, index->count * index->width);
    const float *unit = copy(index, values, arena);
    double longest = 0;
    for (size_t i = 0; extra && i < index->count; i++)
        longest = fmax(longest, (double)kernels()->dot(unit + i * d, unit + i * d, d));
    for (size_t i = 0; i < index->count; i++) {
        float *row = wide + i * index->width;
        memcpy(row, unit + i * d, d * sizeof *row);
        if (extra)
            row[d] = (float)sqrt(fmax(0, longest - (double)kernels()->dot(row, row, d)));
    }
    return wide;
}

enum status ann_build(struct ann_index **out, const struct ann_vectors *vectors,
                      const struct ann_options *options, struct error *error) {
    struct ann_index *index =
        create(options->type, metric_of(vectors, options), vectors->count, vectors->dimension);
    enum status status = STATUS_OK;
    if (index->ops == &ann_flat) {
        index->vectors = copy(index, vectors->values, &index->arena);
    } else {
        struct arena scratch = {0};
        size_t multiple = strcmp(options->type, "IVFPQ") == 0 ? options->m_pq : 1;
        const float *wide = as_distances(index, vectors->values, multiple, &scratch);
        status = index->ops->build(index, wide, options, error);
        arena_release(&scratch);
    }
    if (status == STATUS_OK)
        *out = index;
    else
        ann_close(index);
    return status;
}

/* ---- Searching ------------------------------------------------------------------------------- */

void ann_find(const struct ann_index *index, const struct ann_search *search) {
    index->ops->find(index, search);
}

static int by_index(const void *a, const void *b) {
    uint32_t x = ((const struct entry *)a)->index, y = ((const struct entry *)b)->index;
    return x < y ? -1 : x > y;
}

/* How many of a's are among b's; both [k], put into the order of their indices. */
static size_t common(struct entry *a, struct entry *b, size_t k) {
    size_t i = 0, j = 0, count = 0;
    qsort(a, k, sizeof *a, by_index);
    qsort(b, k, sizeof *b, by_index);
    while (i < k && j < k && a[i].index != ANN_NOBODY && b[j].index != ANN_NOBODY) {
        count += a[i].index == b[j].index;
        if (a[i].index < b[j].index)
            i++;
        else if (a[i].index > b[j].index)
            j++;
        else
            i++, j++;
    }
    return count;
}

double ann_recall(const struct ann_index *index, const struct ann_vectors *vectors,
                  const struct ann_search *search) {
    struct ann_index exact = {.ops = &ann_flat, .metric = index->metric, .count = vectors->count};
    exact.dimension = vectors->dimension;
    exact.vectors = copy(&exact, vectors->values, &exact.arena);
    size_t k = search->k < vectors->count ? search->k : vectors->count;
    struct ann_search asked = *search;
    asked.k = k;
    asked.query_count = 1;
    struct entry *found = ARENA_ARRAY(&exact.arena, struct entry, k);
    struct entry *expected = ARENA_ARRAY(&exact.arena, struct entry, k);
    size_t hits = 0;
    for (size_t q = 0; q < search->query_count; q++) {
        asked.queries = search->queries + q * vectors->dimension;
        asked.found = expected;
        ann_find(&exact, &asked);
        asked.found = found;
        ann_find(index, &asked);
        hits += common(found, expected, k);
    }
    arena_release(&exact.arena);
    return search->query_count > 0 ? (double)hits / (double)(k * search->query_count) : 1;
}

/* ---- Files ----------------------------------------------------------------------------------- */

static const char *const METRICS[] = {
    [VECTOR_DOT] = "inner_product", [VECTOR_COSINE] = "cosine", [VECTOR_L2] = "l2"};

enum status ann_save(const struct ann_index *index, const char *path, const char *tie,
                     struct error *error) {
    struct arena arena = {0};
    struct tensor content = {.name = "index"};
    const struct tensor *list[] = {&content};
    const char *shape =
        arena_format(&arena, "%zu %zu %zu", index->count, index->dimension, index->width);
    const struct tensor_metadata metadata[] = {{"format", FORMAT},
                                               {"type", index->type},
                                               {"metric", METRICS[index->metric]},
                                               {"shape", shape},
                                               {"vectors", tie}};
    enum status status = STATUS_OK;
    if (index->ops == &ann_flat) {
        tensor_make(&content, TENSOR_F32, index->count, index->dimension, &arena);
        memcpy(content.data, index->vectors, tensor_bytes(&content));
    } else {
        status = index->ops->write(index, &content, &arena, error);
    }
    if (status == STATUS_OK)
        status =
            tensor_file_write(path, list, 1, metadata, sizeof metadata / sizeof *metadata, error);
    arena_release(&arena);
    return status;
}

static const char *said(const struct tensor_file *file, const char *key) {
    const char *value = tensor_file_metadata(file, key);
    return value ? value : "";
}

static enum status read_content(struct ann_index *index, const struct tensor *content,
                                struct error *error) {
    if (index->ops == &ann_flat) {
        if (content->type != TENSOR_F32 || tensor_count(content) != index->count * index->dimension)
            return error_set(error, STATUS_BAD_INPUT, "the vectors are not of the header's shape");
        index->vectors = tensor_floats(content);
        return STATUS_OK;
    }
    if (content->type != TENSOR_U8)
        return error_set(error, STATUS_BAD_INPUT, "the index is not of bytes");
    return index->ops->read(index, content, error);
}

static enum status open_index(struct ann_index **out, struct tensor_file *file, const char *tie,
                              struct error *error) {
    const struct tensor *content = tensor_file_find(file, "index");
    size_t count, dimension, width, metric = 0;
    if (strcmp(said(file, "format"), FORMAT) != 0 || !content ||
        sscanf(said(file, "shape"), "%zu %zu %zu", &count, &dimension, &width) != 3)
        return error_set(error, STATUS_BAD_INPUT, "not an index of this version; build it again");
    if (strcmp(said(file, "vectors"), tie) != 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "the index is of another model's vectors; build it again");
    while (metric < VECTOR_L2 && strcmp(METRICS[metric], said(file, "metric")) != 0)
        metric++;
    struct ann_index *index =
        create(said(file, "type"), (enum vector_metric)metric, count, dimension);
    index->width = width;
    enum status status = read_content(index, content, error);
    if (status != STATUS_OK) {
        ann_close(index);
        return status;
    }
    index->file = *file;
    *file = (struct tensor_file){0};
    *out = index;
    return STATUS_OK;
}

enum status ann_open(struct ann_index **out, const char *path, const char *tie,
                     struct error *error) {
    struct tensor_file file = {0};
    TRY(tensor_file_open(&file, path, error));
    if (open_index(out, &file, tie, error) == STATUS_OK)
        return STATUS_OK;
    tensor_file_close(&file);
    return error_prefix(error, "%s", path);
}
