/* gorse.c: see gorse.h. Checked by tests/api/test_api_gorse.c, and with Gorse's own client by
 * tests/api/pygorse.py. */
#include "api/gorse.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/film.h"
#include "api/writing.h"
#include "base/wall_clock.h"

#define TYPE_BYTES_MAX 64
#define COMMENT_BYTES_MAX 1024
#define CONTEXT_BYTES (COMMENT_BYTES_MAX * 6 + 128)

bool gorse_page_read(struct gorse_page *page, struct parameters *parameters,
                     struct response *response) {
    const char *cursor = parameters_string(parameters, "cursor");
    *page = (struct gorse_page){
        .n = (size_t)parameters_integer(parameters, "n", GORSE_N, 1, GORSE_N_MAX),
        .after = "",
        .arena = parameters->request->arena};
    if (cursor && strncmp(cursor, "m", 1) == 0)
        page->number = (uint32_t)strtoul(cursor + 1, NULL, 10);
    else if (cursor && strncmp(cursor, "s", 1) == 0) {
        page->in_store = true;
        page->after = cursor + 1;
    } else if (cursor && *cursor) {
        parameters_refuse(parameters, "cursor", "value_error",
                          "Input should be the Cursor of an earlier answer", cursor);
    }
    return !parameters_failed(parameters, response);
}

const char *gorse_page_next(const struct gorse_page *page, bool is_end) {
    if (is_end)
        return "";
    return page->in_store ? arena_format(page->arena, "s%s", page->after)
                          : arena_format(page->arena, "m%" PRIu32, page->number);
}

bool gorse_page_adds(struct gorse_page *page, const char *id) {
    page->after = arena_copy(page->arena, id);
    return id_map_find(page->known, id, strlen(id)) == DATASET_NONE;
}

/* *is_end: whether nothing follows. */
static enum status fill(struct gorse_page *page, const struct gorse_source *source, bool *is_end,
                        struct error *error) {
    *is_end = false;
    while (!page->in_store && json_array_size(page->list) < page->n) {
        if (page->number >= page->known->count) {
            page->in_store = true;
            break;
        }
        const struct text_slice name = id_map_name(page->known, page->number++);
        json_t *entry = NULL;
        TRY(source->one(source->context, arena_copy_length(page->arena, name.start, name.length),
                        &entry, error));
        if (entry)
            json_array_append_new(page->list, entry);
    }
    while (page->in_store && !*is_end && json_array_size(page->list) < page->n) {
        const char *before = page->after;
        TRY(source->more(source->context, before, page->n - json_array_size(page->list), error));
        *is_end = page->after == before;
    }
    return STATUS_OK;
}

void gorse_page_send(const char *cursor, const char *name, json_t *list,
                     const struct request *request, struct response *response) {
    response_json(response, request, json_pack("{s:s, s:o}", "Cursor", cursor, name, list));
}

void gorse_page_answer(struct gorse_page *page, const struct gorse_source *source, const char *name,
                       const struct request *request, struct response *response) {
    struct error error;
    bool is_end;
    if (fill(page, source, &is_end, &error) == STATUS_OK) {
        gorse_page_send(gorse_page_next(page, is_end), name, page->list, request, response);
    } else {
        json_decref(page->list);
        problem_error(response, request, &error);
    }
}

bool gorse_store(const struct api_context *api, const struct request *request,
                 struct response *response, struct feedback **store) {
    struct error error;
    if (service_store(api->service, store, &error) == STATUS_OK)
        return true;
    problem_error(response, request, &error);
    return false;
}

json_t *gorse_success(size_t count) { return json_pack("{s:I}", "RowAffected", (json_int_t)count); }

const char *gorse_text(const json_t *object, const char *key, struct arena *arena) {
    const json_t *value = json_object_get(object, key);
    if (json_is_integer(value))
        return arena_format(arena, "%lld", (long long)json_integer_value(value));
    return json_string_value(value);
}

bool gorse_time_read(const char *text, int64_t *time) {
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"};
    *time = (int64_t)wall_clock_seconds();
    if (!text || !*text)
        return true;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm parts = {0};
        if (!strptime(text, forms[i], &parts))
            continue;
        *time = (int64_t)timegm(&parts);
        return *time >= 0;
    }
    return false;
}

const char *gorse_time(int64_t seconds, struct arena *arena) {
    const time_t when = (time_t)seconds;
    struct tm parts;
    char text[40];
    if (!gmtime_r(&when, &parts) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts))
        return "0001-01-01T00:00:00Z";
    return arena_copy(arena, text);
}

/* ---- Feedback ---- */

static enum feedback_kind kind_of(const char *type) {
    static const struct {
        const char *name;
        enum feedback_kind kind;
    } kinds[] = {
        {"rating", FEEDBACK_RATING},
        {"like", FEEDBACK_LIKE},
        {"star", FEEDBACK_LIKE},
        {"love", FEEDBACK_LIKE},
        {"favorite", FEEDBACK_LIKE},
        {"purchase", FEEDBACK_LIKE},
        {"buy", FEEDBACK_LIKE},
        {"share", FEEDBACK_LIKE},
        {"dislike", FEEDBACK_DISLIKE},
        {"click", FEEDBACK_CLICK},
        {"impression", FEEDBACK_IMPRESSION},
    };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].name) == 0)
            return kinds[i].kind;
    return FEEDBACK_VIEW;
}

static bool is_id(const char *text) {
    return text && *text && strlen(text) <= FEEDBACK_ID_MAX &&
           strncmp(text, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) != 0;
}

const char *gorse_read_feedback(const json_t *record, struct arena *arena,
                                struct feedback_event *event) {
    const char *type = gorse_text(record, "FeedbackType", arena);
    const char *comment = gorse_text(record, "Comment", arena);
    const json_t *value = json_object_get(record, "Value");
    *event = (struct feedback_event){.person = gorse_text(record, "UserId", arena),
                                     .item = gorse_text(record, "ItemId", arena),
                                     .value = (double)NAN,
                                     .hour = -1};
    if (!type || !*type || strlen(type) > TYPE_BYTES_MAX || strcmp(type, "remove") == 0)
        return "FeedbackType is a text of 1 to 64 bytes, and not \"remove\"";
    if (!is_id(event->person) || !is_id(event->item))
        return "UserId and ItemId are texts of 1 to 256 bytes";
    if (!gorse_time_read(gorse_text(record, "Timestamp", arena), &event->time))
        return "Timestamp is no time such as 2022-02-24T10:00:00Z";
    if (comment && strlen(comment) > COMMENT_BYTES_MAX)
        return "Comment has more than 1024 bytes";
    event->kind = kind_of(type);
    event->said = type;
    if (event->kind == FEEDBACK_RATING && !json_is_number(value))
        return "a rating has a Value";
    if (event->kind == FEEDBACK_RATING)
        event->value = json_number_value(value);
    char *text = arena_alloc(arena, CONTEXT_BYTES);
    json_t *context =
        json_pack("{s:f, s:s}", "Value", json_is_number(value) ? json_number_value(value) : 0.0,
                  "Comment", comment ? comment : "");
    json_dumpb(context, text, CONTEXT_BYTES - 1, JSON_COMPACT);
    json_decref(context);
    event->context = text;
    return NULL;
}

void gorse_add_score(json_t *list, struct text_slice id, double score) {
    json_array_append_new(
        list, json_pack("{s:o, s:f}", "Id", film_text(id.start, id.length), "Score", score));
}

/* ---- Health ---- */

void gorse_health(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const bool is_ready = service_model_count(api->service) > 0;
    response_json(response, request,
                  json_pack("{s:b, s:n, s:n, s:b, s:b}", "Ready", is_ready, "DataStoreError",
                            "CacheStoreError", "DataStoreConnected", 1, "CacheStoreConnected", 1));
}
