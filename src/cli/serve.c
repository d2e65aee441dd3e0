/* serve.c: `matinee serve`: model files answered over HTTP until Ctrl-C. Checked by tests/cli and
 * tests/api. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api/api.h"
#include "base/log.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/model_folder.h"
#include "cli/style.h"
#include "cli/wording.h"
#include "models/model_file.h"
#include "service/service.h"
#include "service/service_search.h"
#include "store/feedback.h"

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
static enum status load_folder(struct service *service, const char *folder, struct arena *arena,
                               struct error *error) {
    const char *const *paths;
    size_t count = model_folder_list(folder, &paths, arena);
    if (count == 0)
        return error_set(error, STATUS_NOT_FOUND, "%s: there are no model files (*.safetensors)",
                         folder);
    for (size_t i = 0; i < count; i++)
        if (service_load(service, paths[i], NULL, error) != STATUS_OK)
            log_warning("left out: %s", error->text);
    if (service_model_count(service) == 0)
        return error_set(error, STATUS_NOT_FOUND,
                         "%s: none of its model files can be served; train one: matinee train "
                         "item_knn --out %s/item_knn.safetensors",
                         folder, folder);
    return STATUS_OK;
}

static enum status load_models(struct service *service, const struct arguments *arguments,
                               struct error *error) {
    const char *folder = command_text(arguments, "--model-dir"), *path;
    for (size_t i = 0; i < arguments->operand_count; i++) {
        TRY(model_folder_choose(&path, arguments->operands[i], arguments, error));
        TRY(service_load(service, path, NULL, error));
    }
    if (folder && arguments->operand_count == 0)
        return load_folder(service, folder, arguments->arena, error);
    if (arguments->operand_count > 0)
        return STATUS_OK;
    TRY(choose_newest(&path, arguments, error));
    return service_load(service, path, NULL, error);
}

/* Makes searches of every model ready, one after the other, while all else is answered already. */
struct preparation {
    struct service *service;
    struct snapshot **snapshots; /* [count] kept until prepare_end */
    size_t count;
    pthread_t thread;
    bool has_begun;
    atomic_bool cancel;
};

static void *prepare(void *context) {
    struct preparation *preparation = context;
    struct error error;
    for (size_t i = 0; i < preparation->count; i++)
        service_search_prepare(preparation->service, preparation->snapshots[i],
                               &preparation->cancel, &error);
    return NULL;
}

/* The default model first. */
static enum status prepare_list(struct preparation *preparation, struct arena *arena,
                                struct error *error) {
    struct service_model *models;
    const size_t count = service_models(preparation->service, &models, arena);
    preparation->snapshots = ARENA_ARRAY(arena, struct snapshot *, count);
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < count; i++) {
            if (models[i].is_default == (rest == 1))
                continue;
            struct snapshot **snapshot = &preparation->snapshots[preparation->count];
            TRY(service_acquire(preparation->service, models[i].name, snapshot, error));
            preparation->count++;
            service_search_expect(*snapshot);
        }
    return STATUS_OK;
}

/* Without an encoder wishes in words are refused, unless one was asked for: then it is an error. */
static enum status prepare_begin(struct preparation *preparation, const struct arguments *arguments,
                                 struct error *error) {
    const bool is_asked = settings_is_set(arguments->options, "--encoder");
    const enum status status = wording_open(preparation->service, arguments, error);
    if (status != STATUS_OK)
        return is_asked || status == STATUS_BAD_USAGE ? status : STATUS_OK;
    TRY(prepare_list(preparation, arguments->arena, error));
    const int refused = pthread_create(&preparation->thread, NULL, prepare, preparation);
    if (refused != 0)
        return error_set(error, STATUS_LIMIT, "no thread for reading the films: %s",
                         strerror(refused));
    preparation->has_begun = true;
    return STATUS_OK;
}

static void prepare_end(struct preparation *preparation) {
    atomic_store(&preparation->cancel, true);
    if (preparation->has_begun)
        pthread_join(preparation->thread, NULL);
    for (size_t i = 0; i < preparation->count; i++)
        service_release(preparation->snapshots[i]);
}

/* The store of what people do. One that was not asked for does not keep lists from being served:
 * then nothing is taken down, and whoever sends something is told so. */
static enum status open_store(struct service *service, const struct arguments *arguments,
                              struct error *error) {
    const char *address = command_text(arguments, "--store");
    if (address)
        return service_open_store(service, address, error);
    const enum status status =
        service_open_store(service, feedback_default(arguments->arena), error);
    if (status != STATUS_IO)
        return status;
    log_warning("what people do is not kept: %s", error->text);
    return STATUS_OK;
}

static void say_ready(const char *url) {
    const struct style *style = style_of(stdout);
    printf("Serving at %s%s%s (Ctrl-C ends it)\n", style->bold, url, style->off);
    fflush(stdout);
}

static enum status serve(struct service *service, const struct arguments *arguments,
                         struct error *error) {
    TRY(load_models(service, arguments, error));
    TRY(open_store(service, arguments, error));
    const char *default_model = command_text(arguments, "--default-model");
    if (default_model)
        TRY(service_set_default(service, default_model, error));
    struct preparation preparation = {.service = service};
    enum status status = prepare_begin(&preparation, arguments, error);
    const char *const *origins;
    size_t origin_count = settings_text_list(arguments->options, "--cors-origin", &origins);
    const struct api_options options = {
        .host = settings_text(arguments->options, "--host"),
        .port = (unsigned)settings_int(arguments->options, "--port"),
        .top_k = (unsigned)settings_int(arguments->options, "--top-k"),
        .cors_origins = origin_count ? origins : NULL,
        .cors_origin_count = origin_count,
    };
    if (status == STATUS_OK)
        status = api_serve(service, &options, say_ready, interrupt_flag(), error);
    prepare_end(&preparation);
    return status;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    signal(SIGPIPE, SIG_IGN); /* a client that goes away is no reason to end */
    struct service *service = NULL;
    TRY(service_create(&service, error));
    enum status status = serve(service, arguments, error);
    service_destroy(service);
    return status;
}

static const struct command_operand operands[] = {
    {"FILE", "model files, or models:/NAME/VERSION; without one the newest of the data folder",
     WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--model-dir", SETTING_TEXT, "", 0, 0, NULL, NULL, "serve every model file of a folder"},
     "DIR",
     "MODEL_DIR",
     WORD_FOLDER},
    {{"--data", SETTING_TEXT, "", 0, 0, NULL, NULL, "without FILE: the newest model of this data"},
     "NAME",
     NULL,
     WORD_DATA},
    {{"--host", SETTING_TEXT, "127.0.0.1", 0, 0, NULL, NULL, "address to listen on"},
     "ADDRESS",
     NULL,
     WORD_NONE},
    {{"--port", SETTING_INT, "8080", 0, 65535, NULL, NULL, "port to listen on; 0 is any free one"},
     "N",
     NULL,
     WORD_NONE},
    {{"--default-model", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "which model answers when none is named"},
     "NAME",
     "DEFAULT_MODEL",
     WORD_MODEL},
    {{"--top-k", SETTING_INT, "10", 1, SERVICE_TOP_K_MAX, NULL, "--top_k",
      "films of an answer that does not say"},
     "N",
     "TOP_K",
     WORD_NONE},
    {{"--store", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "where what people do is kept: a file, postgresql://..., or none: in memory"},
     "STORE",
     "MATINEE_PEOPLE",
     WORD_FILE},
    {{"--cors-origin", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL,
      "whose pages may call from a browser; * is any"},
     "ORIGIN",
     NULL,
     WORD_NONE},
    WORDING_OPTIONS,
    MODEL_FOLDER_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee serve", "The newest model, at http://127.0.0.1:8080/."},
    {"matinee serve knn.safetensors neumf.safetensors --default-model neumf --port 9000",
     "Two models; requests choose with model=NAME."},
    {"matinee serve models:/evening/latest --tracking-uri http://127.0.0.1:5000",
     "The newest version of MLflow's registry; /3 is the third, @best an alias."},
    {NULL, NULL},
};

const struct command serve_command = {
    .name = "serve",
    .summary = "answer over HTTP",
    .usage = "[FILE ...] [OPTIONS]\n--model-dir DIR [OPTIONS]",
    .about = "Loads model files and answers requests until Ctrl-C; / lists the addresses.",
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
