/* film_edits.c: see film_edits.h.
 *
 * Idea     Nothing is kept: the store is asked each time, so that what was written here, imported,
 *          or written by another server on the same database counts at once. Where it has films,
 *          the arrays of the catalogue are copied with theirs at the end.
 * Cost     One question to the database; where there are edits, a copy of the films' rows: 0.1 ms
 *          for 10,000 films.
 * Traps    An id map without slots finds nothing, so the copy is given its own. What Gorse's
 *          clients say of a film (IsHidden, Labels) is theirs and is not shown.
 * Checked  tests/api/test_api_movies.c. */
#include "service/film_edits.h"

#include <jansson.h>
#include <string.h>

#include "service/service_feedback.h"
#include "service/service_internal.h"
#include "text/bm25.h"

/* ---- Reading the store ---- */

struct edit {
    struct feedback_item film;
    uint32_t item; /* in the new catalogue */
};
struct reading {
    const struct dataset *catalogue;
    struct arena *arena;
    struct edit *list;
    size_t count, capacity;
    uint32_t added;      /* films that the catalogue does not have */
    size_t added_length; /* bytes of their ids */
};

static const char *keep(struct arena *arena, const char *text) {
    return text ? arena_copy(arena, text) : NULL;
}

static bool take(void *context, const struct feedback_item *film) {
    struct reading *reading = context;
    struct arena *arena = reading->arena;
    if (reading->count == reading->capacity) {
        const size_t capacity = reading->capacity ? 2 * reading->capacity : 16;
        struct edit *list = ARENA_ARRAY(arena, struct edit, capacity);
        if (reading->count > 0)
            memcpy(list, reading->list, reading->count * sizeof *list);
        reading->list = list;
        reading->capacity = capacity;
    }
    struct edit *edit = &reading->list[reading->count++];
    *edit = (struct edit){{arena_copy(arena, film->id), keep(arena, film->title),
                           keep(arena, film->genres), film->year, keep(arena, film->facts)},
                          id_map_find(&reading->catalogue->items, film->id, strlen(film->id))};
    if (edit->item == DATASET_NONE) {
        edit->item = reading->catalogue->items.count + reading->added++;
        reading->added_length += strlen(film->id);
    }
    return true;
}

/* ---- The copy ---- */

static void *extend(struct arena *arena, const void *array, size_t old_bytes, size_t new_bytes) {
    char *copy = arena_alloc(arena, new_bytes);
    if (array && old_bytes > 0)
        memcpy(copy, array, old_bytes);
    return copy;
}

#define EXTEND(arena, array, old_count, new_count)                                                 \
    extend(arena, array, (old_count) * sizeof *(array), (new_count) * sizeof *(array))

static void extend_ids(struct id_map *ids, const struct reading *reading) {
    const uint32_t known = ids->count, count = known + reading->added;
    const uint64_t end = known > 0 ? ids->offsets[known] : 0;
    uint64_t *offsets = EXTEND(reading->arena, ids->offsets, known + 1, count + 1);
    char *text = extend(reading->arena, ids->text, end, end + reading->added_length + 1);
    for (size_t e = 0; e < reading->count; e++) {
        const struct edit *edit = &reading->list[e];
        if (edit->item < known)
            continue;
        const size_t length = strlen(edit->film.id);
        memcpy(text + offsets[edit->item], edit->film.id, length);
        offsets[edit->item + 1] = offsets[edit->item] + length;
    }
    *ids = (struct id_map){.count = count, .offsets = offsets, .text = text};
    id_map_index(ids, reading->arena);
}

/* The index of a genre, which is new if there is none; DATASET_NONE: there is no room. */
static uint32_t genre_of(struct dataset *catalogue, const char *name, struct arena *arena) {
    const uint32_t genre = dataset_genre(catalogue, name);
    if (genre != DATASET_NONE || catalogue->genre_count == DATASET_GENRES_MAX)
        return genre;
    const uint32_t count = catalogue->genre_count;
    const char **genres = EXTEND(arena, catalogue->genres, count, count + 1);
    genres[count] = name;
    catalogue->genres = genres;
    return catalogue->genre_count++;
}

static uint64_t genres_of(struct dataset *catalogue, const char *names, struct arena *arena) {
    uint64_t genres = 0;
    for (const char *at = names ? names : ""; *at;) {
        const size_t length = strcspn(at, "|");
        const uint32_t genre =
            length > 0 ? genre_of(catalogue, arena_copy_length(arena, at, length), arena)
                       : DATASET_NONE;
        if (genre != DATASET_NONE)
            genres |= (uint64_t)1 << genre;
        at += length + (at[length] == '|');
    }
    return genres;
}

/* What the store says of a film beside title, year and genres. */
static void read_facts(struct movie *movie, const char *text, struct arena *arena) {
    json_t *facts = text ? json_loads(text, 0, NULL) : NULL;
    if (json_is_object(facts) && !json_object_get(facts, "IsHidden")) {
        const char *imdb_id = json_string_value(json_object_get(facts, "imdb_id"));
        const char *tmdb_id = json_string_value(json_object_get(facts, "tmdb_id"));
        movie->imdb_id = imdb_id ? arena_copy(arena, imdb_id) : movie->imdb_id;
        movie->tmdb_id = tmdb_id ? arena_copy(arena, tmdb_id) : movie->tmdb_id;
        movie->facts = text;
    }
    json_decref(facts);
}

const char *film_edits_title(const char *title, int64_t year, struct arena *arena) {
    const size_t length = strlen(title);
    const bool has_year = length > 6 && title[length - 1] == ')' && title[length - 6] == '(';
    return year > 0 && !has_year ? arena_format(arena, "%s (%lld)", title, (long long)year) : title;
}

static void put_movie(struct dataset *catalogue, const struct edit *edit, struct arena *arena) {
    const struct feedback_item *film = &edit->film;
    struct movie *movie = &catalogue->movies[edit->item];
    const char *title = film->title && *film->title ? film->title : film->id;
    const int year = film->year > 0 && film->year <= FILTER_YEAR_MOST ? (int)film->year : 0;
    movie->title = film_edits_title(title, year, arena);
    movie->year = year;
    movie->genres = genres_of(catalogue, film->genres, arena);
    read_facts(movie, film->facts, arena);
}

static void extend_figures(struct film_edits *edits, const struct snapshot *snapshot,
                           const struct reading *reading) {
    const struct filter_items *old = &snapshot->items;
    const size_t known = old->count, count = known + reading->added;
    struct arena *arena = reading->arena;
    uint64_t *genres = EXTEND(arena, old->genres, known, count);
    int16_t *years = EXTEND(arena, old->years, known, count);
    for (size_t e = 0; e < reading->count; e++) {
        const uint32_t item = reading->list[e].item;
        genres[item] = edits->catalogue.movies[item].genres;
        years[item] = (int16_t)edits->catalogue.movies[item].year;
    }
    edits->items = *old;
    edits->items.count = count;
    edits->items.genres = genres;
    edits->items.years = years;
    edits->items.counts = EXTEND(arena, old->counts, known, count);
    edits->items.means = EXTEND(arena, old->means, known, count);
    edits->damped = EXTEND(arena, snapshot->damped, known, count);
    if (old->tag_offsets) {
        uint64_t *offsets = EXTEND(arena, old->tag_offsets, known + 1, count + 1);
        for (size_t i = known; i < count; i++)
            offsets[i + 1] = offsets[known];
        edits->items.tag_offsets = offsets;
    }
}

const struct film_edits *film_edits_read(struct service *service, const struct snapshot *snapshot,
                                         const char *id, struct arena *arena) {
    struct feedback *store;
    struct error error;
    struct reading reading = {.catalogue = snapshot->catalogue, .arena = arena};
    if (!service_live(service) || service_store(service, &store, &error) != STATUS_OK ||
        (id ? feedback_item_find(store, id, take, &reading, &error)
            : feedback_items_after(store, "", FILM_EDITS_MAX, take, &reading, &error)) !=
            STATUS_OK ||
        reading.count == 0)
        return NULL;
    struct film_edits *edits = ARENA_NEW(arena, struct film_edits);
    edits->catalogue = *snapshot->catalogue;
    const uint32_t known = edits->catalogue.items.count;
    uint32_t *edited = ARENA_ARRAY(arena, uint32_t, reading.count);
    extend_ids(&edits->catalogue.items, &reading);
    edits->catalogue.movies =
        EXTEND(arena, edits->catalogue.movies, known, edits->catalogue.items.count);
    for (size_t e = 0; e < reading.count; e++) {
        put_movie(&edits->catalogue, &reading.list[e], arena);
        edited[e] = reading.list[e].item;
    }
    extend_figures(edits, snapshot, &reading);
    edits->edited = edited;
    edits->edited_count = reading.count;
    return edits;
}

/* ---- Titles ---- */

size_t film_edits_find_titles(const struct film_edits *edits, const char *typed,
                              struct title_hit *hits, size_t room) {
    struct arena own = {0};
    const char **titles = ARENA_ARRAY(&own, const char *, edits->edited_count);
    uint32_t *people = ARENA_ARRAY(&own, uint32_t, edits->edited_count);
    struct bm25_hit *found = ARENA_ARRAY(&own, struct bm25_hit, room);
    for (size_t e = 0; e < edits->edited_count; e++) {
        titles[e] = edits->catalogue.movies[edits->edited[e]].title;
        people[e] = edits->items.counts[edits->edited[e]];
    }
    const struct bm25 *index = bm25_create(titles, people, edits->edited_count, &own);
    const size_t count = bm25_find(index, typed, strlen(typed), found, room);
    for (size_t i = 0; i < count; i++)
        hits[i] = (struct title_hit){edits->edited[found[i].title], found[i].score};
    arena_release(&own);
    return count;
}
