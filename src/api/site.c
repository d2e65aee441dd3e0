/* site.c: the web page of web/: its one document at every address that people see, and the files
 * that it fetches.
 *
 * Idea     A file's name carries a hash of its bytes, so a browser keeps it for ever; the document
 *          names the files and is asked for every time. Both are in the program in two forms, as
 *          they are and compressed by brotli, so nothing is compressed while answering.
 * Traps    The policy lets nothing in but files of this server: no script or style in the document,
 *          and no library of the page may write any. `serve --posters tmdb` lets pictures in, too.
 * Checked  tests/api/test_api_site.c; the page itself by web/tests and tests/browser. */
#include <string.h>

#include "api/api_internal.h"
#include "api/site_files.h"
#include "http/problem.h"

/* With the places that pictures and answers may come from, beside this server. */
#define POLICY(pictures, answers)                                                                  \
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:" pictures       \
    "; connect-src 'self'" answers "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

static const char OWN[] = POLICY("", "");
static const char WITH_TMDB[] = POLICY(" https://image.tmdb.org", " https://api.themoviedb.org");

/* Whether "br" is among the encodings, and not refused by "br;q=0". */
static bool takes_brotli(const struct request *request) {
    const char *at = request_header(request, "Accept-Encoding");
    while (at && *at) {
        at += strspn(at, " \t,");
        const size_t length = strcspn(at, ",");
        if (length >= 2 && strncmp(at, "br", 2) == 0 && (length == 2 || strchr(" ;", at[2])))
            return !memchr(at, '=', length) || strcspn(at, "123456789") < length;
        at += length;
    }
    return false;
}

static void send_file(const struct site_file *file, const struct request *request,
                      struct response *response) {
    const bool is_brotli = takes_brotli(request);
    response->body = is_brotli ? file->brotli : file->plain;
    response->body_size = is_brotli ? (size_t)(file->brotli_end - file->brotli)
                                    : (size_t)(file->plain_end - file->plain);
    response_set_header(response, "Content-Type", file->content_type);
    response_set_header(response, "Vary", "Accept-Encoding");
    if (is_brotli)
        response_set_header(response, "Content-Encoding", "br");
}

void site_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    send_file(site_files_find("index.html"), request, response);
    response_set_header(response, "Cache-Control", "no-cache");
    response_set_header(response, "Content-Security-Policy", api->tmdb_posters ? WITH_TMDB : OWN);
    response_set_header(response, "Referrer-Policy", "no-referrer");
    response_set_header(response, "Cross-Origin-Opener-Policy", "same-origin");
}

void site_home(void *context, const struct request *request, struct response *response) {
    if (request_wants_page(request))
        site_get(context, request, response);
    else
        page_get(context, request, response);
}

void site_asset(void *context, const struct request *request, struct response *response) {
    (void)context;
    const char *path = arena_format(request->arena, "assets/%s", request->captures[0]);
    const struct site_file *file = site_files_find(path);
    if (!file) {
        problem_answer(response, request, 404, "there is no such file; / is the page");
        return;
    }
    send_file(file, request, response);
    response_set_header(response, "Cache-Control", "public, max-age=31536000, immutable");
}
