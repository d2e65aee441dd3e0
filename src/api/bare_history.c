/* bare_history.c: see bare_history.h. Checked by tests/api. */
#include "api/bare_history.h"

#include <string.h>

#include "api/api_internal.h"

/* One rating; where the value is left out, the film counts as liked as much as can be. */
static bool read_rating(struct parameters *parameters, const struct dataset *catalogue,
                        const char *id, const json_t *value, struct rated_item *to) {
    const double best = catalogue->has_ratings ? (double)catalogue->rating_max : 1;
    const double rating = value ? json_number_value(value) : best;
    if (!id || (value && !json_is_number(value))) {
        parameters_refuse(parameters, "ratings", "rating_type",
                          "A rating is {\"item_id\": ID, \"rating\": NUMBER}", id);
        return false;
    }
    struct error error;
    if (service_check_rating(catalogue, rating, &error) != STATUS_OK) {
        struct arena *arena = parameters->request->arena;
        const char *found = strstr(error.text, ", found"); /* is said of every problem */
        const int length = (int)(found ? (size_t)(found - error.text) : strlen(error.text));
        parameters_refuse(parameters, "ratings", "rating_range",
                          arena_format(arena, "film %.40s: %.*s", id, length, error.text),
                          arena_format(arena, "%g", rating));
        return false;
    }
    to->item = id_map_find(&catalogue->items, id, strlen(id));
    to->rating = (float)rating;
    return true;
}

/* An element of the list of ratings: an object or a bare id. */
static bool read_rating_element(struct parameters *parameters, const struct dataset *catalogue,
                                const json_t *element, struct rated_item *to, const char **id) {
    static const char *const names[] = {"item_id", "movie_id", "id"};
    const json_t *named = json_is_object(element) ? NULL : element;
    for (size_t n = 0; n < 3 && !named; n++)
        named = json_object_get(element, names[n]);
    *id = parameters_json_text(parameters, named);
    return read_rating(parameters, catalogue, *id, parameters_member(element, "rating"), to);
}

void bare_history_expect(struct parameters *parameters, const char *user) {
    if (user && parameters_member(parameters->body, "ratings"))
        parameters_refuse(parameters, "ratings", "exclusive", "Give user_id or ratings, not both",
                          NULL);
}

bool bare_history_read(struct parameters *parameters, const struct dataset *catalogue,
                       struct bare_history *to, struct response *response) {
    json_t *list = parameters_member(parameters->body, "ratings");
    *to = (struct bare_history){0};
    if (!list)
        return true;
    const size_t count = json_is_array(list) ? json_array_size(list) : json_object_size(list);
    if (count > PARAMETERS_LIST_MAX || !(json_is_array(list) || json_is_object(list))) {
        parameters_refuse(parameters, "ratings", "list_type",
                          "Input should be a list of at most 10000 ratings", NULL);
        return !parameters_failed(parameters, response);
    }
    struct rated_item *ratings = ARENA_ARRAY(parameters->request->arena, struct rated_item, count);
    void *member = json_object_iter(list);
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        const char *id;
        if (json_is_array(list)) {
            good = read_rating_element(parameters, catalogue, json_array_get(list, i), &ratings[i],
                                       &id);
        } else {
            id = json_object_iter_key(member);
            good =
                read_rating(parameters, catalogue, id, json_object_iter_value(member), &ratings[i]);
            member = json_object_iter_next(list, member);
        }
        if (good && ratings[i].item == DATASET_NONE)
            return lookup_item(catalogue, id, parameters->request, response, &ratings[i].item);
    }
    *to = (struct bare_history){ratings, count};
    return !parameters_failed(parameters, response);
}
