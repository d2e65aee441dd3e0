/* text_vectors.c: see text_vectors.h. Checked by tests/text/test_text_vectors.c. */
#include "text/text_vectors.h"

#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/files.h"
#include "nn/tensor.h"

#define NAME "vectors"
#define SUFFIX ".safetensors"

const char *text_vectors_folder(struct arena *arena) {
    return files_join(arena, files_data_home(arena), "vectors");
}

void text_vectors_key(const struct text_vectors_maker *maker, const struct encoder_text *texts,
                      size_t count, char key[DIGEST_TEXT_BYTES]) {
    struct digest digest;
    uint8_t sum[DIGEST_SHA256_BYTES];
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, maker->name, strlen(maker->name) + 1);
    digest_update(&digest, maker->probe, maker->dimension * sizeof *maker->probe);
    for (size_t i = 0; i < count; i++) {
        const uint64_t length = texts[i].length;
        digest_update(&digest, &length, sizeof length);
        digest_update(&digest, texts[i].bytes, texts[i].length);
    }
    digest_end(&digest, sum);
    digest_text(sum, sizeof sum, key);
}

static void key_of(const struct encoder *encoder, const struct encoder_text *texts, size_t count,
                   char key[DIGEST_TEXT_BYTES]) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *probe = ARENA_ARRAY(scratch, float, encoder_dimension(encoder));
    const struct encoder_text text = {TEXT_VECTORS_PROBE, strlen(TEXT_VECTORS_PROBE)};
    encoder_encode(encoder, &text, 1, probe);
    const struct text_vectors_maker maker = {
        .name = encoder_name(encoder), .probe = probe, .dimension = encoder_dimension(encoder)};
    text_vectors_key(&maker, texts, count, key);
    arena_reset(scratch, mark);
}

/* ---- The folder ------------------------------------------------------------------------------ */

static const char *path_of(const char *folder, const char *key, struct arena *arena) {
    return files_join(arena, folder, arena_format(arena, "%s" SUFFIX, key));
}

static bool all_finite(const float *values, size_t count) {
    bool finite = true;
    for (size_t i = 0; i < count; i++)
        finite &= isfinite(values[i]) != 0;
    return finite;
}

const float *text_vectors_load(const char *folder, const char *key, size_t count, size_t dimension,
                               struct arena *arena) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const char *path = path_of(folder, key, scratch);
    struct tensor_file file = {0};
    struct error error;
    float *vectors = NULL;
    if (files_is_regular(path) && tensor_file_open(&file, path, &error) == STATUS_OK) {
        const struct tensor *kept = tensor_file_find(&file, NAME);
        if (kept && kept->type == TENSOR_F32 && kept->rank == 2 && kept->shape[0] == count &&
            kept->shape[1] == dimension && all_finite(kept->data, count * dimension)) {
            vectors = ARENA_ARRAY_RAW(arena, float, count *dimension);
            memcpy(vectors, kept->data, count * dimension * sizeof *vectors);
            utimensat(AT_FDCWD, path, NULL, 0); /* used now */
        }
    }
    tensor_file_close(&file);
    arena_reset(scratch, mark);
    return vectors;
}

/* The file that was used least lately, what all are and how many. */
struct shelf {
    const char *oldest;
    struct timespec used;
    size_t bytes, count;
};

static bool is_before(const struct timespec *a, const struct timespec *b) {
    return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static struct shelf look(const char *folder, struct arena *arena) {
    struct shelf shelf = {0};
    struct error error;
    const char *const *names;
    size_t count = 0;
    if (files_list(folder, arena, &names, &count, &error) != STATUS_OK)
        return shelf;
    for (size_t i = 0; i < count; i++) {
        struct stat found;
        const char *path = files_join(arena, folder, names[i]);
        const size_t length = strlen(names[i]), end = strlen(SUFFIX);
        if (length != DIGEST_TEXT_BYTES - 1 + end || strcmp(names[i] + length - end, SUFFIX) != 0 ||
            stat(path, &found) != 0)
            continue;
        shelf.count++;
        shelf.bytes += (size_t)found.st_size;
        if (!shelf.oldest || is_before(&found.st_mtim, &shelf.used)) {
            shelf.oldest = path;
            shelf.used = found.st_mtim;
        }
    }
    return shelf;
}

/* Makes room for a file of so many bytes. */
static void make_room(const char *folder, size_t bytes) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct shelf shelf = look(folder, scratch);
    while (shelf.oldest && (shelf.count >= TEXT_VECTORS_FILES_MAX ||
                            shelf.bytes + bytes > TEXT_VECTORS_BYTES_MAX)) {
        if (unlink(shelf.oldest) != 0)
            break;
        shelf = look(folder, scratch);
    }
    arena_reset(scratch, mark);
}

void text_vectors_keep(const char *folder, const char *key, const float *vectors, size_t count,
                       size_t dimension) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const size_t bytes = count * dimension * sizeof *vectors;
    const struct tensor tensor = {.name = NAME,
                                  .type = TENSOR_F32,
                                  .rank = 2,
                                  .shape = {count, dimension},
                                  .data = (void *)(uintptr_t)vectors};
    const struct tensor *list[] = {&tensor};
    struct error error; /* what cannot be kept is worked out again */
    if (count > 0 && bytes <= TEXT_VECTORS_BYTES_MAX &&
        files_make_folder(folder, &error) == STATUS_OK) {
        make_room(folder, bytes);
        tensor_file_write(path_of(folder, key, scratch), list, 1, NULL, 0, &error);
    }
    arena_reset(scratch, mark);
}

const float *text_vectors(const struct encoder *encoder, const struct encoder_text *texts,
                          size_t count, const char *folder, struct arena *arena) {
    ASSERT(arena != arena_scratch());
    char key[DIGEST_TEXT_BYTES];
    const size_t dimension = encoder_dimension(encoder);
    if (folder) {
        key_of(encoder, texts, count, key);
        const float *kept = text_vectors_load(folder, key, count, dimension, arena);
        if (kept)
            return kept;
    }
    float *vectors = ARENA_ARRAY(arena, float, count *dimension);
    encoder_encode(encoder, texts, count, vectors);
    if (folder)
        text_vectors_keep(folder, key, vectors, count, dimension);
    return vectors;
}
