/* taste.c: GET /api/users/ID/taste: a person's genres beside everybody's, and year by year. What
 * the figures are: service/service_analytics.h. Checked by tests/api/test_api_analytics.c. */
#include <math.h>

#include "api/film.h"
#include "api/writing.h"
#include "service/service_analytics.h"

static json_t *shares_json(const struct dataset *catalogue, const double *shares) {
    json_t *object = json_object();
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        json_object_set_new(object, film_genre(catalogue, g), json_real(shares[g]));
    return object;
}

static json_t *year_json(const struct dataset *catalogue, const struct taste_year *year) {
    json_t *genres = json_object();
    for (uint32_t g = 0; g < catalogue->genre_count; g++)
        if (year->genre[g] > 0)
            json_object_set_new(genres, film_genre(catalogue, g), json_integer(year->genre[g]));
    return json_pack("{s:i, s:I, s:o, s:o}", "year", year->year, "ratings",
                     (json_int_t)year->ratings, "mean",
                     isnan(year->mean) ? json_null() : json_real(year->mean), "genres", genres);
}

static void answer(const struct snapshot *snapshot, const struct service_person *person,
                   const struct request *request, struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct taste taste;
    service_taste(snapshot, &person->history, request->arena, &taste);
    json_t *years = json_array();
    for (size_t y = 0; y < taste.year_count; y++)
        json_array_append_new(years, year_json(catalogue, &taste.years[y]));
    response_json(response, request,
                  json_pack("{s:o, s:o, s:o}", "mix", shares_json(catalogue, taste.own), "everyone",
                            shares_json(catalogue, taste.all), "years", years));
}

const struct route_parameter taste_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void taste_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct service_person person;
    struct snapshot *snapshot;
    if (!lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    answer(snapshot, &person, request, response);
    service_release(snapshot);
}
