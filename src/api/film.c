/* film.c: see film.h.
 *
 * Traps    A number in JSON is a double to most readers: an id of more than 15 digits stays a
 *          string, since it would not come back as it went. "007" and "-0" are no canonical
 *          numbers.
 * Checked  tests/api/test_api.c, by the answers of every route. */
#include "api/film.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "http/json_text.h"
#include "http/request.h"
#include "service/film_hues.h"
#include "service/film_memo.h"

#define INTEGER_DIGITS_MAX 15

json_t *film_text(const char *text, size_t length) {
    if (request_is_text(text, length))
        return json_stringn_nocheck(text, length);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    char *clean = arena_alloc(scratch, 3 * length + 1), *to = clean;
    for (size_t i = 0; i < length; i++) {
        const bool is_plain = text[i] > 0 && text[i] < 0x7f;
        memcpy(to, is_plain ? &text[i] : "\xef\xbf\xbd", is_plain ? 1 : 3);
        to += is_plain ? 1 : 3;
    }
    json_t *value = json_stringn_nocheck(clean, (size_t)(to - clean));
    arena_reset(scratch, mark);
    return value;
}

static bool is_canonical_integer(struct text_slice id) {
    const char *digits = id.start;
    size_t count = id.length;
    if (count > 0 && digits[0] == '-') {
        digits++;
        count--;
        if (count == 1 && digits[0] == '0')
            return false;
    }
    if (count == 0 || count > INTEGER_DIGITS_MAX || (digits[0] == '0' && count > 1))
        return false;
    for (size_t i = 0; i < count; i++)
        if (digits[i] < '0' || digits[i] > '9')
            return false;
    return true;
}

json_t *film_outside_id(struct text_slice id) {
    if (!is_canonical_integer(id))
        return film_text(id.start, id.length);
    char text[INTEGER_DIGITS_MAX + 2] = {0};
    memcpy(text, id.start, id.length);
    return json_integer((json_int_t)strtoll(text, NULL, 10));
}

json_t *film_id(const struct id_map *map, uint32_t index) {
    return film_outside_id(id_map_name(map, index));
}

const char *film_genre(const struct dataset *catalogue, uint32_t genre) {
    const char *name = catalogue->genres[genre];
    return strcmp(name, "unknown") == 0 ? "Unknown" : name;
}

json_t *film_genres(const struct dataset *catalogue, uint64_t genres) {
    json_t *list = json_array();
    for (; genres; genres &= genres - 1) {
        const char *name = film_genre(catalogue, (uint32_t)__builtin_ctzll(genres));
        json_array_append_new(list, film_text(name, strlen(name)));
    }
    return list;
}

void film_describe(json_t *object, const struct dataset *catalogue, uint32_t item) {
    const struct movie *movie = &catalogue->movies[item];
    json_object_set_new(object, "title", film_text(movie->title, strlen(movie->title)));
    json_object_set_new(object, "genres", film_genres(catalogue, movie->genres));
    if (movie->year != 0)
        json_object_set_new(object, "year", json_integer(movie->year));
    if (movie->imdb_id)
        json_object_set_new(object, "imdb_id", film_text(movie->imdb_id, strlen(movie->imdb_id)));
    if (movie->tmdb_id)
        json_object_set_new(object, "tmdb_id", film_text(movie->tmdb_id, strlen(movie->tmdb_id)));
    json_t *facts = movie->facts ? json_loads(movie->facts, 0, NULL) : NULL;
    if (json_is_object(facts))
        json_object_update_missing(object, facts);
    json_decref(facts);
}

void film_colour(json_t *object, const struct snapshot *snapshot, uint32_t item) {
    const int hue = film_hues_find(snapshot, item);
    if (hue >= 0)
        json_object_set_new(object, "hue", json_integer(hue));
}

void film_write(struct buffer *out, const struct snapshot *snapshot, uint32_t item) {
    const struct film_note *note = film_memo_find(snapshot, item);
    if (note) {
        buffer_bytes(out, note->text, note->length);
        return;
    }
    const struct dataset *catalogue = service_catalogue(snapshot);
    const size_t begin = out->size;
    json_t *object = json_object();
    json_object_set_new(object, "item_id", film_id(&catalogue->items, item));
    json_object_set_new(object, "encoded_id", json_integer(item));
    film_describe(object, catalogue, item);
    film_colour(object, snapshot, item);
    json_text_members(out, object);
    if (film_hues_known(snapshot))
        film_memo_keep(snapshot, item, out->bytes + begin, out->size - begin);
}
