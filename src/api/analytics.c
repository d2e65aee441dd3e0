/* analytics.c: GET /api/analytics: the data and a model's lists in figures, for people to look at.
 * What the figures are: service/service_analytics.h. Checked by tests/api/test_api_analytics.c. */
#include "service/service_analytics.h"

#include <math.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"

/* Figures change when a model is loaded; a page that is opened again need not wait for them. */
#define KEPT "private, max-age=60"

static json_t *real_or_null(double value) {
    return isfinite(value) ? json_real(value) : json_null();
}

static json_t *ratings_json(const struct analytics *of) {
    json_t *list = json_array();
    for (size_t i = 0; i < of->rating_count; i++)
        json_array_append_new(list, json_pack("{s:f, s:I}", "rating", (double)of->ratings[i].rating,
                                              "count", (json_int_t)of->ratings[i].count));
    return list;
}

static json_t *genres_json(const struct dataset *catalogue, const struct analytics *of) {
    json_t *list = json_array();
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        json_array_append_new(list,
                              json_pack("{s:s, s:I, s:I, s:o}", "genre", film_genre(catalogue, g),
                                        "films", (json_int_t)of->genres[g].films, "ratings",
                                        (json_int_t)of->genres[g].ratings, "mean",
                                        real_or_null(of->genres[g].mean)));
    return list;
}

static json_t *months_json(const struct analytics *of, struct arena *arena) {
    json_t *list = json_array();
    for (size_t m = 0; m < of->month_count; m++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I}", "month",
                                              arena_format(arena, "%04d-%02d", of->months[m].year,
                                                           of->months[m].month),
                                              "ratings", (json_int_t)of->months[m].ratings,
                                              "people", (json_int_t)of->months[m].people));
    return list;
}

static json_t *years_json(const struct dataset *catalogue, const struct analytics *of) {
    json_t *list = json_array();
    for (size_t y = 0; y < of->year_count; y++) {
        const struct analytics_period *year = &of->years[y];
        json_t *genres = json_object();
        for (uint32_t g = 0; g < catalogue->genre_count; g++)
            json_object_set_new(
                genres, film_genre(catalogue, g),
                json_real(year->ratings > 0 ? (double)year->genre[g] / (double)year->ratings : 0));
        json_array_append_new(list, json_pack("{s:i, s:I, s:I, s:o}", "year", year->year, "ratings",
                                              (json_int_t)year->ratings, "people",
                                              (json_int_t)year->people, "genres", genres));
    }
    return list;
}

static json_t *steps_json(const struct analytics *of) {
    json_t *list = json_array();
    for (size_t i = 0; i < of->step_count; i++)
        json_array_append_new(
            list, json_pack("{s:I, s:I, s:f, s:f}", "first", (json_int_t)of->steps[i].first, "last",
                            (json_int_t)of->steps[i].last, "people", of->steps[i].people,
                            "recommended", of->steps[i].recommended));
    return list;
}

const struct route_parameter analytics_parameters[] = {
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void analytics_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    struct analytics found;
    if (!lookup_snapshot(context, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    const char *name = service_name(snapshot);
    service_analytics(snapshot, request->arena, &found);
    response_json(
        response, request,
        json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:{s:I, s:i, s:f, s:f, s:f}}", "model",
                  film_text(name, strlen(name)), "ratings", ratings_json(&found), "genres",
                  genres_json(catalogue, &found), "months", months_json(&found, request->arena),
                  "years", years_json(catalogue, &found), "popularity", steps_json(&found), "lists",
                  "people", (json_int_t)found.list_people, "top_k", ANALYTICS_K, "coverage",
                  found.coverage, "diversity", found.diversity, "novelty", found.novelty));
    response_set_header(response, "Cache-Control", KEPT);
    service_release(snapshot);
}
