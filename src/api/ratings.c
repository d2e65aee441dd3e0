/* ratings.c: /api/users/ID/ratings: what a person rated, said anew or taken back. */
#include <math.h>
#include <string.h>

#include "api/film.h"
#include "api/records.h"
#include "api/writing.h"
#include "base/wall_clock.h"

static void answer(const struct dataset *catalogue, const struct service_person *person,
                   const struct request *request, struct response *response) {
    const struct history rated = service_person_rated(person, request->arena), *history = &rated;
    json_t *list = json_array();
    for (size_t i = 0; i < history->count; i++) {
        const uint32_t item = history->items[i];
        const char *title = catalogue->movies[item].title;
        json_t *row = json_pack("{s:o, s:o}", "item_id", film_id(&catalogue->items, item), "title",
                                film_text(title, strlen(title)));
        if (history->ratings)
            json_object_set_new(row, "rating", json_real((double)history->ratings[i]));
        if (history->times && catalogue->times_are_seconds)
            json_object_set_new(row, "time", json_integer(history->times[i]));
        json_array_append_new(list, row);
    }
    response_json(response, request,
                  json_pack("{s:o, s:o}", "user_id",
                            film_outside_id((struct text_slice){person->id, strlen(person->id)}),
                            "ratings", list));
}

void ratings_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct service_person person;
    struct snapshot *snapshot;
    if (!lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    answer(service_catalogue(snapshot), &person, request, response);
    service_release(snapshot);
}

/* ---- Rating ---- */

struct reading {
    const struct dataset *catalogue;
    const struct request *request;
    struct response *response;
};

static bool read_rating(const struct reading *reading, const json_t *record, size_t index,
                        struct feedback_event *event) {
    const struct request *request = reading->request;
    const json_t *rating = parameters_member(record, "rating");
    struct error error;
    event->item = records_text(record, "item_id", request->arena);
    event->value = json_number_value(rating);
    enum records_fault fault = RECORDS_WRONG;
    const char *wrong = "a rating is a number", *key = "rating";
    if (!event->item || !rating) {
        fault = RECORDS_MISSING;
        key = event->item ? "rating" : "item_id";
        wrong = event->item ? "a rating is needed" : "item_id is needed";
    } else if (!lookup_knows_item(reading->catalogue, event->item)) {
        fault = RECORDS_UNKNOWN;
        key = "item_id";
        wrong = "there is no such film";
    } else if (json_is_number(rating)) {
        if (service_check_rating(reading->catalogue, event->value, &error) == STATUS_OK)
            return true;
        wrong = arena_copy(request->arena, error.text);
    }
    records_refuse(request, reading->response, fault, index, key, wrong);
    return false;
}

static bool read_ratings(const struct reading *reading, const json_t *list,
                         struct feedback_events *events) {
    const struct request *request = reading->request;
    const size_t count = json_array_size(list);
    struct feedback_event *to = ARENA_ARRAY(request->arena, struct feedback_event, count);
    for (size_t i = 0; i < count; i++) {
        to[i] = (struct feedback_event){.person = request->captures[0],
                                        .kind = FEEDBACK_RATING,
                                        .time = (int64_t)wall_clock_seconds(),
                                        .hour = -1};
        if (!read_rating(reading, json_array_get(list, i), i, &to[i]))
            return false;
    }
    *events = (struct feedback_events){to, count};
    return true;
}

static json_t *receipt(const char *id, const char *what, size_t count) {
    return json_pack("{s:o, s:I}", "user_id", film_outside_id((struct text_slice){id, strlen(id)}),
                     what, (json_int_t)count);
}

const struct route_parameter ratings_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    {"item_id", "id", NULL, "the film; or a list of {item_id, rating} under `ratings`", 0, 0,
     ROUTE_BODY_ONLY, NULL},
    {"rating", "number", NULL, "on the scale of the data", 0, 0, ROUTE_BODY_ONLY, NULL},
    {"ratings", "[{item_id: id, rating: number}]", NULL, "several at once", 0, 0, ROUTE_BODY_ONLY,
     NULL},
    PARAMETERS_END,
};

void ratings_put(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    json_t *list;
    if (!writing_person(request->captures[0], request, response) ||
        !records_read(request, "ratings", response, &list))
        return;
    if (lookup_snapshot(api, &parameters, response, &snapshot)) {
        const struct reading reading = {service_catalogue(snapshot), request, response};
        struct feedback_events events;
        if (read_ratings(&reading, list, &events))
            writing_events(api, &events, request, response, 200,
                           receipt(request->captures[0], "rated", events.count));
        service_release(snapshot);
    }
    json_decref(list);
}

/* ---- Taking back ---- */

const struct route_parameter ratings_delete_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    {"item_id", "[id]", NULL, "the films whose ratings are taken back", 0, 0, ROUTE_REQUIRED, NULL},
    PARAMETERS_END,
};

/* How many of the films the person has. */
static size_t count_had(const struct dataset *catalogue, const struct service_person *person,
                        const char *const *items, size_t count) {
    size_t had = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t item = id_map_find(&catalogue->items, items[i], strlen(items[i]));
        bool has = false;
        for (size_t h = 0; item != DATASET_NONE && h < person->history.count && !has; h++)
            has = person->history.items[h] == item;
        for (size_t s = 0; s < person->seen_count && !has; s++)
            has = person->seen[s] == item;
        had += has;
    }
    return had;
}

void ratings_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    const char *id = request->captures[0];
    const char *const *items = NULL;
    size_t count = parameters_texts(&parameters, "item_id", &items);
    struct service_person person;
    struct snapshot *snapshot;
    parameters_require(&parameters, "item_id", count > 0 ? items : NULL);
    if (parameters_failed(&parameters, response) ||
        !lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    count = parameters_split(&parameters, "item_id", lookup_knows_item, service_catalogue(snapshot),
                             &items, count);
    const size_t removed = count_had(service_catalogue(snapshot), &person, items, count);
    service_release(snapshot);
    struct feedback_event *list = ARENA_ARRAY(request->arena, struct feedback_event, count);
    for (size_t i = 0; i < count; i++) {
        list[i] = (struct feedback_event){.person = id,
                                          .item = items[i],
                                          .kind = FEEDBACK_REMOVE,
                                          .value = (double)NAN,
                                          .time = (int64_t)wall_clock_seconds(),
                                          .hour = -1};
        if (strlen(items[i]) > FEEDBACK_ID_MAX) {
            problem_answer(response, request, 422, "an id of a film has at most %d bytes",
                           FEEDBACK_ID_MAX);
            return;
        }
    }
    const struct feedback_events events = {list, count};
    writing_events(api, &events, request, response, 200, receipt(id, "removed", removed));
}
