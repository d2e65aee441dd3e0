/* service_search.c: see service_search.h.
 *
 * Idea     What depends on the words alone is read once and kept (wish_read.c, wish_cache.c); this
 *          adds the person and orders the candidates. If too few of them are left, because the
 *          person has seen them or the pool is small, all films that the words allow are the pool.
 * Cost     A wish that is asked again: the model's scores for the candidates and one pass over
 *          them.
 * Checked  tests/service/test_service_search.c. */
#include "service/service_search.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "dataset/film_text.h"
#include "kernels/kernels.h"
#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_person.h"
#include "service/wish_read.h"
#include "service/wish_why.h"

/* From this part of the rating scale on, a film was liked. */
#define LIKED 0.7f
/* A pool of more films is read anew each time: it would fill the cache. */
#define KEPT_POOL_MAX 1000

const char *service_search_part(enum search_part part) {
    static const char *const names[] = {
        [SEARCH_BASE] = "base",     [SEARCH_GENRES] = "genres", [SEARCH_POPULARITY] = "popularity",
        [SEARCH_COSINE] = "cosine", [SEARCH_KNOWN] = "known",   [SEARCH_TEXT] = "text",
        [SEARCH_TAGS] = "tags",     [SEARCH_LIKE] = "like"};
    return names[part];
}

/* ---- What is searched with ---- */

enum status service_search_open(struct service *service, const struct encoder_options *options,
                                const char *const *sources, size_t source_count,
                                struct error *error) {
    struct words *words;
    TRY(words_open(&words, options, sources, source_count, error));
    service_adopt_words(service, words);
    return STATUS_OK;
}

const char *service_search_encoder(struct service *service) {
    const struct words *words = service_words_opened(service);
    return words ? words_encoder_name(words) : NULL;
}

/* The mutex of the slot is held. */
static struct word_index *make_index(const struct snapshot *snapshot, const struct words *words,
                                     const atomic_bool *cancel) {
    struct word_slot *slot = snapshot->words;
    struct word_index *index = atomic_load(&slot->index);
    if (!index) {
        index = word_index_create(snapshot, words, cancel);
        atomic_store(&slot->index, index);
    }
    return index;
}

static enum status loaded_index_of(const struct snapshot *snapshot, const struct words *words,
                                   const struct word_index **index, struct error *error) {
    *index = atomic_load(&snapshot->words->index);
    if (*index)
        return STATUS_OK;
    /* Who comes while another reads the films is sent away: waiting would take the threads that
     * answer everybody else. */
    if (atomic_load(&snapshot->words->is_preparing) ||
        pthread_mutex_trylock(&snapshot->words->mutex) != 0)
        return error_set(error, STATUS_LIMIT,
                         "the films are being read for the first time; ask again in a minute");
    *index = make_index(snapshot, words, NULL);
    pthread_mutex_unlock(&snapshot->words->mutex);
    return STATUS_OK;
}

static enum status index_of(const struct snapshot *snapshot, const struct words *words,
                            const struct word_index **index, struct error *error) {
    TRY(loaded_index_of(snapshot->origin, words, index, error));
    const struct word_index *own = atomic_load(&snapshot->words->index);
    if (!snapshot->edited || own) {
        *index = own;
        return STATUS_OK;
    }
    /* The films are read already: with those that were edited it takes no time to speak of. */
    pthread_mutex_lock(&snapshot->words->mutex);
    *index = make_index(snapshot, words, NULL);
    pthread_mutex_unlock(&snapshot->words->mutex);
    return STATUS_OK;
}

void service_search_expect(const struct snapshot *snapshot) {
    atomic_store(&snapshot->origin->words->is_preparing, true);
}

enum status service_search_prepare(struct service *service, const struct snapshot *snapshot,
                                   const atomic_bool *cancel, struct error *error) {
    const struct words *words;
    TRY(service_words(service, &words, error));
    struct word_slot *slot = snapshot->origin->words;
    service_search_expect(snapshot);
    pthread_mutex_lock(&slot->mutex);
    const struct word_index *index = make_index(snapshot->origin, words, cancel);
    pthread_mutex_unlock(&slot->mutex);
    atomic_store(&slot->is_preparing, false);
    return index ? STATUS_OK : error_set(error, STATUS_CANCELLED, "cancelled");
}

enum status service_search_follow(struct service *service, const char *name,
                                  const struct snapshot *next, const atomic_bool *cancel,
                                  struct error *error) {
    struct snapshot *now;
    TRY(service_acquire(service, name, &now, error));
    const bool is_ready = atomic_load(&now->words->index) != NULL;
    service_release(now);
    return is_ready ? service_search_prepare(service, next, cancel, error) : STATUS_OK;
}

/* ---- Films by what is written of them ---- */

#define CONTENT_VECTORS 0.7f
#define CONTENT_WORDS 0.3f

enum status service_search_content(struct service *service, const struct snapshot *snapshot,
                                   uint32_t item, float *scores, struct error *error) {
    const struct words *words;
    const struct word_index *index;
    TRY(service_words(service, &words, error));
    TRY(index_of(snapshot, words, &index, error));
    struct arena arena = {0};
    const float *own = index->vectors + item * index->dimension;
    const float length = sqrtf(kernels()->dot(own, own, index->dimension));
    word_index_compare(
        index, film_text_sentence(snapshot->catalogue, item, &FILM_TEXT_SPOKEN, &arena), scores);
    for (size_t i = 0; i < index->item_count; i++) {
        const float *other = index->vectors + i * index->dimension;
        const float lengths = length * sqrtf(kernels()->dot(other, other, index->dimension));
        const float cosine =
            lengths > 0 ? kernels()->dot(own, other, index->dimension) / lengths : 0;
        scores[i] = CONTENT_VECTORS * cosine + CONTENT_WORDS * scores[i];
    }
    arena_release(&arena);
    return STATUS_OK;
}

/* ---- What is asked ---- */

static enum status check_alpha(const char *name, double alpha, struct error *error) {
    if (alpha == SEARCH_UNSAID || (alpha >= 0 && alpha <= SEARCH_ALPHA_MAX))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE, "%s is %g, expected 0 to %d", name, alpha,
                     SEARCH_ALPHA_MAX);
}

static enum status check(const struct search_request *request, struct error *error) {
    TRY(check_alpha("genre_alpha", request->genre_alpha, error));
    TRY(check_alpha("pop_alpha", request->pop_alpha, error));
    TRY(check_alpha("embed_alpha", request->embed_alpha, error));
    if (request->candidate_pool != SEARCH_UNSAID &&
        !(request->candidate_pool >= 0 && request->candidate_pool <= UINT32_MAX))
        return error_set(error, STATUS_BAD_USAGE,
                         "candidate_pool is %g, expected a number of films, or 0 for all",
                         request->candidate_pool);
    if (request->removed_count > RULES_CHIPS_MAX)
        return error_set(error, STATUS_BAD_USAGE,
                         "without_chips has %zu chips, expected at most %d; a wish has no more",
                         request->removed_count, RULES_CHIPS_MAX);
    if (request->length > SEARCH_TEXT_MAX)
        return error_set(error, STATUS_BAD_INPUT,
                         "the wish has %zu bytes, expected at most %d; say it in fewer words",
                         request->length, SEARCH_TEXT_MAX);
    return STATUS_OK;
}

static struct intent_alphas alphas_of(const struct intent_values *values,
                                      const struct search_request *request) {
    struct intent_alphas alphas = values->alphas;
    if (request->genre_alpha != SEARCH_UNSAID)
        alphas.genre = request->genre_alpha;
    if (request->pop_alpha != SEARCH_UNSAID)
        alphas.popularity = request->pop_alpha;
    if (request->embed_alpha != SEARCH_UNSAID)
        alphas.embed = request->embed_alpha;
    if (request->candidate_pool != SEARCH_UNSAID)
        alphas.pool = (size_t)request->candidate_pool;
    return alphas;
}

/* The wish as it was read before, or now. */
static struct wish_entry *read_wish(const struct word_index *index, const struct wish_key *key,
                                    struct intent_alphas alphas) {
    struct wish_entry *entry = wish_cache_find(index->cache, key);
    if (entry)
        return entry;
    entry = wish_read(index, key, alphas);
    if (entry->count <= KEPT_POOL_MAX)
        wish_cache_keep(index->cache, entry);
    return entry;
}

/* The wish's vector for a model that takes one, if the values say so and it has learnt from vectors
 * of the same encoder: those of others do not compare, and it is better asked without a wish. */
static const float *wish_vector(const struct word_index *index, const struct wish *wish) {
    const struct model *model = index->snapshot->model;
    const bool fits = model->wish_dimension == index->dimension && model->wish_encoder &&
                      encoder_same(model->wish_encoder, words_encoder_name(index->words));
    return fits && words_values(index->words)->tower && !wish->is_blank ? wish->asked : NULL;
}

/* The alphas that count for this wish. */
static struct intent_alphas alphas_for(const struct word_index *index, const struct wish *wish,
                                       struct intent_alphas alphas) {
    const struct intent_values *values = words_values(index->words);
    alphas = intent_bounded(values, wish, alphas);
    if (wish->is_likeness) {
        alphas.like *= values->likeness_like;
        alphas.embed *= values->likeness_embed;
    }
    return alphas;
}

/* ---- Ordering the candidates ---- */

/* One answer in the making; arrays are scratch. */
struct work {
    const struct word_index *index;
    const struct wish_entry *entry;
    const struct service_person *person; /* NULL: nobody known */
    struct query query;                  /* the person; without a history nobody is known */
    const struct filter *filter;         /* of the request; NULL: none */
    struct intent_alphas alphas;
    size_t count;               /* of the candidates that may be shown */
    const uint32_t *items;      /* [count] */
    const uint32_t *places;     /* [count] in the entry */
    float *parts[SEARCH_PARTS]; /* [count] each */
    float *scores;              /* [count] */
};

static bool was_liked(const struct model *model, const struct history *history, size_t row) {
    const float low = model->rating_min, high = model->rating_max;
    return !history->ratings || high <= low || history->ratings[row] >= low + LIKED * (high - low);
}

/* Minus infinity where the request's filter does not let a film pass. */
static const float *allowed_by(const struct work *work, struct arena *scratch) {
    float *allowed = ARENA_ARRAY(scratch, float, work->index->item_count);
    const struct filter all = {.seen = FILTER_ALL};
    struct filter filter = work->filter ? *work->filter : all;
    const struct filter_set had = {work->query.history.items, work->query.history.count};
    filter.seen = filter.seen == FILTER_SEEN ? FILTER_SEEN : FILTER_ALL;
    filter_apply(&filter, &work->index->snapshot->items, &had, 1, allowed);
    return allowed;
}

/* The candidates that may be shown to the person: those that he has not, or, if he asks for them,
 * those that he has and liked. */
static void select_new(struct work *work, struct arena *scratch) {
    const struct history *history = &work->query.history;
    const struct wish_entry *entry = work->entry;
    const struct filter *filter = work->filter;
    const bool filter_says = filter && filter->seen != FILTER_UNSEEN;
    const bool known = entry->rules.is_seen && history->count > 0 && !filter_says;
    const float *allowed = allowed_by(work, scratch);
    bool *marked = ARENA_ARRAY(scratch, bool, work->index->item_count);
    for (size_t i = 0; !filter_says && i < history->count; i++)
        marked[history->items[i]] = !known || was_liked(work->index->snapshot->model, history, i);
    for (size_t i = 0; !known && !filter_says && work->person && i < work->person->seen_count; i++)
        marked[work->person->seen[i]] = true;
    /* Who types a title wants to see that film, known or not. */
    if (entry->rules.is_title)
        marked[entry->rules.films[0]] = known;
    uint32_t *items = ARENA_ARRAY(scratch, uint32_t, entry->count);
    uint32_t *places = ARENA_ARRAY(scratch, uint32_t, entry->count);
    for (size_t i = 0; i < entry->count; i++)
        if (marked[entry->items[i]] == known && allowed[entry->items[i]] > -INFINITY) {
            items[work->count] = entry->items[i];
            places[work->count++] = (uint32_t)i;
        }
    work->items = items;
    work->places = places;
}

/* part = weight * the model's scores for the query, mapped to 0 ... 1 over the candidates. */
static void add_model(const struct work *work, const struct query *query, double weight,
                      float *part) {
    const struct model *model = work->index->snapshot->model;
    if (work->count == 0 || weight == 0)
        return;
    model->ops->score(model, query, 1, work->items, work->count, part);
    rank_min_max(part, work->count);
    for (size_t i = 0; i < work->count; i++)
        part[i] *= (float)weight;
}

/* What those like who like the films that are named. */
static void add_like(struct work *work, struct arena *scratch) {
    const struct rules_found *rules = &work->entry->rules;
    const struct snapshot *snapshot = work->index->snapshot;
    if (rules->film_count == 0 || (snapshot->model->traits & MODEL_IMPERSONAL))
        return;
    const struct query query = wish_read_likeness(snapshot, rules, scratch);
    add_model(work, &query, work->alphas.like, work->parts[SEARCH_LIKE]);
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

static void add_words(struct work *work) {
    const struct snapshot *snapshot = work->index->snapshot;
    const struct wish_entry *entry = work->entry;
    const struct intent_alphas *alphas = &work->alphas;
    const float most = snapshot->count_max > 0 ? (float)snapshot->count_max : 1;
    for (size_t i = 0; i < work->count; i++) {
        const uint32_t item = work->items[i], place = work->places[i];
        work->parts[SEARCH_GENRES][i] =
            (float)alphas->genre * genre_share(&entry->wish, snapshot->genres[item]) +
            service_scores_preference(work->query.genre_preference, snapshot->genres[item]);
        work->parts[SEARCH_POPULARITY][i] =
            (float)alphas->popularity * (float)snapshot->counts[item] / most;
        work->parts[SEARCH_COSINE][i] = (float)alphas->embed * entry->cosines[place];
        work->parts[SEARCH_KNOWN][i] =
            (float)alphas->known * log1pf((float)snapshot->counts[item]) / log1pf(most);
        work->parts[SEARCH_TEXT][i] = (float)alphas->text * entry->texts[place];
        work->parts[SEARCH_TAGS][i] =
            (float)alphas->tag * tag_share(work->index, &entry->rules, item);
    }
}

static void score(struct work *work, struct arena *scratch) {
    for (size_t p = 0; p < SEARCH_PARTS; p++)
        work->parts[p] = ARENA_ARRAY(scratch, float, work->count);
    work->scores = ARENA_ARRAY(scratch, float, work->count);
    add_words(work);
    if (work->query.history.count > 0)
        add_model(work, &work->query, 1, work->parts[SEARCH_BASE]);
    add_like(work, scratch);
    for (size_t i = 0; i < work->count; i++)
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            work->scores[i] += work->parts[p][i];
}

/* Candidates of a lower tier come before all of a higher one, whatever their scores: the film whose
 * title is the wish, films of all genres that were typed, films of any of them; where none was
 * typed and the wish asks for that, films of the strongest genres or with a tag that was typed. */
enum tier { TIER_TITLE, TIER_ALL, TIER_ANY, TIER_OTHERS, TIERS };

static enum tier tier_of(const struct work *work, size_t candidate, bool tags_count) {
    const struct wish *wish = &work->entry->wish;
    const struct rules_found *rules = &work->entry->rules;
    const uint32_t item = work->items[candidate];
    const uint64_t genres = work->index->snapshot->genres[item];
    if (rules->is_title && item == rules->films[0])
        return TIER_TITLE;
    if (!wish->comes_first)
        return TIER_ALL;
    if (rules->typed)
        return (genres & rules->typed) == rules->typed ? TIER_ALL
               : genres & rules->typed                 ? TIER_ANY
                                                       : TIER_OTHERS;
    const bool is_tagged = tags_count && tag_share(work->index, rules, item) > 0;
    return is_tagged || (genres & wish->strongest) ? TIER_ALL : TIER_OTHERS;
}

/* The best of the candidates, tier by tier. */
static size_t choose(const struct work *work, size_t top_k, struct ranked *list,
                     struct arena *scratch) {
    float *scores = ARENA_ARRAY_RAW(scratch, float, work->count);
    const size_t room = top_k < work->count ? top_k : work->count;
    size_t found = 0;
    for (enum tier tier = 0; tier < TIERS && found < room; tier++) {
        for (size_t i = 0; i < work->count; i++)
            scores[i] = tier_of(work, i, true) == tier ? work->scores[i] : -INFINITY;
        found += rank_top_k(scores, work->count, room - found, list + found);
    }
    return found;
}

void service_search_scores(const struct word_index *index, const struct wish_entry *entry,
                           const struct query *query, struct arena *arena,
                           struct search_scores *scores) {
    struct work work = {.index = index, .entry = entry, .query = *query};
    work.query.wish_vector = wish_vector(index, &entry->wish);
    work.alphas = alphas_for(index, &entry->wish, entry->wish.alphas);
    select_new(&work, arena);
    score(&work, arena);
    uint8_t *tiers = ARENA_ARRAY(arena, uint8_t, work.count);
    for (size_t i = 0; i < work.count; i++)
        tiers[i] = (uint8_t)tier_of(&work, i, false);
    *scores = (struct search_scores){.count = work.count,
                                     .items = work.items,
                                     .scores = work.scores,
                                     .tags = work.parts[SEARCH_TAGS],
                                     .tiers = tiers};
}

static void fill(const struct work *work, const struct ranked *list, size_t count,
                 struct arena *arena, struct search_answer *answer) {
    answer->count = count;
    answer->candidate_count = work->count;
    answer->list = ARENA_ARRAY(arena, struct found_film, count);
    for (size_t i = 0; i < count; i++) {
        struct found_film *film = &answer->list[i];
        film->item = work->items[list[i].item];
        film->score = list[i].score;
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            film->parts[p] = work->parts[p][list[i].item];
    }
}

/* ---- The answer ---- */

static const float *copy_floats(struct arena *arena, const float *from, size_t count) {
    float *to = ARENA_ARRAY_RAW(arena, float, count);
    if (count > 0)
        memcpy(to, from, count * sizeof *to);
    return to;
}

/* What was read, with a life of its own. */
static void copy_wish(const struct word_index *index, const struct wish_entry *entry,
                      struct arena *arena, struct search_answer *answer) {
    const size_t dimension = index->dimension, genres = index->intent.genre_count;
    struct wish *wish = &answer->wish;
    struct rules_found *rules = &answer->rules;
    *wish = entry->wish;
    wish->asked = copy_floats(arena, wish->asked, dimension);
    wish->steered = copy_floats(arena, wish->steered, dimension);
    wish->sought = copy_floats(arena, wish->sought, dimension);
    wish->similarity = copy_floats(arena, wish->similarity, genres);
    wish->prior = copy_floats(arena, wish->prior, genres);
    wish->weights = copy_floats(arena, wish->weights, genres);
    *rules = entry->rules;
    rules->rest = arena_copy(arena, rules->rest);
    rules->keywords = arena_copy(arena, rules->keywords);
    rules->without = rules->without ? arena_copy(arena, rules->without) : NULL;
    for (size_t i = 0; i < rules->notice_count; i++)
        rules->notices[i] = arena_copy(arena, rules->notices[i]);
    for (size_t i = 0; i < rules->chip_count; i++)
        rules->chips[i].label = arena_copy(arena, rules->chips[i].label);
}

/* One try with a pool; false: too few are left of it, and there are more films. */
static bool answer_from(const struct word_index *index, const struct wish_entry *entry,
                        const struct search_request *request, const struct query *query,
                        struct arena *arena, struct search_answer *answer) {
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    const struct intent_values *values = words_values(index->words);
    struct work work = {.index = index,
                        .entry = entry,
                        .person = request->person,
                        .query = *query,
                        .filter = request->filter,
                        .alphas = alphas_for(index, &entry->wish, alphas_of(values, request))};
    work.query.wish_vector = wish_vector(index, &entry->wish);
    select_new(&work, scratch);
    const bool enough = work.count >= request->top_k || entry->is_whole;
    if (enough) {
        struct ranked *list = ARENA_ARRAY(scratch, struct ranked, request->top_k);
        score(&work, scratch);
        fill(&work, list, choose(&work, request->top_k, list, scratch), arena, answer);
        copy_wish(index, entry, arena, answer);
        answer->wish.alphas = work.alphas;
        if (request->explain)
            wish_why(index, &work.query, arena, answer);
        answer->basis = query->user != MODEL_NO_USER ? "known user"
                        : query->history.count > 0   ? "ratings given"
                                                     : "the wish alone";
    }
    arena_reset(scratch, mark);
    return enough;
}

enum status service_search(struct service *service, const struct snapshot *snapshot,
                           const struct search_request *request, struct arena *arena,
                           struct search_answer *answer, struct error *error) {
    const struct words *words;
    const struct word_index *index;
    struct query query;
    const struct recommend_request person = {.people = request->person,
                                             .person_count = request->person != NULL,
                                             .ratings = request->ratings,
                                             .rating_count = request->rating_count,
                                             .genre_preference = request->genre_preference,
                                             .top_k = request->top_k};
    TRY(check(request, error));
    TRY(service_query(snapshot, &person, arena, &query, error));
    struct wish_key key = {.strict = request->strict,
                           .removed = request->removed,
                           .removed_count = request->removed_count};
    key.text = wish_read_clean(request->text, request->length, &key.length, arena);
    if (key.length == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "the wish is empty; say what the film should be like");
    /* Whatever is wrong with weights is no fault of the wish. */
    if (service_words(service, &words, error) != STATUS_OK)
        return error->status = STATUS_IO;
    TRY(index_of(snapshot, words, &index, error));
    const struct intent_alphas alphas = alphas_of(words_values(words), request);
    answer->text = key.text;
    answer->encoder = words_encoder_name(words);
    key.pool = alphas.pool;
    struct wish_entry *entry = read_wish(index, &key, alphas);
    if (!answer_from(index, entry, request, &query, arena, answer)) {
        wish_cache_release(entry);
        key.pool = 0;
        entry = wish_read(index, &key, alphas);
        entry->is_whole = true;
        answer_from(index, entry, request, &query, arena, answer);
    }
    wish_cache_release(entry);
    return STATUS_OK;
}
