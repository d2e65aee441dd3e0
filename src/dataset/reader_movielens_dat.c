/* reader_movielens_dat.c: MovieLens 1M and 10M: fields between "::" in ratings.dat, movies.dat,
 * tags.dat. users.dat holds nothing that is used here. ISO-8859-1 (1M) or UTF-8 (10M). */
#include "dataset/movies.h"
#include "dataset/ratings.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"
#include "dataset/tags.h"

static const struct ratings_format ratings_format = {
    .separator = FIELDS_COLONS,
    .user = 0,
    .item = 1,
    .rating = 2,
    .time = 3,
    .column_count = 4,
    .columns = "user::item::rating::time",
};

static int probe(const struct volume *volume) {
    const struct volume_member *ratings = volume_find(volume, "ratings.dat");
    if (!ratings || volume->is_single)
        return 0;
    struct sniff sniff;
    sniff_member(&sniff, ratings);
    return sniff_columns(&sniff, FIELDS_COLONS, 3, 0) ? 95 : 0;
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    const struct volume_member *movies = volume_find(assembly->volume, "movies.dat");
    const struct volume_member *tags = volume_find(assembly->volume, "tags.dat");
    if (movies)
        TRY(movies_read_dat(assembly, movies, false, error));
    TRY(ratings_read(assembly, volume_find(assembly->volume, "ratings.dat"), &ratings_format,
                     &assembly->rows, error));
    if (tags)
        TRY(tags_read(assembly, tags, error));
    TRY(movies_facts_read(assembly, error));
    return assembly_finish(assembly, error);
}

const struct reader_ops reader_movielens_dat = {
    .name = "movielens_dat",
    .summary = "MovieLens 1M, 10M: ratings.dat, movies.dat between \"::\"",
    .probe = probe,
    .read = read_all,
};
