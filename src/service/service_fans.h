/* service_fans.h: who likes a film, and what else these people watch. */
#ifndef MATINEE_SERVICE_SERVICE_FANS_H
#define MATINEE_SERVICE_SERVICE_FANS_H

#include "service/service.h"

#define FANS_MOST 100         /* that are named */
#define FANS_PEOPLE_MAX 5000u /* whose films are looked at for a mix, evenly spaced over all */

struct film_fan {
    uint32_t user; /* of the model */
    float rating;  /* 1 where there are no ratings */
    float lead;    /* the rating less the mean of all that this person gave */
};

struct film_genre_mix {
    uint32_t genre;
    double theirs, everyone; /* mean over people of the share of their films' genres */
};

/* Arrays live in the arena. */
struct film_fans {
    size_t liked; /* people of the fit who rated it from 7/10 of the scale on; else who have it */
    struct film_fan *list; /* [count] the best ratings first, then those that lead most */
    size_t count;
    struct film_genre_mix *genres; /* [genre_count] what they watch most above everyone first; the
                                      film itself does not count */
};

/* Names at most `most` people, none who was erased or took the rating back since the fit. */
void service_fans(struct service *service, const struct snapshot *snapshot, uint32_t item,
                  size_t most, struct arena *arena, struct film_fans *fans);

#endif
