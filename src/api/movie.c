/* movie.c: GET /api/movie/ID: what is known of one film: facts, tags, how it was rated. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "api/movie.h"
#include "service/service_browse.h"

#define TAGS_MAX 20

/* [{tag, count}], the most used first. */
static json_t *tags_of(const struct dataset *catalogue, uint32_t item) {
    json_t *list = json_array();
    const uint64_t begin = catalogue->tag_offsets[item], end = catalogue->tag_offsets[item + 1];
    for (uint64_t i = begin; i < end && i < begin + TAGS_MAX; i++) {
        const struct movie_tag *tag = &catalogue->movie_tags[i];
        const char *name = catalogue->tags[tag->tag];
        json_array_append_new(list, json_pack("{s:o, s:I}", "tag", film_text(name, strlen(name)),
                                              "count", (json_int_t)tag->count));
    }
    return list;
}

static void describe_ratings(json_t *film, const struct snapshot *snapshot, uint32_t item) {
    struct film_figures figures;
    service_film_figures(snapshot, item, &figures);
    json_object_set_new(film, "count", json_integer(figures.count));
    if (figures.mean > 0) {
        json_object_set_new(film, "mean", json_real((double)figures.mean));
        json_object_set_new(film, "damped_mean", json_real((double)figures.damped));
    }
    if (figures.step_count == 0)
        return;
    json_t *histogram = json_array();
    for (size_t s = 0; s < figures.step_count; s++)
        json_array_append_new(histogram,
                              json_pack("{s:f, s:I}", "rating", (double)figures.steps[s].rating,
                                        "count", (json_int_t)figures.steps[s].count));
    json_object_set_new(film, "histogram", histogram);
}

const struct route_parameter movie_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

bool movie_answer(const struct snapshot *snapshot, const char *id, const struct request *request,
                  struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    uint32_t item;
    if (!lookup_item(catalogue, id, request, response, &item))
        return false;
    json_t *film = json_object();
    json_object_set_new(film, "id", film_id(&catalogue->items, item));
    film_describe(film, catalogue, item);
    film_colour(film, snapshot, item);
    describe_ratings(film, snapshot, item);
    if (catalogue->tag_offsets)
        json_object_set_new(film, "tags", tags_of(catalogue, item));
    if (service_is_hidden(snapshot, item))
        json_object_set_new(film, "hidden", json_true());
    response_json(response, request, film);
    return true;
}

void movie_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (movie_answer(snapshot, request->captures[0], request, response))
        response_stable(response);
    service_release(snapshot);
}
