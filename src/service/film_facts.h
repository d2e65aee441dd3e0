/* film_facts.h: what the store says of a film (struct feedback_item), as texts: the one place that
 * knows how genres, years and the rest are written there.
 *
 * Genres stand with '|' between them. The facts are one JSON object: what /api/movie/ID shows
 * (overview, runtime, imdb_id, ...) beside what Gorse's clients keep with a film, which is shown to
 * them alone: IsHidden, Timestamp, Labels. A film that is hidden is in no list. */
#ifndef MATINEE_SERVICE_FILM_FACTS_H
#define MATINEE_SERVICE_FILM_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "dataset/dataset.h"

#define FILM_FACTS_HIDDEN "IsHidden"
#define FILM_FACTS_TIME "Timestamp"
#define FILM_FACTS_LABELS "Labels"

/* "Action|Drama" with one more. */
const char *film_facts_add_genre(const char *genres, const char *name, struct arena *arena);
/* The genres of a set, in the catalogue's order. */
const char *film_facts_genres(const struct dataset *catalogue, uint64_t genres,
                              struct arena *arena);
/* The next of the genres from *at on, a string of the arena; NULL: that was the last. */
const char *film_facts_next_genre(const char **at, struct arena *arena);

/* "Heat (1995)": a title of the store as catalogues have it; one that ends so, and one of no year
 * (0), as it is. */
const char *film_facts_title(const char *title, int64_t year, struct arena *arena);

/* The object that a text of facts stands for; an empty one if it is none. The caller's. */
json_t *film_facts_read(const char *text);
/* Back again; NULL: there is nothing in it, or it has more than `room` bytes (*fits is false). */
const char *film_facts_write(const json_t *facts, size_t room, struct arena *arena, bool *fits);
bool film_facts_is_hidden(const json_t *facts);
/* Takes out what Gorse's clients alone are shown. */
void film_facts_strip(json_t *facts);

#endif
