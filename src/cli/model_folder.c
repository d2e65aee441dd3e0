/* model_folder.c: see model_folder.h. Checked by tests/cli. */
#include "cli/model_folder.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/files.h"
#include "base/log.h"
#include "cli/interrupt.h"
#include "trackers/env_file.h"
#include "trackers/mlflow_registry.h"

#define ENDING ".safetensors"

const char *model_folder_default(struct arena *arena) {
    return files_join(arena, files_data_home(arena), "models");
}

const char *model_folder_file(const char *folder, const char *model, const char *data,
                              struct arena *arena) {
    char *name = arena_format(arena, "%s-%s", model, files_base_name(arena, data));
    for (char *at = name; *at; at++)
        if (*at == '/' || *at == ' ')
            *at = '_';
    return files_join(arena, folder, arena_format(arena, "%s" ENDING, name));
}

struct found {
    const char *path;
    int64_t changed_ns;
};

static int newest_first(const void *a, const void *b) {
    const struct found *left = a, *right = b;
    if (left->changed_ns != right->changed_ns)
        return left->changed_ns > right->changed_ns ? -1 : 1;
    return strcmp(left->path, right->path);
}

static int ends_with(const char *name, const char *ending) {
    size_t length = strlen(name), ending_length = strlen(ending);
    return length > ending_length && strcmp(name + length - ending_length, ending) == 0;
}

size_t model_folder_list(const char *folder, const char *const **paths, struct arena *arena) {
    const char *const *names;
    size_t name_count, count = 0;
    struct error ignored; /* a folder that is not there holds no models */
    if (!files_is_folder(folder) ||
        files_list(folder, arena, &names, &name_count, &ignored) != STATUS_OK)
        return 0;
    struct found *list = ARENA_ARRAY(arena, struct found, name_count + 1);
    for (size_t i = 0; i < name_count; i++) {
        const char *path = files_join(arena, folder, names[i]);
        struct stat about;
        if (!ends_with(names[i], ENDING) || stat(path, &about) != 0 || !S_ISREG(about.st_mode))
            continue;
        int64_t changed = (int64_t)about.st_mtim.tv_sec * 1000000000 + about.st_mtim.tv_nsec;
        list[count++] = (struct found){path, changed};
    }
    qsort(list, count, sizeof *list, newest_first);
    const char **sorted = ARENA_ARRAY(arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++)
        sorted[i] = list[i].path;
    *paths = sorted;
    return count;
}

/* A version of MLflow's registry, kept in the data folder's registry/. */
static enum status fetch(const char **path, const char *name, const struct arguments *arguments,
                         struct error *error) {
    struct arena *arena = arguments->arena;
    const char *server = command_text(arguments, "--tracking-uri");
    if (env_file_load(".env", error) != STATUS_OK)
        log_warning(".env is not read: %s", error->text);
    const struct mlflow_registry_request request = {
        .name = name,
        .server = server ? server : "",
        .folder = files_join(arena, files_data_home(arena), "registry"),
        .cancel = interrupt_flag(),
    };
    return mlflow_registry_fetch(&request, arena, path, error);
}

enum status model_folder_choose(const char **path, const char *file,
                                const struct arguments *arguments, struct error *error) {
    struct arena *arena = arguments->arena;
    *path = file ? file : getenv("MODEL_PATH");
    if (*path && mlflow_registry_names(*path))
        return fetch(path, *path, arguments, error);
    if (*path && **path)
        return STATUS_OK;
    const char *folder = model_folder_default(arena);
    const char *const *paths;
    if (model_folder_list(folder, &paths, arena) == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "no model in %s; train one: matinee train item_knn", folder);
    *path = paths[0];
    return STATUS_OK;
}
