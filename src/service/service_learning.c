/* service_learning.c: when models are trained, and what is told of it; see service_learning.h.
 *
 * Idea     One thread: it sleeps until it is asked, told to end, or a second is over; then it looks
 *          at the clock and at the number of events. Trainings are its own calls, one after the
 *          other, so that there is never a second one.
 * Checked  tests/service/test_service_learning.c. */
#include "service/service_learning.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/wall_clock.h"
#include "service/drift.h"
#include "service/learning_job.h"
#include "service/live.h"
#include "service/service_internal.h"

#define JOBS_KEPT 32
#define NICE 10
#define LOOK_SECONDS 1.0 /* between looks at the number of events, at least */
#define LOOK_SHARE 50    /* and so many times what a look takes */

struct learning {
    struct service *service;
    struct feedback *store; /* NULL: none is open */
    struct learning_options options;
    struct arena arena; /* texts of the options */
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t wanted;
    atomic_bool is_ending, cancel;
    bool is_busy; /* something waits or runs */
    struct learning_work *waiting;
    struct learning_job jobs[JOBS_KEPT]; /* a ring: number n is at n % JOBS_KEPT */
    int64_t job_count;
    double next;                            /* training by the clock; 0: none */
    double look;                            /* when events are counted again */
    int64_t events;                         /* in the store when they were counted last */
    int64_t events_trained, events_updated; /* of the last training and update */
};

/* ---- Names ---- */

const char *service_learning_kind(enum learning_kind kind) {
    static const char *const names[] = {
        [LEARNING_RETRAIN] = "retrain", [LEARNING_UPDATE] = "update", [LEARNING_TRAIN] = "train"};
    return names[kind];
}

const char *service_learning_state(enum learning_state state) {
    static const char *const names[] = {
        [LEARNING_WAITING] = "waiting",   [LEARNING_PREPARING] = "preparing",
        [LEARNING_TRAINING] = "training", [LEARNING_CHECKING] = "checking",
        [LEARNING_REPLACED] = "replaced", [LEARNING_KEPT] = "kept",
        [LEARNING_FAILED] = "failed",     [LEARNING_CANCELLED] = "cancelled"};
    return names[state];
}

bool service_learning_is_end(enum learning_state state) { return state >= LEARNING_REPLACED; }

/* ---- Jobs ---- */

static const char *copy(struct arena *arena, const char *text) {
    return text ? arena_copy(arena, text) : NULL;
}

/* Under the mutex: written down, with texts of its own. */
static struct learning_work *make_work(struct learning *learning,
                                       const struct learning_request *request, const char *name,
                                       bool is_scheduled) {
    struct learning_work *work = alloc_zeroed(1, sizeof *work);
    struct learning_job *job = &learning->jobs[++learning->job_count % JOBS_KEPT];
    const char **settings = ARENA_ARRAY(&work->arena, const char *, request->setting_count + 1);
    for (size_t i = 0; i < request->setting_count; i++)
        settings[i] = arena_copy(&work->arena, request->settings[i]);
    *job = (struct learning_job){.number = learning->job_count,
                                 .kind = request->kind,
                                 .is_scheduled = is_scheduled,
                                 .started = wall_clock_seconds()};
    snprintf(job->name, sizeof job->name, "%s", name);
    snprintf(job->model, sizeof job->model, "%s", request->model ? request->model : "");
    work->service = learning->service;
    work->store = learning->store;
    work->options = &learning->options;
    work->request = *request;
    work->request.name = arena_copy(&work->arena, name);
    work->request.model = copy(&work->arena, request->model);
    work->request.settings = settings;
    work->cancel = &learning->cancel;
    work->mutex = &learning->mutex;
    work->job = job;
    return work;
}

/* ---- Figures ---- */

static struct counter *running_gauge(void) {
    return counter_gauge("matinee_training_running", "whether a training runs now", "");
}

static void count_training(const struct learning_job *job) {
    const double seconds = job->ended - job->started;
    const char *kind = service_learning_kind(job->kind);
    char labels[64], both[96];
    snprintf(labels, sizeof labels, "kind=\"%s\"", kind);
    snprintf(both, sizeof both, "%s,result=\"%s\"", labels, service_learning_state(job->state));
    counter_add(counter_total("matinee_trainings_total", "trainings that have ended", both), 1);
    counter_set(counter_gauge("matinee_training_last_seconds", "that the last one took", labels),
                seconds);
    counter_set(counter_gauge("matinee_training_last_end_timestamp_seconds",
                              "when the last one ended", labels),
                job->ended);
    counter_set(counter_gauge("matinee_training_last_failed",
                              "whether the last one failed: 1 that it did", labels),
                job->state == LEARNING_FAILED);
}

/* What went otherwise than wished is told to the log; what was asked for is told to who asks. */
static void do_work(struct learning *learning, struct learning_work *work) {
    counter_set(running_gauge(), 1);
    learning_job_run(work);
    counter_set(running_gauge(), 0);
    if (work->end == LEARNING_FAILED || (work->end == LEARNING_KEPT && !work->job->is_scheduled))
        log_warning("%s of %s: %s", service_learning_kind(work->job->kind), work->job->name,
                    work->message);
    pthread_mutex_lock(&learning->mutex);
    work->job->state = work->end;
    work->job->ended = wall_clock_seconds();
    snprintf(work->job->message, sizeof work->job->message, "%s", work->message);
    count_training(work->job);
    learning->is_busy = false;
    if (!atomic_load(&learning->is_ending))
        atomic_store(&learning->cancel, false);
    pthread_mutex_unlock(&learning->mutex);
    arena_release(&work->arena);
    alloc_free(work);
}

/* One scheduled training of each served model that can be taught so. */
static void teach_all(struct learning *learning, enum learning_kind kind) {
    struct arena arena = {0};
    struct service_model *models;
    const size_t count = service_models(learning->service, &models, &arena);
    for (size_t i = 0; i < count && !atomic_load(&learning->is_ending); i++) {
        const struct learning_request request = {.kind = kind};
        struct snapshot *snapshot;
        struct error ignored; /* nothing of that name is served any more */
        if (service_acquire(learning->service, models[i].name, &snapshot, &ignored) != STATUS_OK)
            continue;
        const bool can =
            snapshot->path && (kind == LEARNING_RETRAIN || snapshot->origin->model->ops->update);
        service_release(snapshot);
        if (!can)
            continue;
        pthread_mutex_lock(&learning->mutex);
        const bool is_free = !learning->is_busy;
        learning->is_busy = true;
        struct learning_work *work =
            is_free ? make_work(learning, &request, models[i].name, true) : NULL;
        pthread_mutex_unlock(&learning->mutex);
        if (work)
            do_work(learning, work);
    }
    arena_release(&arena);
}

/* ---- When ---- */

/* What the models had not learnt when they were loaded counts as having come since. */
static void begin_counting(struct learning *learning) {
    struct feedback_counts counts;
    struct training_rows rows;
    struct arena arena = {0};
    struct snapshot *snapshot;
    struct error error;
    struct feedback *store = learning->store;
    int64_t unknown = 0;
    if (!store || feedback_count(store, &counts, &error) != STATUS_OK)
        return;
    if (service_acquire(learning->service, NULL, &snapshot, &error) == STATUS_OK) {
        if (training_rows_read(&rows, snapshot, store, (struct training_hold){0}, &arena, &error) ==
            STATUS_OK)
            unknown = (int64_t)rows.new_count;
        service_release(snapshot);
    }
    arena_release(&arena);
    pthread_mutex_lock(&learning->mutex);
    learning->events = counts.events;
    learning->events_trained = learning->events_updated =
        counts.events > unknown ? counts.events - unknown : 0;
    pthread_mutex_unlock(&learning->mutex);
}

static void count_events(struct learning *learning) {
    const struct learning_options *options = &learning->options;
    struct feedback_counts counts;
    struct error ignored; /* the database is gone: asked again later */
    const double now = wall_clock_seconds();
    if (!learning->store || now < learning->look ||
        (options->after_events <= 0 && options->update_events <= 0))
        return;
    const enum status status = feedback_count(learning->store, &counts, &ignored);
    const double took = wall_clock_seconds() - now;
    pthread_mutex_lock(&learning->mutex);
    if (status == STATUS_OK)
        learning->events = counts.events;
    learning->look = now + LOOK_SECONDS + LOOK_SHARE * took;
    pthread_mutex_unlock(&learning->mutex);
}

/* Everything before the next look is learnt, or was found not worth it. */
static void mark(struct learning *learning, enum learning_kind kind, int64_t events) {
    pthread_mutex_lock(&learning->mutex);
    learning->events_updated = events;
    if (kind == LEARNING_RETRAIN) {
        learning->events_trained = events;
        if (learning->options.every_seconds > 0)
            learning->next = wall_clock_seconds() + learning->options.every_seconds;
    }
    pthread_mutex_unlock(&learning->mutex);
}

static void look_at_schedule(struct learning *learning) {
    const struct learning_options *options = &learning->options;
    count_events(learning);
    pthread_mutex_lock(&learning->mutex);
    const int64_t events = learning->events;
    const bool retrains =
        (learning->next > 0 && wall_clock_seconds() >= learning->next) ||
        (options->after_events > 0 && events - learning->events_trained >= options->after_events);
    const bool updates = !retrains && options->update_events > 0 &&
                         events - learning->events_updated >= options->update_events;
    pthread_mutex_unlock(&learning->mutex);
    if (!retrains && !updates)
        return;
    const enum learning_kind kind = retrains ? LEARNING_RETRAIN : LEARNING_UPDATE;
    mark(learning, kind, events);
    teach_all(learning, kind);
}

static struct learning_work *wait_for_work(struct learning *learning) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec++;
    pthread_mutex_lock(&learning->mutex);
    while (!learning->waiting && !atomic_load(&learning->is_ending))
        if (pthread_cond_timedwait(&learning->wanted, &learning->mutex, &until) == ETIMEDOUT)
            break;
    struct learning_work *work = learning->waiting;
    learning->waiting = NULL;
    pthread_mutex_unlock(&learning->mutex);
    return work;
}

static void *learn_forever(void *context) {
    struct learning *learning = context;
    /* Of this thread alone, and of the processes that it starts. */
    setpriority(PRIO_PROCESS, (id_t)gettid(), NICE);
    begin_counting(learning);
    while (!atomic_load(&learning->is_ending)) {
        struct learning_work *work = wait_for_work(learning);
        if (work)
            do_work(learning, work);
        else if (!atomic_load(&learning->is_ending))
            look_at_schedule(learning);
        if (!atomic_load(&learning->is_ending))
            drift_watch(learning->service);
    }
    return NULL;
}

/* ---- Life ---- */

enum status service_learning_begin(struct service *service, const struct learning_options *options,
                                   struct error *error) {
    struct learning **slot = service_learning_slot(service);
    ASSERT(!*slot);
    struct learning *learning = alloc_zeroed(1, sizeof *learning);
    learning->service = service;
    if (service_live(service))
        learning->store = live_store(service_live(service));
    learning->options = *options;
    learning->options.program = copy(&learning->arena, options->program);
    learning->options.runs = copy(&learning->arena, options->runs);
    if (options->every_seconds > 0)
        learning->next = wall_clock_seconds() + options->every_seconds;
    pthread_mutex_init(&learning->mutex, NULL);
    pthread_cond_init(&learning->wanted, NULL);
    counter_set(running_gauge(), 0);
    const int refused = pthread_create(&learning->thread, NULL, learn_forever, learning);
    if (refused == 0) {
        *slot = learning;
        return STATUS_OK;
    }
    arena_release(&learning->arena);
    alloc_free(learning);
    return error_set(error, STATUS_LIMIT, "no thread to train in: %s", strerror(refused));
}

void service_learning_close(struct service *service) {
    struct learning *learning = *service_learning_slot(service);
    if (!learning)
        return;
    pthread_mutex_lock(&learning->mutex);
    atomic_store(&learning->is_ending, true);
    atomic_store(&learning->cancel, true);
    pthread_cond_broadcast(&learning->wanted);
    pthread_mutex_unlock(&learning->mutex);
}

void service_learning_end(struct learning *learning) {
    if (!learning)
        return;
    service_learning_close(learning->service);
    pthread_join(learning->thread, NULL);
    if (learning->waiting) {
        arena_release(&learning->waiting->arena);
        alloc_free(learning->waiting);
    }
    pthread_cond_destroy(&learning->wanted);
    pthread_mutex_destroy(&learning->mutex);
    arena_release(&learning->arena);
    alloc_free(learning);
}

/* ---- Asked for ---- */

static enum status refuse_closed(struct error *error) {
    return error_set(error, STATUS_NOT_FOUND, "this server does not train");
}

static enum status check_name(const char *name, struct error *error) {
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";
    if (*name && *name != '.' && strlen(name) <= 64 && strspn(name, plain) == strlen(name))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "a model's name is made of letters, digits, '_', '-' and '.', at most 64, "
                     "found \"%.80s\"",
                     name);
}

/* What shapes a model is a client's to say; not where things lie, nor who is told. */
static enum status check_setting(const char *pair, struct error *error) {
    static const char *const open[] = {"model.",      "trainer.",   "evaluation.",
                                       "data.split",  "data.leave", "data.preprocessing.",
                                       "data.min_",   "data.max_",  "data.feedback=",
                                       "data.negati", "seed="};
    const char *value = strchr(pair, '=');
    bool is_open = false;
    for (size_t i = 0; i < sizeof open / sizeof *open; i++)
        is_open = is_open || strncmp(pair, open[i], strlen(open[i])) == 0;
    if (is_open && value && !strchr(value, '/') && !strstr(value, "${") &&
        !strstr(value, ".safetensors"))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "%.80s cannot be set here; model.*, trainer.*, evaluation.*, data.split.*, "
                     "data.min_* and seed can, without paths",
                     pair);
}

static enum status check_request(struct learning *learning, const struct learning_request *request,
                                 const char **name, struct arena *arena, struct error *error) {
    struct snapshot *snapshot;
    const struct model_ops *ops = NULL, *served = NULL;
    if (request->model)
        TRY(model_find(&ops, request->model, error));
    *name = request->name ? request->name : ops ? ops->name : NULL;
    if (*name && request->kind == LEARNING_TRAIN)
        TRY(check_name(*name, error));
    const enum status status = service_acquire(learning->service, *name, &snapshot, error);
    if (status == STATUS_OK) {
        *name = arena_copy(arena, snapshot->name);
        served = snapshot->origin->model->ops;
        service_release(snapshot);
    } else if (request->kind != LEARNING_TRAIN || !ops) {
        return status;
    }
    if (request->kind == LEARNING_UPDATE && !served->update)
        return error_set(error, STATUS_BAD_USAGE,
                         "%s does not learn row by row; it can be retrained", served->name);
    if (request->kind != LEARNING_TRAIN)
        return STATUS_OK;
    for (size_t i = 0; i < request->setting_count; i++)
        TRY(check_setting(request->settings[i], error));
    return learning_job_check(&learning->options, request, ops ? ops->name : served->name, error);
}

/* Under the mutex. */
static enum status claim(struct learning *learning, struct error *error) {
    const struct learning_job *other = &learning->jobs[learning->job_count % JOBS_KEPT];
    if (learning->is_busy)
        return error_set(error, STATUS_LIMIT,
                         "a training is under way (number %lld, %s); one at a time",
                         (long long)other->number, other->name);
    learning->is_busy = true;
    return STATUS_OK;
}

static enum status start(struct learning *learning, const struct learning_request *request,
                         const char *name, struct learning_job *job, struct error *error) {
    struct learning_work *work = NULL;
    pthread_mutex_lock(&learning->mutex);
    const enum status status = claim(learning, error);
    if (status == STATUS_OK)
        work = make_work(learning, request, name, false);
    pthread_mutex_unlock(&learning->mutex);
    if (!work)
        return status;
    *job = *work->job;
    if (request->kind != LEARNING_UPDATE)
        job->run = learning_job_begin_run(&learning->options, job);
    pthread_mutex_lock(&learning->mutex);
    work->job->run = job->run;
    learning->waiting = work;
    pthread_cond_broadcast(&learning->wanted);
    pthread_mutex_unlock(&learning->mutex);
    return STATUS_OK;
}

enum status service_learning_start(struct service *service, const struct learning_request *request,
                                   int64_t *job, int64_t *run, struct error *error) {
    struct learning *learning = *service_learning_slot(service);
    struct learning_job begun = {0};
    struct arena arena = {0};
    const char *name;
    if (!learning)
        return refuse_closed(error);
    enum status status = check_request(learning, request, &name, &arena, error);
    if (status == STATUS_OK)
        status = start(learning, request, name, &begun, error);
    *job = begun.number;
    *run = begun.run;
    arena_release(&arena);
    return status;
}

enum status service_learning_stop(struct service *service, struct error *error) {
    struct learning *learning = *service_learning_slot(service);
    if (!learning)
        return refuse_closed(error);
    pthread_mutex_lock(&learning->mutex);
    const bool is_busy = learning->is_busy;
    if (is_busy)
        atomic_store(&learning->cancel, true);
    pthread_mutex_unlock(&learning->mutex);
    return is_busy ? STATUS_OK : error_set(error, STATUS_NOT_FOUND, "no training is under way");
}

/* ---- Told ---- */

size_t service_learning_jobs(struct service *service, struct learning_job **list,
                             struct arena *arena) {
    struct learning *learning = *service_learning_slot(service);
    *list = NULL;
    if (!learning)
        return 0;
    pthread_mutex_lock(&learning->mutex);
    const size_t count =
        learning->job_count < JOBS_KEPT ? (size_t)learning->job_count : (size_t)JOBS_KEPT;
    *list = ARENA_ARRAY(arena, struct learning_job, count);
    for (size_t i = 0; i < count; i++)
        (*list)[i] = learning->jobs[(learning->job_count - (int64_t)i) % JOBS_KEPT];
    pthread_mutex_unlock(&learning->mutex);
    return count;
}

struct learning_plan service_learning_plan(struct service *service) {
    struct learning *learning = *service_learning_slot(service);
    struct learning_plan plan = {0};
    if (!learning)
        return plan;
    pthread_mutex_lock(&learning->mutex);
    plan = (struct learning_plan){.is_open = true,
                                  .next = learning->next,
                                  .events = learning->events - learning->events_trained,
                                  .updated = learning->events - learning->events_updated,
                                  .options = learning->options};
    pthread_mutex_unlock(&learning->mutex);
    return plan;
}
