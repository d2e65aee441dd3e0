/* movies.c: GET /api/movies: the catalogue, page by page, filtered, in an order, by titles however
 * they are spelled. */
#include "api/browse.h"

#define LIMIT 20

const struct route_parameter movies_parameters[] = {
    {"q", "text", NULL, "films whose titles answer to it, slips of the pen forgiven", 0, 0, 0,
     NULL},
    {"sort", "text", NULL, "in which order; match with q, else popular", 0, 0, 0,
     "popular|rated|trending|mean|year|title|id|match"},
    {"backwards", "flag", "false", "the order the other way round", 0, 0, 0, NULL},
    {"limit", "integer", "20", "films of a page", 1, SERVICE_TOP_K_MAX, 0, NULL},
    BROWSE_PARAMETERS,
    PARAMETERS_END,
};

void movies_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct browse_request wanted = {
        .title = parameters_text(&parameters, "q"),
        .backwards = parameters_flag(&parameters, "backwards", false),
        .count = (size_t)parameters_integer(&parameters, "limit", LIMIT, 1, SERVICE_TOP_K_MAX)};
    const char *sort = parameters_string(&parameters, "sort");
    wanted.order = wanted.title ? BROWSE_MATCH : BROWSE_POPULAR;
    if (sort && !service_browse_find(sort, &wanted.order))
        parameters_refuse(
            &parameters, "sort", "enum",
            "Input should be popular, rated, trending, mean, year, title, id or match", sort);
    browse_answer(context, &parameters, &wanted, "movies", response);
}
