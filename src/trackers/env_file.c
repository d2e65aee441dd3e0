/* env_file.c: see env_file.h. Checked by tests/trackers/test_trackers.c, fuzz/fuzz_env_file.c. */
#include "trackers/env_file.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"

#define FILE_BYTES_MAX ((size_t)64 << 10)

struct cut {
    const char *at, *end;
};

static void trim(struct cut *cut) {
    while (cut->at < cut->end && isspace((unsigned char)*cut->at))
        cut->at++;
    while (cut->end > cut->at && isspace((unsigned char)cut->end[-1]))
        cut->end--;
}

/* Takes a name off the front, up to "="; false: there is none. */
static bool take_name(struct cut *line, struct cut *name) {
    static const char export[] = "export ";
    size_t length = sizeof export - 1;
    if ((size_t)(line->end - line->at) > length && memcmp(line->at, export, length) == 0)
        line->at += length;
    trim(line);
    name->at = line->at;
    while (line->at < line->end && (isalnum((unsigned char)*line->at) || *line->at == '_'))
        line->at++;
    name->end = line->at;
    trim(line);
    return name->end > name->at && line->at < line->end && *line->at++ == '=';
}

/* What stands in quotes, or up to a remark. */
static void take_value(struct cut *line) {
    trim(line);
    char quote = line->at < line->end ? *line->at : '\0';
    if (quote == '"' || quote == '\'') {
        const char *close = memchr(line->at + 1, quote, (size_t)(line->end - line->at - 1));
        if (close) {
            line->at++;
            line->end = close;
            return;
        }
    }
    for (const char *at = line->at; at + 1 < line->end; at++)
        if (at[0] == ' ' && at[1] == '#')
            line->end = at;
    trim(line);
}

size_t env_file_parse(const char *text, size_t size, struct arena *arena,
                      struct env_file_entry **entries) {
    size_t lines = 1, count = 0;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    *entries = ARENA_ARRAY(arena, struct env_file_entry, lines);
    for (const char *at = text, *end = text + size; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        struct cut line = {at, stop}, name;
        at = stop + 1;
        trim(&line);
        if (!take_name(&line, &name) || memchr(line.at, '\0', (size_t)(line.end - line.at)))
            continue;
        take_value(&line);
        (*entries)[count++] = (struct env_file_entry){
            arena_copy_length(arena, name.at, (size_t)(name.end - name.at)),
            arena_copy_length(arena, line.at, (size_t)(line.end - line.at))};
    }
    return count;
}

static bool is_ours(const char *name) {
    return strncmp(name, "MLFLOW_", 7) == 0 || strncmp(name, "WANDB_", 6) == 0;
}

enum status env_file_load(const char *path, struct error *error) {
    if (!files_is_regular(path))
        return STATUS_OK;
    struct arena arena = {0};
    char *text;
    size_t size;
    enum status status = files_read(path, FILE_BYTES_MAX, &arena, &text, &size, error);
    if (status == STATUS_OK) {
        struct env_file_entry *entries;
        size_t count = env_file_parse(text, size, &arena, &entries);
        for (size_t i = 0; i < count; i++)
            if (is_ours(entries[i].name))
                setenv(entries[i].name, entries[i].value, 0);
    }
    arena_release(&arena);
    return status;
}
