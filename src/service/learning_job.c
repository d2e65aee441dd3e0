/* learning_job.c: see learning_job.h.
 *
 * Which fit   A model is retrained once, on all that is known but what is held out, with the
 *             settings of its file: what early stopping chose is among them. One that chooses on
 *             validation (MODEL_CHOOSES), and one that somebody asks for with settings of his own,
 *             is split, measured and then fitted on everything (trainer.final_fit).
 * Memory      The process is told what it may take, refuses what it foresees to be larger, and is
 *             ended if it takes more all the same. Where memory runs out, the kernel ends it before
 *             the server.
 * Traps       The process inherits the low priority of the thread that starts it, and is told to
 *             end when that thread does. Its data are people's: a folder that nobody else reads,
 *             removed in any case.
 * Checked     tests/service/test_service_learning.c, with the program itself. */
#include "service/learning_job.h"

#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files.h"
#include "base/log.h"
#include "base/process.h"
#include "base/progress.h"
#include "base/scratch_folder.h"
#include "base/settings_yaml.h"
#include "models/model_file.h"
#include "service/service_internal.h"
#include "service/service_search.h"
#include "service/training_files.h"
#include "store/runs.h"

#define HELD_MOST 1000
#define LEAST_EVENTS 20
#define POLL_NANOSECONDS 50000000L
#define GRACE_SECONDS 10 /* from being asked to end until it is ended */
#define LOG_BYTES_MAX ((size_t)1 << 20)
#define WORDS_MAX 32 /* of a command line, beside settings */

/* What the parts of a job share. */
struct task {
    struct learning_work *work;
    struct snapshot *base; /* what is served, or what data are taken from */
    bool is_served;        /* `base` has the name */
    const char *model;     /* which kind */
    const char *folder;    /* for the data; NULL: none yet */
    const char *data, *config, *log, *file, *candidate;
    size_t max_bytes;  /* of the process */
    bool is_too_large; /* it took more, and was ended */
    bool is_measured;  /* by the comparison alone: the fit held nothing out */
    struct runs_metric metrics[3];
    struct training_rows rows;
};

static void enter(struct task *task, enum learning_state state) {
    pthread_mutex_lock(task->work->mutex);
    task->work->job->state = state;
    pthread_mutex_unlock(task->work->mutex);
}

__attribute__((format(printf, 3, 4))) static void
finish(struct learning_work *work, enum learning_state state, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    work->end = state;
    vsnprintf(work->message, sizeof work->message, format, arguments);
    va_end(arguments);
}

static bool is_cancelled(const struct task *task) { return atomic_load(task->work->cancel); }

static const char *program_of(const struct learning_options *options, struct arena *arena) {
    return options->program ? options->program : process_self(arena);
}

/* ---- The data ---- */

/* What the data are called is shown with the model. */
static const char *plain_name(const char *name, struct arena *arena) {
    char *copy = arena_copy(arena, *name && *name != '.' ? name : "data");
    for (char *c = copy; *c; c++)
        if (*c == '/')
            *c = '-';
    return copy;
}

static enum status write_data(struct task *task, struct error *error) {
    struct arena *arena = &task->work->arena;
    struct feedback *store = task->work->store;
    if (task->work->request.kind == LEARNING_UPDATE) {
        size_t count;
        task->data = files_join(arena, task->folder, "new");
        TRY(files_make_folder(task->data, error));
        TRY(training_files_write_new(&task->rows, store, task->data, &count, error));
        if (count > 0)
            return STATUS_OK;
        return error_set(error, STATUS_BAD_INPUT,
                         "nothing new of films that the model knows or can take in is left to "
                         "learn");
    }
    task->data = files_join(arena, task->folder, plain_name(task->base->catalogue->name, arena));
    TRY(files_make_folder(task->data, error));
    return training_files_write(&task->rows, store, task->data, error);
}

/* ---- The settings ---- */

/* Sets a key where it is known, else writes it down behind the others. */
static enum status set(struct settings *settings, struct buffer *more, const char *key,
                       const char *value, struct error *error) {
    if (settings && settings_knows(settings, key))
        return settings_set(settings, key, value, NULL, error);
    buffer_format(more, "%s: %s\n", key, value);
    return STATUS_OK;
}

static bool is_one_of(const struct settings *settings, const char *key, const char *values) {
    const char *value =
        settings && settings_knows(settings, key) ? settings_show(settings, key) : NULL;
    return value && *value && strstr(values, value) != NULL;
}

static enum status write_config(struct task *task, struct error *error) {
    struct arena *arena = &task->work->arena;
    const struct model *model = task->base->model;
    const bool is_same = strcmp(task->model, model->ops->name) == 0;
    const bool is_whole =
        task->work->request.kind == LEARNING_RETRAIN && !(model->traits & MODEL_CHOOSES);
    struct settings *settings = is_same && task->base->source.settings
                                    ? settings_copy(task->base->source.settings, arena)
                                    : NULL;
    struct buffer text, more;
    buffer_init(&text, arena);
    buffer_init(&more, arena);
    /* Tests and folds that ship with data are not in the histories. */
    if (is_whole)
        TRY(set(settings, &more, "data.split.strategy", "none", error));
    else if (!settings || is_one_of(settings, "data.split.strategy", "none given folds"))
        TRY(set(settings, &more, "data.split.strategy", "auto", error));
    if (is_one_of(settings, "evaluation.candidates", "given"))
        TRY(set(settings, &more, "evaluation.candidates", "all", error));
    if (!is_whole)
        TRY(set(settings, &more, "trainer.final_fit", "true", error));
    if (settings)
        settings_yaml(settings, SETTINGS_YAML_FILLED, &text);
    buffer_bytes(&text, more.bytes, more.size);
    return files_write(task->config, text.bytes, text.size, error);
}

/* ---- The process ---- */

struct line {
    const char **words;
    size_t count;
};

static void put(struct line *line, const char *option, const char *value) {
    line->words[line->count++] = option;
    if (value)
        line->words[line->count++] = value;
}

static const char *runs_path(const struct learning_options *options, struct arena *arena) {
    return options->runs ? options->runs : runs_default_path(arena);
}

static const char **command_of(const struct task *task) {
    struct learning_work *work = task->work;
    struct arena *arena = &work->arena;
    const struct learning_request *request = &work->request;
    struct line line = {ARENA_ARRAY(arena, const char *, WORDS_MAX + request->setting_count + 1),
                        0};
    if (request->kind == LEARNING_UPDATE) {
        put(&line, "update", task->base->path);
        put(&line, "--ratings", task->data);
        put(&line, "--all-films", NULL); /* the store holds them */
        put(&line, "--out", task->candidate);
        return line.words;
    }
    put(&line, "train", task->model);
    for (size_t i = 0; i < request->setting_count; i++)
        put(&line, request->settings[i], NULL);
    put(&line, arena_format(arena, "data=%s", task->data), NULL);
    put(&line, arena_format(arena, "run_name=%s", request->name), NULL);
    put(&line, "experiment_name=" LEARNING_EXPERIMENT, NULL);
    put(&line, "--config", task->config);
    put(&line, "--out", task->candidate);
    put(&line, "--store", runs_path(work->options, arena));
    put(&line, "--max-memory", arena_format(arena, "%.3fMB", (double)task->max_bytes / 1e6));
    put(&line, "--quiet", NULL);
    return line.words;
}

/* Its exit code. */
static int wait_for(struct task *task, pid_t process) {
    double asked = 0;
    int code;
    while (!process_ended(process, &code)) {
        if (is_cancelled(task) && asked == 0) {
            process_stop(process);
            asked = progress_clock();
        }
        task->is_too_large |= process_resident_bytes(process) > task->max_bytes;
        if (task->is_too_large || (asked > 0 && progress_clock() - asked > GRACE_SECONDS))
            process_kill(process);
        nanosleep(&(struct timespec){.tv_nsec = POLL_NANOSECONDS}, NULL);
    }
    return code;
}

/* The last line of what a process said, without the program's name in front. */
static const char *last_words(const char *log, struct arena *arena) {
    char *text;
    size_t size;
    struct error ignored; /* it said nothing */
    if (files_read(log, LOG_BYTES_MAX, arena, &text, &size, &ignored) != STATUS_OK)
        return "";
    while (size > 0 && (text[size - 1] == '\n' || text[size - 1] == ' '))
        text[--size] = '\0';
    const char *line = strrchr(text, '\n');
    line = line ? line + 1 : text;
    static const char *const fronts[] = {"matinee: ", "error: "};
    for (size_t i = 0; i < sizeof fronts / sizeof *fronts; i++)
        if (strncmp(line, fronts[i], strlen(fronts[i])) == 0)
            line += strlen(fronts[i]);
    return line;
}

static enum status train(struct task *task, struct error *error) {
    struct learning_work *work = task->work;
    struct arena *arena = &work->arena;
    task->max_bytes =
        work->options->max_bytes ? work->options->max_bytes : alloc_available_bytes() / 2;
    /* To end when this process does, and to go on with the run that was begun for it. */
    const char *const environment[] = {
        "MATINEE_PARENT_RUN=0", arena_format(arena, "MATINEE_RUN=%lld", (long long)work->job->run),
        NULL};
    const struct process_start start = {.program = program_of(work->options, arena),
                                        .words = command_of(task),
                                        .environment = environment,
                                        .output = task->log};
    pid_t process;
    TRY(process_start(&process, &start, error));
    process_yield(process);
    const int code = wait_for(task, process);
    if (is_cancelled(task))
        return error_set(error, STATUS_CANCELLED, "it was ended on request");
    if (task->is_too_large)
        return error_set(
            error, STATUS_LIMIT,
            "the process that trained took more than %zu MB and was ended; the model is "
            "as it was; --train-memory says what it may take",
            task->max_bytes / 1000000);
    if (code > 128)
        return error_set(error, STATUS_IO,
                         "the process that trained was ended by signal %d (%s); the model is as it "
                         "was",
                         code - 128, strsignal(code - 128));
    if (code != 0)
        return error_set(error, STATUS_BAD_INPUT, "%.900s", last_words(task->log, arena));
    return STATUS_OK;
}

/* ---- The run in the store of runs ---- */

int64_t learning_job_begin_run(const struct learning_options *options,
                               const struct learning_job *job) {
    struct arena arena = {0};
    struct runs *runs = NULL;
    struct error error;
    int64_t id = 0;
    const struct runs_record record = {.kind = "train",
                                       .experiment = LEARNING_EXPERIMENT,
                                       .name = job->name,
                                       .model = *job->model ? job->model : NULL,
                                       .version = MATINEE_VERSION};
    if (runs_open(&runs, runs_path(options, &arena), &error) != STATUS_OK ||
        runs_begin(runs, &record, &id, &error) != STATUS_OK)
        log_warning("the training of %s is not kept in the store of runs: %s", job->name,
                    error.text);
    runs_close(runs);
    arena_release(&arena);
    return id;
}

/* What no process has taken over, or left without a word. */
static enum status end_run(struct runs *runs, const struct learning_work *work,
                           struct error *error) {
    const struct runs_record record = {
        .status = work->end == LEARNING_FAILED ? "failed" : "cancelled",
        .error = work->message,
        .fit_seconds = NAN,
        .evaluate_seconds = NAN,
    };
    return runs_end(runs, work->job->run, &record, NULL, 0, error);
}

/* The text with another one for each time that one stands in it; NULL stays. */
static const char *replaced(const char *text, const char *from, const char *to,
                            struct arena *arena) {
    struct buffer new;
    const char *at;
    if (!text || !*from)
        return text;
    buffer_init(&new, arena);
    for (; (at = strstr(text, from)); text = at + strlen(from)) {
        buffer_bytes(&new, text, (size_t)(at - text));
        buffer_text(&new, to);
    }
    buffer_text(&new, text);
    return new.bytes;
}

/* The data are called what they are, not where they lay for this training; the file is where it
 * was put, or gone; and what was measured is told where the training itself measured nothing. */
static enum status describe_run(struct runs *runs, const struct task *task,
                                const struct runs_record *found, struct error *error) {
    struct learning_work *work = task->work;
    struct arena *arena = &work->arena;
    const char *from = task->data ? files_resolve(arena, task->data) : "";
    const char *name = task->base ? task->base->catalogue->name : "";
    const struct runs_record record = {
        .data = *name ? name : NULL,
        .settings = replaced(found->settings, from, name, arena),
        .report = replaced(found->report, from, name, arena),
        .split = task->is_measured ? MODEL_FILE_NEWEST : NULL,
        .model_file =
            work->job->version ? model_versions_path(task->file, work->job->version, arena) : "",
    };
    TRY(runs_describe(runs, work->job->run, &record, error));
    return task->is_measured ? runs_add_metrics(runs, work->job->run, task->metrics,
                                                sizeof task->metrics / sizeof *task->metrics, error)
                             : STATUS_OK;
}

static void tell_run(const struct task *task) {
    struct learning_work *work = task->work;
    struct arena *arena = &work->arena;
    struct runs *runs = NULL;
    struct error error;
    struct runs_record found = {0};
    enum status status = runs_open(&runs, runs_path(work->options, arena), &error);
    if (status == STATUS_OK)
        status = runs_get(runs, work->job->run, arena, &found, &error);
    if (status == STATUS_OK && strcmp(found.status, "running") == 0)
        status = end_run(runs, work, &error);
    if (status == STATUS_OK)
        status = describe_run(runs, task, &found, &error);
    if (status != STATUS_OK)
        log_warning("how the training of %s ended is not kept in the store of runs: %s",
                    work->request.name, error.text);
    runs_close(runs);
}

/* ---- The decision ---- */

/* Whether the new one may take the old one's place; else `why`. */
static bool is_good(struct task *task, const struct snapshot *next, const char **why) {
    struct learning_work *work = task->work;
    struct learning_job *job = work->job;
    struct training_figures before, after;
    *why = "";
    if (!task->is_served)
        return true;
    training_check_measure(&task->rows, task->base, work->cancel, &before);
    training_check_measure(&task->rows, next, work->cancel, &after);
    pthread_mutex_lock(work->mutex);
    job->before = before;
    job->after = after;
    pthread_mutex_unlock(work->mutex);
    if (before.events > 0)
        *why =
            arena_format(&work->arena,
                         ": ndcg@10 %.4f, before %.4f; hit_rate@10 %.4f, before %.4f; on the "
                         "newest %zu events",
                         after.ndcg, before.ndcg, after.hit_rate, before.hit_rate, before.events);
    if (work->request.replace == LEARNING_ALWAYS)
        return true;
    return before.events > 0 && after.ndcg >= before.ndcg * (1 - work->options->tolerance);
}

static enum status install(struct task *task, struct snapshot *next, struct error *error) {
    struct learning_work *work = task->work;
    struct error ignored; /* then it is made with the first search */
    if (service_words_opened(work->service))
        service_search_prepare(work->service, next, work->cancel, &ignored);
    const size_t kept = work->options->versions_kept;
    const struct service_install order = {.file = task->file,
                                          .name = work->request.name,
                                          .candidate = task->candidate,
                                          .versions_kept = kept ? kept : MODEL_VERSIONS_KEPT};
    unsigned version = 0;
    TRY(service_install(work->service, &order, next, &version, error));
    pthread_mutex_lock(work->mutex);
    work->job->version = version;
    pthread_mutex_unlock(work->mutex);
    return STATUS_OK;
}

static struct runs_metric metric_of(const char *name, struct interval interval) {
    return (struct runs_metric){name, interval.mean, interval.low, interval.high};
}

/* Writes into the file what the comparison found, if the fit held nothing out, and opens it anew.
 * One film is looked for in each list, so that recall is the hit rate. */
static enum status keep_figures(struct task *task, struct snapshot **next, struct error *error) {
    const struct training_figures *after = &task->work->job->after;
    const char *metrics = (*next)->source.metrics;
    if (after->events == 0 || (metrics && strcmp(metrics, "{}") != 0))
        return STATUS_OK;
    task->is_measured = true;
    task->metrics[0] = metric_of("recall@10", after->hits);
    task->metrics[1] = metric_of("ndcg@10", after->gains);
    task->metrics[2] = metric_of("hit_rate@10", after->hits);
    metrics = arena_format(&task->work->arena,
                           "{\"recall@10\":%.6g,\"ndcg@10\":%.6g,\"hit_rate@10\":%.6g}",
                           after->hit_rate, after->ndcg, after->hit_rate);
    service_release(*next);
    *next = NULL;
    TRY(model_file_measured(task->candidate, metrics, MODEL_FILE_NEWEST, error));
    return snapshot_open(next, task->candidate, error);
}

static enum status decide(struct task *task, struct error *error) {
    struct learning_work *work = task->work;
    struct snapshot *next;
    const char *why;
    TRY(snapshot_open(&next, task->candidate, error));
    const bool may = is_good(task, next, &why);
    TRY(keep_figures(task, &next, error));
    if (is_cancelled(task) || !may) {
        service_release(next);
        if (is_cancelled(task))
            return error_set(error, STATUS_CANCELLED, "it was ended on request");
        finish(work, LEARNING_KEPT, "the new model is worse than the one that is served%s", why);
        return STATUS_OK;
    }
    TRY(install(task, next, error));
    finish(work, LEARNING_REPLACED, "the new model is served%s", why);
    return STATUS_OK;
}

/* ---- All of it ---- */

static enum status find_base(struct task *task, struct error *error) {
    struct learning_work *work = task->work;
    const struct learning_request *request = &work->request;
    struct arena *arena = &work->arena;
    struct error ignored; /* a name that is new */
    task->is_served =
        service_acquire(work->service, request->name, &task->base, &ignored) == STATUS_OK;
    if (!task->is_served)
        TRY(service_acquire(work->service, NULL, &task->base, error));
    /* The data of a fit are the model's own and what the store says beside them. */
    struct snapshot *served = task->base;
    task->base = served->origin;
    snapshot_keep(task->base);
    service_release(served);
    task->model = request->model ? request->model : task->base->model->ops->name;
    pthread_mutex_lock(work->mutex);
    snprintf(work->job->model, sizeof work->job->model, "%s", task->model);
    pthread_mutex_unlock(work->mutex);
    if (!task->base->path)
        return error_set(error, STATUS_NOT_FOUND,
                         "%s came from no file, beside which a new one could lie",
                         task->base->name);
    if (task->is_served) {
        task->file = task->base->path;
        return STATUS_OK;
    }
    const char *slash = strrchr(task->base->path, '/');
    const char *folder =
        slash ? arena_copy_length(arena, task->base->path, (size_t)(slash - task->base->path))
              : ".";
    task->file = arena_format(arena, "%s/%s.safetensors", folder, request->name);
    if (!files_exists(task->file))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "%s is there already and is not served; serve it, or choose another name",
                     task->file);
}

/* False: there is no reason to train; then it has said so. */
static bool is_worth_it(struct task *task) {
    struct learning_work *work = task->work;
    const struct training_rows *rows = &task->rows;
    pthread_mutex_lock(work->mutex);
    work->job->new_rows = rows->new_count;
    pthread_mutex_unlock(work->mutex);
    const bool is_checked = work->request.replace == LEARNING_CHECKED && task->is_served;
    if (!is_checked || rows->held_count > 0)
        return true;
    const size_t least = work->options->least_events ? work->options->least_events : LEAST_EVENTS;
    finish(work, LEARNING_KEPT,
           "nothing was trained: of %zu new rows %zu are of films that people liked, and it takes "
           "%zu to compare two models by, and as many to learn from",
           rows->new_count, rows->liked_count, least);
    return false;
}

static enum status run(struct task *task, struct error *error) {
    struct learning_work *work = task->work;
    struct arena *arena = &work->arena;
    const size_t least = work->options->least_events ? work->options->least_events : LEAST_EVENTS;
    const bool is_compared = work->request.replace == LEARNING_CHECKED;
    TRY(find_base(task, error));
    /* What is not compared by need not be kept from the model. */
    const struct training_hold hold = {least, is_compared ? HELD_MOST : 0};
    TRY(training_rows_read(&task->rows, task->base, work->store, hold, arena, error));
    if (!is_worth_it(task))
        return STATUS_OK;
    TRY(scratch_folder_make(&task->folder, "learning", arena, error));
    task->config = files_join(arena, task->folder, "config.yaml");
    task->log = files_join(arena, task->folder, "log");
    TRY(model_versions_candidate(task->file, arena, &task->candidate, error));
    TRY(write_data(task, error));
    TRY(write_config(task, error));
    if (work->job->run == 0 && work->request.kind != LEARNING_UPDATE) {
        const int64_t id = learning_job_begin_run(work->options, work->job);
        pthread_mutex_lock(work->mutex);
        work->job->run = id;
        pthread_mutex_unlock(work->mutex);
    }
    enter(task, LEARNING_TRAINING);
    TRY(train(task, error));
    enter(task, LEARNING_CHECKING);
    return decide(task, error);
}

void learning_job_run(struct learning_work *work) {
    struct task task = {.work = work};
    struct error error, ignored;
    enter(&task, LEARNING_PREPARING);
    const enum status status = run(&task, &error);
    if (status != STATUS_OK)
        finish(work, status == STATUS_CANCELLED ? LEARNING_CANCELLED : LEARNING_FAILED, "%s",
               error.text);
    if (work->job->run)
        tell_run(&task);
    if (task.candidate)
        model_versions_discard(task.file, task.candidate);
    if (task.folder)
        files_remove_folder(task.folder, &ignored);
    if (task.base)
        service_release(task.base);
}

/* ---- Before it is begun ---- */

enum status learning_job_check(const struct learning_options *options,
                               const struct learning_request *request, const char *model,
                               struct error *error) {
    struct arena arena = {0};
    const char *folder;
    struct error ignored;
    TRY(scratch_folder_make(&folder, "learning", &arena, error));
    const char *log = files_join(&arena, folder, "log");
    struct line line = {ARENA_ARRAY(&arena, const char *, WORDS_MAX + request->setting_count), 0};
    put(&line, "train", model);
    for (size_t i = 0; i < request->setting_count; i++)
        put(&line, request->settings[i], NULL);
    put(&line, "--cfg", "job");
    const struct process_start start = {
        .program = program_of(options, &arena), .words = line.words, .output = log};
    pid_t process;
    enum status status = process_start(&process, &start, error);
    if (status == STATUS_OK && process_wait(process) != 0)
        status = error_set(error, STATUS_BAD_USAGE, "%.900s", last_words(log, &arena));
    files_remove_folder(folder, &ignored);
    arena_release(&arena);
    return status;
}
