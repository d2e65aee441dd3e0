/* imports.c: which reader a file is for, and what all readers do. See imports.h.
 *
 * Idea     The first byte that is no blank says which grammar: '{' or '[' JSON, '<' XML, else a
 *          table. The reader then says whose file it is.
 * Traps    A few kilobytes of zip may hold gigabytes of zeroes: what one path unpacks to is
 *          bounded by a multiple of its size.
 * Checked  tests/imports/test_imports.c, fuzz/fuzz_imports.c. */
#include "imports/imports.h"

#include <ctype.h>
#include <math.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/arena.h"
#include "base/files.h"
#include "dataset/lines.h"
#include "imports/imports_internal.h"

#define HEAD_BYTES 512
#define RATIO_MAX 100
#define BYTES_FREE ((uint64_t)64 << 20) /* that any file may unpack to */

static const char *const names[IMPORTS_FORMATS] = {
    [IMPORTS_UNKNOWN] = "unknown", [IMPORTS_LETTERBOXD] = "Letterboxd", [IMPORTS_IMDB] = "IMDb",
    [IMPORTS_TRAKT] = "Trakt",     [IMPORTS_JELLYFIN] = "Jellyfin",     [IMPORTS_PLEX] = "Plex",
    [IMPORTS_KODI] = "Kodi",       [IMPORTS_MATINEE] = "Matinee",
};

const char *imports_format_name(enum imports_format format) { return names[format]; }

/* ---- What readers share ---- */

enum status imports_spend(struct imports_reading *reading, size_t bytes, struct error *error) {
    if (bytes > reading->bytes_left)
        return error_set(error, STATUS_LIMIT,
                         "%s: unpacks to more than %d times its size; unpack it yourself if it is "
                         "what it should be",
                         reading->member->shown, RATIO_MAX);
    reading->bytes_left -= bytes;
    return STATUS_OK;
}

struct imports_film imports_film_at(const struct imports_reading *reading,
                                    enum imports_format format, size_t line) {
    return (struct imports_film){
        .format = format, .rating = (double)NAN, .file = reading->member->shown, .line = line};
}

enum status imports_give(struct imports_reading *reading, struct imports_film *film,
                         struct error *error) {
    if (film->title && !*film->title)
        film->title = NULL;
    if (film->title && strlen(film->title) > IMPORTS_TEXT_MAX) {
        imports_fault(reading, film->line, "its title is longer than 1024 bytes");
        return STATUS_OK;
    }
    if (!film->imdb && !film->tmdb && !film->title) {
        imports_fault(reading, film->line, "it names no film: there is neither an id nor a title");
        return STATUS_OK;
    }
    reading->format = film->format;
    return reading->sink->film(reading->sink->context, film, error);
}

void imports_fault(const struct imports_reading *reading, size_t line, const char *why) {
    reading->sink->fault(reading->sink->context, reading->member->shown, line, why);
}

const char *imports_digits(const char *text, char digits[IMPORTS_ID_BYTES]) {
    size_t count = 0;
    while (*text && !isdigit((unsigned char)*text))
        text++;
    while (isdigit((unsigned char)text[count]) && count < IMPORTS_ID_BYTES - 1)
        count++;
    if (count == 0 || isdigit((unsigned char)text[count]))
        return NULL;
    memcpy(digits, text, count);
    digits[count] = '\0';
    return digits;
}

void imports_set_guid(struct imports_film *film, const char *guid, struct arena *arena) {
    char digits[IMPORTS_ID_BYTES];
    const char *imdb = strstr(guid, "imdb://"), *tmdb = strstr(guid, "tmdb://");
    tmdb = tmdb ? tmdb : strstr(guid, "themoviedb://");
    const char *at = imdb ? imdb : tmdb;
    at = at ? strstr(at, "://") + 3 : strncmp(guid, "tt", 2) == 0 ? guid : NULL;
    if (!at || !imports_digits(at, digits))
        return;
    const char **to = !imdb && tmdb ? &film->tmdb : &film->imdb;
    if (!*to)
        *to = arena_copy(arena, digits);
}

int64_t imports_time(const char *text) {
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm parts = {0};
        if (!strptime(text, forms[i], &parts))
            continue;
        const int64_t time = (int64_t)timegm(&parts);
        return time > 0 ? time : 0;
    }
    const size_t length = strspn(text, "0123456789");
    int64_t time = 0;
    if (length == 0 || length > 12 || text[length])
        return 0;
    for (size_t i = 0; i < length; i++)
        time = 10 * time + (text[i] - '0');
    return time;
}

/* ---- Which reader ---- */

static enum status read_one(struct imports_reading *reading, struct error *error) {
    char head[HEAD_BYTES];
    const size_t size = lines_head(reading->member, head, sizeof head);
    size_t at = size >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    while (at < size && isspace((unsigned char)head[at]))
        at++;
    if (at == size || memchr(head, '\0', size))
        return STATUS_OK;
    if (head[at] == '{' || head[at] == '[')
        return imports_read_json(reading, error);
    return head[at] == '<' ? imports_read_xml(reading, error) : imports_read_csv(reading, error);
}

enum status imports_read_member(const struct volume_member *member, const char *folder,
                                const struct imports_sink *sink, enum imports_format *format,
                                struct error *error) {
    const uint64_t packed =
        member->storage == VOLUME_MEMORY ? member->size : files_size(member->path);
    struct imports_reading reading = {.member = member,
                                      .folder = folder,
                                      .sink = sink,
                                      .bytes_left = BYTES_FREE + RATIO_MAX * packed};
    const enum status status = read_one(&reading, error);
    *format = reading.format;
    return status;
}

/* Folders of Letterboxd's zip that are not what somebody has seen. */
static bool is_passed_over(const char *folder) {
    static const char *const folders[] = {"deleted", "orphaned", "lists"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (strcasecmp(folder, folders[i]) == 0)
            return true;
    return false;
}

enum status imports_read(const char *path, const struct imports_sink *sink, struct error *error) {
    struct arena arena = {0};
    struct volume *volumes = NULL;
    size_t count = 0, known = 0;
    enum status status = volume_open(path, &arena, &volumes, &count, error);
    for (size_t v = 0; status == STATUS_OK && v < count; v++) {
        if (v > 0 && is_passed_over(volumes[v].name))
            continue;
        for (size_t m = 0; status == STATUS_OK && m < volumes[v].member_count; m++) {
            enum imports_format format;
            status =
                imports_read_member(&volumes[v].members[m], volumes[v].name, sink, &format, error);
            known += format != IMPORTS_UNKNOWN;
        }
    }
    if (status == STATUS_OK && known == 0)
        status = error_set(error, STATUS_BAD_INPUT,
                           "%s: nothing in it is known; it may be an export of Letterboxd, IMDb, "
                           "Trakt, Jellyfin, Plex, Kodi or Matinee",
                           path);
    arena_release(&arena);
    return status;
}
