/* request.c: taking a request apart. See request.h.
 *
 * Idea     The target is split at '/', '?', '&', '=' before it is percent-decoded, so an id may
 *          hold any of these characters ("/api/movie/a%2Fb"). One copy is made; parts are decoded
 *          in place, since decoding only shortens.
 * Source   RFC 9112 section 3.2 (forms of the target), RFC 3986 section 2.1; '+' is a space in the
 *          query alone (WHATWG URL, application/x-www-form-urlencoded).
 * Traps    A zero byte would cut a C string short and let "1%00x" pass as "1": it is refused.
 * Checked  tests/http/test_http_request.c, fuzz/fuzz_http_json.c. */
#include "http/request.h"

#include <stdint.h>
#include <string.h>

static const char *const METHOD_NAMES[] = {
    [REQUEST_GET] = "GET",         [REQUEST_HEAD] = "HEAD",   [REQUEST_POST] = "POST",
    [REQUEST_PUT] = "PUT",         [REQUEST_PATCH] = "PATCH", [REQUEST_DELETE] = "DELETE",
    [REQUEST_OPTIONS] = "OPTIONS", [REQUEST_OTHER] = "?",
};

enum request_method request_method(const char *word) {
    int method = 0;
    while (method < REQUEST_OTHER && strcmp(word, METHOD_NAMES[method]) != 0)
        method++;
    return (enum request_method)method;
}

const char *request_method_name(enum request_method method) { return METHOD_NAMES[method]; }

static int hexadecimal(char digit) {
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    const char lower = (char)(digit | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Length of the UTF-8 sequence that starts at `at`, 0 if it is none. */
static size_t sequence(const unsigned char *at, size_t left) {
    if (at[0] < 0x80)
        return at[0] != 0;
    const size_t length = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : 2;
    if (at[0] < 0xc2 || at[0] > 0xf4 || length > left)
        return 0;
    uint32_t point = at[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        point = point << 6 | (at[i] & 0x3fu);
    }
    static const uint32_t LEAST[] = {0, 0, 0x80, 0x800, 0x10000};
    if (point < LEAST[length] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
        return 0;
    return length;
}

bool request_is_text(const char *bytes, size_t size) {
    const unsigned char *at = (const unsigned char *)bytes;
    for (size_t length; size > 0; at += length, size -= length)
        if ((length = sequence(at, size)) == 0)
            return false;
    return true;
}

/* Decodes a part of the target in place and ends it with '\0'. */
static enum status decode(char *text, bool plus_is_space, struct error *error) {
    char *to = text;
    for (const char *from = text; *from; from++) {
        char byte = *from;
        if (byte == '+' && plus_is_space) {
            byte = ' ';
        } else if (byte == '%') {
            const int high = hexadecimal(from[1]), low = high < 0 ? -1 : hexadecimal(from[2]);
            if (low < 0)
                return error_set(error, STATUS_BAD_INPUT,
                                 "the address has a '%%' without two hexadecimal digits after it; "
                                 "write %%25 for the character itself");
            byte = (char)(high << 4 | low);
            from += 2;
        }
        *to++ = byte;
    }
    *to = '\0';
    if (!request_is_text(text, (size_t)(to - text)))
        return error_set(error, STATUS_BAD_INPUT,
                         "the address is not UTF-8 text (or has a zero byte in it)");
    return STATUS_OK;
}

static enum status parse_path(struct request *request, char *path, struct error *error) {
    for (char *at = path; at;) {
        char *next = strchr(at, '/');
        if (next)
            *next++ = '\0';
        const bool is_end = !next && *at == '\0';
        if (is_end)
            break;
        if (request->segment_count == REQUEST_SEGMENTS_MAX)
            return error_set(error, STATUS_BAD_INPUT,
                             "the address has more than %d parts between slashes",
                             REQUEST_SEGMENTS_MAX);
        TRY(decode(at, false, error));
        request->segments[request->segment_count++] = at;
        at = next;
    }
    return STATUS_OK;
}

static enum status parse_query(struct request *request, char *query, struct error *error) {
    size_t most = 1;
    for (const char *at = query; *at; at++)
        most += *at == '&';
    if (most > REQUEST_PAIRS_MAX)
        return error_set(error, STATUS_BAD_INPUT,
                         "the address has %zu parameters, at most %d are taken", most,
                         REQUEST_PAIRS_MAX);
    struct request_pair *pairs = ARENA_ARRAY(request->arena, struct request_pair, most);
    request->pairs = pairs;
    for (char *at = query, *next; at; at = next) {
        next = strchr(at, '&');
        if (next)
            *next++ = '\0';
        if (*at == '\0')
            continue;
        char *value = strchr(at, '=');
        if (value)
            *value++ = '\0';
        else
            value = at + strlen(at);
        TRY(decode(at, true, error));
        TRY(decode(value, true, error));
        pairs[request->pair_count++] = (struct request_pair){at, value};
    }
    return STATUS_OK;
}

enum status request_parse_target(struct request *request, const char *target, struct error *error) {
    request->target = target;
    request->segment_count = request->pair_count = 0;
    char *path = arena_copy(request->arena, target);
    if (strcmp(path, "*") == 0)
        return STATUS_OK;
    /* The form that proxies use: the address of the server stands before the path. */
    char *authority = strstr(path, "://");
    if (path[0] != '/' && authority) {
        path = strchr(authority + 3, '/');
        if (!path)
            return STATUS_OK;
    }
    if (path[0] != '/')
        return error_set(error, STATUS_BAD_INPUT, "the address must begin with '/'");
    char *query = strchr(path, '?');
    if (query) {
        *query++ = '\0';
        query[strcspn(query, "#")] = '\0';
    }
    TRY(parse_path(request, path + 1, error));
    return query ? parse_query(request, query, error) : STATUS_OK;
}

const char *request_value(const struct request *request, const char *key) {
    for (size_t i = request->pair_count; i-- > 0;)
        if (strcmp(request->pairs[i].key, key) == 0)
            return request->pairs[i].value;
    return NULL;
}

const char *request_header(const struct request *request, const char *name) {
    return request->header ? request->header(request->connection, name) : NULL;
}

bool request_wants_page(const struct request *request) {
    const char *accept = request_header(request, "Accept");
    return accept && strstr(accept, "text/html") != NULL;
}
