/* rest.c: see rest.h. An answer is at most 4 MiB. Waiting is short: five seconds for a connection,
 * thirty for an answer, so that a server that hangs costs a training little. Checked by
 * tests/trackers/test_trackers.c (a server that is not there), test_mlflow_registry.c (downloads)
 * and tools/check trackers. */
#include "trackers/rest.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/buffer.h"
#include "base/files.h"

#define CONNECT_SECONDS 5L
#define ANSWER_SECONDS 30L
#define STALL_SECONDS 60L
#define ANSWER_BYTES_MAX ((size_t)4 << 20)

struct rest {
    CURL *curl;
    const char *base, *user, *password, *token;
};

struct rest *rest_create(const char *base, const char *user, const char *password,
                         const char *token) {
    struct rest *rest = alloc_zeroed(1, sizeof *rest);
    *rest = (struct rest){curl_easy_init(), base, user, password, token};
    ASSERT(rest->curl);
    return rest;
}

void rest_destroy(struct rest *rest) {
    if (!rest)
        return;
    curl_easy_cleanup(rest->curl);
    alloc_free(rest);
}

static size_t receive(char *bytes, size_t one, size_t size, void *context) {
    (void)one; /* always 1, says libcurl */
    struct buffer *answer = context;
    if (answer->size + size > ANSWER_BYTES_MAX)
        return 0;
    buffer_bytes(answer, bytes, size);
    return size;
}

static void prepare(struct rest *rest, const char *method, const char *url, struct buffer *answer) {
    CURL *curl = rest->curl;
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "matinee");
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    if (rest->token) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BEARER);
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, rest->token);
    } else if (rest->user) {
        curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
        curl_easy_setopt(curl, CURLOPT_USERNAME, rest->user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, rest->password ? rest->password : "");
    }
}

/* The server's own words in {"message": ...}, cut to a line; else nothing. */
static const char *message_of(const struct buffer *answer, struct arena *arena) {
    json_t *value = json_loadb(answer->bytes, answer->size, 0, NULL);
    const char *message = json_string_value(json_object_get(value, "message"));
    const char *text = "";
    if (message)
        text = arena_format(arena, ": %.*s", (int)strcspn(message, "\r\n"), message);
    json_decref(value);
    return text;
}

static enum status perform(struct rest *rest, const char *url, const struct buffer *answer,
                           struct error *error) {
    CURLcode code = curl_easy_perform(rest->curl);
    if (code != CURLE_OK)
        return error_set(error, STATUS_IO, "%s: %s", url, curl_easy_strerror(code));
    long http = 0;
    curl_easy_getinfo(rest->curl, CURLINFO_RESPONSE_CODE, &http);
    if (http >= 200 && http < 300)
        return STATUS_OK;
    return error_set(error, http == 404 ? STATUS_NOT_FOUND : STATUS_BAD_INPUT,
                     "%s answers %ld%.300s", url, http, message_of(answer, answer->arena));
}

enum status rest_call(struct rest *rest, const char *method, const char *path, json_t *body,
                      json_t **answer, struct error *error) {
    struct arena arena = {0};
    struct buffer bytes;
    buffer_init(&bytes, &arena);
    const char *url = arena_format(&arena, "%s%s", rest->base, path);
    char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
    json_decref(body);
    struct curl_slist *headers = curl_slist_append(NULL, "Content-Type: application/json");
    prepare(rest, method, url, &bytes);
    curl_easy_setopt(rest->curl, CURLOPT_TIMEOUT, ANSWER_SECONDS);
    curl_easy_setopt(rest->curl, CURLOPT_HTTPHEADER, headers);
    if (text)
        curl_easy_setopt(rest->curl, CURLOPT_POSTFIELDS, text);
    enum status status = perform(rest, url, &bytes, error);
    if (status == STATUS_OK && answer) {
        *answer = json_loadb(bytes.bytes, bytes.size, 0, NULL);
        if (!*answer)
            status = error_set(error, STATUS_BAD_INPUT, "%s: the answer is no JSON", url);
    }
    curl_slist_free_all(headers);
    free(text);
    arena_release(&arena);
    return status;
}

enum status rest_upload(struct rest *rest, const char *path, const char *file,
                        struct error *error) {
    struct arena arena = {0};
    struct buffer bytes;
    buffer_init(&bytes, &arena);
    const char *url = arena_format(&arena, "%s%s", rest->base, path);
    FILE *from = fopen(file, "re");
    enum status status = STATUS_OK;
    if (!from)
        status = error_set(error, STATUS_IO, "%s: %s", file, strerror(errno));
    prepare(rest, "PUT", url, &bytes);
    curl_easy_setopt(rest->curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(rest->curl, CURLOPT_READDATA, from);
    curl_easy_setopt(rest->curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)files_size(file));
    curl_easy_setopt(rest->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(rest->curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    if (status == STATUS_OK)
        status = perform(rest, url, &bytes, error);
    if (from)
        fclose(from);
    arena_release(&arena);
    return status;
}

/* A file on its way in. */
struct download {
    CURL *curl;
    const atomic_bool *cancel;
    struct files_writer writer;
    struct buffer *refusal; /* what comes with another answer than 200 */
    struct error *error;
    enum status status; /* of the writer */
};

static size_t receive_file(char *bytes, size_t one, size_t size, void *context) {
    struct download *download = context;
    long http = 0;
    curl_easy_getinfo(download->curl, CURLINFO_RESPONSE_CODE, &http);
    if (http != 200)
        return receive(bytes, one, size, download->refusal);
    download->status = files_writer_write(&download->writer, bytes, size, download->error);
    return download->status == STATUS_OK ? size : 0;
}

static int look_up(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                   curl_off_t up_now) {
    (void)total, (void)now, (void)up_total, (void)up_now;
    const struct download *download = context;
    return download->cancel && atomic_load(download->cancel);
}

static enum status download_into(struct rest *rest, const char *url, struct download *download,
                                 struct error *error) {
    prepare(rest, "GET", url, download->refusal);
    curl_easy_setopt(rest->curl, CURLOPT_WRITEFUNCTION, receive_file);
    curl_easy_setopt(rest->curl, CURLOPT_WRITEDATA, download);
    curl_easy_setopt(rest->curl, CURLOPT_XFERINFOFUNCTION, look_up);
    curl_easy_setopt(rest->curl, CURLOPT_XFERINFODATA, download);
    curl_easy_setopt(rest->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(rest->curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(rest->curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    struct error why;
    enum status status = perform(rest, url, download->refusal, &why);
    if (download->status != STATUS_OK) /* the disk's error says more than the network's */
        return download->status;
    if (status != STATUS_OK && download->cancel && atomic_load(download->cancel))
        return error_set(error, STATUS_CANCELLED, "download of %s stopped", url);
    if (status != STATUS_OK)
        *error = why;
    return status;
}

enum status rest_download(struct rest *rest, const char *path, const char *file,
                          const atomic_bool *cancel, struct error *error) {
    struct arena arena = {0};
    struct buffer refusal;
    buffer_init(&refusal, &arena);
    struct download download = {rest->curl, cancel, .refusal = &refusal, .error = error};
    const char *url = arena_format(&arena, "%s%s", rest->base, path);
    enum status status = files_writer_open(&download.writer, file, error);
    if (status == STATUS_OK) {
        status = download_into(rest, url, &download, error);
        if (status == STATUS_OK)
            status = files_writer_commit(&download.writer, error);
        else
            files_writer_discard(&download.writer);
    }
    arena_release(&arena);
    return status;
}

const char *rest_escape(struct rest *rest, const char *text, struct arena *arena) {
    char *escaped = curl_easy_escape(rest->curl, text, 0);
    const char *copy = arena_copy(arena, escaped ? escaped : "");
    curl_free(escaped);
    return copy;
}
