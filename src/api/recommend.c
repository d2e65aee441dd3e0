/* recommend.c: GET and POST /api/recommend: films for a known person, for several, for ratings, for
 * preferences, for a wish in words beside, or for nobody in particular. What is asked: wanted.h.
 *
 * The answer is written straight into the request's arena: an answer of ten films is made in some
 * microseconds, and values of a JSON library would take more than all the rest. */
#include "api/recommend.h"

#include <string.h>

#include "api/explain.h"
#include "api/film.h"
#include "api/search.h"
#include "api/wanted.h"
#include "http/json_text.h"
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

/* A session is nobody. */
static json_t *person_id(const struct service_person *person) {
    if (strncmp(person->id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0)
        return json_null();
    return film_outside_id((struct text_slice){person->id, strlen(person->id)});
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

static void write_people(struct buffer *out, const struct recommend_request *wanted,
                         const float *scores) {
    for (size_t i = 0; i < wanted->person_count; i++) {
        buffer_text(out, i == 0 ? ",\"people\":[{\"user_id\":" : ",{\"user_id\":");
        json_text_value(out, person_id(&wanted->people[i]));
        buffer_text(out, ",\"score\":");
        json_text_real(out, (double)scores[i]);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
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
        if (film->people)
            write_people(out, wanted, film->people);
        if (wanted->explain && film->why)
            write_reasons(out, service_catalogue(snapshot), film);
        buffer_text(out, "}");
    }
    buffer_text(out, "]");
}

/* "user_id":7 or, of several, "user_id":null,"user_ids":[1,7] */
static void write_who(struct buffer *out, const struct wanted *wanted) {
    const size_t count = wanted->request.person_count;
    buffer_text(out, "{\"user_id\":");
    json_text_value(out, count == 1 ? person_id(&wanted->people[0]) : json_null());
    if (!wanted->is_list)
        return;
    json_t *ids = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(ids, person_id(&wanted->people[i]));
    buffer_text(out, ",\"user_ids\":");
    json_text_value(out, ids);
}

static void write_text(struct buffer *out, const char *key, const char *text) {
    buffer_text(out, ",\"");
    buffer_text(out, key);
    buffer_text(out, "\":");
    json_text_value(out, text ? film_text(text, strlen(text)) : json_null());
}

/* What was asked beside the plain list, and how it was heard. */
static void write_wishes(struct buffer *out, const struct wanted *wanted,
                         const struct recommend_answer *found) {
    const struct recommend_request *request = &wanted->request;
    if (request->person_count > 1)
        write_text(out, "group", group_name(request->group));
    if (wanted->text)
        write_text(out, "query", wanted->text);
    if (request->context.is_given)
        write_text(out, "context", found->context);
    if (found->pool == 0)
        return;
    buffer_text(out, ",\"diversity\":");
    json_text_value(out, json_pack("{s:s, s:f, s:I, s:f}", "method",
                                   diversity_name(request->diversity_method), "amount",
                                   request->diversity, "pool", (json_int_t)found->pool,
                                   "relevance_kept", found->kept));
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
    const struct recommend_request *asked = &wanted->request;
    struct buffer out;
    buffer_init(&out, request->arena);
    write_who(&out, wanted);
    write_text(&out, "model", service_name(snapshot));
    write_arms(&out, api, wanted);
    write_text(&out, "basis", found->basis);
    write_text(&out, "tier", found->tier);
    write_wishes(&out, wanted, found);
    buffer_text(&out, ",\"recommendations\":");
    recommend_write(&out, snapshot, asked, found);
    write_text(&out, "next",
               found->has_more
                   ? service_cursor(snapshot, asked->offset + found->count, request->arena)
                   : NULL);
    buffer_text(&out, "}");
    json_text_answer(response, &out);
}

/* ---- A wish in words beside ---- */

/* The page of what a search finds, as recommendations. False: it has answered. */
static bool search_page(const struct api_context *api, const struct snapshot *snapshot,
                        const struct wanted *wanted, const struct request *request,
                        struct response *response, struct recommend_answer *answer) {
    const struct recommend_request *asked = &wanted->request;
    const size_t most = asked->offset + asked->top_k + 1;
    const struct search_request wish = {
        .text = wanted->text,
        .length = strlen(wanted->text),
        .person = asked->person_count == 1 ? &wanted->people[0] : NULL,
        .ratings = asked->ratings,
        .rating_count = asked->rating_count,
        .genre_preference = asked->genre_preference,
        .filter = &asked->filter,
        .genre_alpha = SEARCH_UNSAID,
        .pop_alpha = SEARCH_UNSAID,
        .embed_alpha = SEARCH_UNSAID,
        .candidate_pool = SEARCH_UNSAID,
        .explain = asked->explain,
        .top_k = most < SERVICE_TOP_K_MAX ? most : SERVICE_TOP_K_MAX};
    struct search_answer found;
    struct error error;
    if (service_search(api->service, snapshot, &wish, request->arena, &found, &error) !=
        STATUS_OK) {
        search_refuse(&error, request, response);
        return false;
    }
    const size_t begin = asked->offset < found.count ? asked->offset : found.count;
    const size_t rest = found.count - begin;
    *answer = (struct recommend_answer){.basis = found.basis,
                                        .tier = service_tier(asked),
                                        .count = rest < asked->top_k ? rest : asked->top_k,
                                        .has_more = rest > asked->top_k};
    answer->list = ARENA_ARRAY(request->arena, struct recommendation, answer->count);
    for (size_t i = 0; i < answer->count; i++) {
        const struct found_film *film = &found.list[begin + i];
        answer->list[i] = film->told ? *film->told
                                     : (struct recommendation){.item = film->item,
                                                               .score = film->score,
                                                               .raw_score = film->score};
    }
    return true;
}

/* A search knows one person, and its own ways to weigh genres: what it cannot hear is refused
 * rather than passed over. */
static void check_search(const struct wanted *wanted, struct parameters *parameters) {
    const struct recommend_request *request = &wanted->request;
    static const char message[] = "This cannot stand beside q";
    if (!wanted->text)
        return;
    if (wanted->is_list)
        parameters_refuse(parameters, "user_id", "exclusive", "One person beside q, no more", NULL);
    if (request->diversity > 0)
        parameters_refuse(parameters, "diversity", "exclusive", message, NULL);
}

static void respond(const struct api_context *api, const struct snapshot *snapshot,
                    struct wanted *wanted, struct parameters *parameters,
                    struct response *response) {
    const struct request *request = parameters->request;
    struct recommend_answer found;
    if (!wanted_find(wanted, api, snapshot, parameters, response))
        return;
    check_search(wanted, parameters);
    if (parameters_failed(parameters, response))
        return;
    if (wanted->text && wanted->request.genres && wanted->request.strict)
        wanted->request.filter.genres.any = wanted->request.genres;
    if (wanted->text ? search_page(api, snapshot, wanted, request, response, &found)
                     : recommend_find(snapshot, &wanted->request, request, response, &found))
        answer(api, snapshot, wanted, &found, request, response);
}

static void recommend(const struct api_context *api, struct parameters *parameters,
                      struct response *response) {
    struct wanted wanted;
    struct snapshot *snapshot;
    struct error none;
    wanted_read(&wanted, api, parameters);
    /* A model that was taken away leaves its arm to the default. */
    const char *model = wanted_model(&wanted);
    if (!(model && service_acquire(api->service, model, &snapshot, &none) == STATUS_OK) &&
        !lookup_snapshot(api, parameters, response, &snapshot))
        return;
    respond(api, snapshot, &wanted, parameters, response);
    service_release(snapshot);
}

const struct route_parameter recommend_parameters[] = {
    {"user_id", "any", NULL,
     "for whom; several people: 1,7 or a list; in a body ratings, prefer or nothing may stand "
     "instead",
     0, 0, ROUTE_REQUIRED_IN_QUERY, NULL},
    {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    PARAMETER_RATINGS,
    {"prefer", "{*: number}", NULL, "genres, 1 (rather not) to 5; also genres", 0, 0,
     ROUTE_BODY_ONLY, NULL},
    {"q", "text", NULL, "a wish in words beside", 0, 0, 0, NULL},
    WANTED_PARAMETERS,
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
