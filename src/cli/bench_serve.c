/* bench_serve.c: see bench_serve.h.
 *
 * Idea     The server runs in this process on a free port, the generator (load.c) asks it over the
 *          loopback for people, films and genres in turn. --synthetic NxD makes N films with
 *          vectors of D numbers: an als model after one round on random histories, so that the
 *          code of a request is the real one and only its numbers mean nothing.
 * Checked  tests/cli/bench.t. */
#include "cli/bench_serve.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/counter.h"
#include "base/files.h"
#include "base/progress.h"
#include "base/rng.h"
#include "base/scratch_folder.h"
#include "cli/engine.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/table.h"
#include "models/model.h"
#include "service/snapshot.h"

#define REQUESTS 4096 /* of a row, asked in turn */
#define SYNTHETIC_PEOPLE 5000
#define SYNTHETIC_HISTORY 40

enum kind { RECOMMEND, FILTERED, SIMILAR, KINDS };
static const char *const kind_names[] = {"recommend", "genre, exclude, MMR", "similar"};

/* ---- A made-up model ---- */

static enum status write_ratings(const char *path, uint32_t items, struct arena *arena,
                                 struct error *error) {
    struct files_writer writer;
    struct rng rng;
    rng_init(&rng, 1, 0);
    TRY(files_writer_open(&writer, path, error));
    enum status status =
        files_writer_write(&writer, "userId,movieId,rating,timestamp\n", 32, error);
    /* First every film once, so that all are there. */
    const uint32_t rows = items + SYNTHETIC_PEOPLE * SYNTHETIC_HISTORY;
    for (uint32_t row = 0; row < rows && status == STATUS_OK; row++) {
        const struct arena_position mark = arena_mark(arena);
        const uint32_t user = row % SYNTHETIC_PEOPLE;
        const uint32_t item = row < items ? row : rng_below(&rng, items);
        const char *line = arena_format(arena, "%u,%u,%u,%u\n", user + 1, item + 1,
                                        1 + rng_below(&rng, 5), 1000000000 + row);
        status = files_writer_write(&writer, line, strlen(line), error);
        arena_reset(arena, mark);
    }
    if (status == STATUS_OK)
        return files_writer_commit(&writer, error);
    files_writer_discard(&writer);
    return status;
}

struct synthetic {
    struct dataset *data;
    struct model *model;
};

static void synthetic_close(void *owner) {
    struct synthetic *synthetic = owner;
    model_destroy(synthetic->model);
    dataset_close(synthetic->data);
}

static enum status fit(struct synthetic *synthetic, const char *dimension, struct arena *arena,
                       struct error *error) {
    const struct model_ops *ops;
    struct progress progress;
    TRY(model_find(&ops, "als", error));
    struct settings *settings = settings_create(arena);
    settings_add(settings, ops->settings);
    TRY(settings_set(settings, "model.embedding_dim", dimension, NULL, error));
    TRY(settings_set(settings, "model.iterations", "1", NULL, error));
    TRY(ops->create(&synthetic->model, settings, error));
    progress_init(&progress, false);
    const struct fit_input input = {
        .train = &synthetic->data->interactions, .seed = 1, .progress = &progress};
    return ops->fit(synthetic->model, &input, error);
}

static enum status adopt_synthetic(struct service *service, const char *size,
                                   struct synthetic *synthetic, struct arena *arena,
                                   struct error *error) {
    char *dimension;
    const unsigned long items = strtoul(size, &dimension, 10);
    if (items < 10 || items > 10000000 || *dimension != 'x' || !dimension[1])
        return error_set(error, STATUS_BAD_USAGE,
                         "--synthetic \"%.40s\": expected FILMSxNUMBERS, such as 62423x64", size);
    const char *folder;
    struct error ignored;
    TRY(scratch_folder_make(&folder, "bench", arena, error));
    const char *path = files_join(arena, folder, "ratings.csv");
    enum status status = write_ratings(path, (uint32_t)items, arena, error);
    if (status == STATUS_OK)
        status = dataset_open(&synthetic->data, path, error);
    files_remove_folder(folder, &ignored);
    TRY(status);
    TRY(fit(synthetic, dimension + 1, arena, error));
    struct snapshot *snapshot;
    const struct snapshot_source source = {
        .model = synthetic->model, .catalogue = synthetic->data, .settings = NULL};
    TRY(snapshot_create(&snapshot, &source, error));
    return service_adopt(service, snapshot, "synthetic", error);
}

/* ---- What is asked ---- */

static const char *id_text(const struct id_map *ids, uint32_t index, struct arena *arena) {
    const struct text_slice id = id_map_name(ids, index);
    return arena_copy_length(arena, id.start, id.length);
}

static const char *request_text(const struct dataset *catalogue, enum kind kind, uint32_t number,
                                struct arena *arena) {
    static const char form[] = "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    const char *user = id_text(&catalogue->users, number % catalogue->users.count, arena);
    const char *item = id_text(&catalogue->items, number * 7 % catalogue->items.count, arena);
    const char *genre =
        catalogue->genre_count > 0 ? catalogue->genres[number % catalogue->genre_count] : NULL;
    if (genre && strpbrk(genre, " ()&?#%+"))
        genre = NULL;
    const char *target =
        kind == SIMILAR ? arena_format(arena, "/api/similar/%s?top_k=10", item)
        : kind == RECOMMEND
            ? arena_format(arena, "/api/recommend?user_id=%s&top_k=10", user)
            : arena_format(arena, "/api/recommend?user_id=%s&top_k=10&exclude=%s&diversity=0.3%s%s",
                           user, item, genre ? "&genre=" : "", genre ? genre : "");
    return arena_format(arena, form, target);
}

static const char *const *request_list(const struct dataset *catalogue, enum kind kind,
                                       struct arena *arena) {
    const char **list = ARENA_ARRAY(arena, const char *, REQUESTS);
    for (uint32_t i = 0; i < REQUESTS; i++)
        list[i] = request_text(catalogue, kind, i, arena);
    return list;
}

/* ---- Measuring ---- */

static void add_row(struct table *table, const char *name, const struct load_result *result) {
    struct arena *arena = table->arena;
    table_row(table, name, arena_format(arena, "%.0f", (double)result->answers / result->seconds),
              arena_format(arena, "%.2f ms", result->p50 * 1e3),
              arena_format(arena, "%.2f ms", result->p99 * 1e3),
              arena_format(arena, "%.2f ms", result->p999 * 1e3),
              arena_format(arena, "%llu", (unsigned long long)result->failed), NULL);
}

static json_t *row_json(const char *name, const struct load_result *result) {
    return json_pack("{s:s, s:f, s:f, s:f, s:f, s:f, s:I, s:I}", "what", name,
                     "requests_per_second", (double)result->answers / result->seconds, "p50_ms",
                     result->p50 * 1e3, "p99_ms", result->p99 * 1e3, "p999_ms", result->p999 * 1e3,
                     "worst_ms", result->worst * 1e3, "answers", (json_int_t)result->answers,
                     "failed", (json_int_t)result->failed);
}

static enum status measure(const struct api *api, const struct dataset *catalogue,
                           const struct arguments *arguments, struct error *error) {
    struct arena *arena = arguments->arena;
    struct table table;
    json_t *rows = json_array();
    table_init(&table, "lrrrrr", arena);
    table_row(&table, "asked for", "requests/s", "p50", "p99", "p99.9", "failed", NULL);
    enum status status = STATUS_OK;
    for (int kind = 0; kind < KINDS && status == STATUS_OK; kind++) {
        struct load_result result;
        struct load_plan plan = {.port = api_port(api),
                                 .requests = request_list(catalogue, (enum kind)kind, arena),
                                 .request_count = REQUESTS,
                                 .connections =
                                     (unsigned)settings_int(arguments->options, "--connections"),
                                 .seconds = .3, /* warms up */
                                 .rate = settings_real(arguments->options, "--rate")};
        status = load_run(&plan, &result, error);
        plan.seconds = settings_real(arguments->options, "--seconds");
        if (status == STATUS_OK)
            status = load_run(&plan, &result, error);
        if (status != STATUS_OK)
            break;
        add_row(&table, kind_names[kind], &result);
        json_array_append_new(rows, row_json(kind_names[kind], &result));
    }
    const char *json = command_text(arguments, "--json");
    if (status == STATUS_OK && json)
        status = json_write(json_incref(rows), json, error);
    if (status == STATUS_OK && !(json && strcmp(json, "-") == 0)) {
        printf("%u films, %u people; %lld connections, server and client on this machine\n\n",
               catalogue->items.count, catalogue->users.count,
               (long long)settings_int(arguments->options, "--connections"));
        table_print(&table, stdout);
    }
    json_decref(rows);
    return status;
}

static enum status serve_and_measure(struct service *service, const struct arguments *arguments,
                                     struct error *error) {
    struct snapshot *snapshot;
    struct api *api;
    const struct api_options options = {0};
    TRY(service_acquire(service, NULL, &snapshot, error));
    enum status status = api_start(&api, service, &options, error);
    if (status == STATUS_OK) {
        status = measure(api, service_catalogue(snapshot), arguments, error);
        api_stop(api);
    }
    service_release(snapshot);
    return status;
}

enum status bench_serve_run(const struct arguments *arguments, struct error *error) {
    struct synthetic synthetic = {0};
    struct engine engine = {0};
    const char *size = command_text(arguments, "--synthetic");
    enum status status;
    if (size) {
        TRY(service_create(&engine.service, error));
        status = adopt_synthetic(engine.service, size, &synthetic, arguments->arena, error);
    } else {
        status = engine_open(&engine, command_operand(arguments, 1), arguments, error);
    }
    if (status == STATUS_OK)
        status = serve_and_measure(engine.service, arguments, error);
    engine_close(&engine);
    synthetic_close(&synthetic);
    return status;
}
