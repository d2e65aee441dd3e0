/* gorse_users.c: /gorse/api/user and /users: those whom the model or the store knows: see gorse.h.
 *
 * Idea     Labels are what the store keeps of what somebody said of himself; a list of labels, as
 *          Gorse 0.4 has them, stands there as "labels", a comment as "comment".
 * Checked  tests/api/test_api_gorse.c. */
#include <string.h>

#include "api/film.h"
#include "api/gorse.h"
#include "api/records.h"
#include "api/writing.h"

#define LABELS_BYTES_MAX 4096
#define COMMENT "_comment"
#define LIST "_labels"

static json_t *user_json(const char *id, const char *labels) {
    json_t *object = labels ? json_loads(labels, 0, NULL) : NULL;
    const char *comment = json_string_value(json_object_get(object, COMMENT));
    json_t *user = json_pack("{s:o, s:s}", "UserId", film_text(id, strlen(id)), "Comment",
                             comment ? comment : "");
    json_t *list = json_object_get(object, LIST);
    if (list) {
        json_object_set(user, "Labels", list);
    } else {
        json_t *rest = json_is_object(object) ? json_copy(object) : json_object();
        json_object_del(rest, COMMENT);
        json_object_set_new(user, "Labels", rest);
    }
    json_decref(object);
    return user;
}

static bool take_user(void *context, const char *id, const char *labels) {
    *(json_t **)context = user_json(id, labels);
    return false;
}

/* A person of the model or of the store; NULL: there is none, or the store cannot be asked. */
static json_t *find_user(const struct api_context *api, struct feedback *store,
                         const struct dataset *catalogue, const char *id, struct error *error,
                         enum status *status) {
    json_t *user = NULL;
    *status = feedback_person_find(store, id, take_user, &user, error);
    if (!user && *status == STATUS_OK && !service_is_erased(api->service, id) &&
        id_map_find(&catalogue->users, id, strlen(id)) != DATASET_NONE)
        user = user_json(id, NULL);
    return user;
}

const struct route_parameter gorse_users_id_parameters[] = {
    {"id", "text", NULL, "the person", 0, 0, 0, NULL},
    PARAMETERS_END,
};

/* The user of the address; NULL: it has answered. */
static json_t *asked_user(const struct api_context *api, const struct request *request,
                          struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct feedback *store;
    struct snapshot *snapshot;
    struct error error;
    enum status status;
    if (!gorse_store(api, request, response, &store) ||
        !lookup_snapshot(api, &parameters, response, &snapshot))
        return NULL;
    json_t *user =
        find_user(api, store, service_catalogue(snapshot), request->captures[0], &error, &status);
    service_release(snapshot);
    if (!user && status != STATUS_OK)
        problem_error(response, request, &error);
    else if (!user)
        problem_answer(response, request, 404, "there is no user \"%.80s\"", request->captures[0]);
    return user;
}

void gorse_users_get(void *context, const struct request *request, struct response *response) {
    json_t *user = asked_user(context, request, response);
    if (user)
        response_json(response, request, user);
}

/* ---- Pages ---- */

struct listing {
    const struct api_context *api;
    struct feedback *store;
    struct snapshot *snapshot;
    struct gorse_page page;
};

static enum status list_known(void *context, const char *id, json_t **entry, struct error *error) {
    const struct listing *listing = context;
    enum status status;
    *entry = find_user(listing->api, listing->store, service_catalogue(listing->snapshot), id,
                       error, &status);
    return status;
}

static bool list_user(void *context, const char *id, const char *labels) {
    struct gorse_page *page = context;
    if (gorse_page_adds(page, id))
        json_array_append_new(page->list, user_json(id, labels));
    return true;
}

static enum status list_stored(void *context, const char *after, size_t limit,
                               struct error *error) {
    struct listing *listing = context;
    return feedback_people_after(listing->store, after, limit, list_user, &listing->page, error);
}

const struct route_parameter gorse_users_parameters[] = {
    {"n", "integer", "10", "how many", 1, GORSE_N_MAX, 0, NULL},
    {"cursor", "text", "", "Cursor of the answer before", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void gorse_users_list(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct listing listing = {.api = context};
    if (!gorse_page_read(&listing.page, &parameters, response) ||
        !gorse_store(context, request, response, &listing.store) ||
        !lookup_snapshot(context, &parameters, response, &listing.snapshot))
        return;
    const struct gorse_source source = {list_known, list_stored, &listing};
    listing.page.known = &service_catalogue(listing.snapshot)->users;
    listing.page.list = json_array();
    gorse_page_answer(&listing.page, &source, "Users", request, response);
    service_release(listing.snapshot);
}

/* ---- Writing ---- */

/* What is kept of a record; *fault says what is wrong with it. */
static const char *labels_of(const json_t *record, struct arena *arena, const char **fault) {
    json_t *labels = json_object_get(record, "Labels");
    const char *comment = gorse_text(record, "Comment", arena);
    json_t *kept = json_is_object(labels) ? json_copy(labels) : json_object();
    if (json_is_array(labels))
        json_object_set(kept, LIST, labels);
    if (comment && *comment)
        json_object_set_new(kept, COMMENT, json_string(comment));
    char *text = arena_alloc(arena, LABELS_BYTES_MAX + 1);
    const size_t length = json_dumpb(kept, text, LABELS_BYTES_MAX, JSON_COMPACT);
    json_decref(kept);
    if (length > LABELS_BYTES_MAX)
        *fault = "Labels have more than 4096 bytes";
    return text;
}

static void write_users(const struct api_context *api, const json_t *list,
                        const struct request *request, struct response *response) {
    struct error error;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *record = json_array_get(list, i);
        const char *who = gorse_text(record, "UserId", request->arena), *fault = NULL;
        const char *labels = labels_of(record, request->arena, &fault);
        if (!who || fault) {
            problem_answer(response, request, 400, "user %zu: %s", i + 1,
                           fault ? fault : "UserId is a text of 1 to 256 bytes");
            return;
        }
        if (!writing_person(who, request, response))
            return;
        if (service_set_labels(api->service, who, labels, &error) != STATUS_OK) {
            problem_error(response, request, &error);
            return;
        }
    }
    response_json(response, request, gorse_success(json_array_size(list)));
}

void gorse_users_post(void *context, const struct request *request, struct response *response) {
    json_t *list;
    if (!records_read(request, "Users", response, &list))
        return;
    write_users(context, list, request, response);
    json_decref(list);
}

/* What the body has over what is kept; what it leaves out stays. */
static void patch_user(const struct api_context *api, const json_t *changes,
                       const struct request *request, struct response *response) {
    static const char *const members[] = {"Labels", "Comment"};
    json_t *user = asked_user(api, request, response);
    if (!user)
        return;
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *value = json_object_get(changes, members[i]);
        if (value && !json_is_null(value))
            json_object_set(user, members[i], value);
    }
    json_t *one = json_pack("[o]", user);
    write_users(api, one, request, response);
    json_decref(one);
}

void gorse_users_patch(void *context, const struct request *request, struct response *response) {
    json_t *list;
    if (!records_read(request, "Users", response, &list))
        return;
    patch_user(context, json_array_get(list, 0), request, response);
    json_decref(list);
}

void gorse_users_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct error error;
    if (!writing_person(request->captures[0], request, response))
        return;
    /* Gorse knows no 404 here. */
    const enum status status = service_erase(api->service, request->captures[0], &error);
    if (status != STATUS_OK && status != STATUS_NOT_FOUND)
        problem_error(response, request, &error);
    else
        response_json(response, request, gorse_success(status == STATUS_OK));
}
