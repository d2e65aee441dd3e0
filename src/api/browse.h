/* browse.h: the films of the catalogue in an order, page by page: what /api/top and /api/movies
 * share. */
#ifndef MATINEE_API_BROWSE_H
#define MATINEE_API_BROWSE_H

#include "api/api_internal.h"
#include "api/filters.h"
#include "service/service_browse.h"

/* Rows of a table of parameters. */
#define BROWSE_PARAMETERS                                                                          \
    PARAMETER_MODEL, {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},     \
        FILTERS_PARAMETERS, {                                                                      \
        "cursor", "text", NULL, "`next` of the page before", 0, 0, 0, NULL                         \
    }

/* Reads model, filters and cursor, and answers with
 * {order, total, KEY: [{item_id, ..., score, mean?, count}], next}. */
void browse_answer(const struct api_context *api, struct parameters *parameters,
                   struct browse_request *wanted, const char *key, struct response *response);

#endif
