/* json.c: see json.h. Checked by tests/cli. */
#include "cli/json.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

enum status json_write_text(const char *text, const char *file, struct error *error) {
    if (strcmp(file, "-") != 0)
        return files_write(file, text, strlen(text), error);
    if (fputs(text, stdout) < 0)
        return error_set(error, STATUS_IO, "standard output: %s", strerror(errno));
    return STATUS_OK;
}

enum status json_check(const char *file, struct error *error) {
    /* What is no regular file, a pipe say, would take opening for the beginning of the answer. */
    if (strcmp(file, "-") == 0 || (files_exists(file) && !files_is_regular(file)))
        return STATUS_OK;
    struct files_writer writer;
    TRY(files_writer_open(&writer, file, error));
    files_writer_discard(&writer);
    return STATUS_OK;
}

enum status json_write(json_t *value, const char *file, struct error *error) {
    char *text = json_dumps(value, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
    json_decref(value);
    if (!text)
        return error_set(error, STATUS_BAD_INPUT, "%s: a text in it is not UTF-8", file);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    char *line = arena_format(scratch, "%s\n", text);
    free(text);
    enum status status = json_write_text(line, file, error);
    arena_reset(scratch, mark);
    return status;
}

json_t *json_id(const struct id_map *map, uint32_t index) {
    struct text_slice name = id_map_name(map, index);
    bool canonical =
        name.length > 0 && name.length < 16 && (name.length == 1 || name.start[0] != '0');
    long long value = 0;
    for (size_t i = 0; i < name.length && canonical; i++) {
        canonical = name.start[i] >= '0' && name.start[i] <= '9';
        value = 10 * value + (name.start[i] - '0');
    }
    return canonical ? json_integer(value) : json_stringn(name.start, name.length);
}

json_t *json_film(const struct dataset *catalogue, uint32_t item) {
    const struct movie *movie = &catalogue->movies[item];
    json_t *genres = json_array();
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        if (movie->genres >> g & 1)
            json_array_append_new(genres, json_string(catalogue->genres[g]));
    return json_pack("{s:o, s:s, s:o}", "item_id", json_id(&catalogue->items, item), "title",
                     movie->title, "genres", genres);
}
