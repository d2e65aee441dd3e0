/* service_scores.c: the scores of all films for a list, and the order that follows from them. See
 * service.h.
 *
 * Idea     One row of scores over all films; what may not be shown becomes minus infinity in it
 *          (rank/filter.h). Several people have a row each, which become one (rank/group.h).
 * Cost     One call of the model for one query or for a block of them, and a few passes over the
 *          films.
 * Traps    A soft wish and shown scores need the score before and after the mapping: `raw` keeps
 *          the model's own.
 * Checked  tests/service/test_service_recommend.c, test_service_wishes.c. */
#include <math.h>
#include <string.h>

#include "service/recommend_work.h"

/* How far a genre preference of 1 or 5 moves a film on mapped scores: as far as a soft wish. So far
 * back goes a film that was shown of late. */
#define PREFERENCE_WEIGHT RANK_PREFERENCE

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

float service_scores_preference(const float *preference, uint64_t genres) {
    return preference ? PREFERENCE_WEIGHT * affinity(preference, genres) : 0;
}

bool service_scores_are_asked(const struct recommend_work *work) {
    return work->basis == BASIS_USER || work->basis == BASIS_RATINGS;
}

static float tier_of(const struct recommend_work *work, size_t query) {
    return service_tier_popularity(work->snapshot, work->queries[query].history.count,
                                   work->request->by_tier);
}

float service_scores_popularity(const struct recommend_work *work) {
    float most = 0;
    if (!service_scores_are_asked(work) && work->basis != BASIS_PEOPLE)
        return 0;
    for (size_t q = 0; q < work->query_count; q++)
        most = fmaxf(most, tier_of(work, q));
    return most;
}

/* Whether the list is of the films with the highest scores and nothing else: an index finds those.
 */
static bool is_plain(const struct recommend_work *work) {
    const struct recommend_request *request = work->request;
    return service_scores_are_asked(work) && request->genres == 0 && !request->genre_preference &&
           request->demoted.count == 0 && request->offset == 0 &&
           service_scores_popularity(work) == 0 && filter_is_plain(&request->filter);
}

/* Whether the model itself makes a list of the genres that were spoken of. Beside a history they
 * would be one voice among many, and are to be heard: there they move the list as they do others.
 */
static bool model_reads_genres(const struct recommend_work *work) {
    return work->basis == BASIS_GENRES && (work->snapshot->model->traits & MODEL_READS_GENRES);
}

void service_scores_every_film(struct recommend_work *work) {
    const struct snapshot *snapshot = work->snapshot;
    if (service_scores_are_asked(work) || work->basis == BASIS_PEOPLE || model_reads_genres(work)) {
        snapshot->model->ops->score(snapshot->model, work->queries, work->query_count, NULL,
                                    work->item_count, work->raw);
        return;
    }
    for (size_t i = 0; i < work->item_count; i++)
        work->raw[i] = (float)snapshot->counts[i];
    work->context = service_hours_blend(snapshot, &work->request->context, work->raw);
}

static size_t had_count(const struct recommend_work *work) {
    size_t count = work->request->filter.excluded.count;
    for (size_t i = 0; i < work->request->person_count; i++)
        count += work->request->people[i].seen_count;
    return count;
}

void service_scores_fill(struct recommend_work *work) {
    if (!is_plain(work) ||
        !service_index_score(work->snapshot, &work->queries[0],
                             service_query_reach(work->request, work->item_count) + had_count(work),
                             work->raw))
        service_scores_every_film(work);
}

/* scores[items]: minus infinity for what may not be listed. */
static void filter(const struct recommend_work *work, float *scores) {
    struct filter_set had[SERVICE_HAD_MAX];
    const size_t count = service_query_had(work->request, work->queries, work->query_count, had);
    const struct filter wanted = service_query_filter(work->request);
    filter_apply(&wanted, &work->snapshot->items, had, count, scores);
}

static float sigmoid(float x) { return (float)(1 / (1 + exp(-(double)x))); }

static void to_probabilities(float *scores, size_t count) {
    for (size_t i = 0; i < count; i++)
        scores[i] = isinf(scores[i]) ? scores[i] : sigmoid(scores[i]);
}

/* Scores on the 0 ... 1 on which a wish is added to them: a probability or a rating as it is, so
 * that a film that the wish does not touch keeps its score; of other models the range of what is
 * allowed, since their sigmoids lie close together or are all 1. */
static void prepare_mapping(const struct recommend_work *work) {
    const struct model *model = work->snapshot->model;
    if (work->basis == BASIS_PEOPLE)
        return;
    if (!service_scores_are_asked(work) && !model_reads_genres(work)) {
        /* Counts fall off like a power law: their logarithm spreads the popular films. */
        for (size_t i = 0; i < work->item_count; i++)
            work->scores[i] = isinf(work->scores[i]) ? work->scores[i] : log1pf(work->scores[i]);
        rank_min_max(work->scores, work->item_count);
    } else if (model->scale == MODEL_SCALE_LOG_ODDS) {
        to_probabilities(work->scores, work->item_count);
    } else if (model->scale == MODEL_SCALE_RATING && model->rating_max > model->rating_min) {
        for (size_t i = 0; i < work->item_count; i++)
            work->scores[i] =
                (work->scores[i] - model->rating_min) / (model->rating_max - model->rating_min);
    } else if (model->scale != MODEL_SCALE_UNIT_RATING) {
        rank_min_max(work->scores, work->item_count);
    }
}

/* One row from those of several people. */
static void combine(const struct recommend_work *work, struct arena *scratch) {
    const size_t item_count = work->item_count;
    float *rows = ARENA_ARRAY_RAW(scratch, float, work->query_count *item_count);
    memcpy(rows, work->raw, work->query_count * item_count * sizeof *rows);
    if (work->snapshot->model->scale == MODEL_SCALE_LOG_ODDS)
        to_probabilities(rows, work->query_count * item_count);
    for (size_t q = 0; q < work->query_count; q++) {
        filter(work, rows + q * item_count);
        service_tier_blend(work->snapshot, tier_of(work, q), NULL, item_count,
                           rows + q * item_count);
    }
    group_combine(work->request->group, rows, work->query_count, item_count, work->scores);
}

static void allow(struct recommend_work *work, struct arena *scratch) {
    work->scores = ARENA_ARRAY_RAW(scratch, float, work->item_count);
    if (work->basis == BASIS_PEOPLE) {
        combine(work, scratch);
        return;
    }
    memcpy(work->scores, work->raw, work->item_count * sizeof *work->scores);
    filter(work, work->scores);
}

/* What was wished softly: genres wanted, genres liked and disliked, films shown of late. */
static void prefer(struct recommend_work *work) {
    const struct recommend_request *request = work->request;
    const uint64_t *genres = work->snapshot->genres;
    const uint64_t wanted = request->strict ? 0 : request->genres;
    const bool preferred = request->genre_preference && !model_reads_genres(work);
    const float popularity = service_scores_are_asked(work) ? tier_of(work, 0) : 0;
    work->is_mapped = wanted != 0 || preferred || popularity > 0 || work->basis == BASIS_PEOPLE;
    service_tier_blend(work->snapshot, popularity, NULL, work->item_count, work->scores);
    if (wanted != 0 || preferred) {
        if (popularity == 0)
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

float service_scores_shown(const struct recommend_work *work, const struct ranked *place) {
    const struct snapshot *snapshot = work->snapshot;
    const float raw = work->raw[place->item];
    if (work->is_mapped)
        return place->score;
    if (work->basis == BASIS_POPULARITY)
        return snapshot->count_max > 0 ? fminf(raw / (float)snapshot->count_max, 1) : 0;
    return service_shown_score(snapshot->model, raw);
}

void service_scores_order(struct recommend_work *work, struct arena *scratch) {
    allow(work, scratch);
    prefer(work);
}
