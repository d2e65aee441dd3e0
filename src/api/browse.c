/* browse.c: see browse.h. Checked by tests/api/test_api_browse.c. */
#include "api/browse.h"

#include "api/film.h"
#include "http/json_text.h"

static void write_film(struct buffer *out, const struct snapshot *snapshot,
                       const struct browsed_film *film) {
    const struct filter_items *items = service_items(snapshot);
    film_write(out, snapshot, film->item);
    buffer_text(out, ",\"score\":");
    json_text_real(out, (double)film->score);
    buffer_text(out, ",\"count\":");
    json_text_integer(out, items->counts[film->item]);
    if (items->means[film->item] > 0) {
        buffer_text(out, ",\"mean\":");
        json_text_real(out, (double)items->means[film->item]);
    }
}

static void write_page(struct buffer *out, const struct snapshot *snapshot,
                       const struct browse_request *wanted, const char *key,
                       const struct browse_answer *found) {
    buffer_format(out, "{\"order\":\"%s\",\"total\":%zu,\"%s\":[",
                  service_browse_name(wanted->order), found->total, key);
    for (size_t i = 0; i < found->count; i++) {
        buffer_text(out, i == 0 ? "{" : ",{");
        write_film(out, snapshot, &found->list[i]);
        buffer_text(out, "}");
    }
    const size_t end = wanted->offset + found->count;
    buffer_text(out, "],\"next\":");
    if (end < found->total)
        buffer_format(out, "\"%s\"}", service_cursor(snapshot, end, out->arena));
    else
        buffer_text(out, "null}");
}

static void answer(const struct snapshot *snapshot, const struct browse_request *wanted,
                   const char *key, const struct request *request, struct response *response) {
    struct browse_answer found;
    struct error error;
    const enum status status = service_browse(snapshot, wanted, request->arena, &found, &error);
    if (status != STATUS_OK) {
        problem_answer(response, request, 422, "%s", error.text);
        return;
    }
    struct buffer out;
    buffer_init(&out, request->arena);
    write_page(&out, snapshot, wanted, key, &found);
    json_text_answer(response, &out);
}

void browse_answer(const struct api_context *api, struct parameters *parameters,
                   struct browse_request *wanted, const char *key, struct response *response) {
    struct snapshot *snapshot;
    struct filter filter;
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    filters_read(snapshot, parameters, &filter);
    filter.genres.any = lookup_genres(service_catalogue(snapshot), parameters, "genre");
    filter.seen = FILTER_ALL;
    wanted->filter = &filter;
    filters_cursor(snapshot, parameters, &wanted->offset);
    if (!parameters_failed(parameters, response))
        answer(snapshot, wanted, key, parameters->request, response);
    service_release(snapshot);
}
