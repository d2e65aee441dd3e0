/* fetch.c: one file over libcurl into PATH.part, checked, renamed. See fetch.h.
 *
 * Resuming asks for the bytes from the length of the part on. libcurl fails with a range error if
 * the server answers with the whole file instead, and then the part begins anew; it ignores the
 * body of a 416, which says that the part is as long as the file or longer: then the checksum
 * decides, and without one the part begins anew.
 *
 * Checked by tests/base/test_fetch.c against a small server that can do all of this. */
#include "base/fetch.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/assert.h"
#include "base/files.h"

#define CONNECT_SECONDS 20L
#define STALL_SECONDS 60L /* no byte for so long: the connection is dead */
#define REDIRECTIONS_MAX 8L

struct transfer {
    const struct fetch_request *request;
    CURL *curl;
    const char *part;
    FILE *file;
    uint64_t start; /* bytes that were there before */
    uint64_t written;
    bool too_long;
    int write_error;
};

static void initialise_once(void) { ASSERT(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }

static CURL *handle_create(const char *url) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, initialise_once);
    CURL *curl = curl_easy_init();
    ASSERT(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http,file");
    curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_MAXREDIRS, REDIRECTIONS_MAX);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "matinee");
    return curl;
}

static size_t receive(char *bytes, size_t one, size_t size, void *context) {
    (void)one; /* always 1, says libcurl */
    struct transfer *transfer = context;
    uint64_t limit = transfer->request->size;
    if (limit > 0 && transfer->start + transfer->written + size > limit) {
        transfer->too_long = true;
        return 0;
    }
    if (fwrite(bytes, 1, size, transfer->file) != size) {
        transfer->write_error = errno;
        return 0;
    }
    transfer->written += size;
    return size;
}

static int report(void *context, curl_off_t total, curl_off_t now, curl_off_t up_total,
                  curl_off_t up_now) {
    (void)up_total, (void)up_now;
    struct transfer *transfer = context;
    struct progress *progress = transfer->request->progress;
    if (progress->total <= 0 && total > 0)
        progress->total = (double)transfer->start + (double)total;
    progress_update(progress, (double)transfer->start + (double)now);
    const atomic_bool *cancel = transfer->request->cancel;
    return cancel && atomic_load(cancel) ? 1 : 0;
}

/* What a failed transfer is called for a person. */
static enum status transfer_error(const struct transfer *transfer, CURLcode code, const char *url,
                                  struct error *error) {
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return error_set(error, STATUS_CANCELLED,
                         "download of %s stopped; what came is kept and the next try goes on "
                         "from there",
                         url);
    if (transfer && transfer->too_long)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s is larger than the %llu bytes that were expected; the file there has "
                         "changed",
                         url, (unsigned long long)transfer->request->size);
    if (transfer && transfer->write_error)
        return error_set(error, STATUS_IO, "cannot write %s: %s; make room and try again",
                         transfer->part, strerror(transfer->write_error));
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
        return error_set(error, STATUS_IO,
                         "cannot reach the host of %s (%s); check the network, or download the "
                         "file elsewhere and put it into a folder of $MATINEE_DATA",
                         url, curl_easy_strerror(code));
    default:
        return error_set(error, STATUS_IO, "cannot download %s: %s", url, curl_easy_strerror(code));
    }
}

/* One connection. *again: the part was useless and is gone; another try begins anew. */
static enum status transfer_once(struct transfer *transfer, bool *again, struct error *error) {
    const struct fetch_request *request = transfer->request;
    *again = false;
    transfer->start = files_size(transfer->part);
    transfer->written = 0;
    if (request->size > 0 && transfer->start == request->size)
        return STATUS_OK;
    if (request->size > 0 && transfer->start > request->size) {
        unlink(transfer->part);
        transfer->start = 0;
    }
    transfer->file = fopen(transfer->part, "abe");
    if (!transfer->file)
        return error_set(error, STATUS_IO, "cannot write %s: %s", transfer->part, strerror(errno));
    transfer->curl = handle_create(request->url);
    curl_easy_setopt(transfer->curl, CURLOPT_WRITEFUNCTION, receive);
    curl_easy_setopt(transfer->curl, CURLOPT_WRITEDATA, transfer);
    curl_easy_setopt(transfer->curl, CURLOPT_XFERINFOFUNCTION, report);
    curl_easy_setopt(transfer->curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(transfer->curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(transfer->curl, CURLOPT_RESUME_FROM_LARGE, (curl_off_t)transfer->start);
    CURLcode code = curl_easy_perform(transfer->curl);
    long answer = 0;
    curl_easy_getinfo(transfer->curl, CURLINFO_RESPONSE_CODE, &answer);
    curl_easy_cleanup(transfer->curl);
    int sync_failed = fflush(transfer->file) != 0 || fsync(fileno(transfer->file)) != 0;
    if (sync_failed && !transfer->write_error)
        transfer->write_error = errno;
    fclose(transfer->file);
    bool useless = code == CURLE_RANGE_ERROR || code == CURLE_BAD_DOWNLOAD_RESUME ||
                   (answer == 416 && !request->checksum);
    if (transfer->start > 0 && useless) {
        unlink(transfer->part);
        *again = true;
        return STATUS_OK;
    }
    if (code == CURLE_HTTP_RETURNED_ERROR)
        return error_set(error, answer == 404 ? STATUS_NOT_FOUND : STATUS_IO,
                         "the server answered %ld for %s", answer, request->url);
    if (code != CURLE_OK || transfer->write_error)
        return transfer_error(transfer, code, request->url, error);
    return STATUS_OK;
}

static enum status check_sum(const struct fetch_request *request, const char *part,
                             struct error *error) {
    if (!request->checksum)
        return STATUS_OK;
    bool is_md5 = strlen(request->checksum) == 2 * DIGEST_MD5_BYTES;
    ASSERT(is_md5 || strlen(request->checksum) == 2 * (size_t)DIGEST_SHA256_BYTES);
    uint8_t sum[DIGEST_SHA256_BYTES];
    char text[DIGEST_TEXT_BYTES];
    TRY(digest_file(part, is_md5 ? DIGEST_MD5 : DIGEST_SHA256, sum, error));
    digest_text(sum, is_md5 ? DIGEST_MD5_BYTES : DIGEST_SHA256_BYTES, text);
    if (strcasecmp(text, request->checksum) == 0)
        return STATUS_OK;
    unlink(part);
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: wrong checksum: expected %s, found %s; the download was thrown away, "
                     "try again",
                     request->url, request->checksum, text);
}

static enum status fetch_part(const struct fetch_request *request, const char *part,
                              struct error *error) {
    struct transfer transfer = {.request = request, .part = part};
    bool again;
    TRY(transfer_once(&transfer, &again, error));
    if (again)
        TRY(transfer_once(&transfer, &again, error));
    TRY(check_sum(request, part, error));
    if (rename(part, request->path) != 0)
        return error_set(error, STATUS_IO, "cannot rename %s to %s: %s", part, request->path,
                         strerror(errno));
    return STATUS_OK;
}

enum status fetch_file(const struct fetch_request *request, struct error *error) {
    TRY(files_make_parent(request->path, error));
    struct arena arena = {0};
    progress_begin(request->progress, files_base_name(&arena, request->path),
                   (double)request->size);
    const char *part = arena_format(&arena, "%s.part", request->path);
    enum status status = fetch_part(request, part, error);
    progress_end(request->progress);
    arena_release(&arena);
    return status;
}

struct text_target {
    char *text;
    size_t used, limit;
};

static size_t receive_text(char *bytes, size_t one, size_t size, void *context) {
    (void)one;
    struct text_target *target = context;
    if (size > target->limit - target->used)
        return 0;
    memcpy(target->text + target->used, bytes, size);
    target->used += size;
    return size;
}

enum status fetch_text(const char *url, char *text, size_t limit, struct error *error) {
    struct text_target target = {text, 0, limit};
    CURL *curl = handle_create(url);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive_text);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &target);
    CURLcode code = curl_easy_perform(curl);
    curl_easy_cleanup(curl);
    text[target.used] = '\0';
    return code == CURLE_OK ? STATUS_OK : transfer_error(NULL, code, url, error);
}
