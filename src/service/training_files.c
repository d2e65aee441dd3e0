/* training_files.c: see training_files.h.
 *
 * Traps    Columns that the model's data never had are left out: ratings where all count alike,
 *          times where nobody knows them. An id or a title may hold commas and quotes; the readers
 *          take no line break inside a field, so that an id with one is left out.
 * Checked  tests/service/test_training_rows.c. */
#include "service/training_files.h"

#include <string.h>

#include "base/buffer.h"
#include "base/files.h"
#include "dataset/id_builder.h"
#include "service/film_facts.h"

/* A file that is written row by row. */
struct table {
    struct files_writer writer;
    struct arena arena;
    struct arena_position mark;
    struct buffer line;
};

static enum status table_open(struct table *table, const char *path, struct error *error) {
    *table = (struct table){0};
    return files_writer_open(&table->writer, path, error);
}

static void line_begin(struct table *table) {
    table->mark = arena_mark(&table->arena);
    buffer_init(&table->line, &table->arena);
}

static enum status line_end(struct table *table, struct error *error) {
    buffer_text(&table->line, "\n");
    const enum status status =
        files_writer_write(&table->writer, table->line.bytes, table->line.size, error);
    arena_reset(&table->arena, table->mark);
    return status;
}

static enum status table_close(struct table *table, enum status status, struct error *error) {
    if (status == STATUS_OK)
        status = files_writer_commit(&table->writer, error);
    else
        files_writer_discard(&table->writer);
    arena_release(&table->arena);
    return status;
}

static bool is_one_line(const char *text, size_t length) {
    return !memchr(text, '\n', length) && !memchr(text, '\r', length);
}

/* A field of a CSV file, in quotes. */
static void put_field(struct buffer *line, const char *text, size_t length) {
    buffer_text(line, "\"");
    for (size_t i = 0; i < length; i++) {
        const char c = text[i] == '\n' || text[i] == '\r' ? ' ' : text[i];
        buffer_bytes(line, &c, 1);
        if (c == '"')
            buffer_bytes(line, &c, 1);
    }
    buffer_text(line, "\"");
}

/* ---- ratings.csv ---- */

struct ratings {
    const struct training_rows *rows;
    struct table table;
    bool has_ratings, has_times;
    size_t count;
};

static enum status ratings_open(struct ratings *ratings, const struct training_rows *rows,
                                const char *path, struct error *error) {
    const struct interactions *all = &rows->snapshot->catalogue->interactions;
    *ratings = (struct ratings){
        .rows = rows, .has_ratings = all->ratings != NULL, .has_times = all->times != NULL};
    TRY(table_open(&ratings->table, path, error));
    line_begin(&ratings->table);
    buffer_format(&ratings->table.line, "userId,movieId%s%s", ratings->has_ratings ? ",rating" : "",
                  ratings->has_times ? ",timestamp" : "");
    return line_end(&ratings->table, error);
}

static enum status put_pair(struct ratings *ratings, struct text_slice user,
                            const struct training_pair *pair, struct error *error) {
    struct buffer *line = &ratings->table.line;
    if (!is_one_line(user.start, user.length) || !is_one_line(pair->item, pair->length))
        return STATUS_OK;
    line_begin(&ratings->table);
    put_field(line, user.start, user.length);
    buffer_text(line, ",");
    put_field(line, pair->item, pair->length);
    if (ratings->has_ratings)
        buffer_format(line, ",%g", (double)pair->value);
    if (ratings->has_times)
        buffer_format(line, ",%lld", (long long)pair->time);
    ratings->count++;
    return line_end(&ratings->table, error);
}

static enum status put_user(struct ratings *ratings, struct text_slice id, uint32_t user,
                            const struct training_person *person, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct training_pair *pairs = ARENA_ARRAY_RAW(scratch, struct training_pair,
                                                  training_rows_room(ratings->rows, user, person));
    const size_t count = training_rows_pairs(ratings->rows, user, person, pairs);
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        status = put_pair(ratings, id, &pairs[i], error);
    arena_reset(scratch, mark);
    return status;
}

static struct text_slice slice_of(const char *text) {
    return (struct text_slice){text, strlen(text)};
}

static enum status put_everybody(struct ratings *ratings, struct error *error) {
    const struct training_rows *rows = ratings->rows;
    const struct id_map *users = &rows->snapshot->catalogue->users;
    for (uint32_t user = 0; user < users->count; user++) {
        const uint32_t at = rows->person_of[user];
        TRY(put_user(ratings, id_map_name(users, user), user,
                     at > 0 ? &rows->persons[at - 1] : NULL, error));
    }
    for (size_t i = 0; i < rows->person_count; i++)
        if (rows->persons[i].user == DATASET_NONE)
            TRY(put_user(ratings, slice_of(rows->persons[i].id), DATASET_NONE, &rows->persons[i],
                         error));
    return STATUS_OK;
}

static enum status write_ratings(const struct training_rows *rows, const char *path,
                                 struct error *error) {
    struct ratings ratings;
    TRY(ratings_open(&ratings, rows, path, error));
    const enum status status = put_everybody(&ratings, error);
    TRY(table_close(&ratings.table, status, error));
    if (ratings.count > 0)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "there is nothing to learn from: no ratings, no "
                     "views");
}

/* `films`: those that are new to the model and that it is to learn. */
static enum status put_new(struct ratings *ratings, const struct id_map *films,
                           struct error *error) {
    const struct training_rows *rows = ratings->rows;
    for (size_t p = 0; p < rows->person_count; p++)
        for (size_t i = 0; i < rows->persons[p].row_count; i++) {
            const struct training_person *person = &rows->persons[p];
            const struct training_row *row = &person->rows[i];
            const struct training_pair pair = {row->item, strlen(row->item), row->index, row->value,
                                               row->time};
            /* Who was erased is still among the histories of a model that is only updated. */
            const bool is_learnt = row->index != DATASET_NONE ||
                                   id_map_find(films, row->item, pair.length) != DATASET_NONE;
            if (row->is_new && row->place < rows->cut && is_learnt &&
                !(person->is_erased && person->user != DATASET_NONE))
                TRY(put_pair(ratings, slice_of(person->id), &pair, error));
        }
    return STATUS_OK;
}

/* ---- What is known of the films ---- */

struct films {
    const struct dataset *catalogue;
    struct table table;
    struct error *error;
    enum status status; /* of what a visitor wrote */
    bool *is_edited;    /* [items] the store says otherwise */
};

static bool mark_edited(void *context, const struct feedback_item *item) {
    struct films *films = context;
    const uint32_t index = id_map_find(&films->catalogue->items, item->id, strlen(item->id));
    if (index != DATASET_NONE)
        films->is_edited[index] = true;
    return true;
}

static bool put_edited(void *context, const struct feedback_item *item) {
    struct films *films = context;
    struct buffer *line = &films->table.line;
    const char *title = item->title ? item->title : item->id;
    if (!is_one_line(item->id, strlen(item->id)))
        return true;
    line_begin(&films->table);
    const char *full = film_facts_title(title, item->year, &films->table.arena);
    put_field(line, item->id, strlen(item->id));
    buffer_text(line, ",");
    put_field(line, full, strlen(full));
    buffer_text(line, ",");
    const char *genres = item->genres && *item->genres ? item->genres : "(no genres listed)";
    put_field(line, genres, strlen(genres));
    films->status = line_end(&films->table, films->error);
    return films->status == STATUS_OK;
}

static enum status begin_movies(struct films *films, struct error *error) {
    line_begin(&films->table);
    buffer_text(&films->table.line, "movieId,title,genres");
    return line_end(&films->table, error);
}

static void put_genres(struct buffer *line, const struct dataset *catalogue, uint64_t genres) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    const char *text = film_facts_genres(catalogue, genres, scratch);
    text = *text ? text : "(no genres listed)";
    put_field(line, text, strlen(text));
    arena_reset(scratch, mark);
}

static enum status put_movies(struct films *films, struct feedback *store, struct error *error) {
    const struct dataset *catalogue = films->catalogue;
    struct buffer *line = &films->table.line;
    TRY(begin_movies(films, error));
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, i);
        if (films->is_edited[i] || !is_one_line(id.start, id.length))
            continue;
        line_begin(&films->table);
        put_field(line, id.start, id.length);
        buffer_text(line, ",");
        put_field(line, catalogue->movies[i].title, strlen(catalogue->movies[i].title));
        buffer_text(line, ",");
        put_genres(line, catalogue, catalogue->movies[i].genres);
        TRY(line_end(&films->table, error));
    }
    if (store)
        TRY(feedback_items(store, put_edited, films, error));
    return films->status;
}

static enum status write_movies(const struct dataset *catalogue, struct feedback *store,
                                const char *path, struct error *error) {
    struct arena arena = {0};
    struct films films = {.catalogue = catalogue,
                          .error = error,
                          .is_edited = ARENA_ARRAY(&arena, bool, catalogue->items.count)};
    enum status status = STATUS_OK;
    if (store)
        status = feedback_items(store, mark_edited, &films, error);
    if (status == STATUS_OK)
        status = table_open(&films.table, path, error);
    if (status == STATUS_OK)
        status = table_close(&films.table, put_movies(&films, store, error), error);
    arena_release(&arena);
    return status;
}

static enum status put_links(struct table *table, const struct dataset *catalogue,
                             struct error *error) {
    line_begin(table);
    buffer_text(&table->line, "movieId,imdbId,tmdbId");
    TRY(line_end(table, error));
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct movie *movie = &catalogue->movies[i];
        const struct text_slice id = id_map_name(&catalogue->items, i);
        if ((!movie->imdb_id && !movie->tmdb_id) || !is_one_line(id.start, id.length))
            continue;
        line_begin(table);
        put_field(&table->line, id.start, id.length);
        buffer_format(&table->line, ",%s,%s", movie->imdb_id ? movie->imdb_id : "",
                      movie->tmdb_id ? movie->tmdb_id : "");
        TRY(line_end(table, error));
    }
    return STATUS_OK;
}

/* Applications of a tag are counted, not who made them. */
static enum status put_tags(struct table *table, const struct dataset *catalogue,
                            struct error *error) {
    line_begin(table);
    buffer_text(&table->line, "userId,movieId,tag,timestamp");
    TRY(line_end(table, error));
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, i);
        for (uint64_t t = catalogue->tag_offsets[i]; t < catalogue->tag_offsets[i + 1]; t++) {
            const struct movie_tag *tag = &catalogue->movie_tags[t];
            const char *text = catalogue->tags[tag->tag];
            for (uint32_t n = 0; n < tag->count && is_one_line(id.start, id.length); n++) {
                line_begin(table);
                buffer_format(&table->line, "%u,", n + 1);
                put_field(&table->line, id.start, id.length);
                buffer_text(&table->line, ",");
                put_field(&table->line, text, strlen(text));
                buffer_text(&table->line, ",0");
                TRY(line_end(table, error));
            }
        }
    }
    return STATUS_OK;
}

/* Each film's facts are a JSON object as text already. */
static enum status put_facts(struct table *table, const struct dataset *catalogue,
                             struct error *error) {
    bool any = false;
    line_begin(table);
    buffer_text(&table->line, "{");
    TRY(line_end(table, error));
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, i);
        const bool is_plain = !memchr(id.start, '"', id.length) &&
                              !memchr(id.start, '\\', id.length) &&
                              is_one_line(id.start, id.length);
        if (!catalogue->movies[i].facts || !is_plain)
            continue;
        line_begin(table);
        buffer_format(&table->line, "%s\"%.*s\": %s", any ? "," : "", (int)id.length, id.start,
                      catalogue->movies[i].facts);
        TRY(line_end(table, error));
        any = true;
    }
    line_begin(table);
    buffer_text(&table->line, "}");
    return line_end(table, error);
}

typedef enum status put_all(struct table *table, const struct dataset *catalogue,
                            struct error *error);

static enum status write_file(const char *path, put_all *put, const struct dataset *catalogue,
                              struct error *error) {
    struct table table;
    TRY(table_open(&table, path, error));
    return table_close(&table, put(&table, catalogue, error), error);
}

enum status training_files_write(const struct training_rows *rows, struct feedback *store,
                                 const char *folder, struct error *error) {
    const struct dataset *catalogue = rows->snapshot->catalogue;
    bool has_links = false, has_facts = false;
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        has_links |= catalogue->movies[i].imdb_id || catalogue->movies[i].tmdb_id;
        has_facts |= catalogue->movies[i].facts != NULL;
    }
    struct arena arena = {0};
    enum status status = write_ratings(rows, files_join(&arena, folder, "ratings.csv"), error);
    if (status == STATUS_OK)
        status = write_movies(catalogue, store, files_join(&arena, folder, "movies.csv"), error);
    if (status == STATUS_OK && has_links)
        status = write_file(files_join(&arena, folder, "links.csv"), put_links, catalogue, error);
    if (status == STATUS_OK && catalogue->tag_offsets)
        status = write_file(files_join(&arena, folder, "tags.csv"), put_tags, catalogue, error);
    if (status == STATUS_OK && has_facts)
        status = write_file(files_join(&arena, folder, "facts.json"), put_facts, catalogue, error);
    arena_release(&arena);
    return status;
}

/* ---- Only what is new ---- */

struct new_films {
    const struct dataset *catalogue;
    struct id_builder ids;
    struct films films;
};

static bool is_new(const struct dataset *catalogue, const struct feedback_item *item) {
    return id_map_find(&catalogue->items, item->id, strlen(item->id)) == DATASET_NONE;
}

static bool add_new(void *context, const struct feedback_item *item) {
    struct new_films *new = context;
    if (is_new(new->catalogue, item))
        id_builder_add(&new->ids, item->id, strlen(item->id));
    return true;
}

static bool put_if_new(void *context, const struct feedback_item *item) {
    struct films *films = context;
    return !is_new(films->catalogue, item) || put_edited(films, item);
}

/* Films of the store that the model does not know and would take in. */
static enum status find_new(const struct training_rows *rows, struct feedback *store,
                            struct id_map *found, struct arena *arena, struct error *error) {
    struct new_films new = {.catalogue = rows->snapshot->catalogue};
    enum status status = STATUS_OK;
    id_builder_init(&new.ids);
    if (store && (rows->snapshot->model->traits & MODEL_LEARNS_ITEMS))
        status = feedback_items(store, add_new, &new, error);
    *found = id_builder_finish(&new.ids, NULL, arena);
    return status;
}

static enum status write_new_movies(const struct dataset *catalogue, struct feedback *store,
                                    const char *path, struct error *error) {
    struct films films = {.catalogue = catalogue, .error = error};
    TRY(table_open(&films.table, path, error));
    enum status status = begin_movies(&films, error);
    if (status == STATUS_OK)
        status = feedback_items(store, put_if_new, &films, error);
    if (status == STATUS_OK)
        status = films.status;
    return table_close(&films.table, status, error);
}

static enum status write_new(const struct training_rows *rows, struct feedback *store,
                             const char *folder, size_t *count, struct arena *arena,
                             struct error *error) {
    struct id_map films;
    struct ratings ratings;
    TRY(find_new(rows, store, &films, arena, error));
    TRY(ratings_open(&ratings, rows, files_join(arena, folder, "ratings.csv"), error));
    const enum status status = put_new(&ratings, &films, error);
    *count = ratings.count;
    TRY(table_close(&ratings.table, status, error));
    if (films.count == 0)
        return STATUS_OK;
    return write_new_movies(rows->snapshot->catalogue, store,
                            files_join(arena, folder, "movies.csv"), error);
}

enum status training_files_write_new(const struct training_rows *rows, struct feedback *store,
                                     const char *folder, size_t *count, struct error *error) {
    struct arena arena = {0};
    const enum status status = write_new(rows, store, folder, count, &arena, error);
    arena_release(&arena);
    return status;
}
