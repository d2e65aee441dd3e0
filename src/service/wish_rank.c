/* wish_rank.c: see wish_rank.h; service_search.h has the terms of a score.
 *
 * Idea     What the words say of a film is there already (wish_read.c); this adds who asks: what he
 *          has, the model's scores for him, with popularity's say where little is known of him
 *          (service_tier.c), and all that a list without a wish hears too.
 * Cost     The model's scores for the candidates and one pass over them.
 * Checked  tests/service/test_service_search.c. */
#include "service/wish_rank.h"

#include <math.h>
#include <string.h>

#include "service/service_person.h"
#include "service/wish_read.h"

/* From this part of the rating scale on, a film was liked. */
#define LIKED 0.7f

bool wish_rank_knows(const struct wish_rank *rank) {
    for (size_t q = 0; q < rank->query_count; q++)
        if (rank->queries[q].history.count > 0)
            return true;
    return false;
}

static bool was_liked(const struct model *model, const struct history *history, size_t row) {
    const float low = model->rating_min, high = model->rating_max;
    return !history->ratings || high <= low || history->ratings[row] >= low + LIKED * (high - low);
}

/* Minus infinity where the request's filter does not let a film pass. */
static const float *allowed_by(const struct wish_rank *rank, struct arena *scratch) {
    struct filter_set had[SERVICE_HAD_MAX];
    float *allowed = ARENA_ARRAY(scratch, float, rank->index->item_count);
    const size_t count = service_query_had(rank->asked, rank->queries, rank->query_count, had);
    struct filter filter = service_query_filter(rank->asked);
    filter.seen = filter.seen == FILTER_SEEN ? FILTER_SEEN : FILTER_ALL;
    filter_apply(&filter, &rank->index->snapshot->items, had, count, allowed);
    return allowed;
}

/* Marks what people have; `known`: what they have and liked. */
static void mark_had(const struct wish_rank *rank, bool known, bool *marked) {
    struct filter_set had[SERVICE_HAD_MAX];
    const size_t count = service_query_had(rank->asked, rank->queries, rank->query_count, had);
    for (size_t q = 0; known && q < rank->query_count; q++) {
        const struct history *history = &rank->queries[q].history;
        for (size_t i = 0; i < history->count; i++)
            if (was_liked(rank->index->snapshot->model, history, i))
                marked[history->items[i]] = true;
    }
    for (size_t s = 0; !known && s < count; s++)
        for (size_t i = 0; i < had[s].count; i++)
            marked[had[s].items[i]] = true;
}

void wish_rank_select(struct wish_rank *rank, struct arena *scratch) {
    const struct wish_entry *entry = rank->entry;
    const bool filter_says = rank->asked->filter.seen != FILTER_UNSEEN;
    const bool known = entry->rules.is_seen && wish_rank_knows(rank) && !filter_says;
    const float *allowed = allowed_by(rank, scratch);
    bool *marked = ARENA_ARRAY(scratch, bool, rank->index->item_count);
    if (!filter_says)
        mark_had(rank, known, marked);
    /* Who types a title wants to see that film, known or not. */
    if (entry->rules.is_title)
        marked[entry->rules.films[0]] = known;
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, entry->count);
    uint32_t *places = ARENA_ARRAY(scratch, uint32_t, entry->count);
    for (size_t i = 0; i < entry->count; i++) {
        const uint32_t item = entry->items[i];
        if (marked[item] != known || isinf(allowed[item]) || (rank->passed && rank->passed[item]))
            continue;
        items[rank->count] = item;
        places[rank->count++] = (uint32_t)i;
    }
    rank->items = items;
    rank->places = places;
}

/* ---- Scores ---- */

/* What people like: a row for each who has a history, mapped to 0 ... 1 over the candidates. */
static void add_people(struct wish_rank *rank, struct arena *scratch) {
    const struct snapshot *snapshot = rank->index->snapshot;
    const struct model *model = snapshot->model;
    struct query *heard = ARENA_ARRAY(scratch, struct query, rank->query_count);
    size_t count = 0;
    for (size_t q = 0; q < rank->query_count; q++)
        if (rank->queries[q].history.count > 0)
            heard[count++] = rank->queries[q];
    if (count == 0 || rank->count == 0)
        return;
    float *rows = count == 1 ? rank->parts[SEARCH_BASE]
                             : ARENA_ARRAY_RAW(scratch, float, count * rank->count);
    model->ops->score(model, heard, count, rank->items, rank->count, rows);
    for (size_t q = 0; q < count; q++) {
        float *row = rows + q * rank->count;
        rank_min_max(row, rank->count);
        service_tier_blend(
            snapshot,
            service_tier_popularity(snapshot, heard[q].history.count, rank->asked->by_tier),
            rank->items, rank->count, row);
    }
    if (count > 1)
        group_combine(rank->asked->group, rows, count, rank->count, rank->parts[SEARCH_BASE]);
}

/* What those like who like the films that are named. */
static void add_like(struct wish_rank *rank, struct arena *scratch) {
    const struct rules_found *rules = &rank->entry->rules;
    const struct model *model = rank->index->snapshot->model;
    float *part = rank->parts[SEARCH_LIKE];
    if (rules->film_count == 0 || rank->count == 0 || rank->alphas.like == 0 ||
        (model->traits & MODEL_IMPERSONAL))
        return;
    const struct query query = wish_read_likeness(rank->index->snapshot, rules, scratch);
    model->ops->score(model, &query, 1, rank->items, rank->count, part);
    rank_min_max(part, rank->count);
    for (size_t i = 0; i < rank->count; i++)
        part[i] *= (float)rank->alphas.like;
}

static float genre_share(const struct wish *wish, uint64_t genres) {
    float sum = 0;
    for (; genres; genres &= genres - 1)
        sum += wish->weights[__builtin_ctzll(genres)];
    return sum;
}

static float tag_share(const struct word_index *index, const struct rules_found *rules,
                       uint32_t item) {
    size_t shared = 0;
    for (size_t i = 0; i < rules->tag_count; i++)
        shared += word_index_has_tag(index, item, rules->tags[i]);
    return rules->tag_count > 0 ? (float)shared / (float)rules->tag_count : 0;
}

/* people[items] who have each film; of nobody that is known, as many as watch it there and then. */
static const float *people_of(struct wish_rank *rank, struct arena *scratch) {
    const struct snapshot *snapshot = rank->index->snapshot;
    float *people = ARENA_ARRAY_RAW(scratch, float, rank->index->item_count);
    for (size_t i = 0; i < rank->index->item_count; i++)
        people[i] = (float)snapshot->counts[i];
    if (!wish_rank_knows(rank))
        rank->context = service_hours_blend(snapshot, &rank->asked->context, people);
    return people;
}

static void add_words(struct wish_rank *rank, struct arena *scratch) {
    const struct snapshot *snapshot = rank->index->snapshot;
    const struct wish_entry *entry = rank->entry;
    const struct intent_alphas *alphas = &rank->alphas;
    const uint64_t softly = rank->asked->strict ? 0 : rank->asked->genres;
    const float *people = people_of(rank, scratch);
    const float most = snapshot->count_max > 0 ? (float)snapshot->count_max : 1;
    for (size_t i = 0; i < rank->count; i++) {
        const uint32_t item = rank->items[i], place = rank->places[i];
        const uint64_t genres = snapshot->genres[item];
        rank->parts[SEARCH_GENRES][i] =
            (float)alphas->genre * genre_share(&entry->wish, genres) +
            service_scores_preference(rank->asked->genre_preference, genres) +
            (genres & softly ? RANK_PREFERENCE : 0);
        rank->parts[SEARCH_POPULARITY][i] =
            (float)alphas->popularity * fminf(people[item] / most, 1);
        rank->parts[SEARCH_COSINE][i] = (float)alphas->embed * entry->cosines[place];
        rank->parts[SEARCH_KNOWN][i] =
            (float)alphas->known * fminf(log1pf(people[item]) / log1pf(most), 1);
        rank->parts[SEARCH_TEXT][i] = (float)alphas->text * entry->texts[place];
        rank->parts[SEARCH_TAGS][i] =
            (float)alphas->tag * tag_share(rank->index, &entry->rules, item);
    }
}

/* What was shown of late goes back by a fifth of the scores' range. */
static void demote(struct wish_rank *rank, struct arena *scratch) {
    const struct filter_set *demoted = &rank->asked->demoted;
    bool *marked = ARENA_ARRAY(scratch, bool, rank->index->item_count);
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < demoted->count; i++)
        marked[demoted->items[i]] = true;
    for (size_t i = 0; i < rank->count; i++) {
        low = fminf(low, rank->scores[i]);
        high = fmaxf(high, rank->scores[i]);
    }
    for (size_t i = 0; i < rank->count; i++)
        if (marked[rank->items[i]]) {
            rank->parts[SEARCH_SHOWN][i] = -RANK_PREFERENCE * (high - low);
            rank->scores[i] += rank->parts[SEARCH_SHOWN][i];
        }
}

void wish_rank_score(struct wish_rank *rank, struct arena *scratch) {
    for (size_t p = 0; p < SEARCH_PARTS; p++)
        rank->parts[p] = ARENA_ARRAY(scratch, float, rank->count);
    rank->scores = ARENA_ARRAY(scratch, float, rank->count);
    add_words(rank, scratch);
    add_people(rank, scratch);
    add_like(rank, scratch);
    for (size_t i = 0; i < rank->count; i++)
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            rank->scores[i] += rank->parts[p][i];
    if (rank->asked->demoted.count > 0)
        demote(rank, scratch);
}

/* ---- The order ---- */

enum wish_rank_stage wish_rank_stage(const struct wish_rank *rank, size_t candidate,
                                     bool tags_count) {
    const struct wish *wish = &rank->entry->wish;
    const struct rules_found *rules = &rank->entry->rules;
    const uint32_t item = rank->items[candidate];
    const uint64_t genres = rank->index->snapshot->genres[item];
    if (rules->is_title && item == rules->films[0])
        return WISH_RANK_TITLE;
    if (!wish->comes_first)
        return WISH_RANK_ALL;
    if (rules->typed)
        return (genres & rules->typed) == rules->typed ? WISH_RANK_ALL
               : genres & rules->typed                 ? WISH_RANK_ANY
                                                       : WISH_RANK_OTHERS;
    const bool is_tagged = tags_count && tag_share(rank->index, rules, item) > 0;
    return is_tagged || (genres & wish->strongest) ? WISH_RANK_ALL : WISH_RANK_OTHERS;
}

size_t wish_rank_choose(const struct wish_rank *rank, size_t most, struct ranked *list,
                        struct arena *scratch) {
    float *scores = ARENA_ARRAY_RAW(scratch, float, rank->count);
    const size_t room = most < rank->count ? most : rank->count;
    size_t found = 0;
    for (enum wish_rank_stage stage = 0; stage < WISH_RANK_STAGES && found < room; stage++) {
        for (size_t i = 0; i < rank->count; i++)
            scores[i] = wish_rank_stage(rank, i, true) == stage ? rank->scores[i] : -INFINITY;
        found += rank_top_k(scores, rank->count, room - found, list + found);
    }
    return found;
}
