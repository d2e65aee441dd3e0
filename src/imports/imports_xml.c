/* imports_xml.c: films out of XML: Kodi's and Jellyfin's NFO files, Kodi's videodb.xml, Plex's
 * MediaContainer. See imports.h.
 *
 * Idea     expat tells of tags as they come. <movie> and <Video> begin a film; of what stands
 *          directly in them some elements and attributes are kept.
 * Traps    Entities that a file declares may grow without end: a document with declarations of its
 *          own is refused. Kodi puts lines that are no XML behind an NFO's root, such as an
 *          address: what is wrong behind a film costs nothing.
 * Checked  tests/imports/test_imports.c, fuzz/fuzz_imports.c. */
#include <expat.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "imports/imports_internal.h"

#define BLOCK_BYTES (16 << 10)
#define TEXT_BYTES_MAX 4096
#define POINTS 10.0

struct xml {
    struct imports_reading *reading;
    XML_Parser parser;
    struct arena arena; /* of one film */
    struct imports_film film;
    int depth, film_depth; /* film_depth 0: not inside one */
    const char *kind;      /* "imdb" of <uniqueid type="imdb"> */
    struct buffer text;    /* of the present element */
    enum status status;    /* of the sink */
    struct error *error;
    bool has_film;
};

static const char *attribute(const XML_Char **attributes, const char *name) {
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

static void set_text(struct xml *xml, const char **to, const char *text) {
    if (text && *text && !*to)
        *to = arena_copy(&xml->arena, text);
}

static void set_year(struct xml *xml, const char *text) {
    const long year = text ? strtol(text, NULL, 10) : 0;
    if (year > 1800 && year < 3000)
        xml->film.year = (int)year;
}

static void set_rating(struct xml *xml, const char *text) {
    const double points = text ? strtod(text, NULL) : 0;
    if (points > 0 && points <= POINTS)
        xml->film.rating = points / POINTS;
    xml->film.is_seen = xml->film.is_seen || isfinite(xml->film.rating);
}

static void set_digits(struct xml *xml, const char **to, const char *text) {
    char digits[IMPORTS_ID_BYTES];
    if (imports_digits(text, digits))
        set_text(xml, to, digits);
}

static void begin_film(struct xml *xml, const char *name, const XML_Char **attributes) {
    const bool is_plex = strcmp(name, "Video") == 0;
    arena_reset(&xml->arena, (struct arena_position){0});
    buffer_init(&xml->text, &xml->arena);
    xml->film_depth = xml->depth;
    xml->film = imports_film_at(xml->reading, is_plex ? IMPORTS_PLEX : IMPORTS_KODI,
                                XML_GetCurrentLineNumber(xml->parser));
    xml->film.is_owned = true;
    if (!is_plex)
        return;
    const char *type = attribute(attributes, "type"), *guid = attribute(attributes, "guid");
    const char *views = attribute(attributes, "viewCount"),
               *seen = attribute(attributes, "lastViewedAt");
    xml->film.is_other = type && strcmp(type, "movie") != 0;
    set_text(xml, &xml->film.title, attribute(attributes, "title"));
    set_year(xml, attribute(attributes, "year"));
    set_rating(xml, attribute(attributes, "userRating"));
    if (guid)
        imports_set_guid(&xml->film, guid, &xml->arena);
    if (views && atoll(views) > 0)
        xml->film.is_seen = true;
    if (seen)
        xml->film.time = imports_time(seen);
}

static void XMLCALL on_start(void *context, const XML_Char *name, const XML_Char **attributes) {
    struct xml *xml = context;
    xml->depth++;
    const bool is_film = strcmp(name, "movie") == 0 || strcmp(name, "Video") == 0;
    if (xml->film_depth == 0 && is_film)
        begin_film(xml, name, attributes);
    if (xml->film_depth == 0 || xml->depth != xml->film_depth + 1)
        return;
    const char *kind = attribute(attributes, "type"), *id = attribute(attributes, "id");
    xml->kind = kind ? arena_copy(&xml->arena, kind) : "";
    xml->text.size = 0;
    xml->text.bytes[0] = '\0';
    if (strcmp(name, "Guid") == 0 && id)
        imports_set_guid(&xml->film, id, &xml->arena);
}

static void XMLCALL on_text(void *context, const XML_Char *text, int length) {
    struct xml *xml = context;
    if (xml->film_depth > 0 && xml->depth == xml->film_depth + 1 &&
        xml->text.size + (size_t)length <= TEXT_BYTES_MAX)
        buffer_bytes(&xml->text, text, (size_t)length);
}

/* A child of <movie> has ended. */
static void take_child(struct xml *xml, const char *name, const char *text) {
    struct imports_film *film = &xml->film;
    if (strcmp(name, "title") == 0)
        set_text(xml, &film->title, text);
    else if (strcmp(name, "year") == 0)
        set_year(xml, text);
    else if ((strcmp(name, "premiered") == 0 || strcmp(name, "releasedate") == 0) &&
             film->year == 0)
        set_year(xml, text);
    else if (strcmp(name, "imdbid") == 0 || strcmp(name, "imdb_id") == 0 ||
             (strcmp(name, "id") == 0 && strncmp(text, "tt", 2) == 0) ||
             (strcmp(name, "uniqueid") == 0 && strcmp(xml->kind, "imdb") == 0))
        set_digits(xml, &film->imdb, text);
    else if (strcmp(name, "tmdbid") == 0 ||
             (strcmp(name, "uniqueid") == 0 && strcmp(xml->kind, "tmdb") == 0))
        set_digits(xml, &film->tmdb, text);
    else if (strcmp(name, "userrating") == 0)
        set_rating(xml, text);
    else if (strcmp(name, "lastplayed") == 0)
        film->time = imports_time(text);
    else if (strcmp(name, "watched") == 0)
        film->is_seen = film->is_seen || strcmp(text, "true") == 0;
    else if (strcmp(name, "playcount") == 0)
        film->is_seen = film->is_seen || atoll(text) > 0;
}

static void XMLCALL on_end(void *context, const XML_Char *name) {
    struct xml *xml = context;
    if (xml->film_depth > 0 && xml->depth == xml->film_depth + 1)
        take_child(xml, name, xml->text.bytes);
    if (xml->film_depth == xml->depth) {
        xml->film_depth = 0;
        xml->has_film = true;
        xml->status = imports_give(xml->reading, &xml->film, xml->error);
        if (xml->status != STATUS_OK)
            XML_StopParser(xml->parser, XML_FALSE);
    }
    xml->depth--;
}

static void XMLCALL on_document_type(void *context, const XML_Char *name, const XML_Char *system,
                                     const XML_Char *public, int has_declarations) {
    struct xml *xml = context;
    (void)name, (void)system, (void)public;
    if (has_declarations)
        XML_StopParser(xml->parser, XML_FALSE);
}

static enum status feed(struct xml *xml, struct source *source) {
    size_t got = 1;
    while (got > 0) {
        void *block = XML_GetBuffer(xml->parser, BLOCK_BYTES);
        if (!block)
            return error_set(xml->error, STATUS_LIMIT, "%s: the XML reader is out of memory",
                             xml->reading->member->shown);
        TRY(source_read(source, block, BLOCK_BYTES, &got, xml->error));
        TRY(imports_spend(xml->reading, got, xml->error));
        if (XML_ParseBuffer(xml->parser, (int)got, got == 0) == XML_STATUS_OK)
            continue;
        TRY(xml->status);
        const bool is_behind = xml->has_film && xml->depth == 0;
        if (!is_behind)
            imports_fault(xml->reading, XML_GetCurrentLineNumber(xml->parser),
                          XML_GetErrorCode(xml->parser) == XML_ERROR_ABORTED
                              ? "it has declarations of its own, which are not read"
                              : XML_ErrorString(XML_GetErrorCode(xml->parser)));
        return STATUS_OK;
    }
    return STATUS_OK;
}

enum status imports_read_xml(struct imports_reading *reading, struct error *error) {
    struct xml xml = {.reading = reading, .error = error, .kind = ""};
    struct source source;
    TRY(source_open(&source, reading->member, NULL, error));
    xml.parser = XML_ParserCreate(NULL);
    enum status status;
    if (xml.parser) {
        XML_SetUserData(xml.parser, &xml);
        XML_SetElementHandler(xml.parser, on_start, on_end);
        XML_SetCharacterDataHandler(xml.parser, on_text);
        XML_SetStartDoctypeDeclHandler(xml.parser, on_document_type);
        status = feed(&xml, &source);
        XML_ParserFree(xml.parser);
    } else {
        status = error_set(error, STATUS_LIMIT, "%s: the XML reader is out of memory",
                           reading->member->shown);
    }
    arena_release(&xml.arena);
    source_close(&source);
    return status;
}
