/* film_people.h: who has a film: the histories of a snapshot by item, made when somebody first
 * asks. */
#ifndef MATINEE_SERVICE_FILM_PEOPLE_H
#define MATINEE_SERVICE_FILM_PEOPLE_H

#include "dataset/interactions.h"
#include "service/snapshot.h"

/* The people of one film, in ascending order. */
struct film_people {
    const uint32_t *users; /* [count] */
    const float *ratings;  /* [count]; NULL: there are none */
    size_t count;
};
/* As long as the snapshot lives. May be called from many threads. */
struct film_people film_people_of(const struct snapshot *snapshot, uint32_t item);
/* The mean of all that a person gave; 0: there are no ratings. */
float film_people_mean(const struct snapshot *snapshot, uint32_t user);
/* counts[genre_count of the model's data]: how many of a person's films are of each genre, as the
 * data have them. */
const uint32_t *film_people_genres(const struct snapshot *snapshot, uint32_t user);

#endif
