/* profile.h: a person in figures: what he rated, how, of which genres, and who is like him. What
 * was only watched counts for the last alone. */
#ifndef MATINEE_SERVICE_PROFILE_H
#define MATINEE_SERVICE_PROFILE_H

#include "service/service_person.h"

#define PROFILE_NEAREST 10

struct profile_genre {
    uint32_t count; /* films of the history */
    double mean;    /* of their ratings; NaN: none, or nothing is rated */
};

struct profile_rating {
    float rating;
    uint32_t count;
};

struct profile_neighbour {
    uint32_t user;
    float similarity; /* films in common / geometric mean of both numbers of films */
};

/* Arrays live in the arena. */
struct profile {
    size_t total;
    double mean;                         /* NaN: nothing is rated */
    const struct profile_genre *genres;  /* [genre_count] */
    const struct profile_rating *values; /* the ratings that were given, ascending */
    size_t value_count;
    uint32_t favorite; /* the genre of most films, the better rated among equals; DATASET_NONE */
    int diversity;     /* 100 (.6 explored / all + .4 (1 - sd / mean of the genres' counts)) */
    struct profile_neighbour nearest[PROFILE_NEAREST];
    size_t nearest_count;
};

struct profile profile_of(const struct snapshot *snapshot, const struct service_person *person,
                          struct arena *arena);

#endif
