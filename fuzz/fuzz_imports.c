/* fuzz_imports.c: any bytes as somebody's export: tables, JSON, XML. The first byte says in which
 * folder of a zip it lies. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "imports/imports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum status take_film(void *context, const struct imports_film *film, struct error *error) {
    size_t *sum = context;
    (void)error;
    *sum += film->title ? strlen(film->title) : 0;
    *sum += film->imdb ? strlen(film->imdb) : 0;
    *sum += film->tmdb ? strlen(film->tmdb) : 0;
    if (film->rating <= 0 || film->rating > 1 || film->time < 0)
        abort();
    return STATUS_OK;
}

static enum status take_line(void *context, const char *text, size_t length, const char *file,
                             size_t number, struct error *error) {
    size_t *sum = context;
    (void)error;
    for (size_t i = 0; i < length; i++)
        *sum += (size_t)text[i];
    *sum += strlen(file) + number;
    return STATUS_OK;
}

static void take_fault(void *context, const char *file, size_t line, const char *why) {
    *(size_t *)context += strlen(file) + line + strlen(why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const folders[] = {"", "likes"};
    size_t sum = 0;
    struct error error;
    enum imports_format format;
    const struct imports_sink sink = {&sum, take_film, take_line, take_fault};
    const struct volume_member member = {.name = "export",
                                         .shown = "export",
                                         .storage = VOLUME_MEMORY,
                                         .bytes = (const char *)data + (size > 0),
                                         .size = size > 0 ? size - 1 : 0,
                                         .size_bound = size};
    imports_read_member(&member, folders[size > 0 && data[0] == 'l'], &sink, &format, &error);
    return 0;
}
