/* stats.c: GET /api/stats: what is served and kept, in numbers. */
#include "api/api_internal.h"
#include "api/film.h"
#include "service/service_feedback.h"

static json_t *store_json(struct feedback *store) {
    struct feedback_counts counts;
    struct error error;
    if (!store)
        return json_null();
    if (feedback_count(store, &counts, &error) != STATUS_OK)
        return json_pack("{s:s, s:b, s:s}", "store", feedback_name(store), "reachable", 0, "error",
                         error.text);
    return json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "store",
                     feedback_name(store), "reachable", 1, "people", (json_int_t)counts.people,
                     "ratings", (json_int_t)counts.ratings, "events", (json_int_t)counts.events,
                     "sessions", (json_int_t)counts.sessions, "library", (json_int_t)counts.library,
                     "erased", (json_int_t)counts.erased, "newest_event", (json_int_t)counts.newest,
                     "writes", (json_int_t)counts.writes, "commits", (json_int_t)counts.commits);
}

void stats_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    struct feedback *store = NULL;
    struct error none;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    service_store(api->service, &store, &none);
    response_json(
        response, request,
        json_pack("{s:I, s:I, s:I, s:I, s:I, s:o}", "models",
                  (json_int_t)service_model_count(api->service), "films",
                  (json_int_t)catalogue->items.count, "users", (json_int_t)catalogue->users.count,
                  "genres", (json_int_t)catalogue->genre_count, "interactions",
                  (json_int_t)catalogue->interactions.count, "feedback", store_json(store)));
    service_release(snapshot);
}
