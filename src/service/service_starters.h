/* service_starters.h: the films to show somebody who is new: those whose ratings tell people apart.
 *
 * A rating tells much if many have seen the film (somebody can answer) and if those who have do not
 * agree. A film's worth is fame * spread: fame is log(1 + people) / log(1 + most people), spread
 * the standard deviation of its ratings, drawn to the one of all ratings as long as few have rated;
 * where the data have no ratings it is that of having seen the film or not. They are picked one by
 * one, and a film whose genres are those of one picked before counts for less, so that the list is
 * not of one kind (Rashid et al. 2002, "Getting to know you", whose "log popularity * entropy" this
 * is with another measure of spread).
 *
 * Cost     One pass over the ratings, then top_k passes over the best STARTERS_POOL films. */
#ifndef MATINEE_SERVICE_SERVICE_STARTERS_H
#define MATINEE_SERVICE_SERVICE_STARTERS_H

#include "service/service.h"

struct starter {
    uint32_t item;
    float worth; /* as above, when it was picked */
};

/* The first top_k (fewer where the catalogue has fewer films that anybody has); memory of the
 * arena.
 */
size_t service_starters(const struct snapshot *snapshot, size_t top_k, struct arena *arena,
                        struct starter **list);

#endif
