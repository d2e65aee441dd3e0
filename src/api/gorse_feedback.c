/* gorse_feedback.c: /gorse/api/feedback and what lists it: see gorse.h.
 *
 * Idea     A feedback is an event that is called as the sender calls it; it stands until the same
 *          is said again or everything between the two is taken back (feedback_stands).
 * Traps    Taking one type back takes all that is between person and film, for lists know but one
 *          thing of a film; the other types are then said again.
 * Checked  tests/api/test_api_gorse.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "api/gorse.h"
#include "api/records.h"
#include "api/writing.h"
#include "base/wall_clock.h"

#define FEEDBACK_OF_ONE_MAX 10000

/* ---- Lists ---- */

static json_t *feedback_json(const struct feedback_event *event, struct arena *arena) {
    const char *type = event->said ? event->said : feedback_kind_name(event->kind);
    json_t *context = event->context ? json_loads(event->context, 0, NULL) : NULL;
    const json_t *value = json_object_get(context, "Value");
    const char *comment = json_string_value(json_object_get(context, "Comment"));
    const double number = event->kind == FEEDBACK_RATING ? event->value
                          : json_is_number(value)        ? json_number_value(value)
                                                         : 0;
    json_t *object =
        json_pack("{s:o, s:o, s:o, s:f, s:s, s:s}", "FeedbackType", film_text(type, strlen(type)),
                  "UserId", film_text(event->person, strlen(event->person)), "ItemId",
                  film_text(event->item, strlen(event->item)), "Value", number, "Timestamp",
                  gorse_time(event->time, arena), "Comment", comment ? comment : "");
    json_decref(context);
    return object;
}

struct listing {
    json_t *list;
    struct arena *arena;
    int64_t last;
};

static bool add_standing(void *context, const struct feedback_standing *standing) {
    struct listing *listing = context;
    json_array_append_new(listing->list, feedback_json(&standing->event, listing->arena));
    listing->last = standing->number;
    return true;
}

/* The list of what is looked for; NULL: it has answered. */
static json_t *find(const struct api_context *api, const struct feedback_search *search,
                    const struct request *request, struct response *response, int64_t *last) {
    struct listing listing = {json_array(), request->arena, 0};
    struct feedback *store;
    struct error error;
    if (!gorse_store(api, request, response, &store)) {
        json_decref(listing.list);
        return NULL;
    }
    if (feedback_stands(store, search, add_standing, &listing, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        json_decref(listing.list);
        return NULL;
    }
    *last = listing.last;
    return listing.list;
}

static void answer_page(const struct api_context *api, const char *type,
                        const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct gorse_page page;
    int64_t last;
    if (!gorse_page_read(&page, &parameters, response))
        return;
    const struct feedback_search search = {
        .said = type, .after = strtoll(page.after, NULL, 10), .limit = page.n};
    json_t *list = find(api, &search, request, response, &last);
    if (!list)
        return;
    page.in_store = true;
    page.after = arena_format(request->arena, "%lld", (long long)last);
    const bool is_end = json_array_size(list) < page.n;
    gorse_page_send(gorse_page_next(&page, is_end), "Feedback", list, request, response);
}

static void answer_list(const struct api_context *api, struct feedback_search search,
                        const struct request *request, struct response *response) {
    int64_t last;
    search.limit = FEEDBACK_OF_ONE_MAX;
    json_t *list = find(api, &search, request, response, &last);
    if (list)
        response_json(response, request, list);
}

const struct route_parameter gorse_feedback_parameters[] = {
    {"type", "text", NULL, "the type of feedback", 0, 0, 0, NULL},
    {"n", "integer", "10", "how many", 1, GORSE_N_MAX, 0, NULL},
    {"cursor", "text", "", "Cursor of the answer before", 0, 0, 0, NULL},
    PARAMETERS_END,
};

const struct route_parameter gorse_feedback_of_parameters[] = {
    {"type", "text", NULL, "the type of feedback", 0, 0, 0, NULL},
    {"user", "text", NULL, "the person", 0, 0, 0, NULL},
    {"item", "text", NULL, "the film", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void gorse_feedback_list(void *context, const struct request *request, struct response *response) {
    answer_page(context, NULL, request, response);
}

void gorse_feedback_typed(void *context, const struct request *request, struct response *response) {
    answer_page(context, request->captures[0], request, response);
}

void gorse_feedback_of_user(void *context, const struct request *request,
                            struct response *response) {
    answer_list(context, (struct feedback_search){.person = request->captures[0]}, request,
                response);
}

void gorse_feedback_of_user_typed(void *context, const struct request *request,
                                  struct response *response) {
    answer_list(
        context,
        (struct feedback_search){.person = request->captures[0], .said = request->captures[1]},
        request, response);
}

void gorse_feedback_of_item(void *context, const struct request *request,
                            struct response *response) {
    answer_list(context, (struct feedback_search){.item = request->captures[0]}, request, response);
}

void gorse_feedback_of_item_typed(void *context, const struct request *request,
                                  struct response *response) {
    answer_list(
        context,
        (struct feedback_search){.item = request->captures[0], .said = request->captures[1]},
        request, response);
}

void gorse_feedback_between(void *context, const struct request *request,
                            struct response *response) {
    answer_list(
        context,
        (struct feedback_search){.person = request->captures[0], .item = request->captures[1]},
        request, response);
}

void gorse_feedback_one(void *context, const struct request *request, struct response *response) {
    const struct feedback_search search = {.said = request->captures[0],
                                           .person = request->captures[1],
                                           .item = request->captures[2],
                                           .limit = 1};
    int64_t last;
    json_t *list = find(context, &search, request, response, &last);
    if (!list)
        return;
    if (json_array_size(list) == 0)
        problem_answer(response, request, 404, "there is no such feedback");
    else
        response_json(response, request, json_incref(json_array_get(list, 0)));
    json_decref(list);
}

/* ---- Writing ---- */

static bool note(void *context, const struct feedback_standing *standing) {
    (void)standing;
    *(bool *)context = true;
    return false;
}

/* Whether the same feedback stands already. */
static bool stands(struct feedback *store, const struct feedback_event *event) {
    const struct feedback_search search = {
        .person = event->person, .item = event->item, .said = event->said, .limit = 1};
    struct error ignored; /* writing will say so */
    bool found = false;
    feedback_stands(store, &search, note, &found, &ignored);
    return found;
}

static void write_list(const struct api_context *api, json_t *list, bool overwrites,
                       const struct request *request, struct response *response) {
    const size_t count = json_array_size(list);
    struct feedback_event *events = ARENA_ARRAY(request->arena, struct feedback_event, count);
    struct feedback *store;
    size_t kept = 0;
    if (!gorse_store(api, request, response, &store))
        return;
    for (size_t i = 0; i < count; i++) {
        /* The texts live as long as the event is written: past this list. */
        const json_t *record = json_array_get(list, i);
        const char *fault = gorse_read_feedback(record, request->arena, &events[kept]);
        if (fault) {
            problem_answer(response, request, 400, "feedback %zu: %s", i + 1, fault);
            return;
        }
        struct feedback_event *event = &events[kept];
        event->person = arena_copy(request->arena, event->person);
        event->item = arena_copy(request->arena, event->item);
        event->said = arena_copy(request->arena, event->said);
        kept += overwrites || !stands(store, event);
    }
    const struct feedback_events all = {events, kept};
    if (kept > 0)
        writing_events(api, &all, request, response, 200, gorse_success(count));
    else
        response_json(response, request, gorse_success(count));
}

static void put(const struct api_context *api, bool overwrites, const struct request *request,
                struct response *response) {
    json_t *list;
    if (request->body_size > 0 && strncmp(request->body, "[]", request->body_size) == 0) {
        response_json(response, request, gorse_success(0));
        return;
    }
    if (!records_read(request, "Feedback", response, &list))
        return;
    write_list(api, list, overwrites, request, response);
    json_decref(list);
}

void gorse_feedback_post(void *context, const struct request *request, struct response *response) {
    put(context, false, request, response);
}

void gorse_feedback_put(void *context, const struct request *request, struct response *response) {
    put(context, true, request, response);
}

/* ---- Taking back ---- */

struct taking {
    const char *type; /* NULL: all */
    struct feedback_event *events;
    size_t count, taken;
    struct arena *arena;
};

static const char *kept_text(const struct taking *taking, const char *text) {
    return text ? arena_copy(taking->arena, text) : NULL;
}

/* events[0] takes everything back; what is to stay is said again behind it. */
static bool take(void *context, const struct feedback_standing *standing) {
    struct taking *taking = context;
    const struct feedback_event *event = &standing->event;
    const char *type = event->said ? event->said : feedback_kind_name(event->kind);
    if (!taking->type || strcmp(type, taking->type) == 0) {
        taking->taken++;
        return true;
    }
    struct feedback_event *again = &taking->events[taking->count++];
    *again = *event;
    again->person = taking->events[0].person;
    again->item = taking->events[0].item;
    again->context = kept_text(taking, event->context);
    again->said = kept_text(taking, event->said);
    return true;
}

#define TYPES_MAX 100

static void take_back(const struct api_context *api, const struct feedback_search *search,
                      const char *type, const struct request *request, struct response *response) {
    struct taking taking = {.type = type,
                            .events =
                                ARENA_ARRAY(request->arena, struct feedback_event, TYPES_MAX + 1),
                            .count = 1,
                            .arena = request->arena};
    struct feedback *store;
    struct error error;
    taking.events[0] = (struct feedback_event){.person = search->person,
                                               .item = search->item,
                                               .kind = FEEDBACK_REMOVE,
                                               .value = (double)NAN,
                                               .time = (int64_t)wall_clock_seconds(),
                                               .hour = -1};
    if (!gorse_store(api, request, response, &store))
        return;
    if (feedback_stands(store, search, take, &taking, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    const struct feedback_events all = {taking.events, taking.count};
    if (taking.taken > 0)
        writing_events(api, &all, request, response, 200, gorse_success(taking.taken));
    else
        response_json(response, request, gorse_success(0));
}

void gorse_feedback_delete(void *context, const struct request *request,
                           struct response *response) {
    const struct feedback_search search = {
        .person = request->captures[0], .item = request->captures[1], .limit = TYPES_MAX};
    if (writing_person(search.person, request, response))
        take_back(context, &search, NULL, request, response);
}

void gorse_feedback_delete_typed(void *context, const struct request *request,
                                 struct response *response) {
    const struct feedback_search search = {
        .person = request->captures[1], .item = request->captures[2], .limit = TYPES_MAX};
    if (writing_person(search.person, request, response))
        take_back(context, &search, request->captures[0], request, response);
}
