/* bare_history.h: a bare history in the body of a request, in place of a person:
 *
 *     "ratings": [{"item_id": 1, "rating": 4.5}, ...], {"1": 4.5, ...} or [1, 2, ...] */
#ifndef MATINEE_API_BARE_HISTORY_H
#define MATINEE_API_BARE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "api/parameters.h"
#include "dataset/dataset.h"
#include "service/service.h"

/* Its row in a table of parameters. */
#define PARAMETER_RATINGS                                                                          \
    {                                                                                              \
        "ratings", "any", NULL,                                                                    \
            "in place of user_id: [{item_id, rating}], {ID: RATING} or bare ids", 0, 0,            \
            ROUTE_BODY_ONLY, NULL                                                                  \
    }

struct bare_history {
    const struct rated_item *list; /* in the request's arena */
    size_t count;
};

/* Refuses ratings beside a person (NULL: none). */
void bare_history_expect(struct parameters *parameters, const char *user);
/* The ratings of the body; none is fine. False: it has answered. */
bool bare_history_read(struct parameters *parameters, const struct dataset *catalogue,
                       struct bare_history *ratings, struct response *response);

#endif
