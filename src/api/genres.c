/* genres.c: GET /genres: the genres in the order and spelling of the data. */
#include "api/api_internal.h"
#include "api/film.h"

void genres_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    if (!lookup_snapshot(context, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    const uint32_t count = catalogue->genre_count;
    const uint64_t all = count < 64 ? ((uint64_t)1 << count) - 1 : UINT64_MAX;
    response_json(response, request, film_genres(catalogue, all));
    response_stable(response);
    service_release(snapshot);
}
