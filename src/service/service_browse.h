/* service_browse.h: the films themselves, filtered, in an order, page by page: the top rated, the
 * popular, what is watched of late, or the whole catalogue.
 *
 *   rated     mean rating drawn to the mean of all films where few have rated (film_figures.c);
 *             without ratings in the data: how many people have it
 *   popular   how many people have the film
 *   trending  each time that somebody met the film counts 2^(-age / 30 days), age from the newest
 *             time in the data: recent and decayed
 *   mean, year, title, id   as they say; id is the catalogue's own order
 *   match     how well the title answers to what was typed, slips of the pen forgiven
 *
 * Among equals the film that more people have comes first, then the catalogue's order. */
#ifndef MATINEE_SERVICE_SERVICE_BROWSE_H
#define MATINEE_SERVICE_SERVICE_BROWSE_H

#include "rank/filter.h"
#include "service/service.h"

enum browse_order {
    BROWSE_RATED,
    BROWSE_POPULAR,
    BROWSE_TRENDING,
    BROWSE_MEAN,
    BROWSE_YEAR,
    BROWSE_TITLE,
    BROWSE_ID,
    BROWSE_MATCH,
    BROWSE_ORDERS
};
const char *service_browse_name(enum browse_order order); /* "rated" */
/* False: there is no such order. */
bool service_browse_find(const char *name, enum browse_order *order);

struct browse_request {
    enum browse_order order;
    bool backwards;              /* worst, oldest or last first */
    const char *title;           /* only films whose titles answer to it; NULL: all */
    const struct filter *filter; /* `seen` is not looked at; NULL: all */
    size_t offset, count;        /* a page: so many films from so many on */
};

struct browsed_film {
    uint32_t item;
    float score; /* what it is ordered by; of title and id the place, from 0 */
};
struct browse_answer {
    size_t total; /* films that pass */
    size_t count;
    struct browsed_film *list;
};

/* Errors: trending, where the data have no times (STATUS_NOT_FOUND); match without a title, a count
 * of 0 or above SERVICE_TOP_K_MAX (STATUS_BAD_USAGE). */
enum status service_browse(const struct snapshot *snapshot, const struct browse_request *request,
                           struct arena *arena, struct browse_answer *answer, struct error *error);

/* What is known of one film in numbers. */
#define FILM_RATING_STEPS_MAX 20
struct film_figures {
    uint32_t count;     /* people who have it */
    float mean, damped; /* of its ratings; 0: the data have none */
    size_t step_count;  /* values of ratings that occur, ascending */
    struct {
        float rating;
        uint32_t count;
    } steps[FILM_RATING_STEPS_MAX];
};
/* Costs one pass over the histories, where the data have ratings. Values beyond
 * FILM_RATING_STEPS_MAX are counted with the nearest. */
void service_film_figures(const struct snapshot *snapshot, uint32_t item,
                          struct film_figures *figures);

#endif
