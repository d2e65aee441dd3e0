/* explain.c: GET and POST /api/explain: why a film has its score for a person, or for ratings.
 *
 * Every film of the past comes with its amount of the model's own score (raw_score = base + the sum
 * of the amounts, to rounding, or to 1 % by integrated gradients), those that speak most for the
 * film first; then genres, popularity, what a model's parts add, and all of it in one sentence. */
#include "api/explain.h"

#include <math.h>
#include <string.h>

#include "api/api_internal.h"
#include "api/bare_history.h"
#include "api/film.h"
#include "api/heard.h"
#include "service/service_why.h"

static json_t *number(double value) { return isfinite(value) ? json_real(value) : json_null(); }

json_t *explain_notes(const struct film_remark *notes, size_t count) {
    json_t *list = json_array();
    for (size_t n = 0; n < count; n++)
        json_array_append_new(list, json_pack("{s:s, s:o}", "kind", notes[n].kind, "text",
                                              film_text(notes[n].text, strlen(notes[n].text))));
    return list;
}

json_t *explain_parts(const struct film_part *parts, size_t count) {
    json_t *list = json_array();
    for (size_t p = 0; p < count; p++)
        json_array_append_new(list,
                              json_pack("{s:o, s:f, s:f}", "name",
                                        film_text(parts[p].name, strlen(parts[p].name)), "amount",
                                        (double)parts[p].amount, "share", (double)parts[p].share));
    return list;
}

void explain_film(json_t *object, const struct dataset *catalogue,
                  const struct recommendation *film) {
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
    json_object_set_new(object, "notes", explain_notes(film->notes, film->note_count));
}

static json_t *rows(const struct dataset *catalogue, const struct why_answer *why) {
    const bool has_amounts = why->method == WHY_EXACT || why->method == WHY_INTEGRATED;
    json_t *list = json_array();
    for (size_t r = 0; r < why->row_count; r++) {
        const struct why_row *row = &why->rows[r];
        const char *title = catalogue->movies[row->item].title;
        json_array_append_new(
            list, json_pack("{s:o, s:o, s:o, s:o, s:f}", "item_id",
                            film_id(&catalogue->items, row->item), "title",
                            film_text(title, strlen(title)), "rating", number((double)row->rating),
                            "amount", has_amounts ? json_real((double)row->amount) : json_null(),
                            "share", (double)row->share));
    }
    return list;
}

static json_t *genres(const struct dataset *catalogue, const struct why_answer *why) {
    json_t *list = json_array();
    for (size_t g = 0; g < why->genre_count; g++) {
        const struct why_genre *genre = &why->genres[g];
        const char *name = catalogue->genres[genre->genre];
        json_array_append_new(
            list, json_pack("{s:o, s:I, s:I, s:o}", "genre", film_text(name, strlen(name)), "films",
                            (json_int_t)genre->films, "liked", (json_int_t)genre->liked,
                            "mean_rating", number(genre->mean_rating)));
    }
    return list;
}

static void answer(const struct snapshot *snapshot, const struct recommend_request *wanted,
                   uint32_t item, const struct request *request, struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct why_answer why;
    struct error error;
    if (service_why(snapshot, wanted, item, request->arena, &why, &error) != STATUS_OK) {
        problem_answer(response, request, 422, "%s", error.text);
        return;
    }
    const char *name = service_name(snapshot);
    json_t *object = json_object();
    json_object_set_new(object, "user_id",
                        wanted->person_count > 0 ? heard_person(&wanted->people[0]) : json_null());
    json_object_set_new(object, "model", film_text(name, strlen(name)));
    json_object_set_new(object, "basis", json_string(why.basis));
    json_object_set_new(object, "item_id", film_id(&catalogue->items, item));
    json_object_set_new(object, "encoded_id", json_integer(item));
    film_describe(object, catalogue, item);
    json_object_set_new(object, "score", json_real((double)why.score));
    json_object_set_new(object, "raw_score", json_real((double)why.raw));
    json_object_set_new(object, "base", json_real((double)why.base));
    json_object_set_new(object, "method", json_string(service_why_method(why.method)));
    json_object_set_new(object, "history", rows(catalogue, &why));
    json_object_set_new(object, "parts", explain_parts(why.parts, why.part_count));
    json_object_set_new(object, "genre_match", genres(catalogue, &why));
    json_object_set_new(object, "people", json_integer(why.people));
    json_object_set_new(object, "popularity", json_real((double)why.popularity));
    json_object_set_new(object, "notes", explain_notes(why.notes, why.note_count));
    json_object_set_new(object, "sentence", film_text(why.sentence, strlen(why.sentence)));
    response_json(response, request, object);
}

static void explain(const struct api_context *api, struct parameters *parameters,
                    struct response *response) {
    const struct request *request = parameters->request;
    const char *user = parameters_text(parameters, "user_id");
    const char *film = parameters_text(parameters, "item_id");
    const char *session = parameters_string(parameters, "session_id");
    struct service_person person;
    struct recommend_request wanted = {.people = &person, .person_count = user || session ? 1 : 0};
    struct bare_history ratings;
    struct snapshot *snapshot;
    uint32_t item;
    parameters_require(parameters, "item_id", film);
    if (!parameters->body && !session)
        parameters_require(parameters, "user_id", user);
    if (user && session)
        parameters_refuse(parameters, "session_id", "exclusive",
                          "Give user_id or session_id, not both", session);
    bare_history_expect(parameters, user ? user : session);
    if (!lookup_snapshot(api, parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (!parameters_failed(parameters, response) &&
        lookup_item(catalogue, film, request, response, &item) &&
        (!session || lookup_session(api, session, request, response, &user)) &&
        (!user || lookup_person(api, snapshot, user, request, response, &person)) &&
        bare_history_read(parameters, catalogue, &ratings, response)) {
        wanted.ratings = ratings.list;
        wanted.rating_count = ratings.count;
        answer(snapshot, &wanted, item, request, response);
    }
    service_release(snapshot);
}

const struct route_parameter explain_parameters[] = {
    {"user_id", "id", NULL, "for whom; in a body ratings may stand instead, or nothing", 0, 0,
     ROUTE_REQUIRED_IN_QUERY, NULL},
    {"item_id", "id", NULL, "the film", 0, 0, ROUTE_REQUIRED, NULL},
    {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETER_RATINGS,
    PARAMETERS_END,
};

void explain_get(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    explain(context, &parameters, response);
}

void explain_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    explain(context, &parameters, response);
    parameters_release(&parameters);
}
