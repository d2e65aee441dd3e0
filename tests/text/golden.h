/* golden.h: what tests of the encoders share: the published encoder's folder where it is at hand,
 * and the texts in it with their ids and vectors. */
#ifndef MATINEE_TESTS_TEXT_GOLDEN_H
#define MATINEE_TESTS_TEXT_GOLDEN_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/arena.h"
#include "base/files.h"
#include "text/encoder.h"

#define GOLDEN_WIDTH 384

struct golden_text {
    struct encoder_text text;
    uint32_t ids[ENCODER_TOKENS_MAX];
    size_t id_count;
    float vector[GOLDEN_WIDTH];
};

static struct arena golden_arena;

/* "FOLDER/minilm" of MATINEE_MODELS, or NULL. */
static inline const char *golden_folder(void) {
    const char *folder = files_search(getenv("MATINEE_MODELS"), "minilm", &golden_arena);
    return folder && files_is_regular(files_join(&golden_arena, folder, "golden.jsonl")) ? folder
                                                                                         : NULL;
}

static inline void golden_line(struct golden_text *golden, const char *line, size_t length) {
    json_t *object = json_loadb(line, length, JSON_ALLOW_NUL, NULL);
    assert_non_null(object);
    const json_t *text = json_object_get(object, "text"), *ids = json_object_get(object, "ids"),
                 *vector = json_object_get(object, "embedding");
    golden->text.length = json_string_length(text);
    char *bytes = arena_alloc(&golden_arena, golden->text.length + 1);
    memcpy(bytes, json_string_value(text), golden->text.length);
    golden->text.bytes = bytes;
    golden->id_count = json_array_size(ids);
    for (size_t i = 0; i < golden->id_count; i++)
        golden->ids[i] = (uint32_t)json_integer_value(json_array_get(ids, i));
    assert_int_equal(json_array_size(vector), GOLDEN_WIDTH);
    for (size_t i = 0; i < GOLDEN_WIDTH; i++)
        golden->vector[i] = (float)json_number_value(json_array_get(vector, i));
    json_decref(object);
}

/* All texts; NULL, said once, where they are not on this machine. */
static inline struct golden_text *golden_read(size_t *count) {
    const char *folder = golden_folder();
    if (!folder) {
        print_message("skipped: MATINEE_MODELS has no minilm/golden.jsonl\n");
        return NULL;
    }
    char *bytes;
    size_t size;
    struct error error;
    assert_int_equal(files_read(files_join(&golden_arena, folder, "golden.jsonl"), 1 << 26,
                                &golden_arena, &bytes, &size, &error),
                     STATUS_OK);
    size_t lines = 0;
    for (size_t i = 0; i < size; i++)
        lines += bytes[i] == '\n';
    struct golden_text *all = ARENA_ARRAY(&golden_arena, struct golden_text, lines + 1);
    *count = 0;
    for (char *at = bytes, *end; at < bytes + size; at = end + 1) {
        end = memchr(at, '\n', (size_t)(bytes + size - at));
        end = end ? end : bytes + size;
        if (end > at)
            golden_line(&all[(*count)++], at, (size_t)(end - at));
    }
    return all;
}

static inline double golden_cosine(const float *a, const float *b) {
    double dot = 0, left = 0, right = 0;
    for (size_t i = 0; i < GOLDEN_WIDTH; i++) {
        dot += (double)a[i] * (double)b[i];
        left += (double)a[i] * (double)a[i];
        right += (double)b[i] * (double)b[i];
    }
    return dot / sqrt(left * right);
}

#endif
