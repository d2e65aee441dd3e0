/* trials.c: see trials.h. Checked by tests/cli/multirun.t. */
#include "cli/trials.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/files.h"
#include "base/log.h"
#include "base/parallel.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/scratch_folder.h"
#include "cli/interrupt.h"
#include "cli/job.h"
#include "cli/record.h"
#include "cli/version.h"
#include "dataset/catalogue.h"
#include "dataset/dataset.h"
#include "experiment/experiment.h"

#define DATA_MAX 32
#define WORDS_MAX 64 /* of a child's command line, beside settings */
#define LOG_BYTES_MAX ((size_t)1 << 20)
#define POLL_NANOSECONDS 20000000L
#define GRACE_SECONDS 10.0 /* from being asked to end until it is ended */

/* ---- Life ---- */

static size_t word_count(const char *const *words) {
    size_t count = 0;
    while (words && words[count])
        count++;
    return count;
}

static bool keeps(const struct trials *trials) {
    return settings_bool(trials->arguments->options, "--record");
}

static void begin_store(struct trials *trials) {
    struct arena *arena = trials->arguments->arena;
    struct error error;
    const char *text = "";
    for (size_t i = 0; i < trials->arguments->pair_count; i++)
        text = arena_format(arena, "%s%s\n", text, trials->arguments->pairs[i]);
    const struct runs_record record = {
        .kind = trials->kind,
        .name = trials->kind,
        .model = command_operand(trials->arguments, 0),
        .settings = text,
        .version = VERSION_TEXT,
    };
    enum status status = runs_open(&trials->runs, trials->store, &error);
    if (status == STATUS_OK)
        status = runs_begin(trials->runs, &record, &trials->parent, &error);
    if (status == STATUS_OK)
        return;
    log_warning("%s; what was done before is not found, and what is done now not kept", error.text);
    runs_close(trials->runs);
    trials->runs = NULL;
}

enum status trials_begin(struct trials *trials, struct error *error) {
    TRY(scratch_folder_make(&trials->folder, "trials", trials->arguments->arena, error));
    trials->store = record_store(trials->arguments);
    if (trials->out)
        TRY(files_make_folder(trials->out, error));
    if (keeps(trials))
        begin_store(trials);
    return STATUS_OK;
}

void trials_end(struct trials *trials, enum status status) {
    struct error error;
    const struct runs_record record = {
        .status = status == STATUS_OK          ? "done"
                  : status == STATUS_CANCELLED ? "cancelled"
                                               : "failed",
        .fit_seconds = NAN,
        .evaluate_seconds = NAN,
    };
    if (trials->runs &&
        runs_end(trials->runs, trials->parent, &record, NULL, 0, &error) != STATUS_OK)
        log_warning("%s", error.text);
    runs_close(trials->runs);
    trials->runs = NULL;
    if (trials->folder && files_remove_folder(trials->folder, &error) != STATUS_OK)
        log_warning("%s", error.text);
    trials->folder = NULL;
}

/* ---- Before anything is started ---- */

/* Data sets that were opened for their checksums. */
struct checksums {
    const char *names[DATA_MAX];
    uint8_t sums[DATA_MAX][32];
    size_t count;
};

static enum status find_checksum(struct checksums *checksums, const char *name, const uint8_t **sum,
                                 struct error *error) {
    for (size_t i = 0; i < checksums->count; i++)
        if (strcmp(checksums->names[i], name) == 0) {
            *sum = checksums->sums[i];
            return STATUS_OK;
        }
    if (checksums->count == DATA_MAX)
        return error_set(error, STATUS_LIMIT, "more than %d data sets at once", DATA_MAX);
    struct dataset *data;
    TRY(dataset_open(&data, name, error));
    memcpy(checksums->sums[checksums->count], data->checksum, 32);
    dataset_close(data);
    checksums->names[checksums->count] = name;
    *sum = checksums->sums[checksums->count++];
    return STATUS_OK;
}

/* Settings that are wrong show here, and which run it would be. */
static enum status check(const struct trials *trials, struct trial *trial,
                         struct checksums *checksums, struct error *error) {
    struct arena *arena = trials->arguments->arena;
    struct arguments arguments = *trials->arguments;
    size_t shared = word_count(trials->words), own = word_count(trial->words);
    const char **pairs = ARENA_ARRAY(arena, const char *, shared + own + 1);
    for (size_t i = 0; i < shared + own; i++)
        pairs[i] = i < shared ? trials->words[i] : trial->words[i - shared];
    arguments.pairs = pairs;
    arguments.pair_count = shared + own;
    struct job job;
    TRY(job_make(&job, &arguments, command_operand(&arguments, 0), NULL, error));
    job_start(&job);
    const char *data = settings_text(job.settings, "data");
    const uint8_t *sum = NULL;
    TRY(find_checksum(checksums, *data ? data : catalogue_default(), &sum, error));
    trial->digest = experiment_digest(job.settings, sum, VERSION_TEXT, arena);
    return STATUS_OK;
}

/* Takes the result of a run in the store that is the same; false: there is none. */
static bool take_kept(const struct trials *trials, struct trial *trial) {
    struct arena *arena = trials->arguments->arena;
    struct runs_record *list;
    size_t count;
    struct error error;
    const struct runs_filter filter = {.digest = trial->digest, .status = "done", .limit = 1};
    if (!trials->runs ||
        runs_list(trials->runs, &filter, arena, &list, &count, &error) != STATUS_OK || count == 0)
        return false;
    if (trials->out && !(list[0].model_file && files_exists(list[0].model_file)))
        return false;
    if (runs_metrics(trials->runs, list[0].id, arena, &trial->metrics, &trial->metric_count,
                     &error) != STATUS_OK)
        return false;
    trial->run = list[0].id;
    trial->fit_seconds = list[0].fit_seconds;
    trial->model_file = list[0].model_file;
    return true;
}

/* ---- One training ---- */

static const char *file_of(const struct trials *trials, const struct trial *trial,
                           const char *ending) {
    return arena_format(trials->arguments->arena, "%s/%zu.%s", trials->folder,
                        (size_t)(trial - trials->list), ending);
}

/* The children's threads: what this process would have, shared out. */
static size_t threads_each(const struct trials *trials) {
    size_t threads = parallel_threads() / trials->jobs;
    return threads > 0 ? threads : 1;
}

struct line {
    const char **words;
    size_t count;
};

static void put(struct line *line, const char *option, const char *value) {
    if (!value)
        return;
    line->words[line->count++] = option;
    line->words[line->count++] = value;
}

static void start(struct trials *trials, struct trial *trial) {
    const struct arguments *arguments = trials->arguments;
    struct arena *arena = arguments->arena;
    size_t room = WORDS_MAX + word_count(trials->words) + word_count(trial->words);
    struct line line = {ARENA_ARRAY(arena, const char *, room), 0};
    line.words[line.count++] = "train";
    if (command_operand(arguments, 0))
        line.words[line.count++] = command_operand(arguments, 0);
    for (size_t i = 0; i < word_count(trials->words); i++)
        line.words[line.count++] = trials->words[i];
    for (size_t i = 0; i < word_count(trial->words); i++)
        line.words[line.count++] = trial->words[i];
    line.words[line.count++] = arena_format(arena, "threads=%zu", threads_each(trials));
    put(&line, "--config", command_text(arguments, "--config"));
    put(&line, "--max-memory", command_text(arguments, "--max-memory"));
    put(&line, "--json", file_of(trials, trial, "json"));
    if (trials->runs)
        put(&line, "--store", trials->store);
    else
        line.words[line.count++] = "--no-record";
    if (trials->out)
        put(&line, "--out",
            arena_format(arena, "%s/%.16s.safetensors", trials->out, trial->digest));
    else
        line.words[line.count++] = "--no-save";
    line.words[line.count++] = "--quiet";
    const char *const environment[] = {
        arena_format(arena, "MATINEE_PARENT_RUN=%lld", (long long)trials->parent), NULL};
    const struct process_start child = {
        .program = process_self(arena),
        .words = line.words,
        .environment = environment,
        .output = file_of(trials, trial, "log"),
    };
    struct error error;
    trial->started = progress_clock();
    trial->state = TRIAL_RUNNING;
    if (process_start(&trial->process, &child, &error) == STATUS_OK)
        return;
    trial->state = TRIAL_FAILED;
    trial->failure = arena_copy(arena, error.text);
    trials->finished++;
    trials_show(trials, trial);
}

/* The last thing that the program said: "matinee: ..." without its name. */
static const char *last_words(const struct trials *trials, const struct trial *trial, int code) {
    struct arena *arena = trials->arguments->arena;
    static const char name[] = "matinee: ";
    char *text;
    size_t size;
    struct error error;
    const char *last = NULL;
    if (files_read(file_of(trials, trial, "log"), LOG_BYTES_MAX, arena, &text, &size, &error) ==
        STATUS_OK)
        for (char *at = text; (at = strstr(at, name)); at += sizeof name - 1)
            if (at == text || at[-1] == '\n')
                last = at + sizeof name - 1;
    if (last)
        return arena_copy_length(arena, last, strcspn(last, "\n"));
    return arena_format(arena, "ended with %d and without a word%s", code,
                        code == 137 ? "; the system may have had no memory left" : "");
}

static double number_of(const json_t *value) {
    return json_is_number(value) ? json_number_value(value) : NAN;
}

static void read_result(const struct trials *trials, struct trial *trial) {
    struct arena *arena = trials->arguments->arena;
    json_t *report = json_load_file(file_of(trials, trial, "json"), 0, NULL);
    json_t *metrics = json_object_get(report, "metrics"), *value;
    json_t *intervals = json_object_get(report, "intervals");
    const char *name, *model_file = json_string_value(json_object_get(report, "model_file"));
    trial->metrics = ARENA_ARRAY(arena, struct runs_metric, json_object_size(metrics) + 1);
    json_object_foreach(metrics, name, value) {
        json_t *interval = json_object_get(intervals, name);
        trial->metrics[trial->metric_count++] = (struct runs_metric){
            arena_copy(arena, name), number_of(value), number_of(json_array_get(interval, 0)),
            number_of(json_array_get(interval, 1))};
    }
    trial->fit_seconds = number_of(json_object_get(report, "fit_seconds"));
    trial->model_file = model_file ? arena_copy(arena, model_file) : NULL;
    json_decref(report);
    struct runs_record *list;
    size_t count;
    struct error ignored; /* only its number is not known then */
    const struct runs_filter filter = {.digest = trial->digest, .limit = 1};
    if (trials->runs &&
        runs_list(trials->runs, &filter, arena, &list, &count, &ignored) == STATUS_OK && count > 0)
        trial->run = list[0].id;
    /* In full precision: the report is rounded. */
    if (trial->run)
        runs_metrics(trials->runs, trial->run, arena, &trial->metrics, &trial->metric_count,
                     &ignored);
}

static void finish(struct trials *trials, struct trial *trial, int code, bool stopped) {
    trial->seconds = progress_clock() - trial->started;
    if (code == 0) {
        trial->state = TRIAL_DONE;
        read_result(trials, trial);
    } else if (stopped) {
        trial->state = TRIAL_STOPPED;
    } else {
        trial->state = TRIAL_FAILED;
        trial->failure = last_words(trials, trial, code);
    }
    trials->finished++;
    trials_show(trials, trial);
}

/* ---- All ---- */

static size_t running(const struct trials *trials) {
    size_t count = 0;
    for (size_t i = 0; i < trials->count; i++)
        count += trials->list[i].state == TRIAL_RUNNING;
    return count;
}

static struct trial *next_waiting(const struct trials *trials) {
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].state == TRIAL_WAITING)
            return &trials->list[i];
    return NULL;
}

/* How far trials are told to end. */
struct stopping {
    const atomic_bool *cancel;
    bool asked, ended;
    double asked_at;
};

/* What has ended is taken down. */
static void attend(struct trials *trials, bool stopped) {
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->list[i];
        int code;
        if (trial->state == TRIAL_RUNNING && process_ended(trial->process, &code))
            finish(trials, trial, code, stopped);
    }
}

static void stop_running(const struct trials *trials, void (*stop)(pid_t process)) {
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].state == TRIAL_RUNNING)
            stop(trials->list[i].process);
}

/* Asks what runs to end when it is time, and ends what does not listen. */
static void stop_in_time(const struct trials *trials, struct stopping *stopping) {
    double now = progress_clock();
    bool late = trials->deadline > 0 && now > trials->deadline;
    if (!stopping->asked && (late || atomic_load(stopping->cancel))) {
        stop_running(trials, process_stop);
        stopping->asked = true;
        stopping->asked_at = now;
    } else if (stopping->asked && !stopping->ended && now > stopping->asked_at + GRACE_SECONDS) {
        stop_running(trials, process_kill);
        stopping->ended = true;
    }
}

static enum status prepare(struct trials *trials, struct error *error) {
    struct checksums *checksums = ARENA_NEW(trials->arguments->arena, struct checksums);
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].state == TRIAL_WAITING)
            TRY(check(trials, &trials->list[i], checksums, error));
    for (size_t i = 0; i < trials->count; i++) {
        struct trial *trial = &trials->list[i];
        if (trial->state != TRIAL_WAITING || !take_kept(trials, trial))
            continue;
        trial->state = TRIAL_KEPT;
        trials->finished++;
        trials_show(trials, trial);
    }
    return STATUS_OK;
}

enum status trials_run(struct trials *trials, struct error *error) {
    struct stopping stopping = {.cancel = interrupt_flag()};
    TRY(prepare(trials, error));
    while (running(trials) > 0 || (next_waiting(trials) && !stopping.asked)) {
        attend(trials, stopping.asked);
        stop_in_time(trials, &stopping);
        struct trial *next = next_waiting(trials);
        if (!stopping.asked && next && running(trials) < trials->jobs) {
            start(trials, next);
            continue;
        }
        trials_show(trials, NULL);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
    }
    for (size_t i = 0; i < trials->count; i++)
        if (trials->list[i].state == TRIAL_WAITING)
            trials->list[i].state = TRIAL_STOPPED;
    trials_show_end(trials);
    if (atomic_load(stopping.cancel))
        return error_set(error, STATUS_CANCELLED,
                         "stopped; the same command goes on with what is not done");
    return STATUS_OK;
}

/* ---- Results ---- */

const struct runs_metric *trials_metric(const struct trial *trial, const char *name) {
    for (size_t i = 0; i < trial->metric_count; i++)
        if (strcmp(trial->metrics[i].name, name) == 0)
            return &trial->metrics[i];
    return NULL;
}

const struct runs_metric *trials_headline(const struct trials *trials, const struct trial *trial) {
    if (trials->metric)
        return trials_metric(trial, trials->metric);
    const struct runs_metric *usual = trials_metric(trial, "ndcg@10");
    usual = usual ? usual : trials_metric(trial, "rmse");
    return usual || trial->metric_count == 0 ? usual : &trial->metrics[0];
}

bool trials_has_result(const struct trial *trial) {
    return trial->state == TRIAL_DONE || trial->state == TRIAL_KEPT;
}
