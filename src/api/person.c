/* person.c: /api/users/ID: a person in figures, all that is kept of him, and his erasure. */
#include <math.h>
#include <string.h>

#include "api/film.h"
#include "api/writing.h"
#include "service/profile.h"

#define HISTORY_SHOWN 200

/* ---- The profile ---- */

static json_t *real_or_null(double value) { return isnan(value) ? json_null() : json_real(value); }

static json_t *history_json(const struct snapshot *snapshot, const struct service_person *person) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    const struct history *history = &person->history;
    json_t *list = json_array();
    for (size_t i = history->count; i-- > 0 && json_array_size(list) < HISTORY_SHOWN;) {
        const uint32_t item = history->items[i];
        const struct movie *movie = &catalogue->movies[item];
        json_t *film = json_object();
        json_object_set_new(film, "item_id", film_id(&catalogue->items, item));
        json_object_set_new(film, "title", film_text(movie->title, strlen(movie->title)));
        json_object_set_new(film, "genres", film_genres(catalogue, movie->genres));
        if (movie->year != 0)
            json_object_set_new(film, "year", json_integer(movie->year));
        film_colour(film, snapshot, item);
        if (history->ratings && !(person->is_view && person->is_view[i]))
            json_object_set_new(film, "rating", json_real((double)history->ratings[i]));
        json_array_append_new(list, film);
    }
    return list;
}

static void add_genres(json_t *object, const struct dataset *catalogue,
                       const struct profile *profile) {
    json_t *counts = json_object(), *averages = json_object(), *unexplored = json_array();
    for (uint32_t g = 0; g < catalogue->genre_count; g++) {
        const char *name = film_genre(catalogue, g);
        const struct profile_genre *genre = &profile->genres[g];
        if (genre->count == 0) {
            json_array_append_new(unexplored, json_string(name));
            continue;
        }
        json_object_set_new(counts, name, json_integer(genre->count));
        if (!isnan(genre->mean))
            json_object_set_new(averages, name, json_real(genre->mean));
    }
    json_object_set_new(object, "genre_counts", counts);
    json_object_set_new(object, "genre_averages", averages);
    json_object_set_new(object, "unexplored_genres", unexplored);
    json_object_set_new(object, "favorite_genre",
                        profile->favorite == DATASET_NONE
                            ? json_null()
                            : json_string(film_genre(catalogue, profile->favorite)));
    json_object_set_new(object, "diversity_score", json_integer(profile->diversity));
}

static json_t *percentages(const struct profile *profile, struct arena *arena) {
    json_t *object = json_object();
    for (size_t i = 0; i < profile->value_count; i++)
        json_object_set_new(object, arena_format(arena, "%g", (double)profile->values[i].rating),
                            json_real(100.0 * profile->values[i].count / (double)profile->total));
    return object;
}

static json_t *nearest_json(const struct api_context *api, const struct dataset *catalogue,
                            const struct profile *profile, struct arena *arena) {
    json_t *list = json_array();
    for (size_t i = 0; i < profile->nearest_count; i++) {
        const struct text_slice id = id_map_name(&catalogue->users, profile->nearest[i].user);
        if (service_is_erased(api->service, arena_copy_length(arena, id.start, id.length)))
            continue;
        json_array_append_new(list,
                              json_pack("{s:o, s:f}", "user_id", film_outside_id(id), "similarity",
                                        (double)profile->nearest[i].similarity));
    }
    return list;
}

static void answer_profile(const struct api_context *api, const struct snapshot *snapshot,
                           const struct service_person *person, const struct request *request,
                           struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    const struct profile profile = profile_of(snapshot, person, request->arena);
    json_t *object = json_object();
    json_object_set_new(object, "user_id",
                        film_outside_id((struct text_slice){person->id, strlen(person->id)}));
    json_object_set_new(object, "known_to_model", json_boolean(person->is_known));
    json_object_set_new(object, "has_events", json_boolean(person->has_events));
    json_object_set_new(object, "total_ratings", json_integer((json_int_t)profile.total));
    json_object_set_new(object, "average_rating", real_or_null(profile.mean));
    json_object_set_new(object, "rating_percentages", percentages(&profile, request->arena));
    add_genres(object, catalogue, &profile);
    json_object_set_new(object, "history", history_json(snapshot, person));
    json_object_set_new(object, "nearest", nearest_json(api, catalogue, &profile, request->arena));
    response_json(response, request, object);
}

const struct route_parameter person_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    PARAMETER_MODEL,
    PARAMETERS_END,
};

void person_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct service_person person;
    struct snapshot *snapshot;
    if (!lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    answer_profile(api, snapshot, &person, request, response);
    service_release(snapshot);
}

/* ---- Erasure ---- */

const struct route_parameter person_id_parameters[] = {
    {"id", "id", NULL, "the person", 0, 0, 0, NULL},
    PARAMETERS_END,
};

void person_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const char *id = request->captures[0];
    struct error error;
    if (!writing_person(id, request, response))
        return;
    if (service_erase(api->service, id, &error) != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    response_json(response, request,
                  json_pack("{s:o, s:b}", "user_id",
                            film_outside_id((struct text_slice){id, strlen(id)}), "erased", 1));
}

/* ---- Everything of a person ---- */

struct exporting {
    json_t *people, *ratings, *events;
};

static bool take_line(void *context, const char *line, size_t length) {
    const struct exporting *exporting = context;
    json_t *object = json_loadb(line, length, 0, NULL);
    const char *type = json_string_value(json_object_get(object, "type"));
    json_t *to = !type                         ? NULL
                 : strcmp(type, "event") == 0  ? exporting->events
                 : strcmp(type, "rating") == 0 ? exporting->ratings
                                               : exporting->people;
    json_object_del(object, "type");
    json_object_del(object, "person");
    if (to)
        json_array_append(to, object);
    json_decref(object);
    return true;
}

static void answer_export(const struct snapshot *snapshot, struct feedback *store,
                          const struct service_person *person, const struct request *request,
                          struct response *response) {
    struct exporting exporting = {json_array(), json_array(), json_array()};
    struct error error;
    const enum status status =
        store ? feedback_export(store, "all", person->id, take_line, &exporting, &error)
              : STATUS_OK;
    json_t *learnt = json_array();
    const struct service_person known = service_person_known(snapshot, person->user);
    const struct dataset *catalogue = service_catalogue(snapshot);
    for (size_t i = 0; person->is_known && i < known.history.count; i++) {
        json_t *row =
            json_pack("{s:o}", "item", film_id(&catalogue->items, known.history.items[i]));
        if (known.history.ratings)
            json_object_set_new(row, "value", json_real((double)known.history.ratings[i]));
        if (known.history.times && catalogue->times_are_seconds)
            json_object_set_new(row, "time", json_integer(known.history.times[i]));
        json_array_append_new(learnt, row);
    }
    json_t *object = json_pack("{s:o, s:o, s:o, s:o, s:o}", "user_id",
                               film_outside_id((struct text_slice){person->id, strlen(person->id)}),
                               "person", exporting.people, "ratings", exporting.ratings, "events",
                               exporting.events, "model", learnt);
    response_json(response, request, object);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
}

void person_export(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters = parameters_of_query(request);
    struct service_person person;
    struct snapshot *snapshot;
    struct feedback *store = NULL;
    struct error none; /* without a store there is what the model has */
    if (!lookup_whom(api, &parameters, response, &snapshot, &person))
        return;
    service_store(api->service, &store, &none);
    answer_export(snapshot, store, &person, request, response);
    service_release(snapshot);
}
