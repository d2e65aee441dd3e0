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

static void read_people(struct wanted *wanted, struct parameters *parameters) {
    wanted->is_list = json_is_array(json_object_get(parameters->body, "user_id"));
    if (!parameters->body || wanted->is_list) {
        wanted->given_count = parameters_texts(parameters, "user_id", &wanted->given);
    } else if (parameters_member(parameters->body, "user_id")) {
        const char **one = ARENA_NEW(parameters->request->arena, const char *);
        *one = parameters_text(parameters, "user_id");
        wanted->given_count = *one != NULL;
        wanted->given = one;
    }
    wanted->is_list |= wanted->given_count > 1;
}

static void read_diversity(struct wanted *wanted, struct parameters *parameters) {
    const char *method = parameters_string(parameters, "diversity_method");
    wanted->request.diversity = parameters_real(parameters, "diversity", method ? 0.5 : 0, 0, 1);
    if (method && !diversity_find(method, &wanted->request.diversity_method))
        parameters_refuse(parameters, "diversity_method", "enum",
                          "Input should be mmr, calibrated, new_genres or popularity", method);
}

/* Puts one person, who did not say which model is to answer, into the running experiments. */
static void assign(struct wanted *wanted, const struct api_context *api,
                   struct parameters *parameters) {
    struct arena *arena = parameters->request->arena;
    if (wanted->given_count != 1 || wanted->is_list || strchr(wanted->given[0], ',') ||
        wanted->text || parameters->problem_count > 0 || parameters_string(parameters, "model"))
        return;
    wanted->arms = ARENA_ARRAY(arena, struct ab_test_assignment, AB_TEST_LAYERS_MAX);
    wanted->arm_count = ab_test_assign(api->service, wanted->given[0], arena, wanted->arms);
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

/* What is not about people. */
static void read_list(struct wanted *wanted, const struct api_context *api,
                      struct parameters *parameters) {
    struct recommend_request *request = &wanted->request;
    request->people = wanted->people;
    request->top_k =
        (size_t)parameters_integer(parameters, "top_k", api->top_k, 1, SERVICE_TOP_K_MAX);
    request->strict = parameters_flag(parameters, "strict", true);
    request->explain = parameters_flag(parameters, "explain", false);
    request->by_tier = parameters_flag(parameters, "tiers", api->tiers);
    wanted->library = parameters_flag(parameters, "library", false);
    read_diversity(wanted, parameters);
}

void wanted_read_list(struct wanted *wanted, const struct api_context *api,
                      struct parameters *parameters) {
    *wanted = (struct wanted){.arena = parameters->request->arena};
    read_list(wanted, api, parameters);
}

static void read_who(struct wanted *wanted, struct parameters *parameters) {
    static const char *const names[] = {"q", "text", "query"};
    *wanted = (struct wanted){.arena = parameters->request->arena};
    for (size_t i = 0; i < sizeof names / sizeof *names && !wanted->text; i++)
        wanted->text = parameters_string(parameters, names[i]);
    read_people(wanted, parameters);
    wanted->session = parameters_string(parameters, "session_id");
}

/* The rest, after an experiment has had its say. */
static void read_how(struct wanted *wanted, const struct api_context *api,
                     struct parameters *parameters) {
    struct recommend_request *request = &wanted->request;
    read_list(wanted, api, parameters);
    wanted->demote_shown = parameters_flag(parameters, "demote_shown", false);
    const char *group = parameters_string(parameters, "group");
    if (group && !group_find(group, &request->group))
        parameters_refuse(parameters, "group", "enum", "Input should be mean or least_misery",
                          group);
    request->context.hour = (int)parameters_integer(parameters, "hour", -1, 0, 23);
    request->context.device = parameters_string(parameters, "device");
    request->context.is_given = request->context.hour >= 0 || request->context.device;
    if (wanted->session && wanted->given_count > 0)
        parameters_refuse(parameters, "session_id", "exclusive",
                          "Give user_id or session_id, not both", wanted->session);
    bare_history_expect(parameters, wanted->given_count ? wanted->given[0] : wanted->session);
}

void wanted_read(struct wanted *wanted, const struct api_context *api,
                 struct parameters *parameters) {
    read_who(wanted, parameters);
    read_how(wanted, api, parameters);
}

void wanted_read_assigned(struct wanted *wanted, const struct api_context *api,
                          struct parameters *parameters) {
    read_who(wanted, parameters);
    assign(wanted, api, parameters);
    read_how(wanted, api, parameters);
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

struct known_people {
    const struct api_context *api;
    const struct snapshot *snapshot;
    struct arena *arena;
};

static bool knows_person(const void *context, const char *id) {
    const struct known_people *known = context;
    struct service_person person;
    struct error error;
    return service_person_find(known->api->service, known->snapshot, id, known->arena, &person,
                               &error) == STATUS_OK;
}

/* "1,7" names two people, if nobody is called so; the same person twice is one. */
static bool find_people(struct wanted *wanted, const struct api_context *api,
                        const struct snapshot *snapshot, struct parameters *parameters,
                        struct response *response) {
    const struct known_people known = {api, snapshot, parameters->request->arena};
    const char *const *ids = wanted->given;
    const size_t given =
        parameters_split(parameters, "user_id", knows_person, &known, &ids, wanted->given_count);
    size_t count = 0;
    wanted->is_list |= given > 1;
    if (given > SERVICE_PEOPLE_MAX)
        parameters_refuse(parameters, "user_id", "too_long", "A list is for at most 20 people",
                          NULL);
    if (parameters_failed(parameters, response))
        return false;
    for (size_t i = 0; i < given; i++) {
        size_t same = 0;
        while (same < count && strcmp(wanted->ids[same], ids[i]) != 0)
            same++;
        if (same < count)
            continue;
        wanted->ids[count] = ids[i];
        if (!lookup_person(api, snapshot, ids[i], parameters->request, response,
                           &wanted->people[count]))
            return false;
        count++;
    }
    wanted->request.person_count = count;
    return true;
}

static bool find_session(struct wanted *wanted, const struct api_context *api,
                         const struct snapshot *snapshot, struct parameters *parameters,
                         struct response *response) {
    const struct request *request = parameters->request;
    if (!wanted->session)
        return true;
    wanted->request.person_count = 1;
    return lookup_session(api, wanted->session, request, response, &wanted->ids[0]) &&
           lookup_person(api, snapshot, wanted->ids[0], request, response, &wanted->people[0]);
}

/* Both, each film once. */
static struct filter_set joined(const struct filter_set *one, const struct filter_set *other,
                                struct arena *arena) {
    uint32_t *items = ARENA_ARRAY_RAW(arena, uint32_t, one->count + other->count);
    size_t count = 0;
    for (size_t i = 0; i < one->count; i++)
        items[count++] = one->items[i];
    for (size_t i = 0; i < other->count; i++) {
        size_t at = 0;
        while (at < one->count && one->items[at] != other->items[i])
            at++;
        if (at == one->count)
            items[count++] = other->items[i];
    }
    return (struct filter_set){items, count};
}

/* Films that any of the people was shown of late. */
static enum status shown_to(struct wanted *wanted, const struct api_context *api,
                            const struct snapshot *snapshot, struct arena *arena,
                            struct error *error) {
    struct recommend_request *request = &wanted->request;
    struct filter_set all = {0};
    for (size_t i = 0; i < request->person_count; i++) {
        struct filter_set own;
        TRY(service_shown(api->service, snapshot, wanted->ids[i], arena, &own, error));
        all = i == 0 ? own : joined(&all, &own, arena);
    }
    request->demoted = all;
    return STATUS_OK;
}

/* What the store has to say of people and the time; a list that does not ask costs no question. */
static enum status ask_store(struct wanted *wanted, const struct api_context *api,
                             const struct snapshot *snapshot, struct arena *arena,
                             struct error *error) {
    struct recommend_request *request = &wanted->request;
    bool is_known = request->rating_count > 0;
    for (size_t i = 0; i < request->person_count; i++)
        is_known |= request->people[i].history.count > 0;
    if (wanted->demote_shown)
        TRY(shown_to(wanted, api, snapshot, arena, error));
    /* Without a store nobody knows what is watched on a device; the answer says what was heard. */
    if (request->context.device && !is_known)
        service_met(api->service, snapshot, arena, &request->context, error);
    return STATUS_OK;
}

bool wanted_find_films(struct wanted *wanted, const struct api_context *api,
                       const struct snapshot *snapshot, struct parameters *parameters,
                       struct response *response) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    struct recommend_request *request = &wanted->request;
    struct error error;
    request->genres = lookup_genres(catalogue, parameters, "genre");
    filters_read(snapshot, parameters, &request->filter);
    read_preferences(parameters, "prefer", catalogue, request);
    read_preferences(parameters, "genres", catalogue, request);
    filters_cursor(snapshot, parameters, &request->offset);
    if (wanted->needs_person && !wanted->session)
        parameters_require(parameters, "user_id", wanted->given_count ? wanted->given : NULL);
    if (parameters_failed(parameters, response))
        return false;
    if (!wanted->library ||
        service_library(api->service, snapshot, parameters->request->arena,
                        &request->filter.among[request->filter.among_count++], &error) == STATUS_OK)
        return true;
    problem_answer(response, parameters->request, 503, "%s", error.text);
    return false;
}

bool wanted_find(struct wanted *wanted, const struct api_context *api,
                 const struct snapshot *snapshot, struct parameters *parameters,
                 struct response *response) {
    struct recommend_request *request = &wanted->request;
    struct bare_history ratings;
    struct error error;
    if (!wanted_find_films(wanted, api, snapshot, parameters, response) ||
        !find_session(wanted, api, snapshot, parameters, response) ||
        (!wanted->session && !find_people(wanted, api, snapshot, parameters, response)) ||
        !bare_history_read(parameters, service_catalogue(snapshot), &ratings, response))
        return false;
    request->ratings = ratings.list;
    request->rating_count = ratings.count;
    if (ask_store(wanted, api, snapshot, parameters->request->arena, &error) == STATUS_OK)
        return true;
    problem_answer(response, parameters->request, 503, "%s", error.text);
    return false;
}
