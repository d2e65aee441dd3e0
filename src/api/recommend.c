/* recommend.c: GET and POST /api/recommend: films for a known person, for ratings, for preferences,
 * or for nobody in particular.
 *
 * The query and the JSON body carry the same parameters (parameters.h); the body may say more:
 *     ratings   see bare_history.h
 *     prefer    {"Action": 5, "Comedy": 3}: 1 (rather not) to 5
 * Excluded ids that are not in the catalogue exclude nothing. */
#include <string.h>

#include "api/api_internal.h"
#include "api/bare_history.h"
#include "api/film.h"
#include "api/people.h"
#include "api/recommend.h"
#include "service/service_feedback.h"

bool recommend_find(const struct snapshot *snapshot, const struct recommend_request *wanted,
                    const struct request *request, struct response *response,
                    struct recommend_answer *found) {
    struct error error;
    if (service_recommend(snapshot, wanted, request->arena, found, &error) == STATUS_OK)
        return true;
    problem_answer(response, request, 422, "%s", error.text);
    return false;
}

json_t *recommend_list(const struct snapshot *snapshot, const struct recommend_answer *found,
                       bool explain) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        const struct recommendation *film = &found->list[i];
        json_t *object = json_object();
        json_object_set_new(object, "item_id", film_id(&catalogue->items, film->item));
        json_object_set_new(object, "encoded_id", json_integer(film->item));
        film_describe(object, catalogue, film->item);
        json_object_set_new(object, "score", json_real((double)film->score));
        if (explain) {
            json_t *reasons = json_array();
            for (size_t r = 0; r < film->reason_count; r++) {
                const uint32_t item = film->reasons[r].item;
                const char *title = catalogue->movies[item].title;
                json_array_append_new(reasons, json_pack("{s:o, s:o, s:f}", "item_id",
                                                         film_id(&catalogue->items, item), "title",
                                                         film_text(title, strlen(title)), "share",
                                                         (double)film->reasons[r].share));
            }
            json_object_set_new(object, "reasons", reasons);
            json_object_set_new(object, "why", film_text(film->why, strlen(film->why)));
        }
        json_array_append_new(list, object);
    }
    return list;
}

/* The items named under any of the parameter's three names. */
static void read_exclusions(struct parameters *parameters, const struct dataset *catalogue,
                            struct recommend_request *wanted) {
    static const char *const names[] = {"exclude", "exclude_items", "exclude_ids"};
    const char *const *ids[3] = {0};
    size_t counts[3], total = 0;
    for (size_t n = 0; n < 3; n++)
        parameters_expect_list(parameters, names[n]);
    for (size_t n = 0; n < 3; n++)
        total += counts[n] = parameters_texts(parameters, names[n], &ids[n]);
    uint32_t *items = ARENA_ARRAY(parameters->request->arena, uint32_t, total);
    for (size_t n = 0; n < 3; n++)
        for (size_t i = 0; i < counts[n]; i++) {
            const uint32_t item = id_map_find(&catalogue->items, ids[n][i], strlen(ids[n][i]));
            if (item != DATASET_NONE)
                items[wanted->excluded_item_count++] = item;
        }
    wanted->excluded_items = items;
}

/* A member of the body; NULL if it is left out or null. */
static json_t *given(const json_t *object, const char *key) {
    json_t *value = json_object_get(object, key);
    return json_is_null(value) ? NULL : value;
}

static void read_preferences(struct parameters *parameters, const struct dataset *catalogue,
                             struct recommend_request *wanted) {
    json_t *wishes = given(parameters->body, "prefer");
    if (!wishes)
        return;
    float *preference = ARENA_ARRAY(parameters->request->arena, float, catalogue->genre_count + 1u);
    if (!json_is_object(wishes))
        parameters_refuse(parameters, "prefer", "dict_type",
                          "Input should be an object such as {\"Action\": 5}", NULL);
    const char *name;
    json_t *value;
    json_object_foreach(wishes, name, value) {
        const uint32_t genre = dataset_genre(catalogue, name);
        const double strength = json_number_value(value);
        if (genre == DATASET_NONE)
            parameters_refuse(parameters, "prefer", "enum",
                              "Input should be one of the genres that /genres lists", name);
        else if (!(strength >= 1 && strength <= 5))
            parameters_refuse(parameters, "prefer", "range",
                              "A preference should be a number from 1 to 5", name);
        else
            preference[genre] = (float)strength;
    }
    if (json_object_size(wishes) > 0)
        wanted->genre_preference = preference;
}

/* A session is nobody. */
static json_t *person_id(const struct service_person *person) {
    if (strncmp(person->id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0)
        return json_null();
    return film_outside_id((struct text_slice){person->id, strlen(person->id)});
}

static void answer(const struct snapshot *snapshot, const struct recommend_request *wanted,
                   const struct request *request, struct response *response) {
    struct recommend_answer found;
    if (!recommend_find(snapshot, wanted, request, response, &found))
        return;
    json_t *object = json_object();
    json_object_set_new(object, "user_id",
                        wanted->person_count == 0 ? json_null() : person_id(&wanted->people[0]));
    const char *name = service_name(snapshot);
    json_object_set_new(object, "model", film_text(name, strlen(name)));
    json_object_set_new(object, "basis", json_string(found.basis));
    json_object_set_new(object, "recommendations",
                        recommend_list(snapshot, &found, wanted->explain));
    response_json(response, request, object);
}

static void recommend(const struct api_context *api, struct parameters *parameters,
                      struct response *response) {
    const struct request *request = parameters->request;
    const char *user;
    if (!people_asker(api, parameters, response, &user))
        return;
    struct recommend_request wanted = {
        .top_k = (size_t)parameters_integer(parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX),
        .strict = parameters_flag(parameters, "strict", true),
        .diversity = parameters_real(parameters, "diversity", 0, 0, 1),
        .explain = parameters_flag(parameters, "explain", false)};
    if (!parameters->body)
        parameters_require(parameters, "user_id", user);
    bare_history_expect(parameters, user);
    struct snapshot *snapshot;
    struct service_person person;
    struct bare_history ratings;
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    wanted.people = &person;
    wanted.person_count = user != NULL;
    wanted.genres = lookup_genres(catalogue, parameters, "genre");
    wanted.excluded_genres = lookup_genres(catalogue, parameters, "exclude_genre");
    read_exclusions(parameters, catalogue, &wanted);
    read_preferences(parameters, catalogue, &wanted);
    if (!parameters_failed(parameters, response) &&
        (!user || lookup_person(api, snapshot, user, request, response, &person)) &&
        bare_history_read(parameters, catalogue, &ratings, response)) {
        wanted.ratings = ratings.list;
        wanted.rating_count = ratings.count;
        answer(snapshot, &wanted, request, response);
    }
    service_release(snapshot);
}

const struct route_parameter recommend_parameters[] = {
    {"user_id", "id", NULL, "for whom; in a body ratings, prefer or nothing may stand instead", 0,
     0, ROUTE_REQUIRED_IN_QUERY, NULL},
    {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETER_RATINGS,
    {"prefer", "{*: number}", NULL, "genres, 1 (rather not) to 5", 0, 0, ROUTE_BODY_ONLY, NULL},
    {"exclude", "[id]", NULL, "films that shall not come; also exclude_items, exclude_ids", 0, 0, 0,
     NULL},
    {"genre", "[text]", NULL, "films of these genres", 0, 0, 0, NULL},
    {"exclude_genre", "[text]", NULL, "no films of these genres", 0, 0, 0, NULL},
    {"strict", "flag", "true", "only films of the genres; else they come first", 0, 0, 0, NULL},
    {"diversity", "number", "0", "how different from each other", 0, 1, 0, NULL},
    {"explain", "flag", "false", "with reasons", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void recommend_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    recommend(context, &parameters, response);
}

void recommend_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    recommend(context, &parameters, response);
    parameters_release(&parameters);
}
