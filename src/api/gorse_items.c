/* gorse_items.c: /gorse/api/item and /items: the catalogue's films, and those of the store: see
 * gorse.h.
 *
 * Idea     A film of the store counts before the model's of the same id. Categories are genres,
 *          Comment is the title; Labels, IsHidden and Timestamp are kept as they came. What is
 *          hidden is in no list of Gorse's; other routes do not know the word.
 * Traps    A film that no model knows is listed and found here, but recommended only when one was
 *          trained with it.
 * Checked  tests/api/test_api_gorse.c. */
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "api/gorse.h"
#include "api/records.h"
#include "api/writing.h"

#define FACTS_BYTES_MAX 4096
#define TITLE_BYTES_MAX 1024
/* Facts are written by read_item: without spaces, and this first. */
#define HIDDEN "{\"IsHidden\":true%"
#define NO_TIME "0001-01-01T00:00:00Z"

/* ---- Reading ---- */

static json_t *item_of_catalogue(const struct dataset *catalogue, uint32_t item,
                                 struct arena *arena) {
    const struct movie *movie = &catalogue->movies[item];
    const struct text_slice id = id_map_name(&catalogue->items, item);
    const char *time =
        movie->year ? arena_format(arena, "%04d-01-01T00:00:00Z", movie->year) : NO_TIME;
    json_t *labels = json_object();
    if (movie->imdb_id)
        json_object_set_new(labels, "imdb_id", film_text(movie->imdb_id, strlen(movie->imdb_id)));
    if (movie->tmdb_id)
        json_object_set_new(labels, "tmdb_id", film_text(movie->tmdb_id, strlen(movie->tmdb_id)));
    return json_pack("{s:o, s:b, s:o, s:o, s:s, s:o}", "ItemId", film_text(id.start, id.length),
                     "IsHidden", 0, "Labels", labels, "Categories",
                     film_genres(catalogue, movie->genres), "Timestamp", time, "Comment",
                     film_text(movie->title, strlen(movie->title)));
}

static json_t *split_genres(const char *genres) {
    json_t *list = json_array();
    for (const char *at = genres; *at;) {
        const size_t length = strcspn(at, "|");
        if (length > 0)
            json_array_append_new(list, film_text(at, length));
        at += length + (at[length] == '|');
    }
    return list;
}

static json_t *item_of_store(const struct feedback_item *item) {
    json_t *facts = item->facts ? json_loads(item->facts, 0, NULL) : NULL;
    json_t *labels = json_object_get(facts, "Labels");
    const char *time = json_string_value(json_object_get(facts, "Timestamp"));
    json_t *object = json_pack(
        "{s:o, s:b, s:O?, s:o, s:s, s:o}", "ItemId", film_text(item->id, strlen(item->id)),
        "IsHidden", json_is_true(json_object_get(facts, "IsHidden")), "Labels", labels,
        "Categories", split_genres(item->genres), "Timestamp", time ? time : NO_TIME, "Comment",
        film_text(item->title, strlen(item->title)));
    json_decref(facts);
    return object;
}

static bool take_item(void *context, const struct feedback_item *item) {
    *(json_t **)context = item_of_store(item);
    return false;
}

/* NULL: neither has it, or the store cannot be asked (then *status is not STATUS_OK). */
static json_t *find_item(struct feedback *store, const struct dataset *catalogue, const char *id,
                         struct arena *arena, struct error *error, enum status *status) {
    json_t *found = NULL;
    *status = feedback_item_find(store, id, take_item, &found, error);
    const uint32_t item = id_map_find(&catalogue->items, id, strlen(id));
    if (!found && *status == STATUS_OK && item != DATASET_NONE)
        found = item_of_catalogue(catalogue, item, arena);
    return found;
}

struct hiding {
    const struct id_map *items;
    uint32_t *list;
    size_t count;
};

static bool add_hidden(void *context, const struct feedback_item *film) {
    struct hiding *hiding = context;
    const uint32_t item = id_map_find(hiding->items, film->id, strlen(film->id));
    if (item != DATASET_NONE)
        hiding->list[hiding->count++] = item;
    return true;
}

struct filter_set gorse_hidden(const struct api_context *api, const struct dataset *catalogue,
                               struct arena *arena) {
    struct hiding hiding = {.items = &catalogue->items};
    struct feedback *store;
    struct error error;
    hiding.list = ARENA_ARRAY_RAW(arena, uint32_t, catalogue->items.count);
    /* Whoever cannot be asked hides nothing: lists go on. */
    if (service_store(api->service, &store, &error) == STATUS_OK &&
        feedback_items_like(store, HIDDEN, add_hidden, &hiding, &error) != STATUS_OK)
        hiding.count = 0;
    return (struct filter_set){hiding.list, hiding.count};
}

const struct route_parameter gorse_items_id_parameters[] = {
    {"id", "text", NULL, "the film", 0, 0, 0, NULL},
    PARAMETERS_END,
};

/* What each of them begins with; false: it has answered. */
struct door {
    struct feedback *store;
    struct snapshot *snapshot;
};

static bool open_door(const struct api_context *api, const struct request *request,
                      struct response *response, struct door *door) {
    struct parameters parameters = parameters_of_query(request);
    return gorse_store(api, request, response, &door->store) &&
           lookup_snapshot(api, &parameters, response, &door->snapshot);
}

void gorse_items_get(void *context, const struct request *request, struct response *response) {
    struct door door;
    struct error error;
    enum status status;
    if (!open_door(context, request, response, &door))
        return;
    json_t *item = find_item(door.store, service_catalogue(door.snapshot), request->captures[0],
                             request->arena, &error, &status);
    if (item)
        response_json(response, request, item);
    else if (status != STATUS_OK)
        problem_error(response, request, &error);
    else
        problem_answer(response, request, 404, "there is no film \"%.80s\"", request->captures[0]);
    service_release(door.snapshot);
}

/* ---- Pages ---- */

struct listing {
    struct door door;
    struct gorse_page page;
};

static enum status list_known(void *context, const char *id, json_t **entry, struct error *error) {
    const struct listing *listing = context;
    enum status status;
    *entry = find_item(listing->door.store, service_catalogue(listing->door.snapshot), id,
                       listing->page.arena, error, &status);
    return status;
}

static bool list_item(void *context, const struct feedback_item *item) {
    struct gorse_page *page = context;
    if (gorse_page_adds(page, item->id))
        json_array_append_new(page->list, item_of_store(item));
    return true;
}

static enum status list_stored(void *context, const char *after, size_t limit,
                               struct error *error) {
    struct listing *listing = context;
    return feedback_items_after(listing->door.store, after, limit, list_item, &listing->page,
                                error);
}

static json_t *search_titles(const struct snapshot *snapshot, const char *query, size_t n,
                             struct arena *arena) {
    struct title_hit hits[GORSE_N_MAX];
    json_t *list = json_array();
    const size_t count = service_find_titles(snapshot, query, hits, n);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list,
                              item_of_catalogue(service_catalogue(snapshot), hits[i].item, arena));
    return list;
}

const struct route_parameter gorse_items_parameters[] = {
    {"n", "integer", "10", "how many", 1, GORSE_N_MAX, 0, NULL},
    {"cursor", "text", "", "Cursor of the answer before", 0, 0, 0, NULL},
    {"q", "text", "", "only films whose titles answer to it", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void gorse_items_list(void *context, const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    const char *query = parameters_string(&parameters, "q");
    struct listing listing;
    if (!gorse_page_read(&listing.page, &parameters, response) ||
        !open_door(context, request, response, &listing.door))
        return;
    if (query && *query) {
        gorse_page_send("", "Items",
                        search_titles(listing.door.snapshot, query, listing.page.n, request->arena),
                        request, response);
    } else {
        const struct gorse_source source = {list_known, list_stored, &listing};
        listing.page.known = &service_catalogue(listing.door.snapshot)->items;
        listing.page.list = json_array();
        gorse_page_answer(&listing.page, &source, "Items", request, response);
    }
    service_release(listing.door.snapshot);
}

/* ---- Writing ---- */

/* Genres with '|' between; NULL: they are no list of texts, or have one. */
static const char *join_genres(const json_t *list, struct arena *arena) {
    const char *genres = "";
    size_t i;
    const json_t *value;
    if (list && !json_is_null(list) && !json_is_array(list))
        return NULL;
    json_array_foreach(list, i, value) {
        const char *name = json_string_value(value);
        if (!name || strchr(name, '|'))
            return NULL;
        genres = arena_format(arena, "%s%s%s", genres, *genres ? "|" : "", name);
    }
    return strlen(genres) <= TITLE_BYTES_MAX ? genres : NULL;
}

static const char *read_item(const json_t *record, struct arena *arena,
                             struct feedback_item *item) {
    const char *title = gorse_text(record, "Comment", arena);
    const char *time = gorse_text(record, "Timestamp", arena);
    const json_t *labels = json_object_get(record, "Labels");
    int64_t seconds;
    *item =
        (struct feedback_item){.id = gorse_text(record, "ItemId", arena),
                               .title = title ? title : "",
                               .genres = join_genres(json_object_get(record, "Categories"), arena)};
    if (!item->id || !*item->id || strlen(item->id) > FEEDBACK_ID_MAX)
        return "ItemId is a text of 1 to 256 bytes";
    if (strlen(item->title) > TITLE_BYTES_MAX)
        return "Comment, the title, has more than 1024 bytes";
    if (!item->genres)
        return "Categories is a list of texts without \"|\"";
    if (time && (!gorse_time_read(time, &seconds) && strtol(time, NULL, 10) <= 0))
        return "Timestamp is no time such as 2022-02-24T10:00:00Z";
    const long year = time ? strtol(time, NULL, 10) : 0;
    item->year = year > 1800 && year < 3000 ? year : 0;
    json_t *facts =
        json_pack("{s:b, s:s}", "IsHidden", json_is_true(json_object_get(record, "IsHidden")),
                  "Timestamp", time ? time : NO_TIME);
    if (labels)
        json_object_set(facts, "Labels", (json_t *)(uintptr_t)labels);
    char *text = arena_alloc(arena, FACTS_BYTES_MAX + 1);
    const size_t length = json_dumpb(facts, text, FACTS_BYTES_MAX, JSON_COMPACT);
    json_decref(facts);
    item->facts = text;
    return length <= FACTS_BYTES_MAX ? NULL : "Labels have more than 4096 bytes";
}

static void write_items(const struct api_context *api, const json_t *list,
                        const struct request *request, struct response *response) {
    const size_t count = json_array_size(list);
    struct feedback *store;
    struct error error;
    if (!gorse_store(api, request, response, &store))
        return;
    for (size_t i = 0; i < count; i++) {
        struct feedback_item item;
        const char *fault = read_item(json_array_get(list, i), request->arena, &item);
        if (fault) {
            problem_answer(response, request, 400, "item %zu: %s", i + 1, fault);
            return;
        }
        if (feedback_set_item(store, &item, &error) != STATUS_OK) {
            problem_error(response, request, &error);
            return;
        }
    }
    response_json(response, request, gorse_success(count));
}

void gorse_items_post(void *context, const struct request *request, struct response *response) {
    json_t *list;
    if (!records_read(request, "Items", response, &list))
        return;
    write_items(context, list, request, response);
    json_decref(list);
}

void gorse_items_patch(void *context, const struct request *request, struct response *response) {
    static const char *const members[] = {"IsHidden", "Categories", "Timestamp", "Labels",
                                          "Comment"};
    struct door door;
    struct error error;
    enum status status;
    json_t *list;
    if (!records_read(request, "Items", response, &list))
        return;
    if (!open_door(context, request, response, &door)) {
        json_decref(list);
        return;
    }
    json_t *item = find_item(door.store, service_catalogue(door.snapshot), request->captures[0],
                             request->arena, &error, &status);
    service_release(door.snapshot);
    if (item) {
        for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
            json_t *value = json_object_get(json_array_get(list, 0), members[i]);
            if (value && !json_is_null(value))
                json_object_set(item, members[i], value);
        }
        json_t *one = json_pack("[o]", item);
        write_items(context, one, request, response);
        json_decref(one);
    } else if (status != STATUS_OK) {
        problem_error(response, request, &error);
    } else {
        problem_answer(response, request, 404, "there is no film \"%.80s\"", request->captures[0]);
    }
    json_decref(list);
}

void gorse_items_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct feedback *store;
    struct error error;
    bool was_there;
    if (!gorse_store(api, request, response, &store))
        return;
    if (feedback_remove_item(store, request->captures[0], &was_there, &error) != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(response, request, gorse_success(was_there));
}
