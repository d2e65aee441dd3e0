/* reader_ncf.c: the NCF benchmark files (He et al. 2017): NAME.train.rating, NAME.test.rating
 * (user, item, rating, time between tabs), NAME.test.negative ("(user,item)" and 99 items).
 *
 * Users and items are numbered from 0 in these files. NAME.item_ids, where it is there, says which
 * outside id item k has (line k + 1); a users.dat does the same for users, whose numbers follow its
 * lines. Without them the numbers are the ids. Indices are the numbers either way.
 *
 * Two editions exist: ratings with seconds, and 1 with a position in the user's history (1 =
 * oldest) while the test keeps its seconds; times below POSITION_LIMIT are positions, and the test
 * is then put behind them. Ratings that are all 1 make the data implicit. */
#include <string.h>

#include "base/alloc.h"
#include "dataset/encoding.h"
#include "dataset/given.h"
#include "dataset/lines.h"
#include "dataset/movies.h"
#include "dataset/ratings.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"

#define POSITION_LIMIT 10000000 /* seconds since 1970 that small are April 1970 */

static int probe(const struct volume *volume) {
    const struct volume_member *train = volume_find_ending(volume, ".train.rating");
    if (!train || volume->is_single || !volume_find_ending(volume, ".test.rating"))
        return 0;
    struct sniff sniff;
    sniff_member(&sniff, train);
    return sniff_columns(&sniff, FIELDS_TAB, 2, 2) ? 95 : 0;
}

static struct ratings_format format_of(const struct volume_member *member) {
    struct sniff sniff;
    sniff_member(&sniff, member);
    bool has_rating = sniff_columns(&sniff, FIELDS_TAB, 3, 0);
    bool has_time = sniff_columns(&sniff, FIELDS_TAB, 4, 0);
    return (struct ratings_format){
        .separator = FIELDS_TAB,
        .user = 0,
        .item = 1,
        .rating = has_rating ? 2 : -1,
        .time = has_time ? 3 : -1,
        .column_count = has_time     ? 4
                        : has_rating ? 3
                                     : 2,
        .columns = "user, item, rating, time between tabs",
    };
}

static bool are_positions(const struct rows *rows) {
    for (size_t row = 0; rows->times && row < rows->count; row++)
        if (rows->times[row] >= POSITION_LIMIT)
            return false;
    return rows->times != NULL;
}

static enum status read_rows(struct assembly *assembly, const struct volume_member *train,
                             const struct volume_member *test, struct error *error) {
    struct ratings_format format = format_of(train);
    TRY(ratings_read(assembly, train, &format, &assembly->rows, error));
    assembly->times_are_positions = are_positions(&assembly->rows);
    /* Implicit training data make the test implicit; the columns themselves must be there. */
    if (!assembly->rows.ratings)
        format.rating = -1;
    TRY(ratings_read(assembly, test, &format, &assembly->test, error));
    assembly->has_test = true;
    return STATUS_OK;
}

/* The outside ids, one a line (of users.dat: before the first "::"), as a builder whose index k is
 * line k + 1. */
static enum status read_labels(struct assembly *assembly, const struct volume_member *member,
                               struct id_builder *labels, struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    id_builder_init(labels);
    while (lines_next(&lines)) {
        struct text_slice id;
        fields_split(lines.text, lines.length, FIELDS_COLONS, &id, 1);
        id = fields_trimmed(id);
        uint32_t before = labels->count;
        bool fit = id.length > 0 && id.length <= ID_LENGTH_MAX &&
                   encoding_utf8_fault(id.start, id.length) == id.length;
        if (!fit || id_builder_add(labels, id.start, id.length) != before) {
            error_set(error, STATUS_BAD_INPUT,
                      "%s:%zu: expected an id that no earlier line has, found %s; repair the file",
                      lines.shown, lines.number, fields_shown(id));
            lines_discard(&lines);
            return error->status;
        }
    }
    return lines_close(&lines, error);
}

/* Takes the labels as ids: rank[index so far] = number = index from now on. */
static enum status relabel(struct id_builder *builder, struct id_builder *labels,
                           const struct volume_member *member, uint32_t *rank,
                           struct error *error) {
    for (uint32_t index = 0; index < builder->count; index++) {
        struct text_slice name = id_builder_name(builder, index);
        rank[index] = id_builder_value(name.start, name.length);
        if (rank[index] >= labels->count)
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: expected a line for number %s, found %u lines; are the files of "
                             "one edition?",
                             member->shown, fields_shown(name), labels->count);
    }
    id_builder_release(builder);
    *builder = *labels;
    *labels = (struct id_builder){0};
    return STATUS_OK;
}

static enum status take_labels(struct assembly *assembly, const struct volume_member *member,
                               bool is_user, struct error *error) {
    struct id_builder labels = {0};
    struct id_builder *builder = is_user ? &assembly->users : &assembly->items;
    uint32_t *rank = alloc_bytes(builder->count * sizeof *rank);
    enum status status = read_labels(assembly, member, &labels, error);
    if (status == STATUS_OK)
        status = relabel(builder, &labels, member, rank, error);
    if (status == STATUS_OK) {
        rows_renumber(&assembly->rows, is_user ? rank : NULL, is_user ? NULL : rank);
        rows_renumber(&assembly->test, is_user ? rank : NULL, is_user ? NULL : rank);
    }
    id_builder_release(&labels);
    alloc_free(rank);
    return status;
}

struct numbering {
    const struct dataset *dataset;
    bool labelled[2]; /* items, users: the number is the index, not the id */
};

static uint32_t index_of(void *context, bool is_user, struct text_slice number) {
    const struct numbering *numbering = context;
    const struct id_map *map = is_user ? &numbering->dataset->users : &numbering->dataset->items;
    if (!numbering->labelled[is_user])
        return id_map_find(map, number.start, number.length);
    uint32_t index = id_builder_value(number.start, number.length);
    return index < map->count ? index : DATASET_NONE;
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    const struct volume *volume = assembly->volume;
    const struct volume_member *users = volume_find(volume, "users.dat");
    const struct volume_member *items = volume_find_ending(volume, ".item_ids");
    const struct volume_member *movies = volume_find(volume, "movies.dat");
    const struct volume_member *negative = volume_find_ending(volume, ".test.negative");
    TRY(read_rows(assembly, volume_find_ending(volume, ".train.rating"),
                  volume_find_ending(volume, ".test.rating"), error));
    if (users)
        TRY(take_labels(assembly, users, true, error));
    if (items)
        TRY(take_labels(assembly, items, false, error));
    assembly->keep_user_order = users != NULL;
    assembly->keep_item_order = items != NULL;
    if (items && movies)
        TRY(movies_read_dat(assembly, movies, true, error));
    TRY(movies_facts_read(assembly, error));
    TRY(assembly_finish(assembly, error));
    struct numbering numbering = {assembly->dataset, {items != NULL, users != NULL}};
    return negative ? given_read_candidates(assembly, negative, index_of, &numbering, error)
                    : STATUS_OK;
}

const struct reader_ops reader_ncf = {
    .name = "ncf",
    .summary = "NCF benchmark: *.train.rating, *.test.rating, *.test.negative",
    .probe = probe,
    .read = read_all,
};
