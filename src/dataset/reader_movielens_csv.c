/* reader_movielens_csv.c: MovieLens 20M, 25M, 32M, latest: ratings.csv, movies.csv, tags.csv,
 * links.csv with quotes and either line end. Columns of ratings.csv are found by their names. */
#include "dataset/movies.h"
#include "dataset/ratings.h"
#include "dataset/reader.h"
#include "dataset/sniff.h"
#include "dataset/tags.h"

static bool look(const struct volume *volume, struct ratings_format *format) {
    const struct volume_member *ratings = volume_find(volume, "ratings.csv");
    if (!ratings || volume->is_single)
        return false;
    struct sniff sniff;
    sniff_member(&sniff, ratings);
    return sniff_table(&sniff, false, format);
}

static int probe(const struct volume *volume) {
    struct ratings_format format;
    return look(volume, &format) ? 90 : 0;
}

static enum status read_all(struct assembly *assembly, struct error *error) {
    const struct volume *volume = assembly->volume;
    struct ratings_format format;
    const struct volume_member *ratings = volume_find(volume, "ratings.csv");
    if (!look(volume, &format))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: expected ratings.csv with the columns userId, movieId, rating and "
                         "timestamp",
                         volume->path);
    if (format.header && format.user == 0 && format.item == 1 && format.column_count == 4)
        format.columns = "userId,movieId,rating,timestamp";
    const struct volume_member *movies = volume_find(volume, "movies.csv");
    const struct volume_member *links = volume_find(volume, "links.csv");
    const struct volume_member *tags = volume_find(volume, "tags.csv");
    if (movies)
        TRY(movies_read_csv(assembly, movies, error));
    if (links)
        TRY(movies_read_links(assembly, links, error));
    TRY(ratings_read(assembly, ratings, &format, &assembly->rows, error));
    if (tags)
        TRY(tags_read(assembly, tags, error));
    TRY(movies_facts_read(assembly, error));
    return assembly_finish(assembly, error);
}

const struct reader_ops reader_movielens_csv = {
    .name = "movielens_csv",
    .summary = "MovieLens 20M, 25M, 32M, latest: ratings.csv, movies.csv, tags.csv, links.csv",
    .probe = probe,
    .read = read_all,
};
