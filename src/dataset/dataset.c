/* dataset.c: from a name or a path to a data set, and finding things in one. See dataset.h.
 *
 * What the files are is decided by their content: every reader looks at the volume and the surest
 * one reads it. If nothing fits the folder itself, the folders below it are tried, so that the
 * parent folder of a data set is as good as the folder. Checked by tests/dataset/test_readers.c and
 * test_bad_input.c. */
#include "dataset/dataset.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/files.h"
#include "dataset/builtin.h"
#include "dataset/catalogue.h"
#include "dataset/lines.h"
#include "dataset/reader.h"

#define EXPECTED                                                                                   \
    "expected MovieLens, NCF or graph benchmark files, or lines of user,item[,rating[,time]]"

void dataset_close(struct dataset *dataset) {
    if (!dataset)
        return;
    arena_release(&dataset->arena);
    alloc_free(dataset);
}

bool dataset_has_builtin(void) { return builtin_is_there(); }

/* Why no reader took a single file. */
static enum status refuse_file(const struct volume *volume, struct error *error) {
    char head[8];
    size_t length = lines_head(&volume->members[0], head, sizeof head);
    if (length == 0)
        return error_set(error, STATUS_BAD_INPUT, "%s: the file is empty; " EXPECTED, volume->path);
    char bytes[3 * sizeof head + 1] = "";
    for (size_t i = 0; i < length; i++)
        snprintf(bytes + 3 * i, 4, "%02x ", (unsigned char)head[i]);
    bytes[3 * length - 1] = '\0';
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: not a data set: it begins with the bytes %s; " EXPECTED, volume->path,
                     bytes);
}

/* The one volume below the root that some reader takes. */
static enum status choose_below(const struct volume *volumes, size_t count,
                                const struct volume **chosen, const struct reader_ops **ops,
                                struct error *error) {
    *ops = NULL;
    for (size_t i = 1; i < count; i++) {
        int confidence;
        const struct reader_ops *candidate = reader_for(&volumes[i], &confidence);
        if (!candidate)
            continue;
        if (*ops)
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: more than one data set below it (%s, %s); name one of them",
                             volumes[0].path, (*chosen)->name, volumes[i].name);
        *ops = candidate;
        *chosen = &volumes[i];
    }
    if (*ops)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND,
                     "%s: no data set in it (looked at files: %zu, folders: %zu); " EXPECTED,
                     volumes[0].path, volumes[0].member_count, count - 1);
}

static enum status open_path(struct dataset **out, const char *path, struct error *error) {
    struct arena arena = {0};
    struct volume *volumes;
    size_t count;
    enum status status = volume_open(path, &arena, &volumes, &count, error);
    if (status == STATUS_OK) {
        int confidence;
        const struct volume *chosen = &volumes[0];
        const struct reader_ops *ops = reader_for(chosen, &confidence);
        if (!ops && chosen->is_single)
            status = refuse_file(chosen, error);
        else if (!ops)
            status = choose_below(volumes, count, &chosen, &ops, error);
        if (status == STATUS_OK)
            status = reader_read(ops, chosen, 0, out, error);
    }
    arena_release(&arena);
    return status;
}

static enum status open_builtin(struct dataset **out, struct error *error) {
    if (!builtin_is_there())
        return error_set(error, STATUS_NOT_FOUND,
                         "this program was built without its built-in data set "
                         "(MATINEE_BUILTIN_DATA=OFF); name a data set");
    struct arena arena = {0};
    struct volume volume = builtin_volume(&arena);
    int confidence;
    enum status status = reader_read(reader_for(&volume, &confidence), &volume, 0, out, error);
    arena_release(&arena);
    return status;
}

static const char *next_name(void *context, size_t index) {
    (void)context;
    const struct catalogue_entry *entry = catalogue_at(index);
    return entry ? entry->name : NULL;
}

static enum status refuse_name(const char *name, const struct catalogue_entry *entry,
                               struct arena *arena, struct error *error) {
    if (entry)
        return error_set(error, STATUS_NOT_FOUND,
                         "the data set %s is not on this machine (looked in %s); fetch it with: "
                         "matinee data get %s",
                         entry->name, catalogue_places(arena), entry->name);
    const char *nearest = settings_nearest(name, next_name, NULL);
    return error_set(error, STATUS_NOT_FOUND,
                     "%s: no such file, folder or data set%s%s%s; `matinee data list` shows the "
                     "names",
                     name, nearest ? "; did you mean \"" : "", nearest ? nearest : "",
                     nearest ? "\"?" : "");
}

enum status dataset_open_rows(struct dataset **out, const char *name_or_path, struct error *error) {
    struct arena arena = {0};
    enum status status;
    char *given = files_expand(&arena, name_or_path);
    const struct catalogue_entry *entry = catalogue_find(given);
    const char *path = strcmp(given, BUILTIN_SOURCE) == 0 || strcmp(given, "builtin") == 0
                           ? BUILTIN_SOURCE
                       : entry ? catalogue_locate(entry->name, &arena)
                               : NULL;
    if (!path && files_exists(given))
        path = given;
    if (!path && !entry && !strchr(given, '/'))
        path = catalogue_locate(given, &arena);
    if (!path)
        status = refuse_name(given, entry, &arena, error);
    else if (strcmp(path, BUILTIN_SOURCE) == 0)
        status = open_builtin(out, error);
    else
        status = open_path(out, path, error);
    if (status == STATUS_OK && entry)
        (*out)->name = entry->name;
    arena_release(&arena);
    return status;
}

/* Whoever is the only one with rows; DATASET_NONE if there are more. */
static uint32_t only_user(const struct dataset *dataset) {
    const struct interactions *rows = &dataset->interactions;
    uint32_t only = DATASET_NONE;
    for (uint32_t user = 0; user < rows->user_count; user++) {
        if (rows->offsets[user] == rows->offsets[user + 1])
            continue;
        if (only != DATASET_NONE)
            return DATASET_NONE;
        only = user;
    }
    return only;
}

enum status dataset_open(struct dataset **out, const char *name_or_path, struct error *error) {
    struct dataset *dataset;
    TRY(dataset_open_rows(&dataset, name_or_path, error));
    const uint32_t only = only_user(dataset);
    if (only == DATASET_NONE) {
        *out = dataset;
        return STATUS_OK;
    }
    const struct text_slice user = id_map_name(&dataset->users, only);
    error_set(error, STATUS_BAD_INPUT,
              "%s: all %zu interactions are of one user (%.*s); to learn who likes what takes at "
              "least two; is the first column the user?",
              dataset->source, dataset->interactions.count,
              (int)(user.length < 40 ? user.length : 40), user.start);
    dataset_close(dataset);
    return STATUS_BAD_INPUT;
}
