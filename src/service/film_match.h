/* film_match.h: which film of a catalogue is meant by ids, or by title and year, of other programs.
 *
 * IMDb's and TMDb's ids where the catalogue has links; else the title, however articles, accents,
 * numbers and second titles are written, with a year that is at most one away; else a title that is
 * nearly so and nearer than all others of its year. */
#ifndef MATINEE_SERVICE_FILM_MATCH_H
#define MATINEE_SERVICE_FILM_MATCH_H

#include "base/arena.h"
#include "dataset/dataset.h"

struct film_match;

enum film_match_way { FILM_MATCH_NONE, FILM_MATCH_ID, FILM_MATCH_TITLE, FILM_MATCH_NEAR };

/* In the arena, which is no scratch arena; the catalogue is borrowed. Costs a walk over titles and
 * interactions: 60 ms for 60,000 films. */
struct film_match *film_match_create(const struct dataset *catalogue, struct arena *arena);
/* What is not known is NULL or 0. */
struct film_named {
    const char *imdb, *tmdb; /* digits */
    const char *title;
    int year;
    bool exact; /* no title that is only nearly so: that look-up takes a millisecond */
};
enum film_match_way film_match_find(const struct film_match *match, const struct film_named *named,
                                    uint32_t *item);

#endif
