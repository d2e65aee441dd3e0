/* events.c: POST /api/events: what people did: one event, a list, or JSONL.
 *
 *     {"user_id": 7, "item_id": 1, "event": "view", "time": 1700000000, "device": "tv", "hour": 21,
 *      "context": {...}}
 *
 * `session_id` may stand for user_id; `event` is view, click, impression, like, dislike, rating
 * (with `rating`) or remove. All of a request are taken down, or none. */
#include <math.h>
#include <string.h>

#include "api/film.h"
#include "api/records.h"
#include "api/writing.h"
#include "base/wall_clock.h"

#define DEVICE_BYTES_MAX 64
#define CONTEXT_BYTES_MAX 2048

struct reading {
    const struct api_context *api;
    const struct dataset *catalogue;
    const struct request *request;
    struct response *response;
    size_t index;
    const char *session; /* the one that was looked up last */
};

static bool fail(const struct reading *reading, enum records_fault fault, const char *key,
                 const char *message) {
    records_refuse(reading->request, reading->response, fault, reading->index, key, message);
    return false;
}

static bool refuse(const struct reading *reading, const char *key, const char *message) {
    return fail(reading, RECORDS_WRONG, key, message);
}

static bool read_whom(struct reading *reading, const json_t *record, struct feedback_event *event) {
    const struct request *request = reading->request;
    const char *user = records_text(record, "user_id", request->arena);
    const char *session = records_text(record, "session_id", request->arena);
    if (!user && !session)
        return fail(reading, RECORDS_MISSING, "user_id", "user_id or session_id is needed");
    if (user) {
        event->person = user;
        return writing_person(user, request, reading->response);
    }
    /* A batch is mostly of one session, which is looked up once. */
    if (!reading->session || strcmp(reading->session + sizeof FEEDBACK_SESSION - 1, session) != 0)
        if (!lookup_session(reading->api, session, request, reading->response, &reading->session))
            return false;
    event->person = reading->session;
    return true;
}

static bool read_item(const struct reading *reading, const json_t *record,
                      struct feedback_event *event) {
    event->item = records_text(record, "item_id", reading->request->arena);
    if (!event->item)
        return fail(reading, RECORDS_MISSING, "item_id",
                    "an event is about a film: item_id is needed");
    if (!lookup_knows_item(reading->catalogue, event->item))
        return fail(reading, RECORDS_UNKNOWN, "item_id", "there is no such film");
    return true;
}

static bool read_kind(const struct reading *reading, const json_t *record,
                      struct feedback_event *event) {
    const char *kind = json_string_value(json_object_get(record, "event"));
    const json_t *rating = parameters_member(record, "rating");
    struct error error;
    if (!kind || !feedback_kind_find(&event->kind, kind))
        return fail(reading, parameters_member(record, "event") ? RECORDS_WRONG : RECORDS_MISSING,
                    "event", "event is view, click, impression, like, dislike, rating or remove");
    event->value = (double)NAN;
    if (event->kind != FEEDBACK_RATING)
        return true;
    if (!json_is_number(rating))
        return fail(reading, rating ? RECORDS_WRONG : RECORDS_MISSING, "rating",
                    "a rating is a number");
    event->value = json_number_value(rating);
    if (service_check_rating(reading->catalogue, event->value, &error) == STATUS_OK)
        return true;
    return refuse(reading, "rating", arena_copy(reading->request->arena, error.text));
}

/* When, on what, and what else was said of it. */
static bool read_circumstances(const struct reading *reading, const json_t *record,
                               struct feedback_event *event) {
    const json_t *time = json_object_get(record, "time"), *hour = json_object_get(record, "hour");
    json_t *context = json_object_get(record, "context");
    const int64_t now = (int64_t)wall_clock_seconds();
    const double said = json_is_number(time) ? json_number_value(time) : -1;
    event->time = said >= 0 && said < (double)now ? (int64_t)said : now;
    event->hour = json_is_integer(hour) ? json_integer_value(hour) : -1;
    if (json_is_integer(hour) && (event->hour < 0 || event->hour > 23))
        return refuse(reading, "hour", "an hour of the day is 0 to 23");
    event->device = records_text(record, "device", reading->request->arena);
    if (event->device && strlen(event->device) > DEVICE_BYTES_MAX)
        return refuse(reading, "device", "a device has at most 64 bytes");
    if (!json_is_object(context))
        return true;
    char *text = arena_alloc(reading->request->arena, CONTEXT_BYTES_MAX);
    const size_t length = json_dumpb(context, text, CONTEXT_BYTES_MAX - 1, JSON_COMPACT);
    if (length >= CONTEXT_BYTES_MAX)
        return refuse(reading, "context", "a context has less than 2048 bytes");
    event->context = text;
    return true;
}

static bool read_events(struct reading *reading, const json_t *list,
                        struct feedback_events *events) {
    const size_t count = json_array_size(list);
    struct feedback_event *to = ARENA_ARRAY(reading->request->arena, struct feedback_event, count);
    for (size_t i = 0; i < count; i++) {
        const json_t *record = json_array_get(list, i);
        reading->index = i;
        if (!read_circumstances(reading, record, &to[i]) || !read_whom(reading, record, &to[i]) ||
            !read_item(reading, record, &to[i]) || !read_kind(reading, record, &to[i]))
            return false;
    }
    *events = (struct feedback_events){to, count};
    return true;
}

const struct route_parameter events_parameters[] = {
    {"user_id", "id", NULL, "who did it; or session_id", 0, 0, 0, NULL},
    {"session_id", "text", NULL, "an anonymous session in place of a person", 0, 0, 0, NULL},
    {"item_id", "id", NULL, "the film", 0, 0, ROUTE_REQUIRED, NULL},
    {"event", "text", NULL, "what was done", 0, 0, ROUTE_REQUIRED,
     "view|click|impression|like|dislike|rating|remove"},
    {"rating", "number", NULL, "of a rating", 0, 0, 0, NULL},
    {"time", "number", NULL, "seconds since 1970; now", 0, 0, 0, NULL},
    {"device", "text", NULL, "on what it was seen", 0, 0, 0, NULL},
    {"hour", "integer", NULL, "of the person's day", 0, 23, 0, NULL},
    {"context", "any", NULL, "an object that is kept with it", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void events_post(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    json_t *list;
    if (!records_read(request, "events", response, &list))
        return;
    if (lookup_snapshot(api, &parameters, response, &snapshot)) {
        struct reading reading = {api, service_catalogue(snapshot), request, response, 0, NULL};
        struct feedback_events events;
        if (read_events(&reading, list, &events))
            writing_events(api, &events, request, response, 201,
                           json_pack("{s:I}", "accepted", (json_int_t)events.count));
        service_release(snapshot);
    }
    json_decref(list);
}
