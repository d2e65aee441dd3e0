/* model_versions.c: see model_versions.h. Checked by tests/service/test_training_rows.c. */
#include "service/model_versions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/files.h"

#define ENDING ".safetensors"
#define CANDIDATE "candidate" ENDING

static const char *folder_of(const char *file, struct arena *arena) {
    return arena_format(arena, "%s.versions", file);
}

const char *model_versions_path(const char *file, unsigned number, struct arena *arena) {
    return arena_format(arena, "%s.versions/%u" ENDING, file, number);
}

/* "17.safetensors"; 0: it is no version. */
static unsigned number_of(const char *name) {
    char *end;
    if (*name < '1' || *name > '9')
        return 0;
    const unsigned long number = strtoul(name, &end, 10);
    return number < 1000000000 && strcmp(end, ENDING) == 0 ? (unsigned)number : 0;
}

static int by_number(const void *a, const void *b) {
    const unsigned left = ((const struct model_version *)a)->number;
    const unsigned right = ((const struct model_version *)b)->number;
    return left < right ? -1 : left > right;
}

enum status model_versions_list(const char *file, struct arena *arena, struct model_version **list,
                                size_t *count, struct error *error) {
    const char *folder = folder_of(file, arena);
    const char *const *names;
    size_t name_count = 0;
    struct stat present, found;
    *count = 0;
    *list = NULL;
    if (!files_is_folder(folder))
        return STATUS_OK;
    TRY(files_list(folder, arena, &names, &name_count, error));
    *list = ARENA_ARRAY(arena, struct model_version, name_count);
    const bool is_there = stat(file, &present) == 0;
    for (size_t i = 0; i < name_count; i++) {
        const char *path = files_join(arena, folder, names[i]);
        const unsigned number = number_of(names[i]);
        if (number == 0 || stat(path, &found) != 0)
            continue;
        (*list)[(*count)++] =
            (struct model_version){.number = number,
                                   .path = path,
                                   .bytes = (uint64_t)found.st_size,
                                   .made = (double)found.st_mtim.tv_sec,
                                   .is_present = is_there && found.st_ino == present.st_ino &&
                                                 found.st_dev == present.st_dev};
    }
    qsort(*list, *count, sizeof **list, by_number);
    return STATUS_OK;
}

enum status model_versions_candidate(const char *file, struct arena *arena, const char **path,
                                     struct error *error) {
    const char *folder = folder_of(file, arena);
    TRY(files_make_folder(folder, error));
    *path = files_join(arena, folder, CANDIDATE);
    unlink(*path); /* of a server that was killed */
    return STATUS_OK;
}

bool model_versions_is_candidate(const char *path) {
    static const char ending[] = ".versions/" CANDIDATE;
    const size_t length = strlen(path), own = sizeof ending - 1;
    return length > own && strcmp(path + length - own, ending) == 0;
}

void model_versions_discard(const char *file, const char *candidate) {
    struct arena arena = {0};
    unlink(candidate);
    rmdir(folder_of(file, &arena));
    arena_release(&arena);
}

static enum status link_file(const char *from, const char *to, struct error *error) {
    if (link(from, to) == 0)
        return STATUS_OK;
    return error_set(error, STATUS_IO, "%s: no second name for %s can be made: %s", to, from,
                     strerror(errno));
}

/* FILE becomes another name of `version`, at once. */
static enum status put(const char *file, const char *version, struct arena *arena,
                       struct error *error) {
    const char *temporary = arena_format(arena, "%s.versions/next", file);
    unlink(temporary);
    TRY(link_file(version, temporary, error));
    if (rename(temporary, file) == 0) {
        unlink(temporary); /* a rename to the same file leaves both names */
        return STATUS_OK;
    }
    unlink(temporary);
    return error_set(error, STATUS_IO, "%s cannot be replaced: %s", file, strerror(errno));
}

/* The version that is the same file as `path`; NULL: none is. */
static const struct model_version *find_same(const struct model_version *list, size_t count,
                                             const char *path) {
    struct stat wanted, found;
    if (stat(path, &wanted) != 0)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (stat(list[i].path, &found) == 0 && found.st_ino == wanted.st_ino &&
            found.st_dev == wanted.st_dev)
            return &list[i];
    return NULL;
}

enum status model_versions_keep(const char *file, struct arena *arena, unsigned *number,
                                const char **path, struct error *error) {
    struct model_version *list;
    size_t count;
    TRY(model_versions_list(file, arena, &list, &count, error));
    const struct model_version *same = find_same(list, count, file);
    *number = same ? same->number : count > 0 ? list[count - 1].number + 1 : 1;
    *path = model_versions_path(file, *number, arena);
    if (same)
        return STATUS_OK;
    TRY(files_make_folder(folder_of(file, arena), error));
    return link_file(file, *path, error);
}

/* As model_versions_keep, where there is something; *next is the number of the next version. */
static enum status keep_present(const char *file, struct arena *arena, unsigned *next,
                                struct error *error) {
    struct model_version *list;
    size_t count;
    const char *path;
    if (files_exists(file))
        TRY(model_versions_keep(file, arena, next, &path, error));
    TRY(model_versions_list(file, arena, &list, &count, error));
    *next = count > 0 ? list[count - 1].number + 1 : 1;
    return STATUS_OK;
}

static void drop_old(const char *file, size_t kept, struct arena *arena) {
    struct model_version *list;
    size_t count;
    struct error ignored; /* what cannot be listed stays */
    if (model_versions_list(file, arena, &list, &count, &ignored) != STATUS_OK)
        return;
    for (size_t i = 0; i + kept < count; i++)
        if (!list[i].is_present)
            unlink(list[i].path);
}

static enum status promote(const char *file, const char *candidate, struct arena *arena,
                           unsigned *number, struct error *error) {
    TRY(keep_present(file, arena, number, error));
    const char *version = model_versions_path(file, *number, arena);
    if (rename(candidate, version) != 0)
        return error_set(error, STATUS_IO, "%s cannot become %s: %s", candidate, version,
                         strerror(errno));
    return put(file, version, arena, error);
}

enum status model_versions_promote(const char *file, const char *candidate, size_t kept,
                                   unsigned *number, struct error *error) {
    struct arena arena = {0};
    const enum status status = promote(file, candidate, &arena, number, error);
    if (status == STATUS_OK)
        drop_old(file, kept, &arena);
    arena_release(&arena);
    return status;
}

static enum status take(const char *file, const char *made, size_t kept, struct arena *arena,
                        unsigned *number, struct error *error) {
    struct model_version *list;
    size_t count;
    const char *candidate;
    TRY(keep_present(file, arena, number, error));
    TRY(model_versions_list(file, arena, &list, &count, error));
    const struct model_version *same = find_same(list, count, made);
    if (same) {
        *number = same->number;
        return put(file, same->path, arena, error);
    }
    TRY(model_versions_candidate(file, arena, &candidate, error));
    enum status status = link_file(made, candidate, error);
    if (status == STATUS_OK)
        status = model_versions_promote(file, candidate, kept, number, error);
    model_versions_discard(file, candidate);
    return status;
}

enum status model_versions_take(const char *file, const char *made, size_t kept, unsigned *number,
                                struct error *error) {
    struct arena arena = {0};
    const enum status status = take(file, made, kept, &arena, number, error);
    arena_release(&arena);
    return status;
}

enum status model_versions_restore(const char *file, unsigned number, struct error *error) {
    struct arena arena = {0};
    unsigned next;
    const char *version = model_versions_path(file, number, &arena);
    enum status status = STATUS_OK;
    if (!files_is_regular(version))
        status = error_set(error, STATUS_NOT_FOUND, "%s has no version %u", file, number);
    if (status == STATUS_OK)
        status = keep_present(file, &arena, &next, error);
    if (status == STATUS_OK)
        status = put(file, version, &arena, error);
    arena_release(&arena);
    return status;
}

enum status model_versions_previous(const char *file, unsigned *number, struct error *error) {
    struct arena arena = {0};
    struct model_version *list;
    size_t count;
    enum status status = model_versions_list(file, &arena, &list, &count, error);
    *number = 0;
    for (size_t i = 1; status == STATUS_OK && i < count; i++)
        if (list[i].is_present)
            *number = list[i - 1].number;
    if (status == STATUS_OK && *number == 0)
        status =
            error_set(error, STATUS_NOT_FOUND, "%s has no version before the present one", file);
    arena_release(&arena);
    return status;
}
