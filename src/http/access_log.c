/* access_log.c: see access_log.h.
 *
 * Idea     Lines are added to one of two blocks; a thread of the log's own writes the other one
 *          away, ten times a second, so that a request costs a copy and never a system call.
 * Traps    What a stranger sends reaches a terminal or a reader of JSON: bytes that are no
 *          printable ASCII are written as '.', quotes and backslashes escaped.
 * Checked  tests/http/test_http_access_log.c. */
#include "http/access_log.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "http/router.h"

#define BLOCK_BYTES ((size_t)512 << 10)
#define WRITE_INTERVAL_MS 100
#define TARGET_BYTES_MAX 500
#define KEY_BYTES_LEAST 20 /* of something that looks like a key */

struct access_log {
    int descriptor;
    enum access_level level;
    bool is_json, is_ending;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t writer;
    char *filling, *writing; /* [BLOCK_BYTES] each */
    size_t filled;
    uint64_t left_out;
};

/* ---- One line ---- */

/* Of what people typed by its name, of secrets also by how it ends: "api_key", "X-API-Key". */
static bool is_masked(const char *key, size_t length) {
    static const char *const names[] = {"q", "query", "text"};
    static const char *const endings[] = {"key", "token", "secret", "password", "authorization"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && strncasecmp(names[i], key, length) == 0)
            return true;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        const size_t size = strlen(endings[i]);
        if (length >= size && strncasecmp(endings[i], key + length - size, size) == 0)
            return true;
    }
    return false;
}

/* How many bytes of a key of ours begin here (store/keys.h), wherever somebody has put it. */
static size_t key_length(const char *bytes, size_t size) {
    size_t length = 4;
    if (size < KEY_BYTES_LEAST || strncmp(bytes, "mat_", 4) != 0)
        return 0;
    while (length < size && strchr("0123456789abcdef", bytes[length]) && bytes[length])
        length++;
    return length >= KEY_BYTES_LEAST ? length : 0;
}

static void add_plain(struct buffer *line, const char *bytes, size_t size) {
    for (size_t i = 0; i < size; i++) {
        const size_t secret = key_length(bytes + i, size - i);
        if (secret > 0) {
            buffer_text(line, "***");
            i += secret - 1;
            continue;
        }
        const char byte = bytes[i];
        if (byte == '"' || byte == '\\')
            buffer_bytes(line, "\\", 1);
        buffer_bytes(line, byte > 0x20 && byte < 0x7f ? &byte : ".", 1);
    }
}

static void add_target(struct buffer *line, const char *target) {
    size_t left = strlen(target) < TARGET_BYTES_MAX ? strlen(target) : TARGET_BYTES_MAX;
    size_t part = strcspn(target, "?");
    part = part < left ? part : left;
    add_plain(line, target, part);
    for (target += part, left -= part; left > 0; target += part, left -= part) {
        /* `target` is at '?' or '&'. */
        part = 1 + strcspn(target + 1, "&");
        part = part < left ? part : left;
        const size_t name = strcspn(target + 1, "=&");
        const bool masked = is_masked(target + 1, name) && name + 1 < part;
        add_plain(line, target, masked ? name + 2 : part);
        if (masked)
            buffer_text(line, "***");
    }
}

static const char *level_of(unsigned status) {
    return status >= 500 ? "error" : status >= 400 ? "warning" : "info";
}

static void add_time(struct buffer *line, double when) {
    const time_t seconds = (time_t)when;
    struct tm parts;
    char text[24];
    gmtime_r(&seconds, &parts);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &parts);
    buffer_format(line, "%s.%03dZ", text, (int)((when - (double)seconds) * 1000));
}

static void add_member(struct buffer *line, bool is_json, const char *name, const char *value) {
    if (!value)
        return;
    buffer_format(line, is_json ? ",\"%s\":\"" : " %s=", name);
    add_plain(line, value, strlen(value));
    buffer_text(line, is_json ? "\"" : "");
}

void access_log_line(struct buffer *line, bool is_json, const struct request *request,
                     const struct response *response, const struct access_cost *cost) {
    const unsigned status = response->status ? response->status : 200;
    const char *method = request_method_name(request->method);
    buffer_text(line, is_json ? "{\"time\":\"" : "");
    add_time(line, cost->when);
    buffer_format(line, is_json ? "\",\"level\":\"%s\",\"method\":\"%s\",\"target\":\"" : " %s %s ",
                  level_of(status), method);
    add_target(line, request->target);
    buffer_format(line, is_json ? "\",\"status\":%u,\"bytes\":%zu,\"ms\":%.2f" : " %u %zu %.2fms",
                  status, cost->bytes, cost->seconds * 1000);
    if (is_json)
        add_member(line, is_json, "route", request->route ? request->route->pattern : NULL);
    add_member(line, is_json, "id", request->id);
    add_member(line, is_json, "key", request->caller);
    add_member(line, is_json, "model", response->model);
    buffer_text(line, is_json ? "}\n" : "\n");
}

/* ---- Writing ---- */

static void write_all(int descriptor, const char *bytes, size_t size) {
    while (size > 0) {
        const ssize_t written = write(descriptor, bytes, size);
        if (written <= 0)
            return;
        bytes += written;
        size -= (size_t)written;
    }
}

static void *write_blocks(void *context) {
    struct access_log *log = context;
    bool is_ending = false;
    pthread_mutex_lock(&log->mutex);
    while (!is_ending) {
        struct timespec next;
        clock_gettime(CLOCK_MONOTONIC, &next);
        next.tv_nsec += WRITE_INTERVAL_MS * 1000000L;
        next.tv_sec += next.tv_nsec / 1000000000L;
        next.tv_nsec %= 1000000000L;
        if (!log->is_ending)
            pthread_cond_timedwait(&log->wake, &log->mutex, &next);
        is_ending = log->is_ending;
        char *full = log->filling;
        const size_t size = log->filled;
        log->filling = log->writing;
        log->writing = full;
        log->filled = 0;
        pthread_mutex_unlock(&log->mutex);
        write_all(log->descriptor, full, size);
        pthread_mutex_lock(&log->mutex);
    }
    pthread_mutex_unlock(&log->mutex);
    return NULL;
}

struct access_log *access_log_create(int descriptor, enum access_level level, bool is_json) {
    struct access_log *log = alloc_zeroed(1, sizeof *log);
    *log = (struct access_log){.descriptor = descriptor, .level = level, .is_json = is_json};
    log->filling = alloc_bytes(BLOCK_BYTES);
    log->writing = alloc_bytes(BLOCK_BYTES);
    pthread_mutex_init(&log->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&log->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    ASSERT(pthread_create(&log->writer, NULL, write_blocks, log) == 0);
    return log;
}

void access_log_destroy(struct access_log *log) {
    if (!log)
        return;
    pthread_mutex_lock(&log->mutex);
    log->is_ending = true;
    pthread_cond_signal(&log->wake);
    pthread_mutex_unlock(&log->mutex);
    pthread_join(log->writer, NULL);
    pthread_cond_destroy(&log->wake);
    pthread_mutex_destroy(&log->mutex);
    alloc_free(log->filling);
    alloc_free(log->writing);
    alloc_free(log);
}

void access_log_note(struct access_log *log, const struct request *request,
                     const struct response *response, const struct access_cost *cost) {
    static const unsigned least[] = {
        [ACCESS_ERROR] = 500, [ACCESS_WARNING] = 400, [ACCESS_INFO] = 0};
    struct buffer line;
    if (response->status < least[log->level])
        return;
    buffer_init(&line, request->arena);
    access_log_line(&line, log->is_json, request, response, cost);
    pthread_mutex_lock(&log->mutex);
    if (log->left_out > 0 && log->filled + line.size + 64 < BLOCK_BYTES) {
        buffer_format(&line, log->is_json ? "{\"lines_left_out\":%llu}\n" : "%llu lines left out\n",
                      (unsigned long long)log->left_out);
        log->left_out = 0;
    }
    if (log->filled + line.size <= BLOCK_BYTES) {
        memcpy(log->filling + log->filled, line.bytes, line.size);
        log->filled += line.size;
    } else {
        log->left_out++;
    }
    pthread_mutex_unlock(&log->mutex);
}
