/* health.c: GET /api/health: for load balancers and the impatient. */
#include "api/api_internal.h"
#include "service/service_search.h"

void health_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const size_t models = service_model_count(api->service);
    response_json(response, request,
                  json_pack("{s:s, s:I, s:b, s:s, s:s?, s:s}", "status", "healthy", "models_loaded",
                            (json_int_t)models, "initialized", models > 0, "version",
                            MATINEE_VERSION, "encoder", service_search_encoder(api->service),
                            "posters", api->tmdb_posters ? "tmdb" : "drawn"));
    response_set_header(response, "Cache-Control", "no-store");
}
