/* movie_edit.c: POST /api/movies and PATCH /api/movies/ID: films are added and edited.
 *
 * Idea     What was there (the store's film, else the catalogue's) as a JSON object, the members of
 *          the body over it, and the whole is the store's film from now on (film_facts.h), which
 *          every list shows when the answer goes out.
 * Traps    A genre that the data do not have is refused, since no filter would find it: mostly it
 *          is misspelt. `null` takes a member away; a title stays.
 * Checked  tests/api/test_api_movies.c. */
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "api/movie.h"
#include "http/problem.h"
#include "rank/filter.h"
#include "service/film_facts.h"
#include "service/service_feedback.h"

#define TITLE_BYTES_MAX 1024
#define FACTS_BYTES_MAX 16384
#define MOVIE_EDIT_MEMBERS                                                                         \
    {"year", "integer", NULL, "of the release", 1, FILTER_YEAR_MOST, ROUTE_BODY_ONLY, NULL},       \
        {"hidden", "flag", "false", "in no list", 0, 0, ROUTE_BODY_ONLY, NULL},                    \
        {"genres", "[text]", NULL, "of those that /genres lists", 0, 0, ROUTE_BODY_ONLY, NULL},    \
        {"imdb_id", "text", NULL, "digits", 0, 0, ROUTE_BODY_ONLY, NULL},                          \
        {"tmdb_id", "text", NULL, "digits", 0, 0, ROUTE_BODY_ONLY, NULL},                          \
        {"overview", "text", NULL, "what it is about", 0, 0, ROUTE_BODY_ONLY, NULL},               \
        {"release_date", "text", NULL, "2026-11-26", 0, 0, ROUTE_BODY_ONLY, NULL},                 \
        {"runtime", "number", NULL, "minutes", 0, 0, ROUTE_BODY_ONLY, NULL},                       \
        {"vote_average", "number", NULL, "elsewhere", 0, 0, ROUTE_BODY_ONLY, NULL},                \
        {"vote_count", "integer", NULL, "elsewhere", 0, 0, ROUTE_BODY_ONLY, NULL},                 \
        {"poster_path", "text", NULL, "of its picture", 0, 0, ROUTE_BODY_ONLY, NULL},              \
        PARAMETERS_END

const struct route_parameter movie_edit_parameters[] = {
    {"item_id", "id", NULL, "the id it is to have, which no film has yet", 0, 0,
     ROUTE_BODY_ONLY | ROUTE_REQUIRED, NULL},
    {"title", "text", NULL, "its title", 0, 0, ROUTE_BODY_ONLY | ROUTE_REQUIRED, NULL},
    MOVIE_EDIT_MEMBERS,
};
const struct route_parameter movie_edit_id_parameters[] = {
    {"id", "id", NULL, "the film", 0, 0, 0, NULL},
    {"title", "text", NULL, "its title", 0, 0, ROUTE_BODY_ONLY, NULL},
    MOVIE_EDIT_MEMBERS,
};

/* What else may be said of a film, and whether it is a number. */
static const struct {
    const char *key;
    bool is_number;
} facts[] = {{"imdb_id", false},     {"tmdb_id", false},     {"overview", false},
             {"runtime", true},      {"vote_average", true}, {"vote_count", true},
             {"poster_path", false}, {"release_date", false}};

struct editing {
    const struct api_context *api;
    const struct dataset *catalogue;
    const struct request *request;
    struct response *response;
    struct parameters *query, *parameters; /* of the address; of the body */
    struct feedback *store;                /* NULL: none */
    struct feedback_item film;             /* as it is to be */
    json_t *facts;
};

/* ---- What was there ---- */

static bool take_stored(void *context, const struct feedback_item *item) {
    struct editing *editing = context;
    struct arena *arena = editing->request->arena;
    json_t *stored = film_facts_read(item->facts);
    editing->film.title = arena_copy(arena, item->title ? item->title : "");
    editing->film.genres = arena_copy(arena, item->genres ? item->genres : "");
    editing->film.year = item->year;
    json_object_update(editing->facts, stored);
    json_decref(stored);
    return false;
}

static void take_known(struct editing *editing, uint32_t item) {
    static const char *const own[] = {"title", "genres", "year"};
    const struct movie *movie = &editing->catalogue->movies[item];
    editing->film.title = movie->title;
    editing->film.genres =
        film_facts_genres(editing->catalogue, movie->genres, editing->request->arena);
    editing->film.year = movie->year;
    film_describe(editing->facts, editing->catalogue, item);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_object_del(editing->facts, own[i]);
}

/* Whether there is such a film. Without a store that can be asked it has answered, and
 * editing->store is NULL. */
static bool find(struct editing *editing) {
    const char *id = editing->film.id;
    struct error error;
    if (service_store(editing->api->service, &editing->store, &error) != STATUS_OK ||
        feedback_item_find(editing->store, id, take_stored, editing, &error) != STATUS_OK) {
        problem_error(editing->response, editing->request, &error);
        editing->store = NULL;
        return false;
    }
    const uint32_t item = id_map_find(&editing->catalogue->items, id, strlen(id));
    if (!editing->film.title && item != DATASET_NONE)
        take_known(editing, item);
    return editing->film.title != NULL;
}

/* ---- What is to be ---- */

/* Whether a member is to be taken away. */
static bool is_null(const struct editing *editing, const char *key) {
    return json_is_null(json_object_get(editing->parameters->body, key));
}

static void read_fact(struct editing *editing, const char *key, bool is_number) {
    struct parameters *parameters = editing->parameters;
    json_t *value = json_object_get(parameters->body, key);
    if (is_null(editing, key))
        json_object_del(editing->facts, key);
    else if (value && (is_number ? json_is_number(value) : json_is_string(value)))
        json_object_set(editing->facts, key, value);
    else if (value)
        parameters_refuse(parameters, key, is_number ? "float_type" : "string_type",
                          is_number ? "Input should be a number" : "Input should be a text", NULL);
}

static void read_hidden(struct editing *editing) {
    const bool was_hidden = film_facts_is_hidden(editing->facts);
    if (parameters_flag(editing->parameters, "hidden", was_hidden))
        json_object_set_new(editing->facts, FILM_FACTS_HIDDEN, json_true());
    else
        json_object_del(editing->facts, FILM_FACTS_HIDDEN);
}

static void read_title(struct editing *editing) {
    struct parameters *parameters = editing->parameters;
    const char *title = parameters_string(parameters, "title");
    if (!title)
        return;
    if (!*title || strlen(title) > TITLE_BYTES_MAX || strpbrk(title, "\r\n"))
        parameters_refuse(parameters, "title", "string_type",
                          "Input should be one line of 1 to 1024 bytes", NULL);
    editing->film.title = title;
}

static void read_members(struct editing *editing) {
    struct parameters *parameters = editing->parameters;
    struct arena *arena = editing->request->arena;
    read_title(editing);
    if (is_null(editing, "year"))
        editing->film.year = 0;
    editing->film.year =
        parameters_integer(parameters, "year", editing->film.year, 1, FILTER_YEAR_MOST);
    parameters_expect_list(parameters, "genres");
    if (json_object_get(parameters->body, "genres"))
        editing->film.genres = film_facts_genres(
            editing->catalogue, lookup_genres(editing->catalogue, parameters, "genres"), arena);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        read_fact(editing, facts[i].key, facts[i].is_number);
    read_hidden(editing);
    bool fits;
    editing->film.facts = film_facts_write(editing->facts, FACTS_BYTES_MAX, arena, &fits);
    if (!fits)
        parameters_refuse(parameters, "overview", "value_error",
                          "What is said of a film has more than 16384 bytes", NULL);
    editing->film.genres = editing->film.genres ? editing->film.genres : "";
    editing->film.facts = editing->film.facts ? editing->film.facts : "{}";
}

/* The film as everybody sees it from now on. */
static void write_film(struct editing *editing, unsigned status) {
    struct snapshot *snapshot;
    struct error error;
    if (service_set_films(editing->api->service, &editing->film, 1, &error) != STATUS_OK ||
        service_acquire(editing->api->service, parameters_string(editing->query, "model"),
                        &snapshot, &error) != STATUS_OK) {
        problem_error(editing->response, editing->request, &error);
        return;
    }
    if (movie_answer(snapshot, editing->film.id, editing->request, editing->response))
        editing->response->status = status;
    service_release(snapshot);
}

static void add(struct editing *editing) {
    struct parameters *parameters = editing->parameters;
    const char *id = parameters_text(parameters, "item_id");
    parameters_require(parameters, "item_id", id);
    parameters_require(parameters, "title", parameters_string(parameters, "title"));
    if (id && (!*id || strlen(id) > FEEDBACK_ID_MAX || strpbrk(id, "\r\n")))
        parameters_refuse(parameters, "item_id", "value_error",
                          "Input should be one line of 1 to 256 bytes", NULL);
    read_members(editing);
    if (parameters_failed(parameters, editing->response))
        return;
    const struct feedback_item wanted = editing->film;
    editing->film = (struct feedback_item){.id = id};
    if (find(editing)) {
        problem_answer(editing->response, editing->request, 409,
                       "there is a film \"%.80s\" already; edit it by PATCH /api/movies/ID", id);
    } else if (editing->store) {
        editing->film = wanted;
        editing->film.id = id;
        write_film(editing, 201);
    }
}

static void edit(struct editing *editing) {
    read_members(editing); /* what is wrong in itself is said first, whatever was there */
    if (parameters_failed(editing->parameters, editing->response))
        return;
    json_object_clear(editing->facts);
    editing->film = (struct feedback_item){.id = editing->request->captures[0]};
    if (find(editing)) {
        read_members(editing);
        if (!parameters_failed(editing->parameters, editing->response))
            write_film(editing, 200);
    } else if (editing->store) {
        problem_answer(editing->response, editing->request, 404, "there is no film \"%.80s\"",
                       editing->film.id);
    }
}

static void answer(const struct api_context *api, const struct request *request,
                   struct response *response, void (*act)(struct editing *editing)) {
    struct parameters query = parameters_of_query(request), parameters;
    struct snapshot *snapshot;
    if (!parameters_of_body(&parameters, request, response))
        return;
    if (lookup_snapshot(api, &query, response, &snapshot)) {
        struct editing editing = {.api = api,
                                  .catalogue = service_catalogue(snapshot),
                                  .request = request,
                                  .response = response,
                                  .query = &query,
                                  .parameters = &parameters,
                                  .facts = json_object()};
        act(&editing);
        json_decref(editing.facts);
        service_release(snapshot);
    }
    parameters_release(&parameters);
}

void movie_edit_post(void *context, const struct request *request, struct response *response) {
    answer(context, request, response, add);
}

void movie_edit_patch(void *context, const struct request *request, struct response *response) {
    answer(context, request, response, edit);
}
