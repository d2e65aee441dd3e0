/* service_export.c: see service_export.h.
 *
 * Idea     A thread writes, whoever asks reads up to where it has come.
 * Checked  tests/api/test_api_imports.c. */
#include "service/service_export.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/files.h"
#include "service/service_feedback.h"

#define BLOCK_BYTES ((size_t)64 << 10)
#define PATIENCE_NANOSECONDS 20000000L /* of a reader who has come to where the writer is */

struct service_export {
    struct feedback *store;
    char what[16];
    bool is_table;
    int descriptor;
    char *block;
    size_t used;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t grown;
    size_t written, sent;
    bool is_done, has_failed, is_cancelled;
};

/* ---- The writer ---- */

/* False: nobody wants more, or the disk is full. */
static bool flush(struct service_export *export) {
    size_t from = 0;
    while (from < export->used) {
        const ssize_t count = write(export->descriptor, export->block + from, export->used - from);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            break;
        from += (size_t)count;
    }
    pthread_mutex_lock(&export->mutex);
    export->has_failed = export->has_failed || from < export->used;
    export->written += from;
    const bool goes_on = !export->has_failed && !export->is_cancelled;
    pthread_cond_broadcast(&export->grown);
    pthread_mutex_unlock(&export->mutex);
    export->used = 0;
    return goes_on;
}

static bool put(struct service_export *export, const char *bytes, size_t size) {
    while (size > 0) {
        const size_t room = BLOCK_BYTES - export->used, part = size < room ? size : room;
        memcpy(export->block + export->used, bytes, part);
        export->used += part;
        bytes += part;
        size -= part;
        if (export->used == BLOCK_BYTES && !flush(export))
            return false;
    }
    return true;
}

static bool put_line(void *context, const char *line, size_t length) {
    return put(context, line, length) && put(context, "\n", 1);
}

static void *write_part(void *context) {
    struct service_export *export = context;
    struct error error;
    const enum status status =
        export->is_table
            ? feedback_export_table(export->store, export->what, put_line, export, &error)
            : feedback_export(export->store, export->what, NULL, put_line, export, &error);
    flush(export);
    pthread_mutex_lock(&export->mutex);
    export->has_failed = export->has_failed || status != STATUS_OK;
    export->is_done = true;
    pthread_cond_broadcast(&export->grown);
    pthread_mutex_unlock(&export->mutex);
    return NULL;
}

/* ---- Opening ---- */

static enum status check_part(const char *what, bool is_table, struct error *error) {
    bool is_known = strcmp(what, "all") == 0;
    if (is_known && is_table)
        return error_set(
            error, STATUS_BAD_USAGE,
            "a table has one kind of rows: name a part, or take lines of JSON for all");
    for (size_t i = 0; !is_known && feedback_export_part(i); i++)
        is_known = strcmp(what, feedback_export_part(i)) == 0;
    return is_known ? STATUS_OK
                    : error_set(error, STATUS_BAD_USAGE,
                                "no part of the store is called \"%.40s\"; there are all, people, "
                                "ratings, events, items, library and erased",
                                what);
}

/* With a file of its own; `path` NULL: it loses its name at once. */
static enum status create(struct service_export **out, struct service *service, char **path,
                          struct error *error) {
    struct feedback *store;
    char *name;
    int descriptor;
    TRY(service_store(service, &store, error));
    TRY(files_make_temporary(&name, &descriptor, error));
    struct service_export *export = alloc_zeroed(1, sizeof *export);
    export->store = store;
    export->descriptor = descriptor;
    export->block = alloc_bytes(BLOCK_BYTES);
    pthread_mutex_init(&export->mutex, NULL);
    pthread_cond_init(&export->grown, NULL);
    if (path) {
        *path = name;
    } else {
        unlink(name);
        alloc_free(name);
    }
    *out = export;
    return STATUS_OK;
}

enum status service_export_open(struct service_export **out, struct service *service,
                                const char *what, bool is_table, struct error *error) {
    struct service_export *export;
    TRY(check_part(what, is_table, error));
    TRY(create(&export, service, NULL, error));
    memcpy(export->what, what, strlen(what) + 1);
    export->is_table = is_table;
    const int refused = pthread_create(&export->thread, NULL, write_part, export);
    if (refused != 0) {
        service_export_close(export);
        return error_set(error, STATUS_LIMIT, "no thread for the export: %s", strerror(refused));
    }
    export->has_thread = true;
    *out = export;
    return STATUS_OK;
}

enum status service_export_backup(struct service_export **out, struct service *service,
                                  struct error *error) {
    struct service_export *export;
    char *path;
    TRY(create(&export, service, &path, error));
    enum status status = feedback_backup(export->store, path, error);
    if (status == STATUS_OK) {
        /* The copy has taken the name of the file that was there. */
        close(export->descriptor);
        status = files_open(&export->descriptor, path, error);
    }
    if (status == STATUS_OK) {
        export->written = (size_t)files_size(path);
        export->is_done = true;
        *out = export;
    } else {
        service_export_close(export);
    }
    unlink(path);
    alloc_free(path);
    return status;
}

/* ---- Reading ---- */

/* Under the mutex: waits a moment for the writer. */
static void wait_a_moment(struct service_export *export) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += PATIENCE_NANOSECONDS;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000L;
    }
    pthread_cond_timedwait(&export->grown, &export->mutex, &until);
}

long service_export_read(struct service_export *export, char *bytes, size_t room) {
    pthread_mutex_lock(&export->mutex);
    if (export->sent == export->written && !export->is_done)
        wait_a_moment(export);
    const size_t there = export->written - export->sent;
    const bool has_failed = export->has_failed, is_done = export->is_done;
    pthread_mutex_unlock(&export->mutex);
    if (has_failed)
        return -2;
    if (there == 0)
        return is_done ? -1 : 0;
    const ssize_t got =
        pread(export->descriptor, bytes, there < room ? there : room, (off_t) export->sent);
    if (got <= 0)
        return -2;
    export->sent += (size_t)got; /* one reader */
    return (long)got;
}

void service_export_close(struct service_export *export) {
    if (!export)
        return;
    pthread_mutex_lock(&export->mutex);
    export->is_cancelled = true;
    pthread_mutex_unlock(&export->mutex);
    if (export->has_thread)
        pthread_join(export->thread, NULL);
    if (export->descriptor >= 0)
        close(export->descriptor);
    pthread_cond_destroy(&export->grown);
    pthread_mutex_destroy(&export->mutex);
    alloc_free(export->block);
    alloc_free(export);
}
