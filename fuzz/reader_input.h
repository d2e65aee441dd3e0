/* reader_input.h: what the fuzz targets of the readers share. An input is one or more files, each
 * after a line "@@ NAME"; what stands before the first is `main_name`. The reader must refuse it or
 * give a data set that keeps all promises of dataset.h; the k-core of that is taken too. */
#ifndef MATINEE_FUZZ_READER_INPUT_H
#define MATINEE_FUZZ_READER_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/assert.h"
#include "dataset/dataset.h"
#include "dataset/reader.h"
#include "dataset/summary.h"

#define READER_INPUT_FILES_MAX 8
#define READER_INPUT_MEMORY ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Cuts the input into files; texts in `arena`. */
static inline size_t reader_input_files(const char *data, size_t size, const char *main_name,
                                        struct volume_text *files, struct arena *arena) {
    size_t count = 1, begin = 0;
    files[0] = (struct volume_text){main_name, data, 0};
    for (size_t at = 0; at < size; at = begin) {
        const char *newline = memchr(data + at, '\n', size - at);
        size_t end = newline ? (size_t)(newline - data) + 1 : size;
        begin = end;
        if (end - at > 3 && memcmp(data + at, "@@ ", 3) == 0 && count < READER_INPUT_FILES_MAX) {
            size_t length = end - at - 3 - (newline != NULL);
            const char *name = arena_copy_length(arena, data + at + 3, length);
            files[count++] = (struct volume_text){name, data + end, 0};
        } else {
            files[count - 1].size += end - at;
        }
    }
    return count;
}

static inline void reader_input_check(const struct dataset *dataset,
                                      const struct interactions *rows) {
    ASSERT(rows->user_count == dataset->users.count && rows->item_count == dataset->items.count);
    ASSERT(rows->offsets[0] == 0 && rows->offsets[rows->user_count] == rows->count);
    for (uint32_t user = 0; user < rows->user_count; user++)
        for (size_t row = rows->offsets[user]; row < rows->offsets[user + 1]; row++) {
            ASSERT(rows->items[row] < rows->item_count);
            ASSERT(row == rows->offsets[user] || !rows->times ||
                   rows->times[row - 1] <= rows->times[row]);
        }
}

static inline void reader_input_use(struct dataset *dataset) {
    struct arena arena = {0};
    struct error error;
    reader_input_check(dataset, &dataset->interactions);
    for (uint32_t item = 0; item < dataset->items.count; item++) {
        struct text_slice id = id_map_name(&dataset->items, item);
        ASSERT(id_map_find(&dataset->items, id.start, id.length) == item);
        ASSERT(dataset->movies[item].title);
    }
    dataset_find_item(dataset, dataset->movies[0].title);
    summary_make(dataset, &arena);
    struct settings *settings = settings_create(&arena);
    settings_add(settings, dataset_settings);
    settings_set(settings, "data.min_user_interactions", "2", "fuzz", &error);
    settings_set(settings, "data.min_item_interactions", "2", "fuzz", &error);
    if (dataset_prepare(dataset, settings, &error) == STATUS_OK) {
        reader_input_check(dataset, &dataset->interactions);
        if (dataset->given.train) {
            reader_input_check(dataset, dataset->given.train);
            reader_input_check(dataset, dataset->given.test);
        }
    }
    arena_release(&arena);
}

static inline int reader_input_run(const char *reader, const char *main_name, const uint8_t *data,
                                   size_t size) {
    struct arena arena = {0};
    struct volume_text files[READER_INPUT_FILES_MAX];
    size_t count = reader_input_files((const char *)data, size, main_name, files, &arena);
    struct volume volume = volume_of_texts("memory", files, count, &arena);
    const struct reader_ops *ops = reader_find(reader);
    struct dataset *dataset;
    struct error error;
    ASSERT(ops);
    if (ops->probe(&volume) > 0 &&
        reader_read(ops, &volume, READER_INPUT_MEMORY, &dataset, &error) == STATUS_OK) {
        reader_input_use(dataset);
        dataset_close(dataset);
    }
    arena_release(&arena);
    return 0;
}

#endif
