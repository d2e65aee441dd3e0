/* reader_movielens_100k.c: MovieLens 100K as published: u.data, u.item, u.user, u.genre, the five
 * folds u1..u5 and the split ua.
 *
 * Only the .test files of folds are read: the .base files are all other rows of u.data (which a
 * test checks). Users stand as u.user lists them, so that somebody without ratings has a number
 * too. */
#include <stdio.h>

#include "dataset/fields.h"
#include "dataset/given.h"
#include "dataset/lines.h"
#include "dataset/movies.h"
#include "dataset/ratings.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"

#define FOLDS_MAX 5

static const struct ratings_format ratings_format = {
    .separator = FIELDS_TAB,
    .user = 0,
    .item = 1,
    .rating = 2,
    .time = 3,
    .column_count = 4,
    .columns = "user, item, rating, time between tabs",
};

static int probe(const struct volume *volume) {
    const struct volume_member *data = volume_find(volume, "u.data");
    if (!data || volume->is_single)
        return 0;
    struct sniff sniff;
    sniff_member(&sniff, data);
    return sniff_columns(&sniff, FIELDS_TAB, 4, 0) ? 95 : 0;
}

static enum status read_users(struct assembly *assembly, const struct volume_member *member,
                              struct error *error) {
    struct lines lines;
    TRY(lines_open(&lines, member, &assembly->digest, error));
    while (lines_next(&lines)) {
        struct text_slice id;
        fields_split(lines.text, lines.length, FIELDS_PIPE, &id, 1);
        id = fields_trimmed(id);
        if (id_builder_value(id.start, id.length) < ID_DENSE_LIMIT) {
            id_builder_add(&assembly->users, id.start, id.length);
        } else if (!lines_is_blank(&lines)) {
            error_set(error, STATUS_BAD_INPUT,
                      "%s:%zu: expected the user's number in the first column, found %s; repair or "
                      "remove the line",
                      lines.shown, lines.number, fields_shown(id));
            lines_discard(&lines);
            return error->status;
        }
    }
    return lines_close(&lines, error);
}

static enum status read_folds(struct assembly *assembly, struct error *error) {
    struct dataset *dataset = assembly->dataset;
    struct interactions *train = ARENA_ARRAY(assembly->arena, struct interactions, FOLDS_MAX);
    struct interactions *test = ARENA_ARRAY(assembly->arena, struct interactions, FOLDS_MAX);
    uint32_t count = 0;
    for (; count < FOLDS_MAX; count++) {
        char name[16];
        snprintf(name, sizeof name, "u%u.test", count + 1);
        const struct volume_member *member = volume_find(assembly->volume, name);
        if (!member)
            break;
        TRY(given_read_test(assembly, member, &ratings_format, &train[count], &test[count], error));
    }
    if (count > 0)
        dataset->folds = (struct given_folds){count, train, test};
    const struct volume_member *member = volume_find(assembly->volume, "ua.test");
    if (!member)
        return STATUS_OK;
    struct interactions *given = ARENA_ARRAY(assembly->arena, struct interactions, 2);
    TRY(given_read_test(assembly, member, &ratings_format, &given[0], &given[1], error));
    dataset->given = (struct given_split){.train = &given[0], .test = &given[1]};
    return STATUS_OK;
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    const struct volume_member *item = volume_find(assembly->volume, "u.item");
    const struct volume_member *user = volume_find(assembly->volume, "u.user");
    if (item)
        TRY(movies_read_item(assembly, item, volume_find(assembly->volume, "u.genre"), error));
    if (user)
        TRY(read_users(assembly, user, error));
    TRY(ratings_read(assembly, volume_find(assembly->volume, "u.data"), &ratings_format,
                     &assembly->rows, error));
    TRY(movies_facts_read(assembly, error));
    TRY(assembly_finish(assembly, error));
    return read_folds(assembly, error);
}

const struct reader_ops reader_movielens_100k = {
    .name = "movielens_100k",
    .summary = "MovieLens 100K: u.data, u.item, u.user",
    .probe = probe,
    .read = read_all,
};
