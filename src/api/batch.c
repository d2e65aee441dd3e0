/* batch.c: POST /api/batch-recommend: the lists of many people at once. A person who is not known
 * gets an empty list, as callers with a mixed list of ids want it.
 *
 * The answer is made while it is sent: each piece is the lists of some people, who are scored
 * together, so that ten thousand people take the memory of a piece. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "api/recommend.h"
#include "api/wanted.h"
#include "http/json_text.h"

#define PIECE 32
#define PIECE_FILMS 1000

/* What an answer needs until it is sent; lives in the request's arena, which does so too. */
struct batch {
    struct service *service;
    struct snapshot *snapshot;
    struct recommend_request wanted;
    const char *const *ids;
    size_t count, done;
    struct arena arena; /* of a piece */
};

static void batch_close(void *context) {
    struct batch *batch = context;
    service_release(batch->snapshot);
    arena_release(&batch->arena);
}

/* The lists of those of a piece who are known; `lists` of the others are empty. */
static enum status find_lists(struct batch *batch, size_t count, struct recommend_answer *lists,
                              struct error *error) {
    struct service_person people[PIECE] = {0};
    struct recommend_answer found[PIECE];
    size_t places[PIECE], known = 0;
    for (size_t i = 0; i < count; i++) {
        lists[i] = (struct recommend_answer){0};
        if (service_person_find(batch->service, batch->snapshot, batch->ids[batch->done + i],
                                &batch->arena, &people[known], error) == STATUS_OK)
            places[known++] = i;
    }
    struct recommend_request wanted = batch->wanted;
    wanted.people = people;
    wanted.person_count = known;
    TRY(service_recommend_each(batch->snapshot, &wanted, &batch->arena, found, error));
    for (size_t i = 0; i < known; i++)
        lists[places[i]] = found[i];
    return STATUS_OK;
}

/* Long lists come in pieces of fewer people. */
static size_t people_of_piece(const struct batch *batch) {
    const size_t count = PIECE_FILMS / batch->wanted.top_k;
    return count < 1 ? 1 : count < PIECE ? count : PIECE;
}

static enum stream_state batch_next(void *context, struct buffer *piece) {
    struct batch *batch = context;
    struct recommend_answer lists[PIECE];
    struct error error;
    const size_t rest = batch->count - batch->done, most = people_of_piece(batch);
    const size_t count = rest < most ? rest : most;
    if (find_lists(batch, count, lists, &error) != STATUS_OK)
        return STREAM_FAIL;
    for (size_t i = 0; i < count; i++) {
        const char *id = batch->ids[batch->done + i];
        buffer_text(piece, batch->done + i == 0 ? "{\"results\":{" : ",");
        json_text_value(piece, film_text(id, strlen(id)));
        buffer_text(piece, ":");
        recommend_write(piece, batch->snapshot, &batch->wanted, &lists[i]);
    }
    batch->done += count;
    arena_reset(&batch->arena, (struct arena_position){0});
    if (batch->done < batch->count)
        return STREAM_MORE;
    const char *name = service_name(batch->snapshot);
    buffer_text(piece, "},\"model\":");
    json_text_value(piece, film_text(name, strlen(name)));
    buffer_text(piece, "}");
    return STREAM_END;
}

/* An id that is named twice is answered once. */
static size_t drop_repeated(const char **ids, size_t count, struct arena *arena) {
    struct names {
        const char *id;
        struct names *next;
    };
    const size_t slots = 2 * count + 1;
    struct names **table = ARENA_ARRAY(arena, struct names *, slots);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        size_t hash = 5381;
        for (const char *at = ids[i]; *at; at++)
            hash = hash * 33 ^ (unsigned char)*at;
        struct names **slot = &table[hash % slots];
        while (*slot && strcmp((*slot)->id, ids[i]) != 0)
            slot = &(*slot)->next;
        if (*slot)
            continue;
        *slot = ARENA_NEW(arena, struct names);
        (*slot)->id = ids[i];
        ids[kept++] = ids[i];
    }
    return kept;
}

static void read_ids(struct batch *batch, const struct api_context *api,
                     struct parameters *parameters) {
    const char *const *ids = NULL;
    batch->service = api->service;
    batch->count = parameters_texts(parameters, "user_ids", &ids);
    struct arena *arena = parameters->request->arena;
    const char **own = ARENA_ARRAY(arena, const char *, batch->count);
    for (size_t i = 0; i < batch->count; i++)
        own[i] = arena_copy(arena, ids[i]); /* the body's values end with the handler */
    batch->count = drop_repeated(own, batch->count, arena);
    batch->ids = own;
}

static void answer(const struct api_context *api, struct parameters *parameters,
                   struct response *response) {
    const struct request *request = parameters->request;
    struct batch *batch = ARENA_NEW(request->arena, struct batch);
    struct wanted wanted;
    read_ids(batch, api, parameters);
    wanted_read_list(&wanted, api, parameters);
    if (!lookup_snapshot(api, parameters, response, &batch->snapshot))
        return;
    bool is_good = wanted_find_films(&wanted, api, batch->snapshot, parameters, response);
    if (is_good) {
        parameters_require(parameters, "user_ids", batch->count > 0 ? batch->ids : NULL);
        is_good = !parameters_failed(parameters, response);
    }
    if (!is_good) {
        batch_close(batch);
        return;
    }
    batch->wanted = wanted.request;
    response_stream(response, request, "application/json",
                    &(struct stream_source){batch_next, batch_close, batch});
}

const struct route_parameter batch_parameters[] = {
    {"user_ids", "[id]", NULL, "for whom, at most 10000", 0, 0, ROUTE_REQUIRED, NULL},
    PARAMETER_TOP_K,
    PARAMETER_MODEL,
    {"genre", "[text]", NULL, "films of any of these genres", 0, 0, 0, NULL},
    {"strict", "flag", "true", "only films of the genres; else they gain 0.20", 0, 0, 0, NULL},
    WANTED_LIST_PARAMETERS,
    PARAMETERS_END,
};

void batch_post(void *context, const struct request *request, struct response *response) {
    struct parameters parameters;
    if (!parameters_of_body(&parameters, request, response))
        return;
    answer(context, &parameters, response);
    parameters_release(&parameters);
}
