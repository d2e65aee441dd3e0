/* imports_json.c: films out of JSON of any size: an array, an array inside objects, or lines. See
 * imports.h.
 *
 * Idea     Only brackets and strings are looked at until an object begins inside an array: that is
 *          a record, which alone is parsed. So a document of gigabytes takes the memory of its
 *          largest film, and one that is broken costs that film and no other.
 * Traps    A string that is not closed would turn everything behind it inside out; a line end may
 *          not stand in a string, so that one ends there. A record of more than IMPORTS_RECORD_MAX
 *          is passed over.
 * Checked  tests/imports/test_imports.c, fuzz/fuzz_imports.c. */
#include <string.h>

#include "base/alloc.h"
#include "base/buffer.h"
#include "dataset/lines.h"
#include "imports/imports_internal.h"

#define BLOCK_BYTES ((size_t)64 << 10)
#define DEPTH_MAX 64
#define HEAD_BYTES ((size_t)64 << 10)

static enum status give_object(struct imports_reading *reading, const json_t *object, size_t line,
                               struct error *error) {
    struct imports_film film = imports_film_at(reading, IMPORTS_UNKNOWN, line);
    return imports_film_of_json(&film, object) ? imports_give(reading, &film, error) : STATUS_OK;
}

static enum status give_record(struct imports_reading *reading, const char *bytes, size_t size,
                               size_t line, struct error *error) {
    json_error_t where;
    json_t *object = json_loadb(bytes, size, 0, &where);
    if (!object) {
        imports_fault(reading, line, where.text);
        return STATUS_OK;
    }
    const enum status status = give_object(reading, object, line, error);
    json_decref(object);
    return status;
}

/* ---- A document ---- */

struct scanner {
    struct imports_reading *reading;
    char open[DEPTH_MAX]; /* '{' or '[' around what is looked at */
    size_t depth;         /* may be more than DEPTH_MAX: those are not told apart */
    bool in_string, is_escaped;
    size_t line;
    char *record; /* [IMPORTS_RECORD_MAX] */
    size_t used;
    size_t record_line;
    size_t record_depth; /* brackets open within the record; 0: there is none */
    bool is_too_long;
};

static enum status end_record(struct scanner *scanner, struct error *error) {
    if (!scanner->is_too_long)
        return give_record(scanner->reading, scanner->record, scanner->used, scanner->record_line,
                           error);
    imports_fault(scanner->reading, scanner->record_line, "it is longer than 1 MiB");
    return STATUS_OK;
}

static void keep(struct scanner *scanner, char byte) {
    scanner->is_too_long = scanner->is_too_long || scanner->used == IMPORTS_RECORD_MAX;
    if (!scanner->is_too_long)
        scanner->record[scanner->used++] = byte;
}

/* True: the byte is part of a string. */
static bool scan_string(struct scanner *scanner, char byte) {
    if (!scanner->in_string) {
        scanner->in_string = byte == '"';
        scanner->is_escaped = false;
        return scanner->in_string;
    }
    const bool ends = byte == '\n' || (byte == '"' && !scanner->is_escaped);
    scanner->is_escaped = byte == '\\' && !scanner->is_escaped;
    scanner->in_string = !ends;
    return true;
}

static void open_bracket(struct scanner *scanner, char byte) {
    const bool in_array = scanner->depth > 0 && scanner->depth <= DEPTH_MAX &&
                          scanner->open[scanner->depth - 1] == '[';
    if (byte == '{' && in_array) {
        scanner->record_depth = 1;
        scanner->record_line = scanner->line;
        scanner->used = 0;
        scanner->is_too_long = false;
        keep(scanner, byte);
        return;
    }
    if (scanner->depth < DEPTH_MAX)
        scanner->open[scanner->depth] = byte;
    scanner->depth++;
}

static enum status scan_byte(struct scanner *scanner, char byte, struct error *error) {
    const bool in_record = scanner->record_depth > 0;
    scanner->line += byte == '\n';
    if (in_record)
        keep(scanner, byte);
    if (scan_string(scanner, byte))
        return STATUS_OK;
    const bool opens = byte == '{' || byte == '[', closes = byte == '}' || byte == ']';
    if (in_record) {
        scanner->record_depth += opens;
        scanner->record_depth -= closes;
        return closes && scanner->record_depth == 0 ? end_record(scanner, error) : STATUS_OK;
    }
    if (opens)
        open_bracket(scanner, byte);
    else if (closes && scanner->depth > 0)
        scanner->depth--;
    return STATUS_OK;
}

static enum status scan(struct scanner *scanner, struct source *source, char *block,
                        struct error *error) {
    for (;;) {
        size_t got;
        TRY(source_read(source, block, BLOCK_BYTES, &got, error));
        if (got == 0)
            break;
        TRY(imports_spend(scanner->reading, got, error));
        for (size_t i = 0; i < got; i++)
            TRY(scan_byte(scanner, block[i], error));
    }
    if (scanner->record_depth > 0)
        imports_fault(scanner->reading, scanner->record_line, "the file ends inside it");
    return STATUS_OK;
}

static enum status read_document(struct imports_reading *reading, struct error *error) {
    struct scanner scanner = {.reading = reading, .line = 1};
    struct source source;
    TRY(source_open(&source, reading->member, NULL, error));
    char *block = alloc_bytes(BLOCK_BYTES);
    scanner.record = alloc_bytes(IMPORTS_RECORD_MAX);
    const enum status status = scan(&scanner, &source, block, error);
    alloc_free(scanner.record);
    alloc_free(block);
    source_close(&source);
    return status;
}

/* ---- Lines ---- */

static enum status give_line(struct imports_reading *reading, const struct lines *lines,
                             struct error *error) {
    const struct imports_sink *sink = reading->sink;
    if (reading->format == IMPORTS_MATINEE)
        return sink->line(sink->context, lines->text, lines->length, reading->member->shown,
                          lines->number, error);
    return give_record(reading, lines->text, lines->length, lines->number, error);
}

static enum status read_lines(struct imports_reading *reading, struct error *error) {
    struct lines lines;
    enum status status = STATUS_OK;
    TRY(lines_open(&lines, reading->member, NULL, error));
    while (status == STATUS_OK && lines_next(&lines)) {
        status = imports_spend(reading, lines.length + 1, error);
        if (status == STATUS_OK && !lines_is_blank(&lines))
            status = give_line(reading, &lines, error);
    }
    if (status == STATUS_OK)
        return lines_close(&lines, error);
    lines_discard(&lines);
    return status;
}

/* What the first line alone is. */
enum shape { SHAPE_DOCUMENT, SHAPE_LINES, SHAPE_MATINEE };

static enum shape shape_of(const struct volume_member *member) {
    char *head = alloc_bytes(HEAD_BYTES);
    const size_t size = lines_head(member, head, HEAD_BYTES);
    const size_t mark = size >= 3 && memcmp(head, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    const char *end = memchr(head, '\n', size);
    const size_t length = (end ? (size_t)(end - head) : size) - mark;
    json_t *first = json_loadb(head + mark, length, 0, NULL);
    struct imports_film film = {0};
    enum shape shape = SHAPE_DOCUMENT;
    if (json_is_object(first) && imports_film_of_json(&film, first))
        shape = SHAPE_LINES;
    else if (json_is_object(first) && json_is_string(json_object_get(first, "type")))
        shape = SHAPE_MATINEE;
    json_decref(first);
    alloc_free(head);
    return shape;
}

enum status imports_read_json(struct imports_reading *reading, struct error *error) {
    const enum shape shape = shape_of(reading->member);
    if (shape == SHAPE_DOCUMENT)
        return read_document(reading, error);
    if (shape == SHAPE_MATINEE)
        reading->format = IMPORTS_MATINEE;
    return read_lines(reading, error);
}
