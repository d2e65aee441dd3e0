/* wanted.c: see wanted.h.
 *
 *     user_id            7, 1,7 or given again: several people
 *     session_id         an anonymous session in place of a person
 *     prefer, genres     {"Action": 5, "Comedy": 3}: 1 (rather not) to 5; in a body
 *     q                  a wish in words
 *
 * Checked by tests/api/test_api.c, test_api_wishes.c. */
#include "api/wanted.h"

#include <math.h>
#include <string.h>

#include "api/filters.h"
#include "service/service_context.h"

static void add_person(struct wanted *wanted, struct parameters *parameters, const char *id) {
    if (wanted->request.person_count == SERVICE_PEOPLE_MAX)
        parameters_refuse(parameters, "user_id", "too_long", "A list is for at most 20 people",
                          NULL);
    else
        wanted->ids[wanted->request.person_count++] = id;
}

static void read_people(struct wanted *wanted, struct parameters *parameters) {
    const char *const *ids = NULL;
    size_t count = 0;
    wanted->is_list = json_is_array(json_object_get(parameters->body, "user_id"));
    if (!parameters->body || wanted->is_list) {
        count = parameters_texts(parameters, "user_id", &ids);
    } else if (parameters_member(parameters->body, "user_id")) {
        const char **one = ARENA_NEW(parameters->request->arena, const char *);
        *one = parameters_text(parameters, "user_id");
        count = *one != NULL;
        ids = one;
    }
    wanted->is_list |= count > 1;
    for (size_t i = 0; i < count && i <= SERVICE_PEOPLE_MAX; i++)
        add_person(wanted, parameters, ids[i]);
}

static void read_diversity(struct wanted *wanted, struct parameters *parameters) {
    const char *method = parameters_string(parameters, "diversity_method");
    wanted->request.diversity = parameters_real(parameters, "diversity", method ? 0.5 : 0, 0, 1);
    if (method && !diversity_find(method, &wanted->request.diversity_method))
        parameters_refuse(parameters, "diversity_method", "enum",
                          "Input should be mmr, calibrated, new_genres or popularity", method);
}

static void assign(struct wanted *wanted, const struct api_context *api,
                   struct parameters *parameters) {
    struct arena *arena = parameters->request->arena;
    if (wanted->request.person_count != 1 || wanted->is_list || wanted->text ||
        parameters->problem_count > 0 || parameters_string(parameters, "model"))
        return;
    wanted->arms = ARENA_ARRAY(arena, struct ab_test_assignment, AB_TEST_LAYERS_MAX);
    wanted->arm_count = ab_test_assign(api->service, wanted->ids[0], arena, wanted->arms);
    for (size_t i = 0; i < wanted->arm_count; i++)
        if (wanted->arms[i].arm.parameters)
            parameters_force(parameters, wanted->arms[i].arm.parameters);
}

const char *wanted_model(const struct wanted *wanted) {
    for (size_t i = 0; i < wanted->arm_count; i++)
        if (wanted->arms[i].arm.model)
            return wanted->arms[i].arm.model;
    return NULL;
}

void wanted_read(struct wanted *wanted, const struct api_context *api,
                 struct parameters *parameters) {
    *wanted = (struct wanted){.text = parameters_string(parameters, "q")};
    struct recommend_request *request = &wanted->request;
    request->people = wanted->people;
    read_people(wanted, parameters);
    assign(wanted, api, parameters);
    request->top_k =
        (size_t)parameters_integer(parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX);
    request->strict = parameters_flag(parameters, "strict", true);
    request->explain = parameters_flag(parameters, "explain", false);
    request->by_tier = parameters_flag(parameters, "tiers", api->tiers);
    wanted->library = parameters_flag(parameters, "library", false);
    wanted->demote_shown = parameters_flag(parameters, "demote_shown", false);
    read_diversity(wanted, parameters);
    const char *group = parameters_string(parameters, "group");
    if (group && !group_find(group, &request->group))
        parameters_refuse(parameters, "group", "enum", "Input should be mean or least_misery",
                          group);
    request->context.hour = (int)parameters_integer(parameters, "hour", -1, 0, 23);
    request->context.device = parameters_string(parameters, "device");
    request->context.is_given = request->context.hour >= 0 || request->context.device;
    wanted->session = parameters_string(parameters, "session_id");
    if (wanted->session && request->person_count > 0)
        parameters_refuse(parameters, "session_id", "exclusive",
                          "Give user_id or session_id, not both", wanted->session);
    if (!parameters->body && !wanted->session)
        parameters_require(parameters, "user_id", request->person_count ? wanted->ids[0] : NULL);
    bare_history_expect(parameters, request->person_count ? wanted->ids[0] : wanted->session);
}

static void read_preferences(struct parameters *parameters, const char *key,
                             const struct dataset *catalogue, struct recommend_request *request) {
    json_t *wishes = parameters_member(parameters->body, key);
    if (!wishes)
        return;
    float *preference = ARENA_ARRAY(parameters->request->arena, float, catalogue->genre_count + 1u);
    if (!json_is_object(wishes))
        parameters_refuse(parameters, key, "dict_type",
                          "Input should be an object such as {\"Action\": 5}", NULL);
    const char *name;
    json_t *value;
    json_object_foreach(wishes, name, value) {
        const uint32_t genre = dataset_genre(catalogue, name);
        const double strength = json_number_value(value);
        if (genre == DATASET_NONE)
            parameters_refuse(parameters, key, "enum",
                              "Input should be one of the genres that /genres lists", name);
        else if (!(strength >= 1 && strength <= 5))
            parameters_refuse(parameters, key, "range",
                              "A preference should be a number from 1 to 5", name);
        else
            preference[genre] = (float)strength;
    }
    if (json_object_size(wishes) > 0)
        request->genre_preference = preference;
}

/* "1,7" names two people, if nobody is called so. */
static bool split_people(struct wanted *wanted, const struct api_context *api,
                         const struct snapshot *snapshot, struct parameters *parameters) {
    const char *id = wanted->ids[0];
    struct arena *arena = parameters->request->arena;
    struct error error;
    if (wanted->request.person_count != 1 || !strchr(id, ',') ||
        service_person_find(api->service, snapshot, id, arena, &wanted->people[0], &error) ==
            STATUS_OK)
        return true;
    wanted->request.person_count = 0;
    wanted->is_list = true;
    for (const char *at = id, *next; at; at = next) {
        const size_t length = strcspn(at, ",");
        next = at[length] ? at + length + 1 : NULL;
        add_person(wanted, parameters, arena_copy_length(arena, at, length));
    }
    return parameters->problem_count == 0;
}

/* The same person twice is one. */
static bool find_people(struct wanted *wanted, const struct api_context *api,
                        const struct snapshot *snapshot, struct parameters *parameters,
                        struct response *response) {
    if (!split_people(wanted, api, snapshot, parameters))
        return !parameters_failed(parameters, response);
    size_t count = 0;
    for (size_t i = 0; i < wanted->request.person_count; i++) {
        size_t same = 0;
        while (same < count && strcmp(wanted->ids[same], wanted->ids[i]) != 0)
            same++;
        if (same < count)
            continue;
        wanted->ids[count] = wanted->ids[i];
        if (!lookup_person(api, snapshot, wanted->ids[count], parameters->request, response,
                           &wanted->people[count]))
            return false;
        count++;
    }
    wanted->request.person_count = count;
    return true;
}

/* What the store has to say; a list that does not ask costs no question. */
static enum status ask_store(struct wanted *wanted, const struct api_context *api,
                             const struct snapshot *snapshot, struct arena *arena,
                             struct error *error) {
    struct recommend_request *request = &wanted->request;
    if (wanted->library)
        TRY(service_library(api->service, snapshot, arena,
                            &request->filter.among[request->filter.among_count++], error));
    if (wanted->demote_shown && request->person_count == 1)
        TRY(service_shown(api->service, snapshot, wanted->ids[0], arena, &request->demoted, error));
    /* Without a store nobody knows what is watched on a device; the answer says what was heard. */
    if (request->context.device && request->person_count == 0 && request->rating_count == 0)
        service_met(api->service, snapshot, arena, &request->context, error);
    return STATUS_OK;
}

bool wanted_find(struct wanted *wanted, const struct api_context *api,
                 const struct snapshot *snapshot, struct parameters *parameters,
                 struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct recommend_request *request = &wanted->request;
    struct bare_history ratings;
    request->genres = lookup_genres(catalogue, parameters, "genre");
    filters_read(snapshot, parameters, &request->filter);
    read_preferences(parameters, "prefer", catalogue, request);
    read_preferences(parameters, "genres", catalogue, request);
    filters_cursor(snapshot, parameters, &request->offset);
    if (parameters_failed(parameters, response))
        return false;
    if (wanted->session && !lookup_session(api, wanted->session, parameters->request, response,
                                           &wanted->ids[request->person_count++]))
        return false;
    if (!find_people(wanted, api, snapshot, parameters, response) ||
        !bare_history_read(parameters, catalogue, &ratings, response))
        return false;
    request->ratings = ratings.list;
    request->rating_count = ratings.count;
    struct error error;
    if (ask_store(wanted, api, snapshot, parameters->request->arena, &error) == STATUS_OK)
        return true;
    problem_answer(response, parameters->request, 503, "%s", error.text);
    return false;
}
