/* recorder.c: see recorder.h.
 *
 * Names    of figures are those that trackers' users know: train/loss, val/loss or ndcg_at_10 after
 *          each epoch, final_ndcg_at_10 at the end; those of a refit or a second seed have its name
 *          in front. The step is the epoch.
 * Checked  tests/experiment/test_recorder.c, tests/cli/runs.t, tools/check trackers. */
#include "experiment/recorder.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/settings_yaml.h"
#include "kernels/kernels.h"
#include "store/runs.h"
#include "trackers/env_file.h"
#include "trackers/tracker.h"

#define TRACKERS_MAX 8

struct recorder {
    struct recorder_options options;
    struct arena *arena;
    struct experiment_watch watch;
    struct runs *runs; /* NULL: not kept, or given up */
    int64_t id;
    struct tracker_run run; /* what trackers are told */
    struct tracker *trackers[TRACKERS_MAX];
    size_t tracker_count;
    int64_t step;   /* the last epoch */
    bool has_norms; /* some came */
};

/* ---- The store ---- */

static void give_up_store(struct recorder *recorder, const struct error *error) {
    log_warning("this run is not kept in the store of runs: %s", error->text);
    runs_close(recorder->runs);
    recorder->runs = NULL;
    recorder->id = 0;
}

/* "Intel(R) Xeon(R)" of /proc/cpuinfo. */
static const char *processor_name(struct arena *arena) {
    char *text;
    size_t size;
    struct error ignored;
    static const char key[] = "model name";
    if (files_read("/proc/cpuinfo", (size_t)4 << 20, arena, &text, &size, &ignored) != STATUS_OK)
        return "unknown";
    const char *at = strstr(text, key);
    at = at ? strchr(at, ':') : NULL;
    if (!at)
        return "unknown";
    at += 1 + strspn(at + 1, " \t");
    return arena_copy_length(arena, at, strcspn(at, "\n"));
}

static const char *machine_json(struct arena *arena) {
    json_t *object = json_pack("{s:s, s:I, s:I, s:s}", "cpu", processor_name(arena), "processors",
                               (json_int_t)parallel_processors(), "threads",
                               (json_int_t)parallel_threads(), "kernels", kernels()->name);
    size_t length = json_dumpb(object, NULL, 0, JSON_COMPACT);
    char *text = arena_alloc(arena, length + 1);
    json_dumpb(object, text, length, JSON_COMPACT);
    json_decref(object);
    return text;
}

static const char *place(const struct recorder *recorder, const char *key, const char *otherwise) {
    const char *value = settings_text(recorder->options.places, key);
    return *value ? value : otherwise;
}

/* Settings that repeat the run from wherever the file is read. */
static const char *repeatable(const struct recorder *recorder, const struct settings *settings) {
    struct arena *arena = recorder->arena;
    struct settings *copy = settings_copy(settings, arena);
    struct error ignored; /* a path of a file is a text like any other */
    const char *data = settings_text(copy, "data");
    if (files_exists(data))
        settings_set(copy, "data", files_resolve(arena, data), NULL, &ignored);
    struct buffer text;
    buffer_init(&text, arena);
    settings_yaml(copy, SETTINGS_YAML_FILLED, &text);
    settings_yaml(recorder->options.places, SETTINGS_YAML_FILLED, &text);
    return text.bytes;
}

static void begin_store(struct recorder *recorder) {
    const struct recorder_options *options = &recorder->options;
    struct error error;
    if (!options->store)
        return;
    struct runs_record record = {
        .parent = options->parent,
        .kind = options->kind,
        .experiment = recorder->run.experiment,
        .name = recorder->run.name,
        .model = recorder->run.model,
        .data = recorder->run.data,
        .settings = repeatable(recorder, options->settings),
        .version = options->version,
        .machine = machine_json(recorder->arena),
    };
    enum status status = runs_open(&recorder->runs, options->store, &error);
    recorder->id = options->run;
    if (status == STATUS_OK)
        status = options->run ? runs_adopt(recorder->runs, options->run, &record, &error)
                              : runs_begin(recorder->runs, &record, &recorder->id, &error);
    if (status != STATUS_OK)
        give_up_store(recorder, &error);
}

/* ---- The trackers ---- */

static void begin_trackers(struct recorder *recorder) {
    const struct settings *places = recorder->options.places;
    const struct tracker_ops *ops;
    struct error error;
    bool any = false;
    for (size_t i = 0; (ops = tracker_at(i)); i++)
        any = any || settings_bool(places, ops->setting);
    if (any && env_file_load(".env", &error) != STATUS_OK)
        log_warning(".env is not read: %s", error.text);
    for (size_t i = 0; (ops = tracker_at(i)) && recorder->tracker_count < TRACKERS_MAX; i++) {
        struct tracker *tracker;
        if (!settings_bool(places, ops->setting))
            continue;
        if (ops->open(&tracker, &recorder->run, recorder->arena, &error) == STATUS_OK)
            recorder->trackers[recorder->tracker_count++] = tracker;
        else
            log_warning("%s is left out: %s", ops->name, error.text);
    }
}

/* A tracker that failed is told that it is over, and not asked again. */
static void drop_tracker(struct recorder *recorder, size_t index, const struct error *error) {
    const struct tracker_end end = {.status = "failed", .step = recorder->step};
    struct tracker *tracker = recorder->trackers[index];
    struct error ignored; /* it has failed already */
    log_warning("%s is given up: %s", tracker->ops->name, error->text);
    tracker->ops->close(tracker, &end, &ignored);
    recorder->trackers[index] = recorder->trackers[--recorder->tracker_count];
}

/* `only` NULL: to all of them. */
static void log_to_trackers(struct recorder *recorder, const struct tracker_ops *only,
                            const struct tracker_scalar *scalars, size_t count) {
    struct error error;
    for (size_t i = recorder->tracker_count; i-- > 0;) {
        struct tracker *tracker = recorder->trackers[i];
        if (only && tracker->ops != only)
            continue;
        if (tracker->ops->log(tracker, recorder->step, scalars, count, &error) != STATUS_OK)
            drop_tracker(recorder, i, &error);
    }
}

/* ---- While it runs ---- */

static void list_parameters(struct recorder *recorder, const struct settings *settings) {
    struct setting_entry entry;
    size_t count = 0;
    while (settings_entry(settings, count, &entry))
        count++;
    struct tracker_parameter *list = ARENA_ARRAY(recorder->arena, struct tracker_parameter, count);
    for (size_t i = 0; settings_entry(settings, i, &entry); i++)
        list[i] =
            (struct tracker_parameter){entry.spec->key, arena_copy(recorder->arena, entry.value)};
    recorder->run.parameters = list;
    recorder->run.parameter_count = count;
}

/* Trackers begin here, when defaults are suited to the data, and not before. */
static void on_begun(void *context, const char *data, const uint8_t checksum[32],
                     const struct settings *settings) {
    struct recorder *recorder = context;
    struct arena *arena = recorder->arena;
    struct error error;
    recorder->run.settings = repeatable(recorder, settings);
    recorder->run.data = arena_copy(arena, data);
    list_parameters(recorder, settings);
    const struct runs_record record = {
        .data = recorder->run.data,
        .digest = experiment_digest(recorder->options.settings, checksum, recorder->options.version,
                                    arena),
        .settings = recorder->run.settings,
    };
    if (recorder->runs && runs_describe(recorder->runs, recorder->id, &record, &error) != STATUS_OK)
        give_up_store(recorder, &error);
    begin_trackers(recorder);
}

static const char *watched_name(const struct recorder *recorder, struct arena *arena) {
    static const char key[] = "trainer.early_stopping.monitor";
    if (!settings_knows(recorder->options.settings, key))
        return "validation";
    const char *name = settings_text(recorder->options.settings, key);
    return strcmp(name, "val_loss") == 0 ? "val/loss" : tracker_metric_name(name, arena);
}

static void on_epoch(void *context, const char *part, const struct epoch_record *record) {
    struct recorder *recorder = context;
    const struct runs_epoch epoch = {part, record->epoch, record->loss, record->validation,
                                     record->seconds};
    struct error error;
    recorder->step = record->epoch;
    if (recorder->runs && runs_add_epoch(recorder->runs, recorder->id, &epoch, &error) != STATUS_OK)
        give_up_store(recorder, &error);
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct tracker_scalar scalars[3];
    size_t count = 0;
    const char *before = *part ? arena_format(scratch, "%s/", part) : "";
    scalars[count++] =
        (struct tracker_scalar){arena_format(scratch, "%strain/loss", before), record->loss};
    scalars[count++] =
        (struct tracker_scalar){arena_format(scratch, "%sepoch_seconds", before), record->seconds};
    if (isfinite(record->validation))
        scalars[count++] = (struct tracker_scalar){
            arena_format(scratch, "%s%s", before, watched_name(recorder, scratch)),
            record->validation};
    log_to_trackers(recorder, NULL, scalars, count);
    arena_reset(scratch, mark);
}

/* What logger.wandb.watch_model asks for. */
static void on_norms(void *context, const char *part, uint32_t epoch,
                     const struct epoch_norm *norms, size_t count) {
    struct recorder *recorder = context;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct tracker_scalar *scalars = ARENA_ARRAY(scratch, struct tracker_scalar, 2 * count);
    const char *before = *part ? arena_format(scratch, "%s/", part) : "";
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const struct {
            const char *what;
            double value;
        } pair[] = {{"weights", norms[i].weight}, {"gradients", norms[i].gradient}};
        for (size_t p = 0; p < 2; p++)
            if (isfinite(pair[p].value))
                scalars[used++] = (struct tracker_scalar){
                    arena_format(scratch, "%s%s/%s", before, pair[p].what, norms[i].name),
                    pair[p].value};
    }
    recorder->step = epoch;
    recorder->has_norms = true;
    log_to_trackers(recorder, &tracker_wandb, scalars, used);
    arena_reset(scratch, mark);
}

static bool watches_model(const struct recorder *recorder) {
    return settings_bool(recorder->options.places, "logger.use_wandb") &&
           settings_bool(recorder->options.places, "logger.wandb.watch_model");
}

struct recorder *recorder_create(const struct recorder_options *options, struct arena *arena) {
    struct recorder *recorder = ARENA_NEW(arena, struct recorder);
    recorder->options = *options;
    recorder->arena = arena;
    recorder->watch = (struct experiment_watch){recorder, on_begun, on_epoch,
                                                watches_model(recorder) ? on_norms : NULL};
    const char *data = files_base_name(arena, settings_text(options->settings, "data"));
    const char *model = settings_text(options->settings, "model");
    recorder->run = (struct tracker_run){
        .logger = options->places,
        .project = place(recorder, "project_name", "matinee"),
        .experiment = place(recorder, "experiment_name", data),
        .name = place(recorder, "run_name", model),
        .model = model,
        .data = data,
    };
    begin_store(recorder);
    const char *logs =
        place(recorder, "logger.save_dir", files_join(arena, files_data_home(arena), "logs"));
    /* A store numbers runs; without one a second run of the same name takes the first one's place.
     */
    const char *name =
        recorder->id ? arena_format(arena, "%s-%lld", recorder->run.name, (long long)recorder->id)
                     : recorder->run.name;
    recorder->run.folder =
        files_join(arena, logs, arena_format(arena, "%s/%s", recorder->run.experiment, name));
    return recorder;
}

const struct experiment_watch *recorder_watch(struct recorder *recorder) {
    return &recorder->watch;
}

/* ---- The end ---- */

static void end_trackers(struct recorder *recorder, const struct tracker_end *end) {
    struct error error;
    for (size_t i = 0; i < recorder->tracker_count; i++) {
        struct tracker *tracker = recorder->trackers[i];
        if (tracker->ops->close(tracker, end, &error) != STATUS_OK)
            log_warning("%s: %s", tracker->ops->name, error.text);
    }
    recorder->tracker_count = 0;
}

static int64_t end_store(struct recorder *recorder, const struct runs_record *record,
                         const struct runs_metric *metrics, size_t count) {
    struct error error;
    int64_t id = recorder->id;
    if (!recorder->runs)
        return 0;
    if (runs_end(recorder->runs, id, record, metrics, count, &error) != STATUS_OK) {
        give_up_store(recorder, &error);
        return 0;
    }
    runs_close(recorder->runs);
    recorder->runs = NULL;
    return id;
}

int64_t recorder_done(struct recorder *recorder, const struct experiment_report *report) {
    struct arena *arena = recorder->arena;
    if (watches_model(recorder) && !recorder->has_norms)
        log_warning("logger.wandb.watch_model: %s is not trained by the steps of gradients that "
                    "could be watched",
                    recorder->run.model);
    struct runs_metric *metrics = ARENA_ARRAY(arena, struct runs_metric, report->metric_count + 1);
    struct tracker_scalar *scalars =
        ARENA_ARRAY(arena, struct tracker_scalar, report->metric_count + 2);
    size_t scalar_count = 0;
    for (size_t m = 0; m < report->metric_count; m++) {
        const struct metric_value *metric = &report->metrics[m];
        metrics[m] = (struct runs_metric){metric->name, metric->value, metric->low, metric->high};
        if (isfinite(metric->value))
            scalars[scalar_count++] = (struct tracker_scalar){
                arena_format(arena, "final_%s", tracker_metric_name(metric->name, arena)),
                metric->value};
    }
    scalars[scalar_count++] = (struct tracker_scalar){"fit_seconds", report->fit_seconds};
    scalars[scalar_count++] = (struct tracker_scalar){"evaluate_seconds", report->evaluate_seconds};
    const struct tracker_end end = {"done", report->model_file, recorder->step, scalars,
                                    scalar_count};
    end_trackers(recorder, &end);
    const struct runs_record record = {
        .status = "done",
        .split = report->split,
        .candidates = report->candidates,
        .fit_seconds = report->fit_seconds,
        .evaluate_seconds = report->evaluate_seconds,
        .peak_bytes = (int64_t)report->peak_rss_bytes,
        .parameters = (int64_t)report->parameter_count,
        .model_file = report->model_file ? files_resolve(arena, report->model_file) : NULL,
        .report = experiment_report_json(report, arena),
    };
    return end_store(recorder, &record, metrics, report->metric_count);
}

int64_t recorder_failed(struct recorder *recorder, const struct error *error) {
    const char *status = error->status == STATUS_CANCELLED ? "cancelled" : "failed";
    const struct tracker_end end = {.status = status, .step = recorder->step};
    end_trackers(recorder, &end);
    const struct runs_record record = {
        .status = status,
        .error = error->text,
        .fit_seconds = NAN,
        .evaluate_seconds = NAN,
    };
    return end_store(recorder, &record, NULL, 0);
}
