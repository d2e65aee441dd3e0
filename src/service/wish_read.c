/* wish_read.c: see wish_read.h.
 *
 * Idea     What of an answer depends on the words alone, so that it can be kept: of a wish that is
 *          asked again only the person's part is worked out.
 * Cost     One encoding and one product with each film's vector.
 * Checked  tests/service/test_service_search.c. */
#include "service/wish_read.h"

#include <math.h>
#include <string.h>

#include "dataset/encoding.h"
#include "kernels/kernels.h"
#include "rank/rank.h"

/* Above all cosines. */
#define BEFORE_ALL 10.0f

const char *wish_read_clean(const char *text, size_t length, size_t *clean_length,
                            struct arena *arena) {
    char *clean = arena_copy_length(arena, text, length);
    for (size_t at = 0; at < length;) {
        at += encoding_utf8_fault(clean + at, length - at);
        if (at < length)
            clean[at++] = ' ';
    }
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)clean[i] < ' ' || clean[i] == 0x7f)
            clean[i] = ' ';
    while (length > 0 && clean[length - 1] == ' ')
        clean[--length] = '\0';
    const size_t spaces = strspn(clean, " ");
    *clean_length = length - spaces;
    return clean + spaces;
}

/* ---- Which films the words allow ---- */

static bool fits_years(const struct rules_found *rules, int year) {
    if (rules->first_year == 0 && rules->last_year == 0)
        return true;
    return year != 0 && year >= rules->first_year &&
           (rules->last_year == 0 || year <= rules->last_year);
}

static bool fits_minutes(const struct rules_found *rules, int minutes) {
    if (rules->least_minutes == 0 && rules->most_minutes == 0)
        return true;
    return minutes != 0 && minutes >= rules->least_minutes &&
           (rules->most_minutes == 0 || minutes <= rules->most_minutes);
}

static bool has_excluded_tag(const struct word_index *index, const struct rules_found *rules,
                             uint32_t item) {
    for (size_t i = 0; i < rules->excluded_tag_count; i++)
        if (word_index_has_tag(index, item, rules->excluded_tags[i]))
            return true;
    return false;
}

static bool has_excluded_genres(const struct rules_found *rules, uint64_t genres) {
    for (size_t i = 0; i < rules->together_count; i++)
        if ((genres & rules->together[i]) == rules->together[i])
            return true;
    return false;
}

void wish_read_filter(const struct word_index *index, const struct rules_found *rules,
                      float *scores) {
    const struct movie *movies = index->snapshot->catalogue->movies;
    const struct rank_genres genres = {.none = rules->excluded};
    rank_filter_genres(scores, index->snapshot->genres, index->item_count, &genres);
    for (uint32_t i = 0; i < index->item_count; i++)
        if (!fits_years(rules, movies[i].year) || !fits_minutes(rules, index->minutes[i]) ||
            has_excluded_genres(rules, index->snapshot->genres[i]) ||
            has_excluded_tag(index, rules, i))
            scores[i] = -INFINITY;
    /* Who names a film knows it, unless its title is the whole wish. */
    if (!rules->is_title)
        rank_exclude(scores, rules->films, rules->film_count);
    rank_exclude(scores, rules->unlike, rules->unlike_count);
}

/* strict: any of the strongest genres, or all of them where the mood is sad or romantic for sure.
 */
static void filter_strictly(const struct word_index *index, const struct wish *wish,
                            float *scores) {
    struct rank_genres genres = {0};
    if (wish->is_cautious)
        genres.all = wish->strongest;
    else
        genres.any = wish->strongest;
    rank_filter_genres(scores, index->snapshot->genres, index->item_count, &genres);
}

/* ---- Reading ---- */

static void read_words(const struct word_index *index, struct wish_entry *entry,
                       struct intent_alphas alphas) {
    struct rules_context context = word_index_rules(index);
    context.removed = entry->key.removed;
    context.removed_count = entry->key.removed_count;
    struct rules_found *rules = &entry->rules;
    rules_find(entry->key.text, entry->key.length, &context, &entry->arena, rules);
    const struct encoder_text texts[] = {
        {rules->rest, strlen(rules->rest)},
        {rules->without ? rules->without : "", rules->without ? strlen(rules->without) : 0}};
    float *vectors = ARENA_ARRAY(&entry->arena, float, 2 * index->dimension);
    if (!rules->is_blank || rules->without)
        words_encode(index->words, texts, rules->without ? 2 : 1, vectors);
    const struct intent_question question = {.vector = vectors,
                                             .without =
                                                 rules->without ? vectors + index->dimension : NULL,
                                             .films = index->vectors,
                                             .rules = rules,
                                             .text = entry->key.text,
                                             .length = entry->key.length,
                                             .alphas = alphas};
    intent_wish(&index->intent, &question, &entry->arena, &entry->wish);
}

/* How near each film is, on MiniLM's scale. */
static void compare(const struct word_index *index, const struct wish *wish, float *cosines) {
    const struct encoder_calibration calibration = words_calibration(index->words);
    kernels()->gather_dot(cosines, wish->sought, index->vectors, index->dimension, index->dimension,
                          NULL, index->item_count);
    for (size_t i = 0; i < index->item_count; i++)
        cosines[i] = calibration.scale * cosines[i] + calibration.offset;
}

struct query wish_read_likeness(const struct snapshot *snapshot, const struct rules_found *rules,
                                struct arena *arena) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    float *ratings = ARENA_ARRAY(arena, float, rules->film_count);
    int64_t *times = ARENA_ARRAY(arena, int64_t, rules->film_count);
    for (size_t i = 0; i < rules->film_count; i++) {
        ratings[i] = snapshot->model->rating_max;
        times[i] = (int64_t)i + 1;
    }
    return (struct query){.user = MODEL_NO_USER,
                          .history = {.count = rules->film_count,
                                      .items = rules->films,
                                      .ratings = known->ratings ? ratings : NULL,
                                      .times = known->times ? times : NULL}};
}

/* Puts the model's neighbours of the films that are named before all other allowed films. */
static void prefer_neighbours(const struct word_index *index, const struct rules_found *rules,
                              size_t most, float *scores, struct arena *scratch) {
    const struct model *model = index->snapshot->model;
    if (!rules->is_likeness || most == 0 || (model->traits & MODEL_IMPERSONAL))
        return;
    most = most < index->item_count ? most : index->item_count;
    struct ranked *list = ARENA_ARRAY(scratch, struct ranked, most);
    float *alike = ARENA_ARRAY_RAW(scratch, float, index->item_count);
    const struct query query = wish_read_likeness(index->snapshot, rules, scratch);
    model->ops->score(model, &query, 1, NULL, index->item_count, alike);
    for (size_t i = 0; i < index->item_count; i++)
        alike[i] = isinf(scores[i]) ? -INFINITY : alike[i];
    const size_t found = rank_top_k(alike, index->item_count, most, list);
    for (size_t i = 0; i < found; i++)
        scores[list[i].item] += BEFORE_ALL;
}

/* Puts films with tags that were typed before all other allowed films; how many. */
static size_t prefer_tagged(const struct word_index *index, const struct rules_found *rules,
                            float *scores) {
    size_t found = 0;
    for (uint32_t i = 0; i < index->item_count && rules->tag_count > 0; i++)
        for (size_t t = 0; t < rules->tag_count; t++)
            if (!isinf(scores[i]) && word_index_has_tag(index, i, rules->tags[t])) {
                scores[i] += BEFORE_ALL;
                found++;
                break;
            }
    return found;
}

/* The nearest allowed films; of a wish that says nothing or only what is not wanted the most
 * popular.
 */
static void choose_candidates(const struct word_index *index, struct wish_entry *entry, size_t pool,
                              struct arena *scratch) {
    const struct snapshot *snapshot = index->snapshot;
    float *cosines = ARENA_ARRAY(scratch, float, index->item_count);
    float *scores = ARENA_ARRAY_RAW(scratch, float, index->item_count);
    float *texts = ARENA_ARRAY(scratch, float, index->item_count);
    if (!entry->wish.is_blank)
        compare(index, &entry->wish, cosines);
    word_index_compare(index, entry->rules.keywords, texts);
    for (size_t i = 0; i < index->item_count; i++)
        scores[i] = entry->wish.is_blank || entry->wish.is_negative ? (float)snapshot->counts[i]
                                                                    : cosines[i];
    wish_read_filter(index, &entry->rules, scores);
    if (entry->key.strict)
        filter_strictly(index, &entry->wish, scores);
    const size_t neighbours = words_values(index->words)->neighbours, half = (pool + 1) / 2;
    prefer_neighbours(index, &entry->rules, neighbours < half ? neighbours : half, scores, scratch);
    const size_t tagged = prefer_tagged(index, &entry->rules, scores);
    size_t allowed = 0;
    for (size_t i = 0; i < index->item_count; i++)
        allowed += !isinf(scores[i]);
    const size_t wide = pool + (tagged < pool ? tagged : pool);
    const size_t room = pool == 0 || wide > allowed ? allowed : wide;
    struct ranked *list = ARENA_ARRAY(scratch, struct ranked, room);
    entry->count = rank_top_k(scores, index->item_count, room, list);
    entry->is_whole = entry->count == allowed;
    entry->items = ARENA_ARRAY(&entry->arena, uint32_t, entry->count);
    entry->cosines = ARENA_ARRAY(&entry->arena, float, entry->count);
    entry->texts = ARENA_ARRAY(&entry->arena, float, entry->count);
    for (size_t i = 0; i < entry->count; i++) {
        entry->items[i] = list[i].item;
        entry->cosines[i] = cosines[list[i].item];
        entry->texts[i] = texts[list[i].item];
    }
}

struct wish_entry *wish_read(const struct word_index *index, const struct wish_key *key,
                             struct intent_alphas alphas) {
    struct wish_entry *entry = wish_cache_entry(key);
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    alphas.pool = key->pool;
    read_words(index, entry, alphas);
    choose_candidates(index, entry, entry->wish.alphas.pool, scratch);
    arena_reset(scratch, mark);
    return entry;
}
