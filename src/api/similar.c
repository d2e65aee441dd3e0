/* similar.c: GET /api/similar/ID: films like a film, by the model or by what is written of them. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "api/filters.h"
#include "http/json_text.h"

static void write_list(struct buffer *out, const struct snapshot *snapshot,
                       const struct similar_answer *found) {
    buffer_text(out, ",\"similar_items\":[");
    for (size_t i = 0; i < found->count; i++) {
        buffer_text(out, i == 0 ? "{" : ",{");
        film_write(out, snapshot, found->list[i].item);
        buffer_text(out, ",\"similarity\":");
        json_text_real(out, (double)found->list[i].similarity);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

static void answer(const struct api_context *api, const struct snapshot *snapshot,
                   const struct similar_request *wanted, const struct request *request,
                   struct response *response) {
    struct similar_answer found;
    struct error error;
    const enum status status =
        service_similar_asked(api->service, snapshot, wanted, request->arena, &found, &error);
    if (status != STATUS_OK) {
        const bool is_ours = status == STATUS_IO || status == STATUS_LIMIT;
        problem_answer(response, request, is_ours ? 503 : 422, "%s", error.text);
        return;
    }
    struct buffer out;
    buffer_init(&out, request->arena);
    buffer_text(&out, "{\"item_id\":");
    json_text_value(&out, film_id(&service_catalogue(snapshot)->items, wanted->item));
    write_list(&out, snapshot, &found);
    buffer_text(&out, ",\"scale\":\"");
    buffer_text(&out, service_scale_name(found.scale));
    buffer_text(&out, "\"}");
    json_text_answer(response, &out);
}

static void read_by(struct parameters *parameters, struct similar_request *wanted) {
    const char *by = parameters_string(parameters, "by");
    wanted->by_content = by && strcmp(by, "content") == 0;
    if (by && !wanted->by_content && strcmp(by, "vector") != 0)
        parameters_refuse(parameters, "by", "enum", "Input should be vector or content", by);
}

const struct route_parameter similar_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    {"by", "text", "vector", "by the model's vectors or by what is written of the films", 0, 0, 0,
     "vector|content"},
    {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},
    FILTERS_PARAMETERS,
    PARAMETERS_END,
};

void similar_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct filter filter;
    struct similar_request wanted = {
        .top_k = (size_t)parameters_integer(&parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX),
        .filter = &filter};
    struct snapshot *snapshot;
    read_by(&parameters, &wanted);
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    filters_read(snapshot, &parameters, &filter);
    filter.genres.any = lookup_genres(service_catalogue(snapshot), &parameters, "genre");
    if (!parameters_failed(&parameters, response) &&
        lookup_item(service_catalogue(snapshot), request->captures[0], request, response,
                    &wanted.item))
        answer(api, snapshot, &wanted, request, response);
    service_release(snapshot);
}
