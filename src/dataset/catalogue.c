/* catalogue.c: see catalogue.h. Checked by tests/dataset/test_catalogue.c; the downloading itself
 * by tests/base/test_fetch.c. */
#include "dataset/catalogue.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/fetch.h"
#include "base/files.h"
#include "dataset/builtin.h"

#define MD5_DIGITS 32
#define MD5_FILE_BYTES_MAX 4096

static const struct catalogue_entry entries[] = {
#define FILE(name, url, checksum, size)                                                            \
    { name, url, checksum, size }
#define DATASET(name, aliases, title, facts, licence, note, folder, ...)                           \
    {name, aliases, title, facts, licence, note, folder, {__VA_ARGS__}},
#include "dataset/datasets.def"
#undef DATASET
#undef FILE
};

const struct catalogue_entry *catalogue_at(size_t index) {
    return index < sizeof entries / sizeof entries[0] ? &entries[index] : NULL;
}

static bool is_among(const char *aliases, const char *name) {
    size_t length = strlen(name);
    while (aliases && *aliases) {
        size_t step = strcspn(aliases, "|");
        if (step == length && strncasecmp(aliases, name, length) == 0)
            return true;
        aliases += step + (aliases[step] == '|');
    }
    return false;
}

const struct catalogue_entry *catalogue_find(const char *name) {
    for (size_t i = 0; catalogue_at(i); i++)
        if (strcasecmp(entries[i].name, name) == 0 || is_among(entries[i].aliases, name))
            return &entries[i];
    return NULL;
}

uint64_t catalogue_size(const struct catalogue_entry *entry) {
    uint64_t size = 0;
    for (size_t i = 0; i < CATALOGUE_FILES_MAX && entry->files[i].name; i++) {
        if (entry->files[i].size == 0)
            return 0;
        size += entry->files[i].size;
    }
    return size;
}

/* A folder that holds the data set, or (with `may_be_it`) is the data set because of its name. */
static const char *in_folder(const char *folder, const char *name, bool may_be_it,
                             struct arena *arena) {
    const struct catalogue_entry *entry = catalogue_find(name);
    const char *names[] = {name, entry ? entry->folder : NULL};
    for (size_t i = 0; i < 2 && names[i]; i++) {
        const char *path = files_join(arena, folder, names[i]);
        if (files_exists(path))
            return path;
        path = arena_format(arena, "%s.zip", path);
        if (files_is_regular(path))
            return path;
        if (may_be_it && strcasecmp(files_base_name(arena, folder), names[i]) == 0 &&
            files_exists(folder))
            return folder;
    }
    return NULL;
}

static char *own_folder(struct arena *arena) {
    return files_join(arena, files_data_home(arena), "datasets");
}

const char *catalogue_locate(const char *name, struct arena *arena) {
    static const char *const fallbacks[] = {"MOVIELENS_PATH", "DATA_DIR"};
    const char *rest = getenv("MATINEE_DATA"), *folder, *found = NULL;
    while (!found && (folder = files_path_next(&rest, arena)))
        found = in_folder(folder, name, false, arena);
    for (size_t i = 0; i < 2 && !found; i++) {
        const char *value = getenv(fallbacks[i]);
        if (value && *value)
            found = in_folder(files_expand(arena, value), name, true, arena);
    }
    if (!found)
        found = in_folder(own_folder(arena), name, false, arena);
    if (!found && strcasecmp(name, BUILTIN_NAME) == 0 && builtin_is_there())
        found = BUILTIN_SOURCE;
    return found;
}

const char *catalogue_places(struct arena *arena) {
    const char *data = getenv("MATINEE_DATA"), *movielens = getenv("MOVIELENS_PATH"),
               *folder = getenv("DATA_DIR");
    return arena_format(arena, "%s%s%s%s%s%s%s", data && *data ? data : "",
                        data && *data ? ", " : "", movielens ? movielens : "",
                        movielens ? ", " : "", folder ? folder : "", folder ? ", " : "",
                        own_folder(arena));
}

const char *catalogue_default(void) {
    const char *movielens = getenv("MOVIELENS_PATH"), *folder = getenv("DATA_DIR");
    if (movielens && *movielens)
        return movielens;
    return folder && *folder ? folder : BUILTIN_SOURCE;
}

/* The MD5 that GroupLens puts beside a file ("MD5 (x.zip) = 0123..." or "0123...  x.zip"). NULL if
 * there is none: then the archive's own checksums must do. */
static const char *checksum_beside(const char *url, struct arena *arena) {
    char text[MD5_FILE_BYTES_MAX + 1];
    struct error ignored;
    if (fetch_text(arena_format(arena, "%s.md5", url), text, MD5_FILE_BYTES_MAX, &ignored) !=
        STATUS_OK)
        return NULL;
    size_t digits = 0;
    for (size_t i = 0;; i++) {
        if (isxdigit((unsigned char)text[i])) {
            digits++;
            continue;
        }
        if (digits == MD5_DIGITS)
            return arena_copy_length(arena, text + i - MD5_DIGITS, MD5_DIGITS);
        if (!text[i])
            return NULL;
        digits = 0;
    }
}

static enum status get_file(const struct catalogue_file *file, const char *path,
                            struct progress *progress, const atomic_bool *cancel,
                            struct error *error) {
    if (files_exists(path))
        return STATUS_OK;
    struct arena arena = {0};
    bool beside = !file->checksum && strstr(file->url, ".zip");
    struct fetch_request request = {
        .url = file->url,
        .path = path,
        .checksum = beside ? checksum_beside(file->url, &arena) : file->checksum,
        .size = file->size,
        .progress = progress,
        .cancel = cancel,
    };
    enum status status = fetch_file(&request, error);
    arena_release(&arena);
    return status;
}

enum status catalogue_get(const struct catalogue_entry *entry,
                          const struct catalogue_request *request, struct arena *arena,
                          const char **path, struct error *error) {
    const char *folder = request->folder ? request->folder : own_folder(arena);
    bool single = !entry->files[1].name;
    *path = files_join(arena, folder, single ? entry->files[0].name : entry->name);
    if (files_exists(*path))
        return STATUS_OK;
    if (single)
        return get_file(&entry->files[0], *path, request->progress, request->cancel, error);
    /* Several files gather in a folder that gets its name when all are there. */
    const char *partial = arena_format(arena, "%s.part", *path);
    for (size_t i = 0; i < CATALOGUE_FILES_MAX && entry->files[i].name; i++)
        TRY(get_file(&entry->files[i], files_join(arena, partial, entry->files[i].name),
                     request->progress, request->cancel, error));
    if (rename(partial, *path) != 0)
        return error_set(error, STATUS_IO, "cannot rename %s to %s", partial, *path);
    return STATUS_OK;
}
