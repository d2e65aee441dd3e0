/* service_recommend.c: a person's list. See service.h.
 *
 * Idea     One row of scores over all films; what may not be shown becomes minus infinity in it
 *          (rank.h), and the first k of what is left are the answer: filters stand before the top
 *          k, so k films come back whenever k are allowed.
 * Cost     One call of the model for one query, and a few passes over the films.
 * Traps    A soft wish and shown scores need the score before and after the mapping: `raw` keeps
 *          the model's own.
 * Checked  tests/service/test_service_recommend.c. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_person.h"

/* Diversity chooses among this many times more films than are asked for. */
#define POOL_FACTOR 10
#define POOL_LEAST 100
/* How far a genre preference of 1 or 5 moves a film on mapped scores: as far as a soft wish. */
#define PREFERENCE_WEIGHT RANK_PREFERENCE

/* Where the scores come from. */
enum basis { BASIS_USER, BASIS_RATINGS, BASIS_GENRES, BASIS_POPULARITY };

static const char *const BASIS_NAMES[] = {
    [BASIS_USER] = "known user",
    [BASIS_RATINGS] = "ratings given",
    [BASIS_GENRES] = "genres given",
    [BASIS_POPULARITY] = "popularity",
};

/* One answer in the making; arrays are scratch. */
struct work {
    const struct snapshot *snapshot;
    const struct recommend_request *request;
    struct query query;
    enum basis basis;
    size_t item_count;
    float *raw;    /* the model's own scores */
    float *scores; /* what the list is ordered by */
    bool is_mapped;
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
    if (request->person_count > 1)
        return error_set(error, STATUS_BAD_USAGE, "a list is for one person, found %zu",
                         request->person_count);
    for (size_t i = 0; i < request->person_count; i++)
        if (request->people[i].is_known && request->people[i].user >= user_count)
            return error_set(error, STATUS_NOT_FOUND, "there is no user number %u among %u",
                             request->people[i].user, user_count);
    return STATUS_OK;
}

static enum status check(const struct snapshot *snapshot, const struct recommend_request *request,
                         struct error *error) {
    const struct dataset *catalogue = snapshot->catalogue;
    TRY(service_check_top_k(request->top_k, error));
    TRY(check_people(snapshot, request, error));
    if (!(request->diversity >= 0 && request->diversity <= 1))
        return error_set(error, STATUS_BAD_USAGE, "diversity is %g, expected 0 to 1",
                         request->diversity);
    for (size_t i = 0; i < request->excluded_item_count; i++)
        if (request->excluded_items[i] >= catalogue->items.count)
            return error_set(error, STATUS_NOT_FOUND, "there is no item number %u among %u",
                             request->excluded_items[i], catalogue->items.count);
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

enum status service_query(const struct snapshot *snapshot, const struct recommend_request *request,
                          struct arena *arena, struct query *query, struct error *error) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    TRY(check(snapshot, request, error));
    *query = (struct query){.user = MODEL_NO_USER, .genre_preference = request->genre_preference};
    if (request->person_count > 0) {
        const struct service_person *person = &request->people[0];
        if (person->is_known && !person->has_events)
            query->user = person->user;
        query->history = person->history;
        return STATUS_OK;
    }
    TRY(service_history(snapshot, request->ratings, request->rating_count, arena, &query->history,
                        error));
    /* A model of mere pairs expects what it was fitted on: rows without ratings. */
    if (!known->ratings)
        query->history.ratings = NULL;
    if (!known->times)
        query->history.times = NULL;
    return STATUS_OK;
}

static enum basis basis_of(const struct query *query) {
    return query->user != MODEL_NO_USER ? BASIS_USER
           : query->history.count > 0   ? BASIS_RATINGS
           : query->genre_preference    ? BASIS_GENRES
                                        : BASIS_POPULARITY;
}

/* How well a film's genres suit the preferences: the mean over those that were spoken of, -1 to 1;
 * 0 if there are none. */
static float affinity(const float *preference, uint64_t genres) {
    float sum = 0;
    unsigned said = 0;
    for (; genres; genres &= genres - 1) {
        const float value = preference[__builtin_ctzll(genres)];
        if (value == 0)
            continue;
        sum += (value - 3) / 2;
        said++;
    }
    return said > 0 ? sum / (float)said : 0;
}

/* Whether the list is of the films with the highest scores and nothing else: an index finds those.
 */
static bool is_plain(const struct work *work) {
    const struct recommend_request *request = work->request;
    return (work->basis == BASIS_USER || work->basis == BASIS_RATINGS) && request->genres == 0 &&
           request->excluded_genres == 0 && !request->genre_preference;
}

static size_t pool_size(const struct recommend_request *request) {
    size_t pool = request->top_k;
    if (request->diversity > 0)
        pool = pool * POOL_FACTOR > POOL_LEAST ? pool * POOL_FACTOR : POOL_LEAST;
    return pool;
}

/* Whether the model itself makes a list of the genres that were spoken of. Beside a history they
 * would be one voice among many, and are to be heard: there they move the list as they do others.
 */
static bool model_reads_genres(const struct work *work) {
    return work->basis == BASIS_GENRES && (work->snapshot->model->traits & MODEL_READS_GENRES);
}

static void score_every_film(struct work *work) {
    const struct snapshot *snapshot = work->snapshot;
    if (work->basis == BASIS_USER || work->basis == BASIS_RATINGS || model_reads_genres(work))
        snapshot->model->ops->score(snapshot->model, &work->query, 1, NULL, work->item_count,
                                    work->raw);
    else
        for (size_t i = 0; i < work->item_count; i++)
            work->raw[i] = (float)snapshot->counts[i];
}

static void score(struct work *work) {
    size_t wanted = pool_size(work->request) + work->request->excluded_item_count;
    for (size_t i = 0; i < work->request->person_count; i++)
        wanted += work->request->people[i].seen_count;
    if (!is_plain(work) || !service_index_score(work->snapshot, &work->query, wanted, work->raw))
        score_every_film(work);
    memcpy(work->scores, work->raw, work->item_count * sizeof *work->scores);
}

static void filter(struct work *work) {
    const struct recommend_request *request = work->request;
    const struct history *seen = &work->query.history;
    rank_exclude(work->scores, seen->items, seen->count);
    for (size_t i = 0; i < request->person_count; i++)
        rank_exclude(work->scores, request->people[i].seen, request->people[i].seen_count);
    rank_exclude(work->scores, request->excluded_items, request->excluded_item_count);
    const struct rank_genres genres = {.any = request->strict ? request->genres : 0,
                                       .none = request->excluded_genres};
    rank_filter_genres(work->scores, work->snapshot->genres, work->item_count, &genres);
}

static float sigmoid(float x) { return (float)(1 / (1 + exp(-(double)x))); }

/* Scores on the scale on which a wish is added to them. */
static void prepare_mapping(struct work *work) {
    const bool asked = work->basis == BASIS_USER || work->basis == BASIS_RATINGS;
    if (!asked && !model_reads_genres(work)) {
        /* Counts fall off like a power law: their logarithm spreads the popular films. */
        for (size_t i = 0; i < work->item_count; i++)
            work->scores[i] = isinf(work->scores[i]) ? work->scores[i] : log1pf(work->scores[i]);
    } else if (work->snapshot->model->scale == MODEL_SCALE_LOG_ODDS) {
        for (size_t i = 0; i < work->item_count; i++)
            work->scores[i] = isinf(work->scores[i]) ? work->scores[i] : sigmoid(work->scores[i]);
    }
}

/* What was wished softly: genres wanted, genres liked and disliked. */
static void prefer(struct work *work) {
    const struct recommend_request *request = work->request;
    const uint64_t *genres = work->snapshot->genres;
    const uint64_t wanted = request->strict ? 0 : request->genres;
    const bool preferred = request->genre_preference && !model_reads_genres(work);
    work->is_mapped = wanted != 0 || preferred;
    if (!work->is_mapped)
        return;
    prepare_mapping(work);
    if (wanted)
        rank_prefer(work->scores, genres, work->item_count, wanted, RANK_PREFERENCE);
    else
        rank_min_max(work->scores, work->item_count);
    if (!preferred)
        return;
    for (size_t i = 0; i < work->item_count; i++) {
        const float suits = affinity(request->genre_preference, genres[i]);
        if (work->basis == BASIS_GENRES)
            work->scores[i] = work->scores[i] / 2 + (suits + 1) / 4;
        else
            work->scores[i] += PREFERENCE_WEIGHT * suits;
    }
}

float service_shown_score(const struct model *model, float raw) {
    const float low = model->rating_min, high = model->rating_max;
    if (model->scale == MODEL_SCALE_RATING)
        return raw;
    if (model->scale == MODEL_SCALE_UNIT_RATING)
        return low + fminf(fmaxf(raw, 0), 1) * (high - low);
    return sigmoid(raw);
}

static float shown_score(const struct work *work, const struct ranked *place) {
    const struct snapshot *snapshot = work->snapshot;
    const float raw = work->raw[place->item];
    if (work->is_mapped)
        return place->score;
    if (work->basis == BASIS_POPULARITY)
        return snapshot->count_max > 0 ? raw / (float)snapshot->count_max : 0;
    return service_shown_score(snapshot->model, raw);
}

/* The list from the row of scores. */
static void choose(const struct work *work, struct arena *arena, struct arena *scratch,
                   struct recommend_answer *answer) {
    const struct recommend_request *request = work->request;
    size_t pool = pool_size(request);
    pool = pool < work->item_count ? pool : work->item_count;
    struct ranked *list = ARENA_ARRAY(scratch, struct ranked, pool);
    size_t count = rank_top_k(work->scores, work->item_count, pool, list);
    rank_diversify(list, count, request->top_k, work->snapshot->genres, request->diversity);
    count = count < request->top_k ? count : request->top_k;
    answer->count = count;
    answer->list = ARENA_ARRAY(arena, struct recommendation, count);
    for (size_t i = 0; i < count; i++)
        answer->list[i] = (struct recommendation){.item = list[i].item,
                                                  .score = shown_score(work, &list[i]),
                                                  .raw_score = work->raw[list[i].item]};
}

enum status service_recommend(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct recommend_answer *answer, struct error *error) {
    struct work work = {
        .snapshot = snapshot, .request = request, .item_count = snapshot->catalogue->items.count};
    TRY(service_query(snapshot, request, arena, &work.query, error));
    work.basis = basis_of(&work.query);
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    work.raw = ARENA_ARRAY_RAW(scratch, float, work.item_count);
    work.scores = ARENA_ARRAY_RAW(scratch, float, work.item_count);
    score(&work);
    filter(&work);
    prefer(&work);
    choose(&work, arena, scratch, answer);
    answer->basis = BASIS_NAMES[work.basis];
    if (request->explain)
        service_explain(snapshot, &work.query,
                        work.basis == BASIS_USER || work.basis == BASIS_RATINGS, arena, answer);
    arena_reset(scratch, mark);
    return STATUS_OK;
}
