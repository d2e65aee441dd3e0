/* film_vectors.c: see film_vectors.h.
 *
 * Cost     Made: one encoding for each film; read: one pass over the file.
 * Checked  tests/service/test_service_search.c. */
#include "service/film_vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/files.h"
#include "base/log.h"
#include "dataset/film_text.h"
#include "nn/tensor.h"

#define FOLDER "vectors"
#define SUFFIX ".safetensors"
#define NAME_LENGTH 32 /* of the checksum; text_vectors.c keeps longer names in the same folder */
#define TENSOR "vectors"
#define BATCH 256 /* texts between two looks at `cancel` */
#define PROBE "a quiet film about a lighthouse keeper and the sea, 1957"

static const char *folder_path(struct arena *arena) {
    return files_join(arena, files_data_home(arena), FOLDER);
}

/* The file for these texts and this encoder. */
static const char *file_path(const struct words *words, const struct encoder_text *texts,
                             size_t count, struct arena *arena) {
    const struct encoder_text probe = {PROBE, sizeof PROBE - 1};
    const size_t dimension = words_dimension(words);
    float *answer = ARENA_ARRAY(arena, float, dimension);
    uint8_t sum[DIGEST_SHA256_BYTES];
    char text[DIGEST_TEXT_BYTES];
    struct digest digest;
    words_encode(words, &probe, 1, answer);
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, answer, dimension * sizeof *answer);
    for (size_t i = 0; i < count; i++)
        digest_update(&digest, texts[i].bytes, texts[i].length + 1);
    digest_end(&digest, sum);
    digest_text(sum, sizeof sum, text);
    text[NAME_LENGTH] = '\0';
    return arena_format(arena, "%s/%s%s", folder_path(arena), text, SUFFIX);
}

static bool all_finite(const float *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite &= isfinite(values[i]) != 0;
    return finite;
}

static bool read_file(const char *path, size_t count, size_t dimension, float *vectors) {
    struct tensor_file file = {0};
    struct error error;
    if (!files_is_regular(path))
        return false;
    if (tensor_file_open(&file, path, &error) != STATUS_OK) {
        log_warning("%s; its vectors are made again", error.text);
        return false;
    }
    const struct tensor *tensor = tensor_file_find(&file, TENSOR);
    const bool fits = tensor && tensor->type == TENSOR_F32 && tensor->rank == 2 &&
                      tensor->shape[0] == count && tensor->shape[1] == dimension &&
                      all_finite(tensor->data, count * dimension);
    if (fits)
        memcpy(vectors, tensor->data, count * dimension * sizeof *vectors);
    tensor_file_close(&file);
    return fits;
}

struct kept_file {
    const char *path;
    int64_t time;
};

static int newest_first(const void *a, const void *b) {
    const struct kept_file *x = a, *y = b;
    return x->time > y->time ? -1 : x->time < y->time;
}

/* Removes the oldest of its files above the number that is kept. */
static void prune(struct arena *arena) {
    const char *folder = folder_path(arena);
    const char *const *names;
    size_t count, kept = 0;
    struct error error;
    if (files_list(folder, arena, &names, &count, &error) != STATUS_OK)
        return;
    struct kept_file *files = ARENA_ARRAY(arena, struct kept_file, count);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]), tail = strlen(SUFFIX);
        struct stat about;
        const char *path = files_join(arena, folder, names[i]);
        if (length == NAME_LENGTH + tail && strcmp(names[i] + NAME_LENGTH, SUFFIX) == 0 &&
            stat(path, &about) == 0)
            files[kept++] = (struct kept_file){path, (int64_t)about.st_mtime};
    }
    qsort(files, kept, sizeof *files, newest_first);
    for (size_t i = FILM_VECTORS_KEPT; i < kept; i++)
        unlink(files[i].path);
}

static void write_file(const char *path, size_t count, size_t dimension, float *vectors,
                       struct arena *arena) {
    const struct tensor tensor = {.name = TENSOR,
                                  .type = TENSOR_F32,
                                  .rank = 2,
                                  .shape = {count, dimension},
                                  .data = vectors};
    const struct tensor *const list[] = {&tensor};
    struct error error;
    if (files_make_parent(path, &error) != STATUS_OK ||
        tensor_file_write(path, list, 1, NULL, 0, &error) != STATUS_OK)
        log_warning("the vectors of the films are not kept: %s", error.text);
    else
        prune(arena);
}

/* False: cancelled on the way. */
static bool encode(const struct words *words, const struct encoder_text *texts, size_t count,
                   const atomic_bool *cancel, float *vectors) {
    const size_t dimension = words_dimension(words);
    for (size_t at = 0; at < count; at += BATCH) {
        if (cancel && atomic_load(cancel))
            return false;
        words_encode(words, texts + at, count - at < BATCH ? count - at : BATCH,
                     vectors + at * dimension);
    }
    return true;
}

float *film_vectors(const struct words *words, const struct dataset *catalogue,
                    const atomic_bool *cancel, struct arena *arena) {
    const size_t count = catalogue->items.count, dimension = words_dimension(words);
    float *vectors = ARENA_ARRAY_RAW(arena, float, count *dimension);
    struct arena texts_arena = {0};
    struct encoder_text *texts = ARENA_ARRAY(&texts_arena, struct encoder_text, count);
    for (uint32_t i = 0; i < count; i++) {
        texts[i].bytes = film_text_sentence(catalogue, i, &FILM_TEXT_SPOKEN, &texts_arena);
        texts[i].length = strlen(texts[i].bytes);
    }
    const char *path = file_path(words, texts, count, &texts_arena);
    if (!read_file(path, count, dimension, vectors)) {
        if (encode(words, texts, count, cancel, vectors))
            write_file(path, count, dimension, vectors, &texts_arena);
        else
            vectors = NULL;
    }
    arena_release(&texts_arena);
    return vectors;
}
