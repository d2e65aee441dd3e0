/* gorse_recommend.c: /gorse/api/recommend, neighbors, popular and latest: see gorse.h.
 *
 * Idea     The same answers as everywhere, in Gorse's clothes: ids alone, or with scores where the
 *          client says "X-API-Version: 2". Whom nobody knows gets what is popular.
 * Checked  tests/api/test_api_gorse.c. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/film.h"
#include "api/gorse.h"
#include "api/recommend.h"
#include "api/records.h"
#include "service/profile.h"
#include "service/service_browse.h"

/* What is asked for; genres 0: all. */
struct gorse_list {
    size_t n, offset;
    uint64_t genres;
    bool is_empty; /* a category was named that is no genre: no film has it */
    const char *person;
};

/* False: it has answered. A category that is no genre is on no film. */
static bool read_wanted(const struct dataset *catalogue, struct parameters *parameters,
                        const char *category, struct response *response,
                        struct gorse_list *wanted) {
    const char *const *names = NULL;
    const size_t count = parameters_texts(parameters, "category", &names);
    *wanted = (struct gorse_list){
        .n = (size_t)parameters_integer(parameters, "n", GORSE_N, 1, GORSE_N_MAX),
        .offset = (size_t)parameters_integer(parameters, "offset", 0, 0, 100000),
        .person = parameters_text(parameters, "user-id")};
    for (size_t i = 0; i <= count; i++) {
        const char *name = i < count ? names[i] : category;
        if (!name || !*name)
            continue;
        const uint32_t genre = dataset_genre(catalogue, name);
        if (genre == DATASET_NONE)
            wanted->is_empty = true;
        else
            wanted->genres |= (uint64_t)1 << genre;
    }
    return !parameters_failed(parameters, response);
}

static bool wants_scores(const struct request *request) {
    const char *version = request_header(request, "X-API-Version");
    return version && strcmp(version, "2") == 0;
}

/* ---- For a person ---- */

static json_t *list_json(const struct dataset *catalogue, const struct recommend_answer *found,
                         bool with_scores) {
    json_t *list = json_array();
    for (size_t i = 0; i < found->count; i++) {
        const struct text_slice id = id_map_name(&catalogue->items, found->list[i].item);
        if (with_scores)
            gorse_add_score(list, id, (double)found->list[i].score);
        else
            json_array_append_new(list, film_text(id.start, id.length));
    }
    return list;
}

static void answer_list(const struct snapshot *snapshot, struct recommend_request *request_for,
                        const struct gorse_list *wanted, bool with_scores,
                        const struct request *request, struct response *response) {
    struct recommend_answer found;
    request_for->top_k = wanted->n;
    request_for->offset = wanted->offset;
    request_for->filter.genres.any = wanted->genres;
    if (recommend_find(snapshot, request_for, request, response, &found))
        response_json(response, request,
                      list_json(service_catalogue(snapshot), &found, with_scores));
}

const struct route_parameter gorse_recommend_parameters[] = {
    {"id", "text", NULL, "the person or film", 0, 0, 0, NULL},
    {"category", "[text]", NULL, "a genre", 0, 0, 0, NULL},
    {"name", "text", NULL, "any: the recommender of Gorse's configuration", 0, 0, 0, NULL},
    {"n", "integer", "10", "how many", 1, GORSE_N_MAX, 0, NULL},
    {"offset", "integer", "0", "so many are passed over first", 0, 100000, 0, NULL},
    {"user-id", "text", NULL, "without what this person has", 0, 0, 0, NULL},
    PARAMETERS_END,
};

static void recommend(const struct api_context *api, const char *category,
                      const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct recommend_request wish = {.by_tier = api->tiers};
    struct service_person person;
    struct snapshot *snapshot;
    struct gorse_list wanted;
    struct error ignored; /* somebody new */
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    if (!read_wanted(service_catalogue(snapshot), &parameters, category, response, &wanted)) {
        service_release(snapshot);
        return;
    }
    if (service_person_find(api->service, snapshot, request->captures[0], request->arena, &person,
                            &ignored) == STATUS_OK) {
        wish.people = &person;
        wish.person_count = 1;
    }
    if (wanted.is_empty)
        response_json(response, request, json_array());
    else
        answer_list(snapshot, &wish, &wanted, wants_scores(request), request, response);
    service_release(snapshot);
}

void gorse_recommend_get(void *context, const struct request *request, struct response *response) {
    recommend(context, NULL, request, response);
}

void gorse_recommend_category(void *context, const struct request *request,
                              struct response *response) {
    recommend(context, request->captures[1], request, response);
}

/* `n`, `offset` and `category` stand in the query, beside the body. */
const struct route_parameter gorse_recommend_session_parameters[] = {
    {"category", "text", NULL, "a genre", 0, 0, ROUTE_QUERY_ONLY, NULL},
    PARAMETERS_END,
};

/* ---- For a session: what was sent, and nothing kept ---- */

static size_t read_ratings(const struct dataset *catalogue, const json_t *list,
                           const struct request *request, struct response *response,
                           struct rated_item *ratings) {
    const float best = catalogue->has_ratings ? catalogue->rating_max : 1;
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct feedback_event event;
        json_t *record = json_array_get(list, i);
        if (!json_object_get(record, "UserId"))
            json_object_set_new(record, "UserId", json_string("session"));
        const char *fault = gorse_read_feedback(record, request->arena, &event);
        if (fault) {
            problem_answer(response, request, 400, "feedback %zu: %s", i + 1, fault);
            return SIZE_MAX;
        }
        const uint32_t item = id_map_find(&catalogue->items, event.item, strlen(event.item));
        if (item == DATASET_NONE || event.kind == FEEDBACK_DISLIKE)
            continue;
        const double value = event.kind == FEEDBACK_RATING ? event.value : (double)best;
        ratings[count++] = (struct rated_item){item, (float)fmax(0, fmin(value, (double)best))};
    }
    return count;
}

static void session(const struct api_context *api, const char *category,
                    const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct snapshot *snapshot;
    struct gorse_list wanted;
    json_t *list;
    if (!records_read(request, "Feedback", response, &list))
        return;
    struct rated_item *ratings =
        ARENA_ARRAY(request->arena, struct rated_item, json_array_size(list));
    if (lookup_snapshot(api, &parameters, response, &snapshot)) {
        const struct dataset *catalogue = service_catalogue(snapshot);
        if (read_wanted(catalogue, &parameters, category, response, &wanted)) {
            const size_t count = read_ratings(catalogue, list, request, response, ratings);
            struct recommend_request wish = {
                .ratings = ratings, .rating_count = count, .by_tier = api->tiers};
            if (count != SIZE_MAX && wanted.is_empty)
                response_json(response, request, json_array());
            else if (count != SIZE_MAX)
                answer_list(snapshot, &wish, &wanted, true, request, response);
        }
        service_release(snapshot);
    }
    json_decref(list);
}

void gorse_recommend_session(void *context, const struct request *request,
                             struct response *response) {
    session(context, NULL, request, response);
}

void gorse_recommend_session_category(void *context, const struct request *request,
                                      struct response *response) {
    session(context, request->captures[0], request, response);
}

/* ---- Neighbours ---- */

static void add_neighbours(const struct snapshot *snapshot, const struct similar_answer *found,
                           const struct gorse_list *wanted, json_t *list) {
    const struct dataset *catalogue = service_catalogue(snapshot);
    size_t passed = 0;
    for (size_t i = 0; i < found->count && json_array_size(list) < wanted->n; i++) {
        const uint32_t item = found->list[i].item;
        if (wanted->genres && !(catalogue->movies[item].genres & wanted->genres))
            continue;
        if (passed++ >= wanted->offset)
            gorse_add_score(list, id_map_name(&catalogue->items, item),
                            (double)found->list[i].similarity);
    }
}

static void item_neighbours(const struct api_context *api, const char *id, const char *category,
                            const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct similar_answer found = {0};
    struct snapshot *snapshot;
    struct gorse_list wanted;
    struct error ignored; /* a model that knows no likeness has no neighbours */
    uint32_t item;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (read_wanted(catalogue, &parameters, category, response, &wanted) &&
        lookup_item(catalogue, id, request, response, &item)) {
        json_t *list = json_array();
        if (!wanted.is_empty && service_similar(snapshot, item, SERVICE_TOP_K_MAX, request->arena,
                                                &found, &ignored) == STATUS_OK)
            add_neighbours(snapshot, &found, &wanted, list);
        response_json(response, request, list);
    }
    service_release(snapshot);
}

void gorse_recommend_item(void *context, const struct request *request, struct response *response) {
    item_neighbours(context, request->captures[0], NULL, request, response);
}

void gorse_recommend_item_category(void *context, const struct request *request,
                                   struct response *response) {
    item_neighbours(context, request->captures[0], request->captures[1], request, response);
}

/* item-to-item/NAME/ID */
void gorse_recommend_item_named(void *context, const struct request *request,
                                struct response *response) {
    item_neighbours(context, request->captures[1], NULL, request, response);
}

static void user_neighbours(const struct api_context *api, const char *id,
                            const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct service_person person;
    struct snapshot *snapshot;
    struct gorse_list wanted;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (read_wanted(catalogue, &parameters, NULL, response, &wanted) &&
        lookup_person(api, snapshot, id, request, response, &person)) {
        const struct profile profile = profile_of(snapshot, &person, request->arena);
        json_t *list = json_array();
        for (size_t i = wanted.offset;
             i < profile.nearest_count && json_array_size(list) < wanted.n; i++)
            gorse_add_score(list, id_map_name(&catalogue->users, profile.nearest[i].user),
                            (double)profile.nearest[i].similarity);
        response_json(response, request, list);
    }
    service_release(snapshot);
}

void gorse_recommend_user(void *context, const struct request *request, struct response *response) {
    user_neighbours(context, request->captures[0], request, response);
}

void gorse_recommend_user_named(void *context, const struct request *request,
                                struct response *response) {
    user_neighbours(context, request->captures[1], request, response);
}

/* ---- Popular, latest ---- */

static void browse(const struct api_context *api, enum browse_order order, const char *category,
                   const struct request *request, struct response *response) {
    struct parameters parameters = parameters_of_query(request);
    struct service_person person = {0};
    struct browse_answer found = {0};
    struct snapshot *snapshot;
    struct gorse_list wanted;
    struct error error;
    if (!lookup_snapshot(api, &parameters, response, &snapshot))
        return;
    const struct dataset *catalogue = service_catalogue(snapshot);
    if (read_wanted(catalogue, &parameters, category, response, &wanted)) {
        if (wanted.person)
            service_person_find(api->service, snapshot, wanted.person, request->arena, &person,
                                &error);
        const struct filter filter = {.genres.any = wanted.genres,
                                      .excluded = {person.history.items, person.history.count}};
        const struct browse_request page = {
            .order = order, .filter = &filter, .offset = wanted.offset, .count = wanted.n};
        json_t *list = json_array();
        if (!wanted.is_empty &&
            service_browse(snapshot, &page, request->arena, &found, &error) != STATUS_OK)
            found.count = 0;
        for (size_t i = 0; i < found.count; i++)
            gorse_add_score(list, id_map_name(&catalogue->items, found.list[i].item),
                            (double)found.list[i].score);
        response_json(response, request, list);
    }
    service_release(snapshot);
}

void gorse_recommend_popular(void *context, const struct request *request,
                             struct response *response) {
    browse(context, BROWSE_POPULAR, NULL, request, response);
}

void gorse_recommend_popular_category(void *context, const struct request *request,
                                      struct response *response) {
    browse(context, BROWSE_POPULAR, request->captures[0], request, response);
}

void gorse_recommend_latest(void *context, const struct request *request,
                            struct response *response) {
    browse(context, BROWSE_YEAR, NULL, request, response);
}

void gorse_recommend_latest_category(void *context, const struct request *request,
                                     struct response *response) {
    browse(context, BROWSE_YEAR, request->captures[0], request, response);
}

void gorse_recommend_named(void *context, const struct request *request,
                           struct response *response) {
    const bool is_latest = strcmp(request->captures[0], "latest") == 0;
    browse(context, is_latest ? BROWSE_YEAR : BROWSE_POPULAR, NULL, request, response);
}
