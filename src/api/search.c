/* search.c: GET and POST /api/search: films for a wish in plain words, with how it was understood.
 * What is not said is the values' (config/intent.yaml). */
#include "api/search.h"

#include <string.h>

#include "api/film.h"
#include "api/wish_json.h"

void search_read(struct search *search, const struct api_context *api,
                 struct parameters *parameters) {
    static const char *const names[] = {"q", "text", "query"};
    *search = (struct search){.user = parameters_text(parameters, "user_id")};
    for (size_t i = 0; i < sizeof names / sizeof *names && !search->text; i++)
        search->text = parameters_string(parameters, names[i]);
    search->session = parameters_string(parameters, "session_id");
    if (search->user && search->session)
        parameters_refuse(parameters, "session_id", "exclusive",
                          "Give user_id or session_id, not both", search->session);
    search->wanted = (struct search_request){
        .text = search->text,
        .length = search->text ? strlen(search->text) : 0,
        .top_k = (size_t)parameters_integer(parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX),
        .strict = parameters_flag(parameters, "strict", false),
        .genre_alpha =
            parameters_real(parameters, "genre_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .pop_alpha = parameters_real(parameters, "pop_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .embed_alpha =
            parameters_real(parameters, "embed_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .candidate_pool = (double)parameters_integer(parameters, "candidate_pool",
                                                     (int64_t)SEARCH_UNSAID, 0, UINT32_MAX)};
    search->wanted.removed_count =
        parameters_texts(parameters, "without_chips", &search->wanted.removed);
    bare_history_expect(parameters, search->user ? search->user : search->session);
}

void search_refuse(const struct error *error, const struct request *request,
                   struct response *response) {
    const bool is_theirs = error->status == STATUS_BAD_INPUT || error->status == STATUS_BAD_USAGE;
    problem_answer(response, request, is_theirs ? 422 : 503, "%s", error->text);
}

bool search_find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, struct parameters *parameters, struct response *response,
                 struct search_answer *found) {
    const struct request *request = parameters->request;
    struct bare_history ratings;
    struct error error;
    filters_read(snapshot, parameters, &search->filter);
    search->filter.genres.any = lookup_genres(service_catalogue(snapshot), parameters, "genre");
    search->wanted.filter = &search->filter;
    if (!parameters->problem_count)
        parameters_require(parameters, "q", search->text);
    if (search->needs_person)
        parameters_require(parameters, "user_id", search->user);
    if (parameters_failed(parameters, response))
        return false;
    const char *person = search->user;
    if (search->session && !lookup_session(api, search->session, request, response, &person))
        return false;
    if (person && !lookup_person(api, snapshot, person, request, response, &search->person))
        return false;
    if (!bare_history_read(parameters, service_catalogue(snapshot), &ratings, response))
        return false;
    search->wanted.person = person ? &search->person : NULL;
    search->wanted.ratings = ratings.list;
    search->wanted.rating_count = ratings.count;
    if (service_search(api->service, snapshot, &search->wanted, request->arena, found, &error) ==
        STATUS_OK)
        return true;
    search_refuse(&error, request, response);
    return false;
}

static void answer(const struct api_context *api, const struct snapshot *snapshot,
                   struct search *search, struct parameters *parameters,
                   struct response *response) {
    struct search_answer found;
    if (!search_find(api, snapshot, search, parameters, response, &found))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    const char *name = service_name(snapshot);
    json_t *object = json_object();
    json_object_set_new(object, "query", film_text(found.text, strlen(found.text)));
    json_object_set_new(
        object, "user_id",
        search->user ? film_outside_id((struct text_slice){search->user, strlen(search->user)})
                     : json_null());
    json_object_set_new(object, "model", film_text(name, strlen(name)));
    json_object_set_new(object, "encoder", json_string(found.encoder));
    json_object_set_new(object, "basis", json_string(found.basis));
    json_object_set_new(object, "candidates", json_integer((json_int_t)found.candidate_count));
    json_object_set_new(object, "intent", wish_json_intent(catalogue, &found));
    json_t *films = wish_json_films(catalogue, &found);
    for (size_t i = 0; i < found.count; i++)
        film_colour(json_array_get(films, i), snapshot, found.list[i].item);
    json_object_set_new(object, "recommendations", films);
    response_json(response, parameters->request, object);
}

static void handle(const struct api_context *api, struct parameters *parameters,
                   struct response *response) {
    struct search search;
    struct snapshot *snapshot;
    search_read(&search, api, parameters);
    search.wanted.explain = parameters_flag(parameters, "explain", false);
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    answer(api, snapshot, &search, parameters, response);
    service_release(snapshot);
}

const struct route_parameter search_parameters[] = {
    {"q", "text", NULL, "the wish in plain words", 0, 0, ROUTE_REQUIRED, NULL},
    {"user_id", "id", NULL, "for whom", 0, 0, 0, NULL},
    {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL},
    SEARCH_PARAMETERS,
    {"explain", "flag", "false", "with reasons", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void search_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    handle(context, &parameters, response);
}

void search_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    handle(context, &parameters, response);
    parameters_release(&parameters);
}
