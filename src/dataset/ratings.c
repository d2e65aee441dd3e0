/* ratings.c: the loop over the lines of a file of ratings. See ratings.h.
 *
 * Cost     about 60 ns a line on one core: find the line end, cut the fields, two table look-ups,
 *          two numbers (bench/dataset_parse.c).
 * Memory   rows.h; the file itself passes through a buffer of 64 KiB. After the first lines it is
 *          estimated whether all rows will fit into memory, so that a data set that is too large is
 *          refused at once.
 * Checked  the readers' tests, fuzz/fuzz_*.c. */
#include "dataset/ratings.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "dataset/encoding.h"
#include "dataset/lines.h"

#define ESTIMATE_ROWS 4096
#define ESTIMATE_SLACK 1.25 /* early lines are shorter than later ones: ids grow */
#define ROW_BYTES_MIN 4     /* "1,2" and a line end */

struct ratings_loop {
    struct assembly *assembly;
    const struct ratings_format *format;
    struct lines lines;
    struct rows *rows;
    bool all_ones;
};

static enum status line_error(const struct ratings_loop *loop, const char *expected,
                              struct text_slice found, struct error *error) {
    return error_set(error, STATUS_BAD_INPUT,
                     "%s:%zu: expected %s, found %s; repair or remove the line", loop->lines.shown,
                     loop->lines.number, expected, fields_shown(found));
}

/* The index of an id that the fast table does not know. */
static enum status take_other_id(const struct ratings_loop *loop, struct id_builder *builder,
                                 struct text_slice id, const char *what, uint32_t *index,
                                 struct error *error) {
    *index = id_builder_find(builder, id.start, id.length);
    if (*index != DATASET_NONE)
        return STATUS_OK;
    char expected[96];
    const char *kind = id.length == 0              ? "%s"
                       : id.length > ID_LENGTH_MAX ? "%s of at most 4096 bytes"
                                                   : "%s in UTF-8";
    if (id.length == 0 || id.length > ID_LENGTH_MAX ||
        encoding_utf8_fault(id.start, id.length) != id.length) {
        snprintf(expected, sizeof expected, kind, what);
        return line_error(loop, expected, id, error);
    }
    *index = id_builder_add(builder, id.start, id.length);
    return STATUS_OK;
}

static inline enum status take_id(const struct ratings_loop *loop, struct id_builder *builder,
                                  struct text_slice id, const char *what, uint32_t *index,
                                  struct error *error) {
    uint32_t value = id_builder_value(id.start, id.length);
    if (value < ID_DENSE_LIMIT && builder->dense[value]) {
        *index = builder->dense[value] - 1;
        return STATUS_OK;
    }
    return take_other_id(loop, builder, id, what, index, error);
}

static enum status count_error(const struct ratings_loop *loop, size_t count, struct error *error) {
    const struct ratings_format *format = loop->format;
    struct text_slice line = {loop->lines.text, loop->lines.length};
    if (count == 0)
        return line_error(loop, "quotes that are closed", line, error);
    return error_set(
        error, STATUS_BAD_INPUT,
        "%s:%zu: expected %zu columns (%s), found %zu in %s; repair or remove the line",
        loop->lines.shown, loop->lines.number, format->column_count, format->columns, count,
        fields_shown(line));
}

static enum status take_line(struct ratings_loop *loop, bool quoted, struct error *error) {
    const struct ratings_format *format = loop->format;
    struct text_slice fields[RATINGS_COLUMNS_MAX];
    size_t count = quoted ? fields_split_csv(&loop->lines, (char)format->separator, arena_scratch(),
                                             fields, RATINGS_COLUMNS_MAX)
                          : fields_split(loop->lines.text, loop->lines.length, format->separator,
                                         fields, RATINGS_COLUMNS_MAX);
    if (count < format->column_count)
        return count_error(loop, count, error);
    uint32_t user, item;
    TRY(take_id(loop, &loop->assembly->users, fields_trimmed(fields[format->user]), "a user id",
                &user, error));
    TRY(take_id(loop, &loop->assembly->items, fields_trimmed(fields[format->item]), "an item id",
                &item, error));
    float rating = 1;
    int64_t time = 0;
    enum field_fault fault = FIELD_OK;
    if (format->rating >= 0) {
        struct text_slice field = fields_trimmed(fields[format->rating]);
        fault = fields_rating(field, &rating);
        if (fault != FIELD_OK)
            return line_error(loop, fields_expected(fault, false), field, error);
        loop->all_ones &= rating == 1;
    }
    if (format->time >= 0) {
        struct text_slice field = fields_trimmed(fields[format->time]);
        fault = fields_time(field, &time);
        if (fault != FIELD_OK)
            return line_error(loop, fields_expected(fault, true), field, error);
    }
    rows_add(loop->rows, user, item, rating, time);
    return STATUS_OK;
}

/* After some lines: would all of them fit? Without a known size the capacity of rows decides. */
static enum status check_estimate(const struct ratings_loop *loop,
                                  const struct volume_member *member, struct error *error) {
    double rows = (double)member->size * (ESTIMATE_ROWS + 1) / (double)lines_position(&loop->lines);
    double affordable = (double)loop->assembly->memory_bytes / (double)ROWS_BYTES_EACH;
    if (rows > affordable * ESTIMATE_SLACK)
        return assembly_refuse_size(loop->assembly, member->shown, rows, error);
    return STATUS_OK;
}

static enum status take_lines(struct ratings_loop *loop, const struct volume_member *member,
                              struct error *error) {
    struct arena *scratch = arena_scratch();
    if (loop->format->header)
        lines_next(&loop->lines);
    while (lines_next(&loop->lines)) {
        if (loop->lines.length == 0 || lines_is_blank(&loop->lines))
            continue;
        if (loop->rows->count == loop->rows->capacity)
            return assembly_refuse_size(loop->assembly, member->shown,
                                        (double)loop->rows->capacity + 1, error);
        if (loop->rows->count == ESTIMATE_ROWS)
            TRY(check_estimate(loop, member, error));
        if (!loop->format->quotes || !memchr(loop->lines.text, '"', loop->lines.length)) {
            TRY(take_line(loop, false, error));
            continue;
        }
        struct arena_position mark = arena_mark(scratch);
        enum status status = take_line(loop, true, error);
        arena_reset(scratch, mark);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

enum status ratings_read(struct assembly *assembly, const struct volume_member *member,
                         const struct ratings_format *format, struct rows *rows,
                         struct error *error) {
    ASSERT(format->column_count >= 2 && format->column_count <= RATINGS_COLUMNS_MAX);
    struct ratings_loop loop = {
        .assembly = assembly, .format = format, .rows = rows, .all_ones = true};
    TRY(lines_open(&loop.lines, member, &assembly->digest, error));
    assembly_rows_begin(assembly, rows, member, ROW_BYTES_MIN, format->rating >= 0,
                        format->time >= 0);
    if (take_lines(&loop, member, error) != STATUS_OK) {
        lines_discard(&loop.lines);
        return error->status;
    }
    TRY(lines_close(&loop.lines, error));
    if (rows->count > 0 && loop.all_ones)
        rows_drop_ratings(rows, assembly->arena);
    return STATUS_OK;
}
