/* snapshot_edited.c: see snapshot_edited.h.
 *
 * Cost     A copy of what is kept for each film, and where films were added one of the item
 *          vectors: 1 ms for 10,000 films. What an added film is like is found once.
 * Traps    An id map without slots finds nothing, so the copy is given its own. Genres that the
 *          data do not have come behind theirs, whose numbers models know. A film is served as it
 *          was as long as anybody holds the snapshot: texts live in the edits, of which it has a
 *          reference.
 * Checked  tests/api/test_api_films.c, test_api_movies.c. */
#include "service/snapshot_edited.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "kernels/kernels.h"
#include "service/film_facts.h"
#include "service/film_nearest.h"
#include "service/service_internal.h"

/* A snapshot in the making. */
struct making {
    const struct snapshot *origin, *before;
    struct snapshot *snapshot;
    struct dataset *catalogue;
    const struct film_edits *edits;
    struct arena *arena;
    uint32_t *items;              /* [edits] */
    uint32_t known, count;        /* films of the origin, and of all */
    struct film_nearest *nearest; /* [count - known] */
};

/* ---- The catalogue ---- */

static void *extend(struct arena *arena, const void *array, size_t old_bytes, size_t new_bytes) {
    char *copy = arena_alloc(arena, new_bytes);
    if (array && old_bytes > 0)
        memcpy(copy, array, old_bytes);
    return copy;
}

#define EXTEND(arena, array, old_count, new_count)                                                 \
    extend(arena, array, (old_count) * sizeof *(array), (new_count) * sizeof *(array))

/* Which film each edit is of, and the ids with those that are new. */
static void place_films(struct making *making) {
    struct id_map *ids = &making->catalogue->items;
    const struct film_edits *edits = making->edits;
    const uint64_t end = ids->count > 0 ? ids->offsets[ids->count] : 0;
    size_t added_length = 0;
    making->known = making->count = ids->count;
    making->items = ARENA_ARRAY(making->arena, uint32_t, edits->count);
    for (size_t e = 0; e < edits->count; e++) {
        const size_t length = strlen(edits->list[e].id);
        making->items[e] = id_map_find(ids, edits->list[e].id, length);
        if (making->items[e] == DATASET_NONE) {
            making->items[e] = making->count++;
            added_length += length;
        }
    }
    if (making->count == making->known)
        return;
    uint64_t *offsets = EXTEND(making->arena, ids->offsets, making->known + 1, making->count + 1);
    char *text = extend(making->arena, ids->text, end, end + added_length + 1);
    for (size_t e = 0; e < edits->count; e++) {
        const uint32_t item = making->items[e];
        if (item < making->known)
            continue;
        const size_t length = strlen(edits->list[e].id);
        memcpy(text + offsets[item], edits->list[e].id, length);
        offsets[item + 1] = offsets[item] + length;
    }
    *ids = (struct id_map){.count = making->count, .offsets = offsets, .text = text};
    id_map_index(ids, making->arena);
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
    const char *at = names ? names : "", *name;
    while ((name = film_facts_next_genre(&at, arena))) {
        const uint32_t genre = genre_of(catalogue, name, arena);
        if (genre != DATASET_NONE)
            genres |= (uint64_t)1 << genre;
    }
    return genres;
}

/* What the store says of a film beside title, year and genres; whether it is hidden. Gorse's
 * clients say nothing of what else is known: that stays. */
static bool read_facts(struct movie *movie, const char *text, struct arena *arena) {
    json_t *facts = film_facts_read(text);
    const char *imdb_id = json_string_value(json_object_get(facts, "imdb_id"));
    const char *tmdb_id = json_string_value(json_object_get(facts, "tmdb_id"));
    const bool is_hidden = film_facts_is_hidden(facts);
    const bool is_all = text && !json_object_get(facts, FILM_FACTS_TIME);
    bool fits;
    film_facts_strip(facts);
    const char *shown = film_facts_write(facts, SIZE_MAX, arena, &fits);
    if (imdb_id || is_all)
        movie->imdb_id = imdb_id ? arena_copy(arena, imdb_id) : NULL;
    if (tmdb_id || is_all)
        movie->tmdb_id = tmdb_id ? arena_copy(arena, tmdb_id) : NULL;
    if (shown || is_all)
        movie->facts = shown;
    json_decref(facts);
    return is_hidden;
}

static void put_movies(struct making *making) {
    struct dataset *catalogue = making->catalogue;
    struct filter_items *items = &making->snapshot->items;
    struct movie *movies = EXTEND(making->arena, catalogue->movies, making->known, making->count);
    uint32_t *hidden = ARENA_ARRAY(making->arena, uint32_t, making->edits->count);
    catalogue->movies = movies;
    for (size_t e = 0; e < making->edits->count; e++) {
        const struct feedback_item *film = &making->edits->list[e];
        struct movie *movie = &movies[making->items[e]];
        const char *title = film->title && *film->title ? film->title : film->id;
        const bool is_year = film->year > 0 && film->year <= FILTER_YEAR_MOST;
        movie->year = is_year ? (int)film->year : 0;
        movie->title = film_facts_title(title, movie->year, making->arena);
        movie->genres = genres_of(catalogue, film->genres, making->arena);
        if (read_facts(movie, film->facts, making->arena))
            hidden[items->hidden_count++] = making->items[e];
    }
    items->hidden = hidden;
}

/* ---- What the added films are like ---- */

/* What was found out of a film when the last snapshot was made, if it still holds. */
static bool find_before(const struct making *making, size_t edit, struct film_nearest *nearest) {
    const struct snapshot *before = making->before;
    const struct feedback_item *film = &making->edits->list[edit];
    if (!before || !before->edited || before->origin != making->origin || !before->edited->model)
        return false;
    const struct snapshot_edits *edited = before->edited;
    const struct feedback_item *old = film_edits_find(edited->edits, film->id);
    if (!old || !film_edits_same_film(old, film))
        return false;
    const struct cold_items *cold = &edited->cold;
    const uint32_t index = edited->items[old - edited->edits->list] - making->known;
    nearest->count = cold->offsets[index + 1] - cold->offsets[index];
    memcpy(nearest->items, cold->near + cold->offsets[index],
           nearest->count * sizeof *nearest->items);
    memcpy(nearest->weights, cold->weights + cold->offsets[index],
           nearest->count * sizeof *nearest->weights);
    return true;
}

static void find_nearest(struct making *making) {
    struct film_nearest_ground ground = {0};
    making->nearest =
        ARENA_ARRAY(making->arena, struct film_nearest, making->count - making->known);
    for (size_t e = 0; e < making->edits->count; e++) {
        const uint32_t item = making->items[e];
        if (item < making->known)
            continue;
        struct film_nearest *nearest = &making->nearest[item - making->known];
        if (find_before(making, e, nearest))
            continue;
        if (!ground.snapshot)
            film_nearest_prepare(&ground, making->origin, making->arena);
        film_nearest_find(&ground, &making->catalogue->movies[item], nearest);
    }
}

static void make_model(struct making *making) {
    struct snapshot_edits *edited = making->snapshot->edited;
    const uint32_t added = making->count - making->known;
    if (added == 0)
        return;
    find_nearest(making);
    uint64_t *offsets = ARENA_ARRAY(making->arena, uint64_t, added + 1);
    uint32_t *near = ARENA_ARRAY(making->arena, uint32_t, (size_t)added * FILM_NEAREST_MAX);
    float *weights = ARENA_ARRAY(making->arena, float, (size_t)added *FILM_NEAREST_MAX);
    for (uint32_t c = 0; c < added; c++) {
        const struct film_nearest *nearest = &making->nearest[c];
        memcpy(near + offsets[c], nearest->items, nearest->count * sizeof *near);
        memcpy(weights + offsets[c], nearest->weights, nearest->count * sizeof *weights);
        offsets[c + 1] = offsets[c] + nearest->count;
    }
    edited->cold = (struct cold_items){added, offsets, near, weights};
    edited->model = cold_items_create(making->origin->model, &edited->cold);
    making->snapshot->model = edited->model;
}

/* ---- Figures ---- */

/* The mean of a row of the origin's films over those that each added film is like, or 0. */
static float *extend_row(const struct making *making, const float *row, bool expect) {
    float *all = EXTEND(making->arena, row, making->known, making->count);
    for (uint32_t i = making->known; expect && i < making->count; i++)
        all[i] = cold_items_mean(&making->snapshot->edited->cold, i - making->known, all);
    return all;
}

static void derive_lengths(struct making *making) {
    struct snapshot *snapshot = making->snapshot;
    const struct snapshot *origin = making->origin;
    if (!origin->vectors || making->count == making->known)
        return;
    snapshot->vectors = snapshot->model->ops->item_vectors(snapshot->model, &snapshot->dimension,
                                                           &snapshot->metric);
    float *lengths = EXTEND(making->arena, origin->lengths, making->known, making->count);
    for (uint32_t i = making->known; i < making->count; i++) {
        const float *vector = snapshot->vectors + i * snapshot->dimension;
        lengths[i] = sqrtf(kernels()->dot(vector, vector, snapshot->dimension));
    }
    snapshot->lengths = lengths;
}

/* What people said of the added films since; of the others the model's data say it. An added film
 * is at least as well known as those that it is like. */
static void count_people(struct making *making) {
    struct snapshot *snapshot = making->snapshot;
    const struct snapshot *origin = making->origin;
    const struct dataset *catalogue = making->catalogue;
    const bool is_rated = catalogue->interactions.ratings && catalogue->has_ratings;
    const float most = log1pf((float)(origin->count_max > 0 ? origin->count_max : 1));
    uint32_t *counts = EXTEND(making->arena, origin->counts, making->known, making->count);
    float *means = extend_row(making, origin->items.means, false);
    float *damped = extend_row(making, origin->damped, false);
    float *fame = extend_row(making, origin->fame, true);
    for (size_t e = 0; e < making->edits->count; e++) {
        const struct feedback_item_counts *said = &making->edits->counts[e];
        const uint32_t item = making->items[e];
        if (item < making->known)
            continue;
        const double rated = (double)(said->rated + said->liked + said->disliked);
        const double sum = said->sum + (double)said->liked * (double)catalogue->rating_max +
                           (double)said->disliked * (double)catalogue->rating_min;
        counts[item] = (uint32_t)(said->rated + said->liked + said->disliked + said->viewed);
        means[item] = is_rated && rated > 0 ? (float)(sum / rated) : 0;
        damped[item] = is_rated ? film_figures_damped(origin, sum, rated) : 0;
        fame[item] = fmaxf(fame[item], fminf(log1pf((float)counts[item]) / most, 1));
    }
    snapshot->counts = snapshot->items.counts = counts;
    snapshot->items.means = means;
    snapshot->damped = damped;
    snapshot->fame = fame;
}

static void derive_figures(struct making *making) {
    struct snapshot *snapshot = making->snapshot;
    const struct snapshot *origin = making->origin;
    const struct movie *movies = making->catalogue->movies;
    const size_t known = making->known, count = making->count;
    uint64_t *genres = EXTEND(making->arena, origin->genres, known, count);
    int16_t *years = EXTEND(making->arena, origin->items.years, known, count);
    for (size_t e = 0; e < making->edits->count; e++) {
        genres[making->items[e]] = movies[making->items[e]].genres;
        years[making->items[e]] = (int16_t)movies[making->items[e]].year;
    }
    snapshot->genres = snapshot->items.genres = genres;
    snapshot->items.count = count;
    snapshot->items.years = years;
    count_people(making);
    if (making->catalogue->tag_offsets) {
        uint64_t *offsets =
            EXTEND(making->arena, making->catalogue->tag_offsets, known + 1, count + 1);
        for (size_t i = known; i < count; i++)
            offsets[i + 1] = offsets[known];
        making->catalogue->tag_offsets = snapshot->items.tag_offsets = offsets;
    }
    derive_lengths(making);
}

/* ---- All of it ---- */

/* What is not made anew is the origin's, and lives as long. */
static struct snapshot *share(struct snapshot *origin) {
    struct snapshot *snapshot = alloc_zeroed(1, sizeof *snapshot);
    snapshot->origin = origin;
    snapshot->source = origin->source;
    snapshot->model = origin->model;
    snapshot->name = origin->name;
    snapshot->since = origin->since;
    snapshot->path = origin->path;
    snapshot->count_max = origin->count_max;
    snapshot->rating_mean = origin->rating_mean;
    snapshot->items = origin->items;
    snapshot->hours = origin->hours;
    snapshot->people = origin->people;
    snapshot->hues = origin->hues;
    snapshot->serial = origin->serial;
    snapshot->vectors = origin->vectors;
    snapshot->dimension = origin->dimension;
    snapshot->metric = origin->metric;
    snapshot->index = origin->index;
    snapshot->lengths = origin->lengths;
    snapshot_keep(origin);
    return snapshot;
}

struct snapshot *snapshot_edited_create(struct snapshot *origin, const struct snapshot *before,
                                        struct film_edits *edits) {
    struct snapshot *snapshot = share(origin);
    struct dataset *catalogue = ARENA_NEW(&snapshot->arena, struct dataset);
    struct making making = {.origin = origin,
                            .before = before,
                            .snapshot = snapshot,
                            .catalogue = catalogue,
                            .edits = edits,
                            .arena = &snapshot->arena};
    *catalogue = *origin->catalogue;
    catalogue->arena = (struct arena){0};
    snapshot->catalogue = catalogue;
    snapshot->edited = ARENA_NEW(&snapshot->arena, struct snapshot_edits);
    snapshot->edited->edits = edits;
    film_edits_keep(edits);
    place_films(&making);
    put_movies(&making);
    catalogue->interactions.item_count = making.count;
    snapshot->edited->items = making.items;
    make_model(&making);
    derive_figures(&making);
    snapshot_begin(snapshot);
    return snapshot;
}

uint32_t snapshot_edited_like(const struct snapshot *snapshot, uint32_t item) {
    const uint32_t known = snapshot->origin->catalogue->items.count;
    if (item < known)
        return item;
    const struct cold_items *cold = &snapshot->edited->cold;
    return cold->near[cold->offsets[item - known]];
}

void snapshot_edited_release(struct snapshot_edits *edited) {
    if (!edited)
        return;
    model_destroy(edited->model);
    film_edits_release(edited->edits);
}
