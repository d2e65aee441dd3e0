/* imports_film.c: one JSON object of Trakt, Jellyfin, Plex or Kodi as a film. See imports.h.
 *
 * Source   The shapes that the programs document: Trakt's API (sync/ratings, history, watched,
 *          collection), Jellyfin's BaseItemDto, Plex's MediaContainer.Metadata, Kodi's
 *          VideoLibrary.GetMovies.
 * Traps    Numbers may come as texts and texts as numbers. Texts of numbers live in the calling
 *          thread's scratch of one record.
 * Checked  tests/imports/test_imports.c, fuzz/fuzz_imports.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "imports/imports_internal.h"

#define POINTS 10.0
#define SLOTS 4

/* Digits of a number or of a text with a number in it; one of few slots of the thread. */
static const char *digits_of(const json_t *value) {
    static _Thread_local char slots[SLOTS][IMPORTS_ID_BYTES];
    static _Thread_local size_t slot;
    char text[IMPORTS_ID_BYTES];
    if (json_is_string(value))
        return imports_digits(json_string_value(value), slots[slot++ % SLOTS]);
    if (!json_is_integer(value) || json_integer_value(value) <= 0)
        return NULL;
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    return imports_digits(text, slots[slot++ % SLOTS]);
}

static const char *text_of(const json_t *object, const char *key) {
    return json_string_value(json_object_get(object, key));
}

static double number_of(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value))
        return strtod(json_string_value(value), NULL);
    return json_is_number(value) ? json_number_value(value) : 0;
}

static void set_year(struct imports_film *film, double year) {
    film->year = year > 1800 && year < 3000 ? (int)year : 0;
}

static void set_rating(struct imports_film *film, double points) {
    film->rating = points > 0 && points <= POINTS ? points / POINTS : (double)NAN;
    film->is_seen = film->is_seen || isfinite(film->rating);
}

/* The first of the keys that has a time. */
static int64_t time_of(const json_t *object, const char *const *keys) {
    for (; *keys; keys++) {
        const json_t *value = json_object_get(object, *keys);
        const int64_t time = json_is_integer(value)  ? (int64_t)json_integer_value(value)
                             : json_is_string(value) ? imports_time(json_string_value(value))
                                                     : 0;
        if (time > 0)
            return time;
    }
    return 0;
}

/* ---- Trakt ---- */

static bool read_trakt(struct imports_film *film, const json_t *object) {
    static const char *const others[] = {"show", "episode", "season", NULL};
    static const char *const times[] = {"watched_at",        "last_watched_at", "rated_at",
                                        "last_collected_at", "collected_at",    NULL};
    const json_t *movie = json_object_get(object, "movie"), *other = NULL;
    for (size_t i = 0; others[i] && !json_is_object(movie) && !json_is_object(other); i++)
        other = json_object_get(object, others[i]);
    if (!json_is_object(movie) && !json_is_object(other))
        return false;
    const json_t *ids = json_object_get(movie, "ids");
    film->format = IMPORTS_TRAKT;
    film->is_other = movie == NULL;
    film->title = text_of(movie ? movie : other, "title");
    set_year(film, number_of(movie ? movie : other, "year"));
    film->imdb = digits_of(json_object_get(ids, "imdb"));
    film->tmdb = digits_of(json_object_get(ids, "tmdb"));
    film->is_owned = text_of(object, "collected_at") || text_of(object, "last_collected_at");
    film->is_seen = text_of(object, "watched_at") || text_of(object, "last_watched_at");
    film->time = time_of(object, times);
    set_rating(film, number_of(object, "rating"));
    return film->is_owned || film->is_seen; /* a watchlist says neither */
}

/* ---- Libraries ---- */

static bool read_jellyfin(struct imports_film *film, const json_t *object) {
    static const char *const times[] = {"LastPlayedDate", NULL};
    const json_t *ids = json_object_get(object, "ProviderIds"), *value;
    const json_t *own = json_object_get(object, "UserData");
    const char *type = text_of(object, "Type"), *key;
    if (!json_is_object(ids) || !text_of(object, "Name"))
        return false;
    film->format = IMPORTS_JELLYFIN;
    film->is_owned = true;
    film->is_other = type && strcasecmp(type, "Movie") != 0 && strcasecmp(type, "Video") != 0;
    film->title = text_of(object, "Name");
    set_year(film, number_of(object, "ProductionYear"));
    json_object_foreach((json_t *)(uintptr_t)ids, key, value) {
        if (strcasecmp(key, "imdb") == 0)
            film->imdb = digits_of(value);
        else if (strcasecmp(key, "tmdb") == 0)
            film->tmdb = digits_of(value);
    }
    film->is_seen = json_is_true(json_object_get(own, "Played"));
    film->is_liked = json_is_true(json_object_get(own, "IsFavorite"));
    film->time = time_of(own, times);
    set_rating(film, number_of(own, "Rating"));
    return true;
}

static bool read_plex(struct imports_film *film, const json_t *object) {
    static const char *const times[] = {"lastViewedAt", NULL};
    const char *type = text_of(object, "type"), *guid = text_of(object, "guid");
    const json_t *list = json_object_get(object, "Guid"), *entry;
    size_t i;
    if (!guid || !type || !text_of(object, "title"))
        return false;
    film->format = IMPORTS_PLEX;
    film->is_owned = true;
    film->is_other = strcmp(type, "movie") != 0;
    film->title = text_of(object, "title");
    set_year(film, number_of(object, "year"));
    json_array_foreach(list, i, entry) {
        const char *id = text_of(entry, "id");
        if (id && strncmp(id, "imdb://", 7) == 0)
            film->imdb = digits_of(json_object_get(entry, "id"));
        else if (id && strncmp(id, "tmdb://", 7) == 0)
            film->tmdb = digits_of(json_object_get(entry, "id"));
    }
    if (!film->imdb && strstr(guid, "imdb://tt"))
        film->imdb = digits_of(json_object_get(object, "guid"));
    film->is_seen = number_of(object, "viewCount") > 0;
    film->time = time_of(object, times);
    set_rating(film, number_of(object, "userRating"));
    return true;
}

static bool read_kodi(struct imports_film *film, const json_t *object) {
    static const char *const times[] = {"lastplayed", NULL};
    const json_t *ids = json_object_get(object, "uniqueid");
    const char *number = text_of(object, "imdbnumber"), *title = text_of(object, "title");
    if (!json_is_number(json_object_get(object, "movieid")))
        return false;
    film->format = IMPORTS_KODI;
    film->is_owned = true;
    film->title = title ? title : text_of(object, "label");
    set_year(film, number_of(object, "year"));
    film->imdb = digits_of(json_object_get(ids, "imdb"));
    film->tmdb = digits_of(json_object_get(ids, "tmdb"));
    if (!film->imdb && number && strncmp(number, "tt", 2) == 0)
        film->imdb = digits_of(json_object_get(object, "imdbnumber"));
    film->is_seen = number_of(object, "playcount") > 0;
    film->time = time_of(object, times);
    set_rating(film, number_of(object, "userrating"));
    return true;
}

bool imports_film_of_json(struct imports_film *film, const json_t *object) {
    typedef bool reader(struct imports_film * film, const json_t *object);
    static reader *const readers[] = {read_trakt, read_jellyfin, read_plex, read_kodi};
    const struct imports_film empty = *film;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
        *film = empty;
        if (readers[i](film, object))
            return true;
    }
    *film = empty;
    return false;
}
