/* feedback.c: the thread that writes, and what reads. See feedback.h.
 *
 * Idea     Callers put their statements into a queue and sleep. The writer takes all that is there,
 *          writes it in one transaction and wakes those whose it was; meanwhile the next ones
 *          gather. So the disk's pace sets how many commits there are in a second, and not how many
 *          events.
 * Traps    A transaction of many that fails says nothing of each: every one of them is then tried
 *          alone, so that what is wrong with one is not told to the others; but not when the
 *          database itself is at fault: each try may take seconds. In memory there is one
 *          connection for both: `reading` is held while it writes.
 * Cost     A write: one sync of the disk, shared. A read: some 10 us with SQLite.
 * Checked  tests/store/test_feedback.c over both databases, test_feedback_faults.c (the power
 *          goes), tests/api/test_api_kill.c (the process is killed); bench/feedback.c. */
#include "store/feedback.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/counter.h"
#include "base/files.h"
#include "base/progress.h"
#include "store/feedback_internal.h"

#define STATEMENTS_MAX 20000 /* of one transaction, unless one caller alone has more */
#define FAILURES_MAX 2       /* one after the other: then it is the database's fault */
#define LISTEN_PAUSE_NANOSECONDS 250000000L
#define NANOSECONDS 1000000000L

struct job {
    const struct sql_statement *statements;
    size_t count;
    enum status status;
    struct error *error;
    bool is_done;
    feedback_done *done; /* NULL: its caller sleeps */
    void *context;
    struct job *next;
};

struct feedback {
    const struct sql_ops *ops;
    char *address, *name;
    struct sql *writer, *reader; /* the same in memory */
    pthread_mutex_t mutex;       /* of the queue and the counts */
    pthread_mutex_t reading;     /* of `reader` */
    pthread_cond_t wanted, done, closing;
    struct job *first, **last;
    bool is_closing;
    int64_t writes, commits;
    pthread_t thread;
    bool has_thread;
    sql_heard *heard; /* NULL: nobody listens */
    void *heard_context;
    struct sql *ears;
    pthread_t listener;
};

/* ---- The writer ---- */

static enum status write_now(struct feedback *feedback, const struct sql_statement *statements,
                             size_t count, struct error *error) {
    const bool is_shared = feedback->reader == feedback->writer;
    if (is_shared)
        pthread_mutex_lock(&feedback->reading);
    const double begin = progress_clock();
    const enum status status = feedback->ops->write(feedback->writer, statements, count, error);
    counter_observe(counter_histogram("matinee_store_commit_seconds",
                                      "from the first statement to the disk's yes", ""),
                    progress_clock() - begin);
    if (status != STATUS_OK)
        counter_add(counter_total("matinee_store_failed_total", "transactions that failed", ""), 1);
    if (is_shared)
        pthread_mutex_unlock(&feedback->reading);
    return status;
}

/* Jobs first ... up to `end` in one transaction, or each alone if that fails. */
static size_t write_jobs(struct feedback *feedback, struct job *first, struct job *end,
                         size_t statement_count) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct sql_statement *all = ARENA_ARRAY_RAW(scratch, struct sql_statement, statement_count);
    size_t filled = 0, commits = 1;
    for (struct job *job = first; job != end; job = job->next) {
        memcpy(all + filled, job->statements, job->count * sizeof *all);
        filled += job->count;
    }
    struct error error;
    enum status status = write_now(feedback, all, filled, &error);
    size_t failures = first->next == end ? FAILURES_MAX : 0;
    for (struct job *job = first; job != end; job = job->next) {
        job->status = status;
        if (status == STATUS_OK)
            continue;
        if (failures < FAILURES_MAX) {
            job->status = write_now(feedback, job->statements, job->count, &error);
            failures = job->status == STATUS_OK ? 0 : failures + 1;
            commits++;
        }
        if (job->status != STATUS_OK)
            *job->error = error;
    }
    arena_reset(scratch, mark);
    return commits;
}

/* Under the mutex: cuts from the queue what goes into one transaction; *end is the first that does
 * not. */
static struct job *take_jobs(struct feedback *feedback, struct job **end, size_t *statements) {
    struct job *first = feedback->first, *job = first;
    *statements = 0;
    do {
        *statements += job->count;
        job = job->next;
    } while (job && *statements + job->count <= STATEMENTS_MAX);
    *end = job;
    feedback->first = job;
    if (!job)
        feedback->last = &feedback->first;
    return first;
}

/* Calls those who did not sleep, without the mutex. */
static void tell(struct feedback *feedback, struct job *job) {
    if (!job)
        return;
    pthread_mutex_unlock(&feedback->mutex);
    while (job) {
        struct job *next = job->next; /* its memory may be gone after the call */
        job->done(job->context, job->status, job->error);
        job = next;
    }
    pthread_mutex_lock(&feedback->mutex);
}

static void *write_forever(void *context) {
    struct feedback *feedback = context;
    pthread_mutex_lock(&feedback->mutex);
    while (feedback->first || !feedback->is_closing) {
        if (!feedback->first) {
            pthread_cond_wait(&feedback->wanted, &feedback->mutex);
            continue;
        }
        struct job *end;
        size_t statements;
        struct job *job = take_jobs(feedback, &end, &statements);
        pthread_mutex_unlock(&feedback->mutex);
        const size_t commits = write_jobs(feedback, job, end, statements);
        pthread_mutex_lock(&feedback->mutex);
        feedback->commits += (int64_t)commits;
        struct job *told = NULL;
        while (job != end) {
            struct job *next = job->next; /* the job is its caller's again once it is done */
            feedback->writes++;
            if (job->done) {
                job->next = told;
                told = job;
            } else {
                job->is_done = true;
            }
            job = next;
        }
        pthread_cond_broadcast(&feedback->done);
        tell(feedback, told);
    }
    pthread_mutex_unlock(&feedback->mutex);
    return NULL;
}

/* Under the mutex. */
static void put_job(struct feedback *feedback, struct job *job) {
    *feedback->last = job;
    feedback->last = &job->next;
    pthread_cond_signal(&feedback->wanted);
}

void feedback_write_later(struct feedback *feedback, const struct sql_statement *statements,
                          size_t count, struct arena *arena, feedback_done *done, void *context) {
    struct job *job = ARENA_NEW(arena, struct job);
    *job = (struct job){.statements = statements,
                        .count = count,
                        .error = ARENA_NEW(arena, struct error),
                        .done = done,
                        .context = context};
    pthread_mutex_lock(&feedback->mutex);
    put_job(feedback, job);
    pthread_mutex_unlock(&feedback->mutex);
}

enum status feedback_write(struct feedback *feedback, const struct sql_statement *statements,
                           size_t count, struct error *error) {
    struct job job = {.statements = statements, .count = count, .error = error};
    if (count == 0)
        return STATUS_OK;
    pthread_mutex_lock(&feedback->mutex);
    put_job(feedback, &job);
    while (!job.is_done)
        pthread_cond_wait(&feedback->done, &feedback->mutex);
    pthread_mutex_unlock(&feedback->mutex);
    return job.status;
}

/* ---- Reading ---- */

enum status feedback_ask(struct feedback *feedback, const struct sql_statement *statement,
                         sql_row *row, void *context, struct error *error) {
    pthread_mutex_lock(&feedback->reading);
    const enum status status = feedback->ops->ask(feedback->reader, statement, row, context, error);
    pthread_mutex_unlock(&feedback->reading);
    return status;
}

enum status feedback_ask_long(struct feedback *feedback, const struct sql_statement *statement,
                              sql_row *row, void *context, struct error *error) {
    struct sql *own = NULL;
    if (feedback->reader == feedback->writer)
        return feedback_ask(feedback, statement, row, context, error);
    TRY(feedback->ops->open(&own, feedback->address, error));
    const enum status status = feedback->ops->ask(own, statement, row, context, error);
    feedback->ops->close(own);
    return status;
}

void feedback_scrub(struct feedback *feedback) {
    struct error ignored; /* somebody reads the log: it is done when he has ended */
    if (!feedback->ops->scrub)
        return;
    pthread_mutex_lock(&feedback->reading);
    feedback->ops->scrub(feedback->reader, &ignored);
    pthread_mutex_unlock(&feedback->reading);
}

struct sql_statement feedback_tell(const struct feedback *feedback, enum sql_news news,
                                   const char *person, struct arena *arena) {
    static const char signs[] = {
        [SQL_NEWS_PERSON] = '+', [SQL_NEWS_ERASED] = '-', [SQL_NEWS_FILMS] = '*'};
    if (!feedback->ops->tell)
        return (struct sql_statement){0};
    struct sql_value *value = ARENA_NEW(arena, struct sql_value);
    *value = sql_text(arena_format(arena, "%c%s", signs[news], person));
    return (struct sql_statement){.text = feedback->ops->tell, .values = value, .count = 1};
}

/* ---- Listening ---- */

/* Whether the store is being closed; `pauses`: waits for that a quarter of a second. */
static bool is_closing(struct feedback *feedback, bool pauses) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += LISTEN_PAUSE_NANOSECONDS;
    until.tv_sec += until.tv_nsec / NANOSECONDS;
    until.tv_nsec %= NANOSECONDS;
    pthread_mutex_lock(&feedback->mutex);
    while (pauses && !feedback->is_closing)
        if (pthread_cond_timedwait(&feedback->closing, &feedback->mutex, &until) != 0)
            break;
    const bool closing = feedback->is_closing;
    pthread_mutex_unlock(&feedback->mutex);
    return closing;
}

static void *listen_forever(void *context) {
    struct feedback *feedback = context;
    struct error error;
    bool pauses = false;
    while (!is_closing(feedback, pauses)) {
        const enum status status =
            feedback->ops->listen(feedback->ears, feedback->heard, feedback->heard_context, &error);
        feedback->heard(feedback->heard_context, SQL_NEWS_NOTHING, "");
        /* If the database is gone nothing can have been written until it is back. */
        pauses = feedback->ops->listens_by_writer || status != STATUS_OK;
    }
    return NULL;
}

enum status feedback_listen(struct feedback *feedback, sql_heard *heard, void *context,
                            struct error *error) {
    if (feedback->ops->listens_by_writer)
        feedback->ears = feedback->writer;
    else
        TRY(feedback->ops->open(&feedback->ears, feedback->address, error));
    feedback->heard_context = context;
    feedback->heard = heard;
    const int refused = pthread_create(&feedback->listener, NULL, listen_forever, feedback);
    if (refused == 0)
        return STATUS_OK;
    feedback->heard = NULL;
    return error_set(error, STATUS_LIMIT, "no thread to listen to the store: %s",
                     strerror(refused));
}

/* ---- Opening ---- */

/* postgresql://name:secret@host/base without ":secret". */
static char *without_password(const char *address) {
    char *name = alloc_copy(address);
    char *start = strstr(name, "://"), *at = strrchr(name, '@');
    char *colon = start && at ? memchr(start + 3, ':', (size_t)(at - start - 3)) : NULL;
    if (colon)
        memmove(colon, at, strlen(at) + 1);
    return name;
}

static enum status open_connections(struct feedback *feedback, struct error *error) {
    const struct sql_ops *ops = feedback->ops;
    TRY(ops->open(&feedback->writer, feedback->address, error));
    TRY(feedback_schema(feedback->writer, feedback->name, error));
    if (strcmp(feedback->address, ":memory:") == 0)
        feedback->reader = feedback->writer;
    else
        TRY(ops->open(&feedback->reader, feedback->address, error));
    const int refused = pthread_create(&feedback->thread, NULL, write_forever, feedback);
    if (refused != 0)
        return error_set(error, STATUS_LIMIT, "no thread for the store: %s", strerror(refused));
    feedback->has_thread = true;
    return STATUS_OK;
}

enum status feedback_open(struct feedback **out, const char *address, struct error *error) {
    struct feedback *feedback = alloc_zeroed(1, sizeof *feedback);
    const bool is_url =
        strncmp(address, "postgresql://", 13) == 0 || strncmp(address, "postgres://", 11) == 0;
    feedback->ops = is_url ? &sql_postgres : &sql_sqlite;
    feedback->address = alloc_copy(strcmp(address, "none") == 0 ? ":memory:" : address);
    feedback->name = without_password(address);
    feedback->last = &feedback->first;
    pthread_mutex_init(&feedback->mutex, NULL);
    pthread_mutex_init(&feedback->reading, NULL);
    pthread_cond_init(&feedback->wanted, NULL);
    pthread_cond_init(&feedback->done, NULL);
    pthread_cond_init(&feedback->closing, NULL);
    const enum status status = open_connections(feedback, error);
    if (status != STATUS_OK) {
        feedback_close(feedback);
        return status;
    }
    *out = feedback;
    return STATUS_OK;
}

void feedback_close(struct feedback *feedback) {
    if (!feedback)
        return;
    pthread_mutex_lock(&feedback->mutex);
    feedback->is_closing = true;
    pthread_cond_broadcast(&feedback->wanted);
    pthread_cond_broadcast(&feedback->closing);
    pthread_mutex_unlock(&feedback->mutex);
    if (feedback->heard)
        pthread_join(feedback->listener, NULL);
    if (feedback->has_thread)
        pthread_join(feedback->thread, NULL);
    if (feedback->ears && feedback->ears != feedback->writer)
        feedback->ops->close(feedback->ears);
    if (feedback->writer)
        feedback->ops->close(feedback->writer);
    if (feedback->reader && feedback->reader != feedback->writer)
        feedback->ops->close(feedback->reader);
    pthread_cond_destroy(&feedback->wanted);
    pthread_cond_destroy(&feedback->closing);
    pthread_cond_destroy(&feedback->done);
    pthread_mutex_destroy(&feedback->reading);
    pthread_mutex_destroy(&feedback->mutex);
    alloc_free(feedback->address);
    alloc_free(feedback->name);
    alloc_free(feedback);
}

const char *feedback_name(const struct feedback *feedback) { return feedback->name; }

const char *feedback_default(struct arena *arena) {
    const char *address = getenv("MATINEE_PEOPLE");
    return address && *address ? arena_copy(arena, address)
                               : files_join(arena, files_data_home(arena), "people.db");
}

enum status feedback_backup(struct feedback *feedback, const char *path, struct error *error) {
    return feedback->ops->backup(feedback->address, path, error);
}

/* ---- Counts ---- */

static bool take_counts(void *context, const struct sql_value *columns, size_t count) {
    struct feedback_counts *counts = context;
    int64_t *const to[] = {&counts->people,  &counts->ratings, &counts->events, &counts->sessions,
                           &counts->library, &counts->erased,  &counts->newest};
    for (size_t i = 0; i < count; i++)
        *to[i] = columns[i].integer;
    return false;
}

enum status feedback_count(struct feedback *feedback, struct feedback_counts *counts,
                           struct error *error) {
    static const struct sql_statement statement = {
        .text = "SELECT (SELECT COUNT(*) FROM people), (SELECT COUNT(*) FROM ratings),"
                " (SELECT COUNT(*) FROM events), (SELECT COUNT(*) FROM sessions),"
                " (SELECT COUNT(*) FROM library), (SELECT COUNT(*) FROM erased),"
                " (SELECT COALESCE((SELECT time FROM events ORDER BY number DESC LIMIT 1), 0))"};
    *counts = (struct feedback_counts){0};
    TRY(feedback_ask(feedback, &statement, take_counts, counts, error));
    pthread_mutex_lock(&feedback->mutex);
    counts->writes = feedback->writes;
    counts->commits = feedback->commits;
    pthread_mutex_unlock(&feedback->mutex);
    return STATUS_OK;
}
