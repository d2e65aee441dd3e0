/* gorse_items.c: /gorse/api/item and /items: the catalogue's films, and those of the store: see
 * gorse.h.
 *
 * Idea     A film of the store counts before the model's of the same id. Categories are genres,
 *          Comment is the title; Labels, IsHidden and Timestamp are kept as they came
 *          (service/film_facts.h). What is hidden is in no list but those of items.
 * Traps    Pages go by the numbers of the films that the model knows, which stay; those that were
 *          added come behind them, by id.
 * Checked  tests/api/test_api_gorse.c. */
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "api/gorse.h"
#include "api/records.h"
#include "service/film_facts.h"

#define FACTS_BYTES_MAX 20480 /* with those of /api/movies */
#define TITLE_BYTES_MAX 1024
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
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    json_t *list = json_array();
    const char *name;
    while ((name = film_facts_next_genre(&genres, scratch)))
        json_array_append_new(list, film_text(name, strlen(name)));
    arena_reset(scratch, mark);
    return list;
}

static json_t *item_of_store(const struct feedback_item *item) {
    json_t *facts = film_facts_read(item->facts);
    json_t *labels = json_object_get(facts, FILM_FACTS_LABELS);
    const char *time = json_string_value(json_object_get(facts, FILM_FACTS_TIME));
    json_t *object =
        json_pack("{s:o, s:b, s:O?, s:o, s:s, s:o}", "ItemId",
                  film_text(item->id, strlen(item->id)), "IsHidden", film_facts_is_hidden(facts),
                  "Labels", labels, "Categories", split_genres(item->genres), "Timestamp",
                  time ? time : NO_TIME, "Comment", film_text(item->title, strlen(item->title)));
    json_decref(facts);
    return object;
}

/* NULL: there is none. */
static json_t *find_item(const struct snapshot *snapshot, const char *id, struct arena *arena) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    const struct feedback_item *said = service_film_said(snapshot, id);
    const uint32_t item = id_map_find(&catalogue->items, id, strlen(id));
    if (said)
        return item_of_store(said);
    return item != DATASET_NONE ? item_of_catalogue(catalogue, item, arena) : NULL;
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
    if (!open_door(context, request, response, &door))
        return;
    json_t *item = find_item(door.snapshot, request->captures[0], request->arena);
    if (item)
        response_json(response, request, item);
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
    (void)error;
    *entry = find_item(listing->door.snapshot, id, listing->page.arena);
    return STATUS_OK;
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
    const struct id_map *items = &service_catalogue(snapshot)->items;
    struct title_hit hits[GORSE_N_MAX];
    json_t *list = json_array();
    const size_t count = service_find_titles(snapshot, query, hits, n);
    for (size_t i = 0; i < count; i++) {
        const struct text_slice id = id_map_name(items, hits[i].item);
        json_array_append_new(
            list, find_item(snapshot, arena_copy_length(arena, id.start, id.length), arena));
    }
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
        listing.page.known = &service_known_catalogue(listing.door.snapshot)->items;
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
        genres = film_facts_add_genre(genres, name, arena);
    }
    return strlen(genres) <= TITLE_BYTES_MAX ? genres : NULL;
}

/* What Gorse says of a film, over what else the store says of it. NULL: it is too long. */
static const char *write_facts(const json_t *record, const struct feedback_item *said,
                               const char *time, struct arena *arena) {
    const json_t *labels = json_object_get(record, "Labels");
    json_t *facts = film_facts_read(said ? said->facts : NULL);
    bool fits;
    film_facts_strip(facts);
    json_object_set_new(facts, FILM_FACTS_HIDDEN,
                        json_boolean(json_is_true(json_object_get(record, "IsHidden"))));
    json_object_set_new(facts, FILM_FACTS_TIME, json_string(time ? time : NO_TIME));
    if (labels)
        json_object_set(facts, FILM_FACTS_LABELS, (json_t *)(uintptr_t)labels);
    const char *text = film_facts_write(facts, FACTS_BYTES_MAX, arena, &fits);
    json_decref(facts);
    return text;
}

static const char *read_item(const struct snapshot *snapshot, const json_t *record,
                             struct arena *arena, struct feedback_item *item) {
    const char *title = gorse_text(record, "Comment", arena);
    const char *time = gorse_text(record, "Timestamp", arena);
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
    item->facts = write_facts(record, service_film_said(snapshot, item->id), time, arena);
    return item->facts ? NULL : "Labels and what else is said have more than 20480 bytes";
}

/* All of the films, or none. */
static void write_items(const struct api_context *api, const struct snapshot *snapshot,
                        const json_t *list, const struct request *request,
                        struct response *response) {
    const size_t count = json_array_size(list);
    struct feedback_item *items = ARENA_ARRAY(request->arena, struct feedback_item, count);
    struct error error;
    for (size_t i = 0; i < count; i++) {
        const char *fault = read_item(snapshot, json_array_get(list, i), request->arena, &items[i]);
        if (fault) {
            problem_answer(response, request, 400, "item %zu: %s", i + 1, fault);
            return;
        }
    }
    if (service_set_films(api->service, items, count, &error) != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(response, request, gorse_success(count));
}

void gorse_items_post(void *context, const struct request *request, struct response *response) {
    struct door door;
    json_t *list;
    if (!records_read(request, "Items", response, &list))
        return;
    if (open_door(context, request, response, &door)) {
        write_items(context, door.snapshot, list, request, response);
        service_release(door.snapshot);
    }
    json_decref(list);
}

static void patch_item(const struct api_context *api, const struct door *door, const json_t *record,
                       const struct request *request, struct response *response) {
    static const char *const members[] = {"IsHidden", "Categories", "Timestamp", "Labels",
                                          "Comment"};
    json_t *item = find_item(door->snapshot, request->captures[0], request->arena);
    if (!item) {
        problem_answer(response, request, 404, "there is no film \"%.80s\"", request->captures[0]);
        return;
    }
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        json_t *value = json_object_get(record, members[i]);
        if (value && !json_is_null(value))
            json_object_set(item, members[i], value);
    }
    json_t *one = json_pack("[o]", item);
    write_items(api, door->snapshot, one, request, response);
    json_decref(one);
}

void gorse_items_patch(void *context, const struct request *request, struct response *response) {
    struct door door;
    json_t *list;
    if (!records_read(request, "Items", response, &list))
        return;
    if (open_door(context, request, response, &door)) {
        patch_item(context, &door, json_array_get(list, 0), request, response);
        service_release(door.snapshot);
    }
    json_decref(list);
}

void gorse_items_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct error error;
    bool was_there;
    if (service_remove_film(api->service, request->captures[0], &was_there, &error) != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(response, request, gorse_success(was_there));
}
