/* service_query.c: whom a list is for: what is asked, checked, as models see it. See service.h.
 *
 * Checked  tests/service/test_service_recommend.c. */
#include <float.h>
#include <math.h>

#include "base/assert.h"
#include "service/recommend_work.h"

static const char *const BASIS_NAMES[] = {
    [BASIS_USER] = "known user",       [BASIS_RATINGS] = "ratings given",
    [BASIS_GENRES] = "genres given",   [BASIS_POPULARITY] = "popularity",
    [BASIS_PEOPLE] = "several people",
};

enum status service_check_top_k(size_t top_k, struct error *error) {
    if (top_k < 1 || top_k > SERVICE_TOP_K_MAX)
        return error_set(error, STATUS_BAD_USAGE, "top_k is %zu, expected 1 to %d", top_k,
                         SERVICE_TOP_K_MAX);
    return STATUS_OK;
}

enum status service_check_rating(const struct dataset *catalogue, double rating,
                                 struct error *error) {
    const double least = catalogue->has_ratings ? fmin(0, (double)catalogue->rating_min) : -FLT_MAX;
    const double most = catalogue->has_ratings ? (double)catalogue->rating_max : FLT_MAX;
    if (rating >= least && rating <= most)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT, "a rating must be between %g and %g, found %g", least,
                     most, rating);
}

static enum status check_people(const struct snapshot *snapshot,
                                const struct recommend_request *request, struct error *error) {
    const uint32_t user_count = snapshot->catalogue->users.count;
    for (size_t i = 0; i < request->person_count; i++)
        if (request->people[i].is_known && request->people[i].user >= user_count)
            return error_set(error, STATUS_NOT_FOUND, "there is no user number %u among %u",
                             request->people[i].user, user_count);
    return STATUS_OK;
}

static enum status check_set(const struct snapshot *snapshot, const struct filter_set *set,
                             struct error *error) {
    const uint32_t item_count = snapshot->catalogue->items.count;
    for (size_t i = 0; i < set->count; i++)
        if (set->items[i] >= item_count)
            return error_set(error, STATUS_NOT_FOUND, "there is no item number %u among %u",
                             set->items[i], item_count);
    return STATUS_OK;
}

enum status service_query_check(const struct snapshot *snapshot,
                                const struct recommend_request *request, struct error *error) {
    TRY(service_check_top_k(request->top_k, error));
    TRY(check_people(snapshot, request, error));
    if (!(request->diversity >= 0 && request->diversity <= 1))
        return error_set(error, STATUS_BAD_USAGE, "diversity is %g, expected 0 to 1",
                         request->diversity);
    TRY(check_set(snapshot, &request->filter.excluded, error));
    TRY(check_set(snapshot, &request->demoted, error));
    for (size_t i = 0; i < request->filter.among_count; i++)
        TRY(check_set(snapshot, &request->filter.among[i], error));
    return STATUS_OK;
}

enum status service_history(const struct snapshot *snapshot, const struct rated_item *ratings,
                            size_t rating_count, struct arena *arena, struct history *history,
                            struct error *error) {
    const uint32_t item_count = snapshot->catalogue->items.count;
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, rating_count);
    float *values = ARENA_ARRAY(arena, float, rating_count);
    int64_t *times = ARENA_ARRAY(arena, int64_t, rating_count);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    uint32_t *last = ARENA_ARRAY(scratch, uint32_t, item_count); /* 1 + row of its last rating */
    enum status status = STATUS_OK;
    for (size_t i = 0; i < rating_count && status == STATUS_OK; i++) {
        if (ratings[i].item >= item_count)
            status = error_set(error, STATUS_NOT_FOUND, "there is no item number %u among %u",
                               ratings[i].item, item_count);
        else if (!isfinite(ratings[i].rating))
            status = error_set(error, STATUS_BAD_USAGE, "rating %zu is not a number", i + 1);
        else
            last[ratings[i].item] = (uint32_t)i + 1;
    }
    size_t count = 0;
    for (size_t i = 0; i < rating_count && status == STATUS_OK; i++) {
        if (last[ratings[i].item] != i + 1)
            continue;
        items[count] = ratings[i].item;
        values[count] = ratings[i].rating;
        times[count] = (int64_t)count + 1;
        count++;
    }
    arena_reset(scratch, mark);
    *history = (struct history){count, items, values, times};
    return status;
}

struct query service_query_of(const struct service_person *person) {
    const bool is_user = person->is_known && !person->has_events;
    return (struct query){.user = is_user ? person->user : MODEL_NO_USER,
                          .history = person->history};
}

enum status service_query_one(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct query *query, struct error *error) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    *query = (struct query){.user = MODEL_NO_USER};
    if (request->person_count > 0)
        *query = service_query_of(&request->people[0]);
    else
        TRY(service_history(snapshot, request->ratings, request->rating_count, arena,
                            &query->history, error));
    query->genre_preference = request->genre_preference;
    if (request->person_count > 0)
        return STATUS_OK;
    /* A model of mere pairs expects what it was fitted on: rows without ratings. */
    if (!known->ratings)
        query->history.ratings = NULL;
    if (!known->times)
        query->history.times = NULL;
    return STATUS_OK;
}

enum status service_query(const struct snapshot *snapshot, const struct recommend_request *request,
                          struct arena *arena, struct query *query, struct error *error) {
    TRY(service_query_check(snapshot, request, error));
    if (request->person_count > 1)
        return error_set(error, STATUS_BAD_USAGE, "this is for one person, found %zu",
                         request->person_count);
    return service_query_one(snapshot, request, arena, query, error);
}

enum recommend_basis service_query_basis(const struct query *query) {
    return query->user != MODEL_NO_USER ? BASIS_USER
           : query->history.count > 0   ? BASIS_RATINGS
           : query->genre_preference    ? BASIS_GENRES
                                        : BASIS_POPULARITY;
}

const char *service_query_basis_name(enum recommend_basis basis) { return BASIS_NAMES[basis]; }

const char *service_basis(const struct query *query) {
    return BASIS_NAMES[service_query_basis(query)];
}

enum status service_query_all(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct service_queries *queries, struct error *error) {
    if (request->person_count > SERVICE_PEOPLE_MAX)
        return error_set(error, STATUS_BAD_USAGE, "a list is for at most %d people, found %zu",
                         SERVICE_PEOPLE_MAX, request->person_count);
    TRY(service_query_check(snapshot, request, error));
    TRY(service_query_one(snapshot, request, arena, &queries->list[0], error));
    for (size_t i = 1; i < request->person_count; i++)
        queries->list[i] = service_query_of(&request->people[i]);
    queries->count = request->person_count > 1 ? request->person_count : 1;
    return STATUS_OK;
}

size_t service_query_had(const struct recommend_request *request, const struct query *queries,
                         size_t query_count, struct filter_set had[SERVICE_HAD_MAX]) {
    size_t count = 0;
    for (size_t q = 0; q < query_count; q++)
        had[count++] = (struct filter_set){queries[q].history.items, queries[q].history.count};
    for (size_t i = 0; i < request->person_count; i++)
        had[count++] = (struct filter_set){request->people[i].seen, request->people[i].seen_count};
    return count;
}

struct filter service_query_filter(const struct recommend_request *request) {
    struct filter wanted = request->filter;
    if (request->strict && request->genres)
        wanted.genres.any =
            wanted.genres.any ? wanted.genres.any & request->genres : request->genres;
    return wanted;
}

size_t service_query_reach(const struct recommend_request *request, size_t item_count) {
    size_t places = request->offset + request->top_k;
    if (request->diversity > 0) {
        const size_t pool = diversity_pool(request->top_k);
        places = (places + pool - 1) / pool * pool;
    }
    return places < item_count ? places + 1 : item_count;
}

struct query service_query_merged(const struct snapshot *snapshot, const struct query *queries,
                                  size_t query_count, struct arena *arena) {
    size_t total = 0, count = 0;
    for (size_t q = 0; q < query_count; q++)
        total += queries[q].history.count;
    struct rated_item *rated = ARENA_ARRAY(arena, struct rated_item, total);
    bool *taken = ARENA_ARRAY(arena, bool, snapshot->catalogue->items.count);
    for (size_t q = 0; q < query_count; q++) {
        const struct history *history = &queries[q].history;
        for (size_t i = 0; i < history->count; i++) {
            if (!taken[history->items[i]])
                rated[count++] =
                    (struct rated_item){history->items[i], history_strength(history, i, true)};
            taken[history->items[i]] = true;
        }
    }
    struct error error;
    struct query query;
    const struct recommend_request request = {.ratings = rated, .rating_count = count};
    const enum status status = service_query_one(snapshot, &request, arena, &query, &error);
    ASSERT(status == STATUS_OK);
    return query;
}
