/* writing.c: see writing.h.
 *
 * Idea     The answer is made ready, then the events go to the store's thread and the server's
 *          serves others (http/later.h) until the commit they were part of is on the disk. If that
 *          fails the answer becomes 503.
 * Checked  tests/api/test_api_people.c, test_api_trouble.c. */
#include "api/writing.h"

#include <stdio.h>
#include <string.h>

#include "base/counter.h"
#include "http/later.h"

struct writing {
    struct later *later;
    struct feedback_events events;
    enum status status;
    struct error error;
};

bool writing_person(const char *id, const struct request *request, struct response *response) {
    const size_t length = strlen(id);
    const bool is_session = strncmp(id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0;
    const bool is_good = length > 0 && length <= FEEDBACK_ID_MAX && !is_session;
    if (!is_good)
        problem_answer(response, request, 422,
                       "an id of a person has 1 to %d bytes and does not begin with \"%s\"",
                       FEEDBACK_ID_MAX, FEEDBACK_SESSION);
    return is_good;
}

static void done(void *context, enum status status, const struct error *error) {
    struct writing *writing = context;
    writing->status = status;
    if (status != STATUS_OK)
        writing->error = *error;
    later_done(writing->later);
}

static void count_events(const struct feedback_events *events) {
    uint64_t counts[FEEDBACK_KINDS] = {0};
    for (size_t i = 0; i < events->count; i++)
        counts[events->list[i].kind]++;
    for (int kind = 0; kind < FEEDBACK_KINDS; kind++) {
        char labels[64];
        if (counts[kind] == 0)
            continue;
        snprintf(labels, sizeof labels, "kind=\"%s\"",
                 feedback_kind_name((enum feedback_kind)kind));
        counter_add(counter_total("matinee_events_total", "events that are on the disk", labels),
                    counts[kind]);
    }
}

static void finish(void *context, const struct request *request, struct response *response) {
    const struct writing *writing = context;
    if (writing->status != STATUS_OK)
        problem_error(response, request, &writing->error);
    else
        count_events(&writing->events);
}

void writing_events(const struct api_context *api, const struct feedback_events *events,
                    const struct request *request, struct response *response, unsigned status,
                    json_t *answer) {
    struct feedback *store;
    struct writing *writing = ARENA_NEW(request->arena, struct writing);
    response_json(response, request, answer);
    response->status = status;
    writing->later = request->later;
    writing->events = *events;
    writing->status = service_store(api->service, &store, &writing->error);
    if (writing->status != STATUS_OK || !request->later) {
        if (writing->status == STATUS_OK)
            writing->status =
                service_append(api->service, events->list, events->count, &writing->error);
        finish(writing, request, response);
        return;
    }
    later_begin(request->later, finish, writing);
    struct error unused; /* a store is open */
    service_append_later(api->service, events, request->arena, done, writing, &unused);
}
