/* runs_record.c: see runs_record.h. Checked by tests/cli/runs.t. */
#include "cli/runs_record.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/files.h"
#include "cli/record.h"

enum status runs_record_open(struct runs **out, const struct arguments *arguments,
                             struct error *error) {
    const char *path = record_store(arguments);
    if (!files_exists(path))
        return error_set(error, STATUS_NOT_FOUND,
                         "no run is kept yet (there is no %s); matinee train item_knn makes one",
                         path);
    return runs_open(out, path, error);
}

enum status runs_record_named(struct runs *runs, const char *name, int64_t *id,
                              struct error *error) {
    char *end;
    *id = strtoll(name, &end, 10);
    if (end > name && !*end && *id > 0)
        return STATUS_OK;
    if (strcmp(name, "last") != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "\"%.64s\" is no run: expected its number in matinee runs list, or last",
                         name);
    struct arena arena = {0};
    struct runs_record *list;
    size_t count;
    enum status status =
        runs_list(runs, &(struct runs_filter){.limit = 1}, &arena, &list, &count, error);
    if (status == STATUS_OK && count == 0)
        status = error_set(error, STATUS_NOT_FOUND, "no run is kept yet");
    if (status == STATUS_OK)
        *id = list[0].id;
    arena_release(&arena);
    return status;
}

enum status runs_record_read(struct runs *runs, const char *name, struct arena *arena,
                             struct runs_record_full *full, struct error *error) {
    int64_t id;
    TRY(runs_record_named(runs, name, &id, error));
    TRY(runs_get(runs, id, arena, &full->record, error));
    TRY(runs_metrics(runs, id, arena, &full->metrics, &full->metric_count, error));
    return runs_epochs(runs, id, arena, &full->epochs, &full->epoch_count, error);
}

const struct runs_metric *runs_record_metric(const struct runs_record_full *full,
                                             const char *name) {
    for (size_t i = 0; i < full->metric_count; i++)
        if (strcmp(full->metrics[i].name, name) == 0)
            return &full->metrics[i];
    return NULL;
}

const struct runs_metric *runs_record_headline(const struct runs_record_full *full) {
    static const char *const usual[] = {"ndcg@10", "rmse"};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) {
        const struct runs_metric *metric = runs_record_metric(full, usual[i]);
        if (metric)
            return metric;
    }
    return full->metric_count > 0 ? &full->metrics[0] : NULL;
}

const char *runs_record_title(const struct runs_record *record, struct arena *arena) {
    const char *model = record->model ? record->model : record->kind;
    if (record->name && strcmp(record->name, model) != 0)
        return arena_format(arena, "%lld %s", (long long)record->id, record->name);
    return arena_format(arena, "%lld %s", (long long)record->id, model);
}

const char *runs_record_time(double seconds, struct arena *arena) {
    if (isnan(seconds))
        return "";
    time_t whole = (time_t)seconds;
    struct tm parts;
    char text[64];
    localtime_r(&whole, &parts);
    strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return arena_copy(arena, text);
}

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

static json_t *text(const char *value) { return value ? json_string(value) : json_null(); }

static json_t *parsed(const char *value) {
    json_t *json = value ? json_loads(value, 0, NULL) : NULL;
    return json ? json : json_null();
}

static json_t *metrics_json(const struct runs_record_full *full) {
    json_t *object = json_object();
    for (size_t i = 0; i < full->metric_count; i++) {
        const struct runs_metric *metric = &full->metrics[i];
        json_object_set_new(object, metric->name,
                            json_pack("{s:o, s:o, s:o}", "value", number(metric->value), "low",
                                      number(metric->low), "high", number(metric->high)));
    }
    return object;
}

static json_t *epochs_json(const struct runs_record_full *full) {
    json_t *list = json_array();
    for (size_t i = 0; i < full->epoch_count; i++) {
        const struct runs_epoch *epoch = &full->epochs[i];
        json_array_append_new(
            list, json_pack("{s:s, s:I, s:o, s:o, s:o}", "part", epoch->part, "epoch",
                            (json_int_t)epoch->epoch, "loss", number(epoch->loss), "validation",
                            number(epoch->validation), "seconds", number(epoch->seconds)));
    }
    return list;
}

json_t *runs_record_json(const struct runs_record_full *full) {
    const struct runs_record *record = &full->record;
    json_t *object = json_object();
    json_object_set_new(object, "run", json_integer(record->id));
    json_object_set_new(object, "parent",
                        record->parent ? json_integer(record->parent) : json_null());
    const struct {
        const char *key, *value;
    } texts[] = {{"kind", record->kind},
                 {"status", record->status},
                 {"experiment", record->experiment},
                 {"name", record->name},
                 {"model", record->model},
                 {"data", record->data},
                 {"split", record->split},
                 {"candidates", record->candidates},
                 {"digest", record->digest},
                 {"version", record->version},
                 {"model_file", record->model_file},
                 {"error", record->error},
                 {"settings", record->settings}};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        json_object_set_new(object, texts[i].key, text(texts[i].value));
    json_object_set_new(object, "machine", parsed(record->machine));
    json_object_set_new(object, "started", number(record->started));
    json_object_set_new(object, "ended", number(record->ended));
    json_object_set_new(object, "fit_seconds", number(record->fit_seconds));
    json_object_set_new(object, "evaluate_seconds", number(record->evaluate_seconds));
    json_object_set_new(object, "peak_rss_bytes", json_integer(record->peak_bytes));
    json_object_set_new(object, "parameters", json_integer(record->parameters));
    json_object_set_new(object, "metrics", metrics_json(full));
    json_object_set_new(object, "epochs", epochs_json(full));
    return object;
}
