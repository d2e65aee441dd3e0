/* given.c: see given.h. Checked by tests/dataset/test_readers.c: the folds of MovieLens 100K
 * against their .base files, the 99 candidates of the NCF benchmark. */
#include "dataset/given.h"

#include <string.h>

#include "base/alloc.h"
#include "dataset/fields.h"
#include "dataset/lines.h"

struct marked_rows {
    uint8_t *in_test; /* [count] */
    uint8_t wanted;
};

static bool is_wanted(void *context, uint32_t user, size_t row) {
    (void)user;
    const struct marked_rows *marked = context;
    return marked->in_test[row] == marked->wanted;
}

/* The row of a line of the test file, or SIZE_MAX. */
static size_t row_of(const struct dataset *dataset, struct text_slice user_id,
                     struct text_slice item_id) {
    uint32_t user = id_map_find(&dataset->users, user_id.start, user_id.length);
    uint32_t item = id_map_find(&dataset->items, item_id.start, item_id.length);
    if (user == DATASET_NONE || item == DATASET_NONE)
        return SIZE_MAX;
    const struct interactions *all = &dataset->interactions;
    for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
        if (all->items[row] == item)
            return row;
    return SIZE_MAX;
}

static enum status mark_line(const struct dataset *dataset, const struct lines *lines,
                             const struct ratings_format *format, uint8_t *in_test,
                             struct error *error) {
    struct text_slice line = {lines->text, lines->length}, fields[RATINGS_COLUMNS_MAX];
    size_t count =
        fields_split(line.start, line.length, format->separator, fields, RATINGS_COLUMNS_MAX);
    if (count < format->column_count)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s:%zu: expected %zu columns (%s), found %zu in %s; repair or remove the "
                         "line",
                         lines->shown, lines->number, format->column_count, format->columns, count,
                         fields_shown(line));
    size_t row =
        row_of(dataset, fields_trimmed(fields[format->user]), fields_trimmed(fields[format->item]));
    if (row == SIZE_MAX)
        return error_set(
            error, STATUS_BAD_INPUT,
            "%s:%zu: expected a user and an item that the ratings of the data set have "
            "together, found %s; are the files of one edition?",
            lines->shown, lines->number, fields_shown(line));
    in_test[row] = 1;
    return STATUS_OK;
}

enum status given_read_test(struct assembly *assembly, const struct volume_member *member,
                            const struct ratings_format *format, struct interactions *train,
                            struct interactions *test, struct error *error) {
    const struct dataset *dataset = assembly->dataset;
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    struct marked_rows marked = {alloc_zeroed(dataset->interactions.count, 1), 0};
    enum status status = STATUS_OK;
    while (status == STATUS_OK && lines_next(&lines))
        if (!lines_is_blank(&lines))
            status = mark_line(dataset, &lines, format, marked.in_test, error);
    if (status == STATUS_OK)
        status = lines_close(&lines, error);
    else
        lines_discard(&lines);
    if (status == STATUS_OK) {
        *train = interactions_filter(&dataset->interactions, is_wanted, &marked, assembly->arena);
        marked.wanted = 1;
        *test = interactions_filter(&dataset->interactions, is_wanted, &marked, assembly->arena);
    }
    alloc_free(marked.in_test);
    return status;
}

/* Candidate lists while they are read: the lines may come in any order of users. */
struct candidate_lists {
    uint32_t *items;
    size_t count, capacity;
    struct {
        size_t begin, end;
    } * of_user; /* [user_count] ranges of items */
    size_t unknown_count;
};

static void add_candidate(struct candidate_lists *lists, uint32_t item) {
    if (lists->count == lists->capacity) {
        lists->capacity = lists->capacity ? 2 * lists->capacity : 65536;
        lists->items = alloc_resize(lists->items, lists->capacity * sizeof *lists->items);
    }
    lists->items[lists->count++] = item;
}

/* "(12,345)" -> "12" and "345". */
static bool split_pair(struct text_slice field, struct text_slice pair[2]) {
    if (field.length < 5 || field.start[0] != '(' || field.start[field.length - 1] != ')')
        return false;
    if (fields_split(field.start + 1, field.length - 2, FIELDS_COMMA, pair, 2) != 2)
        return false;
    pair[0] = fields_trimmed(pair[0]);
    pair[1] = fields_trimmed(pair[1]);
    return true;
}

static enum status take_candidates(struct assembly *assembly, const struct lines *lines,
                                   given_index *index, void *context, struct candidate_lists *lists,
                                   struct error *error) {
    struct text_slice line = {lines->text, lines->length}, pair[2];
    const char *tab = memchr(line.start, '\t', line.length);
    size_t head = tab ? (size_t)(tab - line.start) : line.length;
    bool is_pair = split_pair((struct text_slice){line.start, head}, pair);
    uint32_t user = is_pair ? index(context, true, pair[0]) : DATASET_NONE;
    uint32_t tested = is_pair ? index(context, false, pair[1]) : DATASET_NONE;
    if (user == DATASET_NONE || tested == DATASET_NONE ||
        !interactions_contains(assembly->dataset->given.test, user, tested))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s:%zu: expected (user,item) of the test and then items between tabs, "
                         "found %s; are the files of one edition?",
                         lines->shown, lines->number, fields_shown(line));
    lists->of_user[user].begin = lists->count;
    for (size_t at = head + 1; at < line.length;) {
        const char *stop = memchr(line.start + at, '\t', line.length - at);
        size_t end = stop ? (size_t)(stop - line.start) : line.length;
        struct text_slice number = fields_trimmed((struct text_slice){line.start + at, end - at});
        at = end + 1;
        uint32_t item = number.length > 0 ? index(context, false, number) : DATASET_NONE;
        if (item != DATASET_NONE)
            add_candidate(lists, item);
        else
            lists->unknown_count += number.length > 0;
    }
    lists->of_user[user].end = lists->count;
    return STATUS_OK;
}

static void keep_candidates(struct assembly *assembly, const struct candidate_lists *lists) {
    struct given_split *given = &assembly->dataset->given;
    uint32_t user_count = assembly->dataset->users.count;
    uint64_t *offsets = ARENA_ARRAY(assembly->arena, uint64_t, (size_t)user_count + 1);
    for (uint32_t user = 0; user < user_count; user++)
        offsets[user + 1] = offsets[user] + lists->of_user[user].end - lists->of_user[user].begin;
    uint32_t *candidates = ARENA_ARRAY_RAW(assembly->arena, uint32_t, offsets[user_count]);
    for (uint32_t user = 0; user < user_count; user++)
        if (offsets[user + 1] > offsets[user])
            memcpy(candidates + offsets[user], lists->items + lists->of_user[user].begin,
                   (offsets[user + 1] - offsets[user]) * sizeof *candidates);
    given->candidate_offsets = offsets;
    given->candidates = candidates;
}

enum status given_read_candidates(struct assembly *assembly, const struct volume_member *member,
                                  given_index *index, void *context, struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    struct candidate_lists lists = {0};
    lists.of_user = alloc_zeroed(assembly->dataset->users.count, sizeof *lists.of_user);
    enum status status = STATUS_OK;
    while (status == STATUS_OK && lines_next(&lines))
        if (!lines_is_blank(&lines))
            status = take_candidates(assembly, &lines, index, context, &lists, error);
    if (status == STATUS_OK)
        status = lines_close(&lines, error);
    else
        lines_discard(&lines);
    if (status == STATUS_OK)
        keep_candidates(assembly, &lists);
    if (lists.unknown_count > 0)
        assembly_warn(assembly, "%s: %zu candidates are items without interactions; left out",
                      member->shown, lists.unknown_count);
    alloc_free(lists.items);
    alloc_free(lists.of_user);
    return status;
}
