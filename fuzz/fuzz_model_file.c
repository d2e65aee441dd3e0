/* fuzz_model_file.c: any bytes as a model file. What opens must answer for everybody, look up all
 * its ids and walk its tags without reading outside. Scores may be anything: weights are numbers
 * that are taken as they are. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/assert.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "models/model_file.h"
#include "nn/tensor.h"

/* What a few bytes can claim to have; more would only be slow. */
#define SCORES_MAX ((size_t)1 << 20)

static void look_up(const struct id_map *map) {
    for (uint32_t i = 0; i < map->count; i++) {
        const struct text_slice name = id_map_name(map, i);
        ASSERT(id_map_find(map, name.start, name.length) != DATASET_NONE);
    }
}

static void walk(const struct dataset *catalogue) {
    look_up(&catalogue->users);
    look_up(&catalogue->items);
    size_t length = 0;
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct movie *movie = &catalogue->movies[i];
        length += strlen(movie->title);
        for (uint32_t g = 0; g < DATASET_GENRES_MAX; g++)
            if (movie->genres >> g & 1)
                length += strlen(catalogue->genres[g]);
        for (uint64_t t = catalogue->tag_offsets ? catalogue->tag_offsets[i] : 0;
             catalogue->tag_offsets && t < catalogue->tag_offsets[i + 1]; t++)
            length += strlen(catalogue->tags[catalogue->movie_tags[t].tag]);
    }
    ASSERT(length < SIZE_MAX);
}

static void answer(const struct model_file *file) {
    const struct model *model = file->model;
    const struct interactions *histories = &file->catalogue.interactions;
    struct arena arena = {0};
    if (model->item_count == 0 || model->item_count > SCORES_MAX)
        return;
    float *scores = ARENA_ARRAY(&arena, float, model->item_count);
    const uint32_t users = histories->user_count < 64 ? histories->user_count : 64;
    for (uint32_t u = 0; u <= users; u++) {
        struct query query = {.user = MODEL_NO_USER};
        if (u < users)
            query = (struct query){.user = u, .history = interactions_history(histories, u)};
        model->ops->score(model, &query, 1, NULL, model->item_count, scores);
        query.user = MODEL_NO_USER;
        model->ops->score(model, &query, 1, NULL, model->item_count, scores);
    }
    arena_release(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const int descriptor = memfd_create("model", MFD_CLOEXEC);
    ASSERT(descriptor >= 0);
    ASSERT(write(descriptor, data, size) == (ssize_t)size);
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    struct model_file *file;
    struct error error;
    if (model_file_open(&file, path, &error) == STATUS_OK) {
        walk(&file->catalogue);
        answer(file);
        model_file_close(file);
    } else {
        ASSERT(strstr(error.text, path));
    }
    close(descriptor);
    return 0;
}
