/* map.c: GET /api/map: films as points of a plane, what is alike near. */
#include "api/browse.h"
#include "api/film.h"
#include "http/json_text.h"
#include "service/service_map.h"

#define LIMIT 2000
#define LIMIT_MOST 100000

static void write_point(struct buffer *out, const struct snapshot *snapshot, uint32_t item,
                        const float *point) {
    film_write(out, snapshot, item);
    buffer_text(out, ",\"x\":");
    json_text_real(out, (double)point[0]);
    buffer_text(out, ",\"y\":");
    json_text_real(out, (double)point[1]);
    buffer_text(out, ",\"count\":");
    json_text_integer(out, service_items(snapshot)->counts[item]);
}

static void answer(const struct snapshot *snapshot, const struct filter *filter, size_t limit,
                   const struct request *request, struct response *response) {
    struct browse_answer films = {0};
    struct error error;
    const float *points;
    const struct browse_request all = {
        .order = BROWSE_POPULAR, .filter = filter, .count = SERVICE_TOP_K_MAX};
    if (service_map(snapshot, &points, &error) != STATUS_OK) {
        problem_answer(response, request, 503, "%s", error.text);
        response_set_header(response, "Retry-After", "5");
        return;
    }
    struct buffer out;
    size_t written = 0;
    buffer_init(&out, request->arena);
    buffer_text(&out, "{\"points\":[");
    struct browse_request page = all;
    do {
        page.count = limit - written < SERVICE_TOP_K_MAX ? limit - written : SERVICE_TOP_K_MAX;
        if (service_browse(snapshot, &page, request->arena, &films, &error) != STATUS_OK)
            break;
        for (size_t i = 0; i < films.count; i++) {
            buffer_text(&out, written++ == 0 ? "{" : ",{");
            write_point(&out, snapshot, films.list[i].item, points + 2 * films.list[i].item);
            buffer_text(&out, "}");
        }
        page.offset += films.count;
    } while (films.count > 0 && written < limit);
    buffer_format(&out, "],\"total\":%zu}", films.total);
    json_text_answer(response, &out);
}

const struct route_parameter map_parameters[] = {
    {"limit", "integer", "2000", "so many films, those that most people have", 1, LIMIT_MOST, 0,
     NULL},
    PARAMETER_MODEL,
    {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},
    FILTERS_PARAMETERS,
    PARAMETERS_END,
};

void map_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    const size_t limit = (size_t)parameters_integer(&parameters, "limit", LIMIT, 1, LIMIT_MOST);
    struct snapshot *snapshot;
    struct filter filter;
    if (!lookup_snapshot(context, &parameters, response, &snapshot))
        return;
    filters_read(snapshot, &parameters, &filter);
    filter.genres.any = lookup_genres(service_catalogue(snapshot), &parameters, "genre");
    filter.seen = FILTER_ALL;
    if (!parameters_failed(&parameters, response))
        answer(snapshot, &filter, limit, request, response);
    service_release(snapshot);
}
