/* top.c: GET /api/top: the top rated, the popular and what is watched of late. */
#include "api/browse.h"

const struct route_parameter top_parameters[] = {
    {"by", "text", "rated", "mean rating drawn to the mean of all; people; people of late", 0, 0, 0,
     "rated|popular|trending"},
    PARAMETER_TOP_K,
    BROWSE_PARAMETERS,
    PARAMETERS_END,
};

void top_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct browse_request wanted = {.count = (size_t)parameters_integer(
                                        &parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX)};
    const char *by = parameters_string(&parameters, "by");
    if (by && (!service_browse_find(by, &wanted.order) || wanted.order > BROWSE_TRENDING))
        parameters_refuse(&parameters, "by", "enum", "Input should be rated, popular or trending",
                          by);
    browse_answer(api, &parameters, &wanted, "films", response);
}
