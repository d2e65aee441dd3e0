/* mlflow_registry.c: see mlflow_registry.h.
 *
 * Idea     A name becomes a version, a version the address of its artifacts, that a listing, of
 *          which the one file that ends in .safetensors is the model. What was downloaded is kept
 *          under a digest of the server, the version and the moment when it was registered, so that
 *          a registry that was set up anew is not answered from the old one.
 * Source   mlflow.org/docs: REST API 2.0; mlflow/store/artifact/models_artifact_repo.py for the
 *          forms of names.
 * Checked  tests/trackers/test_mlflow_registry.c against a small server; tools/check trackers
 *          against MLflow's own. */
#include "trackers/mlflow_registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/files.h"
#include "trackers/mlflow_server.h"

#define PREFIX "models:/"
#define ENDING ".safetensors"

struct fetching {
    const struct mlflow_registry_request *request;
    struct arena *arena;
    struct rest *rest;
    const char *server;
    const char *name, *version; /* of the model; version "3", or what is to be resolved */
    bool by_alias;
};

bool mlflow_registry_names(const char *text) { return strncmp(text, PREFIX, strlen(PREFIX)) == 0; }

/* "models:/NAME/VERSION" and "models:/NAME@ALIAS" into their parts. */
static enum status read_name(struct fetching *fetching, struct error *error) {
    const char *text = fetching->request->name + strlen(PREFIX);
    size_t length = strcspn(text, "/@");
    const char *rest = text + length;
    if (length == 0 || !*rest || !rest[1] || strpbrk(rest + 1, "/@"))
        return error_set(error, STATUS_BAD_USAGE,
                         "%.200s: expected models:/NAME/VERSION, models:/NAME/latest or "
                         "models:/NAME@ALIAS",
                         fetching->request->name);
    fetching->name = arena_copy_length(fetching->arena, text, length);
    fetching->version = arena_copy(fetching->arena, rest + 1);
    fetching->by_alias = *rest == '@';
    return STATUS_OK;
}

/* A refusal of the server, in words of the registry. */
static enum status refused(const struct fetching *fetching, enum status status,
                           struct error *error) {
    if (status == STATUS_OK)
        return STATUS_OK;
    if (status != STATUS_NOT_FOUND)
        return error_prefix(error, "%.200s", fetching->request->name);
    return error_set(error, STATUS_NOT_FOUND, "%.200s: the registry at %s has no such model",
                     fetching->request->name, fetching->server);
}

static const char *escaped(const struct fetching *fetching, const char *text) {
    return rest_escape(fetching->rest, text, fetching->arena);
}

/* ---- Which version ---- */

/* Of a list of versions the one with the highest number. */
static const char *newest_of(const json_t *versions, struct arena *arena) {
    const char *best = NULL;
    size_t index;
    json_t *version;
    json_array_foreach((json_t *)versions, index, version) {
        const char *number = json_string_value(json_object_get(version, "version"));
        if (number && (!best || strtoll(number, NULL, 10) > strtoll(best, NULL, 10)))
            best = number;
    }
    return best ? arena_copy(arena, best) : NULL;
}

/* "latest", or a stage such as Production, as a number. */
static enum status find_newest(struct fetching *fetching, struct error *error) {
    bool any = strcmp(fetching->version, "latest") == 0;
    json_t *answer = NULL, *body = json_pack("{s:s}", "name", fetching->name);
    if (!any)
        json_object_set_new(body, "stages", json_pack("[s]", fetching->version));
    enum status status =
        rest_call(fetching->rest, "POST", MLFLOW_SERVER_API "registered-models/get-latest-versions",
                  body, &answer, error);
    const char *version =
        status == STATUS_OK ? newest_of(json_object_get(answer, "model_versions"), fetching->arena)
                            : NULL;
    json_decref(answer);
    if (status == STATUS_OK && !version)
        status = STATUS_NOT_FOUND;
    fetching->version = version;
    return refused(fetching, status, error);
}

static enum status find_alias(struct fetching *fetching, struct error *error) {
    json_t *answer = NULL;
    const char *path =
        arena_format(fetching->arena, MLFLOW_SERVER_API "registered-models/alias?name=%s&alias=%s",
                     escaped(fetching, fetching->name), escaped(fetching, fetching->version));
    TRY(refused(fetching, rest_call(fetching->rest, "GET", path, NULL, &answer, error), error));
    const char *version =
        json_string_value(json_object_get(json_object_get(answer, "model_version"), "version"));
    fetching->version = version ? arena_copy(fetching->arena, version) : NULL;
    json_decref(answer);
    return version ? STATUS_OK : refused(fetching, STATUS_NOT_FOUND, error);
}

static enum status find_version(struct fetching *fetching, struct error *error) {
    if (fetching->by_alias)
        return find_alias(fetching, error);
    if (fetching->version[strspn(fetching->version, "0123456789")] == '\0')
        return STATUS_OK;
    return find_newest(fetching, error);
}

/* ---- Where it lies ---- */

/* The address of a version's artifacts, and what tells it from another of its number. */
static enum status find_artifacts(struct fetching *fetching, const char **uri, const char **born,
                                  struct error *error) {
    const char *query = arena_format(fetching->arena, "?name=%s&version=%s",
                                     escaped(fetching, fetching->name), fetching->version);
    const char *get =
        arena_format(fetching->arena, MLFLOW_SERVER_API "model-versions/get%s", query);
    const char *where =
        arena_format(fetching->arena, MLFLOW_SERVER_API "model-versions/get-download-uri%s", query);
    json_t *answer = NULL;
    TRY(refused(fetching, rest_call(fetching->rest, "GET", get, NULL, &answer, error), error));
    json_t *moment =
        json_object_get(json_object_get(answer, "model_version"), "creation_timestamp");
    *born = arena_format(fetching->arena, "%lld", (long long)json_integer_value(moment));
    json_decref(answer);
    answer = NULL;
    TRY(refused(fetching, rest_call(fetching->rest, "GET", where, NULL, &answer, error), error));
    const char *found = json_string_value(json_object_get(answer, "artifact_uri"));
    *uri = found ? arena_copy(fetching->arena, found) : NULL;
    json_decref(answer);
    if (*uri)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT, "%.200s: MLflow at %s does not say where it lies",
                     fetching->request->name, fetching->server);
}

static bool is_model(const char *name) {
    size_t length = strlen(name), ending = strlen(ENDING);
    return length > ending && strcmp(name + length - ending, ENDING) == 0 && !strchr(name, '/');
}

/* Exactly one of the names is to be a model file. */
static enum status choose(const struct fetching *fetching, const char *const *names, size_t count,
                          const char **chosen, struct error *error) {
    size_t models = 0;
    for (size_t i = 0; i < count; i++)
        if (is_model(names[i])) {
            *chosen = names[i];
            models++;
        }
    if (models == 1)
        return STATUS_OK;
    return error_set(error, STATUS_NOT_FOUND,
                     "%.200s: expected one model file (*" ENDING ") among its artifacts, found %zu "
                     "in %zu files; matinee train with logger.mlflow.register_model=NAME puts one "
                     "there",
                     fetching->request->name, models, count);
}

static enum status list_remote(const struct fetching *fetching, const char *place,
                               const char *const **names, size_t *count, struct error *error) {
    json_t *answer = NULL, *file;
    const char *path =
        arena_format(fetching->arena, MLFLOW_SERVER_ARTIFACTS "?path=%s", escaped(fetching, place));
    TRY(refused(fetching, rest_call(fetching->rest, "GET", path, NULL, &answer, error), error));
    const json_t *files = json_object_get(answer, "files");
    const char **list = ARENA_ARRAY(fetching->arena, const char *, json_array_size(files) + 1);
    size_t index;
    *count = 0;
    json_array_foreach((json_t *)files, index, file) {
        const char *name = json_string_value(json_object_get(file, "path"));
        if (name && !json_is_true(json_object_get(file, "is_dir")))
            list[(*count)++] = files_base_name(fetching->arena, name);
    }
    json_decref(answer);
    *names = list;
    return STATUS_OK;
}

/* ---- The file ---- */

/* FOLDER/NAME-VERSION-DIGEST/FILE */
static const char *kept_path(const struct fetching *fetching, const char *uri, const char *born,
                             const char *file) {
    uint8_t sum[DIGEST_SHA256_BYTES];
    char hex[DIGEST_TEXT_BYTES];
    struct arena *arena = fetching->arena;
    const char *whole = arena_format(arena, "%s %s %s %s %s", fetching->server, fetching->name,
                                     fetching->version, born, uri);
    digest_sha256(whole, strlen(whole), sum);
    digest_text(sum, sizeof sum, hex);
    const char *folder = arena_format(arena, "%s-%s-%.12s", escaped(fetching, fetching->name),
                                      fetching->version, hex);
    return files_join(arena, files_join(arena, fetching->request->folder, folder), file);
}

static enum status download(const struct fetching *fetching, const char *uri, const char *born,
                            const char **path, struct error *error) {
    const char *place = mlflow_server_artifact(uri), *const * names, *file;
    size_t count;
    TRY(list_remote(fetching, place, &names, &count, error));
    TRY(choose(fetching, names, count, &file, error));
    *path = kept_path(fetching, uri, born, file);
    if (files_is_regular(*path))
        return STATUS_OK;
    TRY(files_make_parent(*path, error));
    const char *parts = "";
    for (const char *at = place; *at; at += strspn(at, "/")) {
        size_t length = strcspn(at, "/");
        parts = arena_format(fetching->arena, "%s/%s", parts,
                             escaped(fetching, arena_copy_length(fetching->arena, at, length)));
        at += length;
    }
    const char *from = arena_format(fetching->arena, MLFLOW_SERVER_ARTIFACTS "%s/%s", parts,
                                    escaped(fetching, file));
    return rest_download(fetching->rest, from, *path, fetching->request->cancel, error);
}

/* "/disk/artifacts" and "file:///disk/artifacts": on a disk that server and program both see. */
static enum status take_local(const struct fetching *fetching, const char *uri, const char **path,
                              struct error *error) {
    static const char scheme[] = "file://";
    const char *folder =
        strncmp(uri, scheme, sizeof scheme - 1) == 0 ? uri + sizeof scheme - 1 : uri;
    if (*folder != '/' || !files_is_folder(folder))
        return error_set(error, STATUS_IO,
                         "%.200s lies at %.300s, which is neither behind the server nor on this "
                         "machine; start the server with --serve-artifacts",
                         fetching->request->name, uri);
    const char *const *names, *file;
    size_t count;
    TRY(files_list(folder, fetching->arena, &names, &count, error));
    TRY(choose(fetching, names, count, &file, error));
    *path = files_join(fetching->arena, folder, file);
    return STATUS_OK;
}

static enum status fetch(struct fetching *fetching, const char **path, struct error *error) {
    const char *uri, *born;
    TRY(find_version(fetching, error));
    TRY(find_artifacts(fetching, &uri, &born, error));
    if (mlflow_server_artifact(uri))
        return download(fetching, uri, born, path, error);
    return take_local(fetching, uri, path, error);
}

enum status mlflow_registry_fetch(const struct mlflow_registry_request *request,
                                  struct arena *arena, const char **path, struct error *error) {
    struct fetching fetching = {.request = request, .arena = arena};
    TRY(read_name(&fetching, error));
    fetching.server = mlflow_server_address(request->server, arena);
    if (!fetching.server || !mlflow_server_is_remote(fetching.server))
        return error_set(error, STATUS_BAD_USAGE,
                         "%.200s: where is the registry? expected the address of an MLflow server "
                         "in --tracking-uri, MLFLOW_TRACKING_URI or .env, found %s",
                         request->name, fetching.server ? fetching.server : "none");
    fetching.rest = mlflow_server_connect(fetching.server);
    enum status status = fetch(&fetching, path, error);
    rest_destroy(fetching.rest);
    return status;
}
