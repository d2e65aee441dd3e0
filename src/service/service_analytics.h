/* service_analytics.h: the data and a model's lists in figures, for people to look at: how ratings
 * are given, which genres are watched and liked, how much went on when, how popular films are, and
 * what the model makes of that.
 *
 *   popularity   films by how many people have them, the most popular first, in at most
 *                ANALYTICS_STEPS groups whose bounds grow geometrically: of each the ranks, the
 * mean number of people, and the share of all places in the model's lists that go to it lists of
 * ANALYTICS_K films for at most ANALYTICS_PEOPLE people, evenly spaced over all: coverage (share of
 * the catalogue that is named to anybody), diversity (1 - mean cosine of two films' genres),
 * novelty (mean -log2 of the share of people who have a film)
 *
 * Cost     One pass over the ratings, and ANALYTICS_PEOPLE lists. */
#ifndef MATINEE_SERVICE_SERVICE_ANALYTICS_H
#define MATINEE_SERVICE_SERVICE_ANALYTICS_H

#include "service/service.h"

#define ANALYTICS_STEPS 40
#define ANALYTICS_PEOPLE 200
#define ANALYTICS_K 10
#define ANALYTICS_RATINGS_MAX 20

struct analytics_rating {
    float rating;
    uint64_t count;
};

struct analytics_genre {
    uint32_t films;
    uint64_t ratings; /* interactions with its films */
    double mean;      /* of their ratings; NaN: none */
};

/* A month, or a year. */
struct analytics_period {
    int year, month; /* 1 ... 12; of a year 1 */
    uint64_t ratings;
    uint32_t people;       /* who did anything in it */
    const uint64_t *genre; /* [genre_count] of its ratings */
};

struct analytics_step {
    uint32_t first, last; /* ranks, from 1, both inclusive */
    double people;        /* that have a film, on average */
    double recommended;   /* share of all places in lists */
};

struct analytics {
    size_t rating_count, month_count, year_count, step_count;
    const struct analytics_rating
        *ratings; /* ascending; beyond ANALYTICS_RATINGS_MAX with the last */
    const struct analytics_genre *genres;  /* [genre_count] */
    const struct analytics_period *months; /* by time; none where the data have no dates */
    const struct analytics_period *years;
    const struct analytics_step *steps;
    size_t list_people;
    double coverage, diversity, novelty;
};

/* Memory of the arena. */
void service_analytics(const struct snapshot *snapshot, struct arena *arena,
                       struct analytics *analytics);

/* A person's taste beside everybody's, and how it changed. */
struct taste_year {
    int year;
    uint32_t ratings;
    double mean;           /* NaN: nothing is rated */
    const uint32_t *genre; /* [genre_count] films of each */
};
struct taste {
    const double *own, *all; /* [genre_count] shares of films' genres, sum 1 (0: no films) */
    const struct taste_year *years;
    size_t year_count; /* 0: no dates */
};
void service_taste(const struct snapshot *snapshot, const struct history *history,
                   struct arena *arena, struct taste *taste);

#endif
