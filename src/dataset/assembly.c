/* assembly.c: from what a reader found to struct dataset. See assembly.h.
 *
 * Numbering: where all ids are small integers, users and items stand in ascending order of id,
 * whatever the order of the file, so that the same data give the same indices; else in the order in
 * which they came (catalogue first). Checked by tests/dataset/test_readers.c. */
#include "dataset/assembly.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "dataset/genre_key.h"

void assembly_init(struct assembly *assembly, struct dataset *dataset,
                   const struct volume *volume) {
    *assembly = (struct assembly){.dataset = dataset,
                                  .arena = &dataset->arena,
                                  .volume = volume,
                                  .memory_bytes = alloc_available_bytes()};
    digest_begin(&assembly->digest, DIGEST_SHA256);
    id_builder_init(&assembly->users);
    id_builder_init(&assembly->items);
}

void assembly_release(struct assembly *assembly) {
    digest_end(&assembly->digest, NULL);
    id_builder_release(&assembly->users);
    id_builder_release(&assembly->items);
    alloc_free(assembly->movies);
    tags_release(&assembly->tags);
    rows_release(&assembly->rows);
    rows_release(&assembly->test);
    arena_release(&assembly->warnings);
    *assembly = (struct assembly){0};
}

void assembly_rows_begin(struct assembly *assembly, struct rows *rows,
                         const struct volume_member *member, size_t row_bytes, bool ratings,
                         bool times) {
    uint64_t capacity = member->size_bound / row_bytes + 1;
    uint64_t affordable = assembly->memory_bytes / ROWS_BYTES_EACH;
    capacity = capacity > affordable ? affordable : capacity;
    capacity = capacity > ROWS_COUNT_MAX ? ROWS_COUNT_MAX : capacity;
    rows_begin(rows, (size_t)capacity, ratings, times, assembly->arena);
}

enum status assembly_refuse_size(const struct assembly *assembly, const char *shown, double count,
                                 struct error *error) {
    double megabyte = 1e6;
    return error_set(error, STATUS_LIMIT,
                     "%s: too large for this machine: %.0f interactions or more need %.1f MB of "
                     "memory at %zu bytes each, and %.1f MB are available; take a smaller data set "
                     "or a machine with more memory",
                     shown, count, count * (double)ROWS_BYTES_EACH / megabyte, ROWS_BYTES_EACH,
                     (double)assembly->memory_bytes / megabyte);
}

struct movie *assembly_movie(struct assembly *assembly, uint32_t item) {
    if (item >= assembly->movie_capacity) {
        uint32_t old = assembly->movie_capacity, grown = old ? 2 * old : 4096;
        assembly->movie_capacity = grown > item ? grown : item + 1;
        size_t bytes = assembly->movie_capacity * sizeof *assembly->movies;
        assembly->movies = alloc_resize(assembly->movies, bytes);
        memset(assembly->movies + old, 0,
               (assembly->movie_capacity - old) * sizeof *assembly->movies);
    }
    return &assembly->movies[item];
}

uint32_t assembly_item(struct assembly *assembly, struct text_slice id, bool only_known) {
    return only_known ? id_builder_find(&assembly->items, id.start, id.length)
                      : id_builder_add(&assembly->items, id.start, id.length);
}

uint32_t assembly_genre(struct assembly *assembly, struct text_slice name) {
    /* A name may have a zero byte in it. */
    for (uint32_t genre = 0; genre < assembly->genre_count; genre++)
        if (strlen(assembly->genres[genre]) == name.length &&
            memcmp(assembly->genres[genre], name.start, name.length) == 0)
            return genre;
    char key[GENRE_KEY_BYTES], other[GENRE_KEY_BYTES];
    genre_key(name.start, name.length, key);
    for (uint32_t genre = 0; genre < assembly->genre_count; genre++) {
        genre_key(assembly->genres[genre], strlen(assembly->genres[genre]), other);
        if (strcmp(key, other) == 0)
            return genre;
    }
    if (assembly->genre_count == DATASET_GENRES_MAX) {
        if (!assembly->warning_text || !strstr(assembly->warning_text, "genres"))
            assembly_warn(assembly, "more than %d genres; the further ones are left out",
                          DATASET_GENRES_MAX);
        return DATASET_NONE;
    }
    assembly->genres[assembly->genre_count] =
        arena_copy_length(assembly->arena, name.start, name.length);
    return assembly->genre_count++;
}

void assembly_warn(struct assembly *assembly, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *line = arena_format_list(&assembly->warnings, format, arguments);
    va_end(arguments);
    assembly->warning_text = assembly->warning_text ? arena_format(&assembly->warnings, "%s\n%s",
                                                                   assembly->warning_text, line)
                                                    : line;
}

/* order[i] = the genre that is to stand at place i. */
static void finish_genres(struct assembly *assembly, struct movie *movies, uint32_t item_count) {
    uint32_t count = assembly->genre_count, order[DATASET_GENRES_MAX], place[DATASET_GENRES_MAX];
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        if (assembly->sort_genres)
            for (; at > 0 && strcmp(assembly->genres[order[at - 1]], assembly->genres[i]) > 0; at--)
                order[at] = order[at - 1];
        order[at] = i;
    }
    const char **names = ARENA_ARRAY(assembly->arena, const char *, count);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = assembly->genres[order[i]];
        place[order[i]] = i;
    }
    for (uint32_t item = 0; item < item_count; item++) {
        uint64_t before = movies[item].genres, after = 0;
        for (uint32_t genre = 0; genre < count; genre++)
            after |= (before >> genre & 1) << place[genre];
        movies[item].genres = after;
    }
    assembly->dataset->genre_count = count;
    assembly->dataset->genres = names;
}

static void finish_movies(struct assembly *assembly, const uint32_t *item_rank) {
    struct dataset *dataset = assembly->dataset;
    uint32_t count = dataset->items.count;
    struct movie *movies = ARENA_ARRAY(assembly->arena, struct movie, count);
    for (uint32_t item = 0; item < count && item < assembly->movie_capacity; item++)
        movies[item_rank ? item_rank[item] : item] = assembly->movies[item];
    for (uint32_t item = 0; item < count; item++)
        if (!movies[item].title) {
            struct text_slice id = id_map_name(&dataset->items, item);
            movies[item].title = arena_copy_length(assembly->arena, id.start, id.length);
        }
    finish_genres(assembly, movies, count);
    dataset->movies = movies;
}

/* Takes out of `train` the pairs that `test` has too; returns how many. */
struct not_in_test {
    const struct interactions *train, *test;
    uint32_t *stamps; /* [item_count] user + 1 where the user's test has the item */
    uint32_t user;
};

static bool not_in_test(void *context, uint32_t user, size_t row) {
    struct not_in_test *state = context;
    if (state->user != user) {
        state->user = user;
        struct history test = interactions_history(state->test, user);
        for (size_t i = 0; i < test.count; i++)
            state->stamps[test.items[i]] = user + 1;
    }
    return state->stamps[state->train->items[row]] != user + 1;
}

/* Positions of train rows and seconds of test rows do not compare: every test row is put behind the
 * user's training rows. */
static void time_test_after_train(const struct interactions *train, const struct interactions *test,
                                  int64_t *test_times) {
    for (uint32_t user = 0; user < train->user_count; user++) {
        struct history history = interactions_history(train, user);
        int64_t newest = history.count ? history.times[history.count - 1] : 0;
        for (size_t row = test->offsets[user]; row < test->offsets[user + 1]; row++)
            test_times[row] = ++newest;
    }
}

static void finish_given(struct assembly *assembly) {
    struct dataset *dataset = assembly->dataset;
    struct interactions *train = ARENA_NEW(assembly->arena, struct interactions);
    struct interactions *test = ARENA_NEW(assembly->arena, struct interactions);
    uint32_t user_count = dataset->users.count, item_count = dataset->items.count;
    *train = rows_finish(&assembly->rows, user_count, item_count, assembly->arena,
                         &dataset->duplicate_count);
    *test = rows_finish(&assembly->test, user_count, item_count, assembly->arena,
                        &dataset->duplicate_count);
    struct not_in_test state = {train, test, alloc_zeroed(item_count, sizeof(uint32_t)),
                                DATASET_NONE};
    bool overlap = false;
    for (uint32_t user = 0; user < user_count && !overlap; user++)
        for (size_t row = train->offsets[user]; row < train->offsets[user + 1]; row++)
            overlap |= !not_in_test(&state, user, row);
    if (overlap) {
        size_t before = train->count;
        *train = interactions_filter(train, not_in_test, &state, assembly->arena);
        dataset->duplicate_count += before - train->count;
    }
    alloc_free(state.stamps);
    if (assembly->times_are_positions)
        time_test_after_train(train, test, assembly->test.times);
    dataset->given.train = train;
    dataset->given.test = test;
    dataset->interactions = interactions_merge(train, test, assembly->arena);
}

static void add_feature(struct dataset *dataset, const char *name, size_t columns, float *dense) {
    dataset->features[dataset->feature_count++] =
        (struct item_feature){.name = name, .columns = (uint32_t)columns, .dense = dense};
}

static void finish_features(struct dataset *dataset) {
    size_t items = dataset->items.count, columns = dataset->genre_count;
    float *genres = ARENA_ARRAY(&dataset->arena, float, items *columns);
    float *years = ARENA_ARRAY(&dataset->arena, float, items);
    bool has_years = false;
    for (size_t item = 0; item < items; item++) {
        const struct movie *movie = &dataset->movies[item];
        for (size_t genre = 0; genre < columns; genre++)
            genres[item * columns + genre] = (float)(movie->genres >> genre & 1);
        years[item] = (float)movie->year;
        has_years |= movie->year != 0;
    }
    if (columns > 0)
        add_feature(dataset, "genres", columns, genres);
    if (has_years)
        add_feature(dataset, "year", 1, years);
}

static void finish_scale(struct dataset *dataset) {
    const struct interactions *all = &dataset->interactions;
    dataset->has_ratings = all->ratings != NULL;
    dataset->has_order = all->times != NULL;
    dataset->rating_min = dataset->rating_max = interactions_rating(all, 0);
    for (size_t row = 1; row < all->count && all->ratings; row++) {
        float rating = all->ratings[row];
        dataset->rating_min = rating < dataset->rating_min ? rating : dataset->rating_min;
        dataset->rating_max = rating > dataset->rating_max ? rating : dataset->rating_max;
    }
}

static enum status refuse_empty(const struct assembly *assembly, struct error *error) {
    const char *path = assembly->volume->path;
    size_t count = assembly->rows.count + assembly->test.count;
    if (count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: no interactions in it; expected lines with a user, an item and "
                         "perhaps a rating and a time",
                         path);
    return STATUS_OK;
}

enum status assembly_finish(struct assembly *assembly, struct error *error) {
    struct dataset *dataset = assembly->dataset;
    TRY(refuse_empty(assembly, error));
    struct arena ranks = {0};
    uint32_t *user_rank =
        assembly->keep_user_order ? NULL : id_builder_ascending(&assembly->users, &ranks);
    uint32_t *item_rank =
        assembly->keep_item_order ? NULL : id_builder_ascending(&assembly->items, &ranks);
    rows_renumber(&assembly->rows, user_rank, item_rank);
    rows_renumber(&assembly->test, user_rank, item_rank);
    dataset->users = id_builder_finish(&assembly->users, user_rank, assembly->arena);
    dataset->items = id_builder_finish(&assembly->items, item_rank, assembly->arena);
    if (assembly->has_test)
        finish_given(assembly);
    else
        dataset->interactions =
            rows_finish(&assembly->rows, dataset->users.count, dataset->items.count,
                        assembly->arena, &dataset->duplicate_count);
    finish_movies(assembly, item_rank);
    tags_finish(&assembly->tags, item_rank, dataset->items.count, dataset);
    arena_release(&ranks);
    finish_features(dataset);
    finish_scale(dataset);
    dataset->times_are_seconds = dataset->has_order && !assembly->times_are_positions;
    if (dataset->duplicate_count > 0)
        assembly_warn(assembly,
                      "%s: left out %zu row%s whose pair of user and item comes again later",
                      assembly->volume->path, dataset->duplicate_count,
                      dataset->duplicate_count == 1 ? "" : "s");
    if (assembly->tags.unknown_count > 0)
        assembly_warn(assembly, "%s: %zu tags are of films that the data set does not have",
                      assembly->volume->path, assembly->tags.unknown_count);
    return STATUS_OK;
}

void assembly_seal(struct assembly *assembly) {
    digest_end(&assembly->digest, assembly->dataset->checksum);
    if (assembly->warning_text)
        assembly->dataset->warnings = arena_copy(assembly->arena, assembly->warning_text);
}
