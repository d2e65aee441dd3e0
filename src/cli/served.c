/* served.c: see served.h. Checked by tests/cli/serve.t. */
#include "cli/served.h"

#include <string.h>

#include "base/log.h"
#include "cli/model_folder.h"
#include "cli/wording.h"
#include "models/model_file.h"
#include "service/service_learning.h"
#include "service/service_search.h"

/* The newest model of the data folder that was trained on `data` (NULL: on anything). */
static enum status choose_newest(const char **path, const struct arguments *arguments,
                                 struct error *error) {
    struct arena *arena = arguments->arena;
    const char *data = command_text(arguments, "--data");
    if (!data)
        return model_folder_choose(path, NULL, arguments, error);
    const char *folder = model_folder_default(arena);
    const char *const *paths;
    size_t count = model_folder_list(folder, &paths, arena);
    for (size_t i = 0; i < count; i++) {
        struct model_file *file;
        struct error ignored; /* a file that is no model was not trained on the data */
        if (model_file_open(&file, paths[i], &ignored) != STATUS_OK)
            continue;
        bool matches = strcmp(file->data_name, data) == 0;
        model_file_close(file);
        if (matches) {
            *path = paths[i];
            return STATUS_OK;
        }
    }
    return error_set(error, STATUS_NOT_FOUND,
                     "no model of %s in %s; train one: matinee train item_knn data=%s", data,
                     folder, data);
}

/* Every model of the folder; one that is damaged does not keep the others from being served. */
static enum status load_folder(struct served *served, const char *folder,
                               const struct arguments *arguments, struct error *error) {
    const char *const *paths;
    size_t count = model_folder_list(folder, &paths, arguments->arena);
    if (count == 0)
        return error_set(error, STATUS_NOT_FOUND, "%s: there are no model files (*.safetensors)",
                         folder);
    for (size_t i = 0; i < count; i++)
        if (service_load(served->service, paths[i], NULL, error) != STATUS_OK)
            log_warning("left out: %s", error->text);
    if (service_model_count(served->service) == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "%s: none of its model files can be served; train one: matinee train "
                         "item_knn --out %s/item_knn.safetensors",
                         folder, folder);
    return STATUS_OK;
}

enum status served_load(struct served *served, const struct arguments *arguments,
                        struct error *error) {
    const char *folder = command_text(arguments, "--model-dir"), *path;
    for (size_t i = 0; i < arguments->operand_count; i++) {
        TRY(model_folder_choose(&path, arguments->operands[i], arguments, error));
        TRY(service_load(served->service, path, NULL, error));
    }
    if (folder && arguments->operand_count == 0)
        return load_folder(served, folder, arguments, error);
    if (arguments->operand_count > 0)
        return STATUS_OK;
    TRY(choose_newest(&path, arguments, error));
    return service_load(served->service, path, NULL, error);
}

/* Makes searches of every model ready, one after the other, while all else is answered already. */
static void *prepare(void *context) {
    struct served *served = context;
    struct error error;
    for (size_t i = 0; i < served->snapshot_count; i++)
        service_search_prepare(served->service, served->snapshots[i], &served->cancel, &error);
    return NULL;
}

/* The default model first. */
static void list_snapshots(struct served *served) {
    struct arena arena = {0};
    struct service_model *models;
    struct error error; /* one that is gone meanwhile needs nothing */
    const size_t count = service_models(served->service, &models, &arena);
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < count && served->snapshot_count < SERVED_MAX; i++) {
            struct snapshot **snapshot = &served->snapshots[served->snapshot_count];
            if (models[i].is_default == (rest == 1) ||
                service_acquire(served->service, models[i].name, snapshot, &error) != STATUS_OK)
                continue;
            served->snapshot_count++;
            service_search_expect(*snapshot);
        }
    arena_release(&arena);
}

/* The files anew, and then what could not be searched before. */
static void *reload(void *context) {
    struct served *served = context;
    struct error error; /* told by the service, model by model */
    size_t count;
    service_reload(served->service, &served->cancel, &count, &error);
    if (!served->has_words)
        return NULL;
    list_snapshots(served);
    return prepare(served);
}

static enum status begin(struct served *served, void *(*work)(void *), struct error *error) {
    atomic_store(&served->cancel, false);
    const int refused = pthread_create(&served->thread, NULL, work, served);
    if (refused != 0)
        return error_set(error, STATUS_LIMIT, "no thread for reading the films: %s",
                         strerror(refused));
    served->is_preparing = true;
    return STATUS_OK;
}

static void prepare_end(struct served *served) {
    atomic_store(&served->cancel, true);
    if (served->is_preparing)
        pthread_join(served->thread, NULL);
    served->is_preparing = false;
    for (size_t i = 0; i < served->snapshot_count; i++)
        service_release(served->snapshots[i]);
    served->snapshot_count = 0;
}

enum status served_prepare(struct served *served, const struct arguments *arguments,
                           struct error *error) {
    const bool is_asked = settings_is_set(arguments->options, "--encoder");
    const enum status status = wording_open(served->service, arguments, error);
    if (status != STATUS_OK)
        return is_asked || status == STATUS_BAD_USAGE ? status : STATUS_OK;
    served->has_words = true;
    list_snapshots(served);
    return begin(served, prepare, error);
}

void served_reload(struct served *served) {
    struct error error;
    prepare_end(served);
    if (begin(served, reload, &error) != STATUS_OK)
        log_warning("%s", error.text);
}

void served_end(struct served *served) { prepare_end(served); }
