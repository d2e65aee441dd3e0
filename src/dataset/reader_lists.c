/* reader_lists.c: the benchmark files of the graph papers (NGCF, LightGCN): a line "user item item
 * ..." for each user; train.txt and test.txt of a folder, or one such file. No ratings, no order.
 */
#include "dataset/encoding.h"
#include "dataset/lines.h"
#include "dataset/movies.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"

#define WORD_BYTES_MIN 2 /* a digit and a blank */

static const struct volume_member *train_of(const struct volume *volume) {
    return volume->is_single ? &volume->members[0] : volume_find(volume, "train.txt");
}

static int probe(const struct volume *volume) {
    const struct volume_member *train = train_of(volume);
    struct sniff sniff;
    if (!train)
        return 0;
    sniff_member(&sniff, train);
    if (volume->is_single)
        return sniff_lists(&sniff) ? 60 : 0;
    bool has_test = volume_find(volume, "test.txt") != NULL;
    return has_test && sniff_columns(&sniff, FIELDS_BLANKS, 1, 1) ? 90 : 0;
}

static enum status id_error(const struct lines *lines, const char *what, struct text_slice id,
                            struct error *error) {
    return error_set(error, STATUS_BAD_INPUT,
                     "%s:%zu: expected %s, found %s; repair or remove the line", lines->shown,
                     lines->number, what, fields_shown(id));
}

/* The next word of the line from *at on; empty at the end. */
static struct text_slice next_word(const struct lines *lines, size_t *at) {
    const char *text = lines->text;
    while (*at < lines->length && (text[*at] == ' ' || text[*at] == '\t'))
        ++*at;
    size_t begin = *at;
    while (*at < lines->length && text[*at] != ' ' && text[*at] != '\t')
        ++*at;
    return (struct text_slice){text + begin, *at - begin};
}

static enum status take_word(struct id_builder *builder, const struct lines *lines,
                             struct text_slice word, const char *what, uint32_t *index,
                             struct error *error) {
    if (word.length > ID_LENGTH_MAX ||
        (id_builder_value(word.start, word.length) == ID_DENSE_LIMIT &&
         encoding_utf8_fault(word.start, word.length) != word.length))
        return id_error(lines, what, word, error);
    *index = id_builder_add(builder, word.start, word.length);
    return STATUS_OK;
}

static enum status take_line(struct assembly *assembly, const struct lines *lines,
                             struct rows *rows, struct error *error) {
    size_t at = 0;
    uint32_t user, item;
    TRY(take_word(&assembly->users, lines, next_word(lines, &at), "a user id in UTF-8", &user,
                  error));
    for (;;) {
        struct text_slice word = next_word(lines, &at);
        if (word.length == 0)
            return STATUS_OK;
        if (rows->count == rows->capacity)
            return assembly_refuse_size(assembly, lines->shown, (double)rows->capacity + 1, error);
        TRY(take_word(&assembly->items, lines, word, "an item id in UTF-8", &item, error));
        rows_add(rows, user, item, 1, 0);
    }
}

static enum status read_file(struct assembly *assembly, const struct volume_member *member,
                             struct rows *rows, struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    assembly_rows_begin(assembly, rows, member, WORD_BYTES_MIN, false, false);
    while (lines_next(&lines))
        if (!lines_is_blank(&lines) && take_line(assembly, &lines, rows, error) != STATUS_OK) {
            lines_discard(&lines);
            return error->status;
        }
    return lines_close(&lines, error);
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    const struct volume *volume = assembly->volume;
    const struct volume_member *test = volume->is_single ? NULL : volume_find(volume, "test.txt");
    TRY(read_file(assembly, train_of(volume), &assembly->rows, error));
    if (test) {
        TRY(read_file(assembly, test, &assembly->test, error));
        assembly->has_test = assembly->test.count > 0;
    }
    TRY(movies_facts_read(assembly, error));
    return assembly_finish(assembly, error);
}

const struct reader_ops reader_lists = {
    .name = "lists",
    .summary = "graph benchmarks (gowalla, ...): train.txt, test.txt with \"user item item ...\"",
    .probe = probe,
    .read = read_all,
};
