/* recommend.c: GET and POST /api/recommend: films for a known person, for several, for ratings, for
 * preferences, for a wish in words beside, or for nobody in particular. What is asked: wanted.h.
 *
 * The answer is written straight into the request's arena: an answer of ten films is made in some
 * microseconds, and values of a JSON library would take more than all the rest. */
#include "api/recommend.h"

#include <string.h>

#include "api/explain.h"
#include "api/film.h"
#include "api/heard.h"
#include "api/search.h"
#include "http/json_text.h"

bool recommend_find(const struct snapshot *snapshot, const struct recommend_request *wanted,
                    const struct request *request, struct response *response,
                    struct recommend_answer *found) {
    struct error error;
    if (service_recommend(snapshot, wanted, request->arena, found, &error) == STATUS_OK)
        return true;
    problem_answer(response, request, 422, "%s", error.text);
    return false;
}

static void write_reasons(struct buffer *out, const struct dataset *catalogue,
                          const struct recommendation *film) {
    json_t *object = json_object();
    explain_film(object, catalogue, film);
    buffer_text(out, ",");
    json_text_members(out, object);
    if (film->part_count > 0) {
        buffer_text(out, ",\"parts\":");
        json_text_value(out, explain_parts(film->parts, film->part_count));
    }
}

void recommend_write(struct buffer *out, const struct snapshot *snapshot,
                     const struct recommend_request *wanted, const struct recommend_answer *found) {
    buffer_text(out, "[");
    for (size_t i = 0; i < found->count; i++) {
        const struct recommendation *film = &found->list[i];
        buffer_text(out, i == 0 ? "{" : ",{");
        film_write(out, snapshot, film->item);
        buffer_text(out, ",\"score\":");
        json_text_real(out, (double)film->score);
        if (film->people) {
            buffer_text(out, ",\"people\":");
            json_text_value(out, heard_people(wanted, film->people));
        }
        if (wanted->explain && film->why)
            write_reasons(out, service_catalogue(snapshot), film);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

json_t *recommend_plain(const struct dataset *catalogue, const struct recommend_answer *found) {
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        const struct recommendation *film = &found->list[i];
        const struct movie *movie = &catalogue->movies[film->item];
        json_t *object = json_object();
        json_object_set_new(object, "movie_id", film_id(&catalogue->items, film->item));
        json_object_set_new(object, "title", film_text(movie->title, strlen(movie->title)));
        json_object_set_new(object, "genres", film_genres(catalogue, movie->genres));
        json_object_set_new(object, "score", json_real((double)film->score));
        if (film->why)
            explain_film(object, catalogue, film);
        json_array_append_new(list, object);
    }
    return list;
}

/* "experiment":{"name":"a","arm":"b"} and, where there are more, "experiments":[...]: all. */
static void write_arms(struct buffer *out, const struct api_context *api,
                       const struct wanted *wanted) {
    for (size_t i = 0; i < wanted->arm_count; i++)
        ab_test_expose(api->service, &wanted->arms[i], wanted->ids[0]);
    if (wanted->arm_count == 0)
        return;
    json_t *list = json_array();
    for (size_t i = 0; i < wanted->arm_count; i++)
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", wanted->arms[i].experiment,
                                              "arm", wanted->arms[i].arm.name));
    buffer_text(out, ",\"experiment\":");
    json_text_value(out, json_incref(json_array_get(list, 0)));
    if (wanted->arm_count > 1) {
        buffer_text(out, ",\"experiments\":");
        json_text_value(out, json_incref(list));
    }
    json_decref(list);
}

static void answer(const struct api_context *api, const struct snapshot *snapshot,
                   const struct wanted *wanted, const struct recommend_answer *found,
                   const struct request *request, struct response *response) {
    struct buffer out;
    buffer_init(&out, request->arena);
    buffer_text(&out, "{");
    heard_write_who(&out, wanted);
    heard_write_text(&out, "model", service_name(snapshot));
    write_arms(&out, api, wanted);
    if (wanted->text)
        heard_write_text(&out, "query", wanted->text);
    heard_write(&out, wanted, found);
    buffer_text(&out, ",\"recommendations\":");
    recommend_write(&out, snapshot, &wanted->request, found);
    heard_write_next(&out, snapshot, wanted, found);
    buffer_text(&out, "}");
    json_text_answer(response, &out);
}

/* A wish in words beside is a search in the shape of a list. */
static bool find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, struct parameters *parameters, struct response *response,
                 struct recommend_answer *found) {
    struct search_answer answer;
    if (!search->wanted.text)
        return wanted_find(&search->wanted, api, snapshot, parameters, response) &&
               recommend_find(snapshot, &search->wanted.request, parameters->request, response,
                              found);
    if (!search_find(api, snapshot, search, parameters, response, &answer))
        return false;
    *found = answer.told;
    return true;
}

static void recommend(const struct api_context *api, struct parameters *parameters,
                      struct response *response) {
    struct search search;
    struct wanted *wanted = &search.wanted;
    struct recommend_answer found;
    struct snapshot *snapshot;
    struct error none;
    wanted_read_assigned(wanted, api, parameters);
    search_read_wish(&search.asked, parameters);
    wanted->needs_person = !parameters->body;
    /* A model that was taken away leaves its arm to the default. */
    const char *model = wanted_model(wanted);
    if (!(model && service_acquire(api->service, model, &snapshot, &none) == STATUS_OK) &&
        !lookup_snapshot(api, parameters, response, &snapshot))
        return;
    if (find(api, snapshot, &search, parameters, response, &found))
        answer(api, snapshot, wanted, &found, parameters->request, response);
    service_release(snapshot);
}

const struct route_parameter recommend_parameters[] = {
    {"user_id", "any", NULL,
     "for whom; several people: 1,7 or a list; in a body ratings, prefer or nothing may stand "
     "instead",
     0, 0, ROUTE_REQUIRED_IN_QUERY, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETER_RATINGS,
    {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},
    {"strict", "flag", "true", "only films of the genres; else they gain 0.20", 0, 0, 0, NULL},
    WANTED_PARAMETERS,
    {"q", "text", NULL, "a wish in words beside", 0, 0, 0, NULL},
    SEARCH_WISH_PARAMETERS,
    PARAMETERS_END,
};

void recommend_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    recommend(context, &parameters, response);
    parameters_release(&parameters);
}

void recommend_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    recommend(context, &parameters, response);
    parameters_release(&parameters);
}
