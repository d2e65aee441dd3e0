/* search.c: GET and POST /api/search: films for a wish in plain words, with how it was understood.
 * What is not said is the values' (config/intent.yaml). */
#include "api/search.h"

#include <string.h>

#include "api/film.h"
#include "api/heard.h"
#include "api/wish_json.h"
#include "http/json_text.h"

void search_read_wish(struct search_request *asked, struct parameters *parameters) {
    *asked = (struct search_request){
        .genre_alpha =
            parameters_real(parameters, "genre_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .pop_alpha = parameters_real(parameters, "pop_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .embed_alpha =
            parameters_real(parameters, "embed_alpha", SEARCH_UNSAID, 0, SEARCH_ALPHA_MAX),
        .candidate_pool = (double)parameters_integer(parameters, "candidate_pool",
                                                     (int64_t)SEARCH_UNSAID, 0, UINT32_MAX)};
    /* Only the wish knows its chips, whose labels may have commas. */
    asked->removed_count =
        parameters_list(parameters, "without_chips", NULL, NULL, &asked->removed);
}

void search_read(struct search *search, const struct api_context *api,
                 struct parameters *parameters) {
    wanted_read(&search->wanted, api, parameters);
    search_read_wish(&search->asked, parameters);
    /* Here `strict` is said of the wish's genres; those of `genre` are always. */
    search->asked.strict = parameters_flag(parameters, "strict", false);
    search->wanted.request.strict = true;
}

bool search_find(const struct api_context *api, const struct snapshot *snapshot,
                 struct search *search, struct parameters *parameters, struct response *response,
                 struct search_answer *found) {
    const struct request *request = parameters->request;
    struct error error;
    if (!parameters->problem_count)
        parameters_require(parameters, "q", search->wanted.text);
    if (!wanted_find(&search->wanted, api, snapshot, parameters, response))
        return false;
    search->asked.asked = search->wanted.request;
    search->asked.text = search->wanted.text;
    search->asked.length = strlen(search->wanted.text);
    if (service_search(api->service, snapshot, &search->asked, request->arena, found, &error) ==
        STATUS_OK)
        return true;
    const bool is_theirs = error.status == STATUS_BAD_INPUT || error.status == STATUS_BAD_USAGE;
    problem_answer(response, request, is_theirs ? 422 : 503, "%s", error.text);
    return false;
}

/* The films, with the scores of several people. */
static json_t *films_of(const struct snapshot *snapshot, const struct wanted *wanted,
                        const struct search_answer *found) {
    json_t *films = wish_json_films(service_catalogue(snapshot), found);
    for (size_t i = 0; i < found->told.count; i++) {
        const struct recommendation *film = &found->told.list[i];
        json_t *object = json_array_get(films, i);
        film_colour(object, snapshot, film->item);
        if (film->people)
            json_object_set_new(object, "people", heard_people(&wanted->request, film->people));
    }
    return films;
}

static void answer(const struct snapshot *snapshot, const struct wanted *wanted,
                   const struct search_answer *found, struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct buffer out;
    buffer_init(&out, wanted->arena);
    buffer_text(&out, "{\"query\":");
    json_text_value(&out, film_text(found->text, strlen(found->text)));
    buffer_text(&out, ",");
    heard_write_who(&out, wanted);
    heard_write_text(&out, "model", service_name(snapshot));
    heard_write_text(&out, "encoder", found->encoder);
    heard_write(&out, wanted, &found->told);
    buffer_text(&out, ",\"candidates\":");
    json_text_integer(&out, (int64_t)found->candidate_count);
    buffer_text(&out, ",\"intent\":");
    json_text_value(&out, wish_json_intent(catalogue, found));
    buffer_text(&out, ",\"recommendations\":");
    json_text_value(&out, films_of(snapshot, wanted, found));
    heard_write_next(&out, snapshot, wanted, &found->told);
    buffer_text(&out, "}");
    json_text_answer(response, &out);
}

static void handle(const struct api_context *api, struct parameters *parameters,
                   struct response *response) {
    struct search search;
    struct search_answer found;
    struct snapshot *snapshot;
    search_read(&search, api, parameters);
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    if (search_find(api, snapshot, &search, parameters, response, &found))
        answer(snapshot, &search.wanted, &found, response);
    service_release(snapshot);
}

const struct route_parameter search_parameters[] = {
    {"q", "text", NULL, "the wish in plain words", 0, 0, ROUTE_REQUIRED, NULL},
    WANTED_USER(0),
    SEARCH_PARAMETERS,
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
