/* service_recommend.c: a person's list, or one for several. See service.h.
 *
 * Idea     One row of scores over all films; what may not be shown becomes minus infinity in it
 *          (rank/filter.h), and the first k of what is left are the answer: filters stand before
 *          the top k, so k films come back whenever k are allowed. Several people have a row each,
 *          which become one (rank/group.h).
 * Cost     One call of the model for one query or for a block of them, and a few passes over the
 *          films.
 * Traps    A soft wish and shown scores need the score before and after the mapping: `raw` keeps
 *          the model's own. A page must not depend on how long it is, or pages would overlap: with
 *          diversity the ranking is cut into pools that are each put in order (rank/diversity.h).
 * Checked  tests/service/test_service_recommend.c, test_service_wishes.c. */
#include <float.h>
#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_person.h"

/* How far a genre preference of 1 or 5 moves a film on mapped scores: as far as a soft wish. So far
 * back goes a film that was shown of late. */
#define PREFERENCE_WEIGHT RANK_PREFERENCE
/* People who are scored together. */
#define BLOCK 32

/* Where the scores come from. */
enum basis { BASIS_USER, BASIS_RATINGS, BASIS_GENRES, BASIS_POPULARITY, BASIS_PEOPLE };

static const char *const BASIS_NAMES[] = {
    [BASIS_USER] = "known user",       [BASIS_RATINGS] = "ratings given",
    [BASIS_GENRES] = "genres given",   [BASIS_POPULARITY] = "popularity",
    [BASIS_PEOPLE] = "several people",
};

static const struct {
    size_t least;
    const char *name;
} TIERS[] = {{20, "many ratings"}, {5, "some ratings"}, {1, "few ratings"}, {0, "nothing known"}};

/* One answer in the making; arrays are scratch. */
struct work {
    const struct snapshot *snapshot;
    const struct recommend_request *request;
    const struct query *queries; /* [query_count]: one, or one for each of several people */
    size_t query_count;
    enum basis basis;
    size_t item_count;
    float *raw;    /* [query_count][items] the model's own scores */
    float *scores; /* [items] what the list is ordered by */
    bool is_mapped;
    const char *context;
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

static enum status check(const struct snapshot *snapshot, const struct recommend_request *request,
                         struct error *error) {
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

static struct query query_of(const struct service_person *person) {
    const bool is_user = person->is_known && !person->has_events;
    return (struct query){.user = is_user ? person->user : MODEL_NO_USER,
                          .history = person->history};
}

static enum status query_one(const struct snapshot *snapshot,
                             const struct recommend_request *request, struct arena *arena,
                             struct query *query, struct error *error) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    *query = (struct query){.user = MODEL_NO_USER};
    if (request->person_count > 0)
        *query = query_of(&request->people[0]);
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
    TRY(check(snapshot, request, error));
    if (request->person_count > 1)
        return error_set(error, STATUS_BAD_USAGE, "this is for one person, found %zu",
                         request->person_count);
    return query_one(snapshot, request, arena, query, error);
}

static enum basis basis_of(const struct query *query) {
    return query->user != MODEL_NO_USER ? BASIS_USER
           : query->history.count > 0   ? BASIS_RATINGS
           : query->genre_preference    ? BASIS_GENRES
                                        : BASIS_POPULARITY;
}

const char *service_basis(const struct query *query) { return BASIS_NAMES[basis_of(query)]; }

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

static bool is_asked(const struct work *work) {
    return work->basis == BASIS_USER || work->basis == BASIS_RATINGS;
}

/* Whether the list is of the films with the highest scores and nothing else: an index finds those.
 */
static bool is_plain(const struct work *work) {
    const struct recommend_request *request = work->request;
    return is_asked(work) && request->genres == 0 && !request->genre_preference &&
           request->demoted.count == 0 && request->offset == 0 && filter_is_plain(&request->filter);
}

/* How many of the best films are looked at: the page, all before it and one more; where they are
 * put in another order, whole pools. */
static size_t reach(const struct work *work) {
    const struct recommend_request *request = work->request;
    size_t places = request->offset + request->top_k;
    if (request->diversity > 0) {
        const size_t pool = diversity_pool(request->top_k);
        places = (places + pool - 1) / pool * pool;
    }
    return places < work->item_count ? places + 1 : work->item_count;
}

/* Whether the model itself makes a list of the genres that were spoken of. Beside a history they
 * would be one voice among many, and are to be heard: there they move the list as they do others.
 */
static bool model_reads_genres(const struct work *work) {
    return work->basis == BASIS_GENRES && (work->snapshot->model->traits & MODEL_READS_GENRES);
}

static void score_every_film(struct work *work) {
    const struct snapshot *snapshot = work->snapshot;
    if (is_asked(work) || work->basis == BASIS_PEOPLE || model_reads_genres(work)) {
        snapshot->model->ops->score(snapshot->model, work->queries, work->query_count, NULL,
                                    work->item_count, work->raw);
        return;
    }
    for (size_t i = 0; i < work->item_count; i++)
        work->raw[i] = (float)snapshot->counts[i];
    work->context = service_hours_blend(snapshot, &work->request->context, work->raw);
}

static size_t had_count(const struct work *work) {
    size_t count = work->request->filter.excluded.count;
    for (size_t i = 0; i < work->request->person_count; i++)
        count += work->request->people[i].seen_count;
    return count;
}

static void score(struct work *work) {
    if (!is_plain(work) || !service_index_score(work->snapshot, &work->queries[0],
                                                reach(work) + had_count(work), work->raw))
        score_every_film(work);
}

/* scores[items]: minus infinity for what may not be listed. */
static void filter(const struct work *work, float *scores) {
    const struct recommend_request *request = work->request;
    struct filter_set had[2 * SERVICE_PEOPLE_MAX + 1];
    size_t count = 0;
    for (size_t q = 0; q < work->query_count; q++)
        had[count++] =
            (struct filter_set){work->queries[q].history.items, work->queries[q].history.count};
    for (size_t i = 0; i < request->person_count; i++)
        had[count++] = (struct filter_set){request->people[i].seen, request->people[i].seen_count};
    struct filter wanted = request->filter;
    if (request->strict && request->genres)
        wanted.genres.any =
            wanted.genres.any ? wanted.genres.any & request->genres : request->genres;
    filter_apply(&wanted, &work->snapshot->items, had, count, scores);
}

static float sigmoid(float x) { return (float)(1 / (1 + exp(-(double)x))); }

static void to_probabilities(float *scores, size_t count) {
    for (size_t i = 0; i < count; i++)
        scores[i] = isinf(scores[i]) ? scores[i] : sigmoid(scores[i]);
}

/* Scores on the scale on which a wish is added to them. */
static void prepare_mapping(const struct work *work) {
    if (work->basis == BASIS_PEOPLE)
        return;
    if (!is_asked(work) && !model_reads_genres(work)) {
        /* Counts fall off like a power law: their logarithm spreads the popular films. */
        for (size_t i = 0; i < work->item_count; i++)
            work->scores[i] = isinf(work->scores[i]) ? work->scores[i] : log1pf(work->scores[i]);
    } else if (work->snapshot->model->scale == MODEL_SCALE_LOG_ODDS) {
        to_probabilities(work->scores, work->item_count);
    }
}

/* One row from those of several people. */
static void combine(const struct work *work, struct arena *scratch) {
    const size_t item_count = work->item_count;
    float *rows = ARENA_ARRAY_RAW(scratch, float, work->query_count *item_count);
    memcpy(rows, work->raw, work->query_count * item_count * sizeof *rows);
    if (work->snapshot->model->scale == MODEL_SCALE_LOG_ODDS)
        to_probabilities(rows, work->query_count * item_count);
    for (size_t q = 0; q < work->query_count; q++)
        filter(work, rows + q * item_count);
    group_combine(work->request->group, rows, work->query_count, item_count, work->scores);
}

/* What may be listed, on the scores that it is ordered by. */
static void allow(struct work *work, struct arena *scratch) {
    work->scores = ARENA_ARRAY_RAW(scratch, float, work->item_count);
    if (work->basis == BASIS_PEOPLE) {
        combine(work, scratch);
        return;
    }
    memcpy(work->scores, work->raw, work->item_count * sizeof *work->scores);
    filter(work, work->scores);
}

/* What was wished softly: genres wanted, genres liked and disliked, films shown of late. */
static void prefer(struct work *work) {
    const struct recommend_request *request = work->request;
    const uint64_t *genres = work->snapshot->genres;
    const uint64_t wanted = request->strict ? 0 : request->genres;
    const bool preferred = request->genre_preference && !model_reads_genres(work);
    work->is_mapped = wanted != 0 || preferred || work->basis == BASIS_PEOPLE;
    if (wanted != 0 || preferred) {
        prepare_mapping(work);
        rank_prefer(work->scores, genres, work->item_count, wanted, RANK_PREFERENCE);
    }
    for (size_t i = 0; preferred && i < work->item_count; i++) {
        const float suits = affinity(request->genre_preference, genres[i]);
        if (work->basis == BASIS_GENRES)
            work->scores[i] = work->scores[i] / 2 + (suits + 1) / 4;
        else
            work->scores[i] += PREFERENCE_WEIGHT * suits;
    }
    if (request->demoted.count > 0)
        rank_demote(work->scores, work->item_count, request->demoted.items, request->demoted.count,
                    PREFERENCE_WEIGHT);
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
        return snapshot->count_max > 0 ? fminf(raw / (float)snapshot->count_max, 1) : 0;
    return service_shown_score(snapshot->model, raw);
}

/* Each pool of the list, down to the page's end, in its new order. */
static void diversify(const struct work *work, struct ranked *list, size_t count,
                      struct arena *scratch, struct recommend_answer *answer) {
    const struct recommend_request *request = work->request;
    float mix[DATASET_GENRES_MAX] = {0};
    struct diversity diversity = {.method = request->diversity_method,
                                  .amount = request->diversity,
                                  .genres = work->snapshot->genres,
                                  .mix = mix,
                                  .popularity = work->snapshot->fame,
                                  .page = request->top_k};
    size_t had = 0;
    for (size_t q = 0; q < work->query_count; q++) {
        const struct history *history = &work->queries[q].history;
        diversity_mix(work->snapshot->genres, history->items, history->count, mix);
        had += history->count;
    }
    for (uint32_t g = 0; g < work->snapshot->catalogue->genre_count; g++) {
        diversity.familiar |= (uint64_t)(mix[g] > 0) << g;
        if (had == 0 && request->genre_preference)
            mix[g] = request->genre_preference[g];
    }
    const size_t pool = diversity_pool(request->top_k), end = request->offset + request->top_k;
    struct ranked *plain = ARENA_ARRAY_RAW(scratch, struct ranked, pool);
    answer->pool = pool < count ? pool : count;
    for (size_t begin = 0; begin < count && begin < end; begin += pool) {
        const size_t size = count - begin < pool ? count - begin : pool;
        memcpy(plain, list + begin, size * sizeof *plain);
        diversity_apply(&diversity, list + begin, size, end - begin);
        answer->kept = diversity_kept(plain, size, list + begin, end - begin);
    }
}

static const float *scores_of_people(const struct work *work, uint32_t item, struct arena *arena) {
    float *scores = ARENA_ARRAY(arena, float, work->query_count);
    for (size_t q = 0; q < work->query_count; q++)
        scores[q] =
            service_shown_score(work->snapshot->model, work->raw[q * work->item_count + item]);
    return scores;
}

/* The list from the row of scores. */
static void choose(const struct work *work, struct arena *arena, struct arena *scratch,
                   struct recommend_answer *answer) {
    const struct recommend_request *request = work->request;
    const size_t most = reach(work), end = request->offset + request->top_k;
    struct ranked *list = ARENA_ARRAY_RAW(scratch, struct ranked, most + 1);
    const size_t count = rank_top_k(work->scores, work->item_count, most, list);
    if (request->diversity > 0)
        diversify(work, list, count, scratch, answer);
    const size_t begin = request->offset < count ? request->offset : count;
    answer->has_more = count > end;
    answer->count = (count < end ? count : end) - begin;
    answer->list = ARENA_ARRAY(arena, struct recommendation, answer->count);
    for (size_t i = 0; i < answer->count; i++) {
        const struct ranked *place = &list[begin + i];
        answer->list[i] = (struct recommendation){
            .item = place->item,
            .score = shown_score(work, place),
            .raw_score = work->basis == BASIS_PEOPLE ? place->score : work->raw[place->item],
            .people =
                work->basis == BASIS_PEOPLE ? scores_of_people(work, place->item, arena) : NULL};
    }
}

const char *service_tier(const struct recommend_request *request) {
    size_t fewest = request->person_count > 0 ? SIZE_MAX : request->rating_count, tier = 0;
    for (size_t i = 0; i < request->person_count; i++)
        fewest =
            request->people[i].history.count < fewest ? request->people[i].history.count : fewest;
    while (fewest < TIERS[tier].least)
        tier++;
    return TIERS[tier].name;
}

/* All histories as one, for the reasons of a list for several; a film counts as the first of them
 * has it. */
static struct query merged(const struct work *work, struct arena *arena) {
    size_t total = 0, count = 0;
    for (size_t q = 0; q < work->query_count; q++)
        total += work->queries[q].history.count;
    struct rated_item *rated = ARENA_ARRAY(arena, struct rated_item, total);
    bool *taken = ARENA_ARRAY(arena, bool, work->item_count);
    for (size_t q = 0; q < work->query_count; q++) {
        const struct history *history = &work->queries[q].history;
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
    const enum status status = query_one(work->snapshot, &request, arena, &query, &error);
    ASSERT(status == STATUS_OK);
    return query;
}

/* From raw scores to the answer. */
static void finish(struct work *work, struct arena *arena, struct recommend_answer *answer) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    allow(work, scratch);
    prefer(work);
    *answer = (struct recommend_answer){.basis = BASIS_NAMES[work->basis],
                                        .tier = service_tier(work->request),
                                        .context = work->context,
                                        .kept = 1};
    choose(work, arena, scratch, answer);
    if (work->request->explain) {
        const struct query query =
            work->basis == BASIS_PEOPLE ? merged(work, scratch) : work->queries[0];
        service_explain(work->snapshot, &query, is_asked(work) || work->basis == BASIS_PEOPLE,
                        arena, answer);
    }
    arena_reset(scratch, mark);
}

enum status service_recommend(const struct snapshot *snapshot,
                              const struct recommend_request *request, struct arena *arena,
                              struct recommend_answer *answer, struct error *error) {
    struct query queries[SERVICE_PEOPLE_MAX];
    if (request->person_count > SERVICE_PEOPLE_MAX)
        return error_set(error, STATUS_BAD_USAGE, "a list is for at most %d people, found %zu",
                         SERVICE_PEOPLE_MAX, request->person_count);
    TRY(check(snapshot, request, error));
    TRY(query_one(snapshot, request, arena, &queries[0], error));
    for (size_t i = 1; i < request->person_count; i++)
        queries[i] = query_of(&request->people[i]);
    struct work work = {.snapshot = snapshot,
                        .request = request,
                        .queries = queries,
                        .query_count = request->person_count > 1 ? request->person_count : 1,
                        .item_count = snapshot->catalogue->items.count};
    work.basis = request->person_count > 1 ? BASIS_PEOPLE : basis_of(&queries[0]);
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    work.raw = ARENA_ARRAY_RAW(scratch, float, work.query_count *work.item_count);
    score(&work);
    finish(&work, arena, answer);
    arena_reset(scratch, mark);
    return STATUS_OK;
}

/* A block of people, each with a list of his own. */
static void recommend_block(const struct snapshot *snapshot,
                            const struct recommend_request *request, struct arena *arena,
                            struct recommend_answer *answers) {
    const size_t item_count = snapshot->catalogue->items.count, count = request->person_count;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct query queries[BLOCK];
    float *raw = ARENA_ARRAY_RAW(scratch, float, count *item_count);
    for (size_t i = 0; i < count; i++) {
        queries[i] = query_of(&request->people[i]);
        queries[i].genre_preference = request->genre_preference;
    }
    snapshot->model->ops->score(snapshot->model, queries, count, NULL, item_count, raw);
    for (size_t i = 0; i < count; i++) {
        struct recommend_request own = *request;
        own.people = &request->people[i];
        own.person_count = 1;
        struct work work = {.snapshot = snapshot,
                            .request = &own,
                            .queries = &queries[i],
                            .query_count = 1,
                            .basis = basis_of(&queries[i]),
                            .item_count = item_count,
                            .raw = raw + i * item_count};
        if (!is_asked(&work))
            score_every_film(&work);
        finish(&work, arena, &answers[i]);
    }
    arena_reset(scratch, mark);
}

enum status service_recommend_each(const struct snapshot *snapshot,
                                   const struct recommend_request *request, struct arena *arena,
                                   struct recommend_answer *answers, struct error *error) {
    ASSERT(arena != arena_scratch());
    for (size_t begin = 0; begin < request->person_count; begin += BLOCK) {
        const size_t rest = request->person_count - begin;
        struct recommend_request block = *request;
        block.people = request->people + begin;
        block.person_count = rest < BLOCK ? rest : BLOCK;
        TRY(check(snapshot, &block, error));
        recommend_block(snapshot, &block, arena, answers + begin);
    }
    return STATUS_OK;
}
