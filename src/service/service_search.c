/* service_search.c: see service_search.h.
 *
 * Idea     What depends on the words alone is read once and kept (wish_read.c, wish_cache.c); this
 *          has somebody's candidates put in order (wish_rank.c) and makes a page of them. If too
 * few are left, because the person has seen them or the pool is small, all films that the words
 *          allow are the pool.
 * Traps    A page must not depend on the pages before it: what comes behind the pool's films are
 *          all others in their own order, never both anew.
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
#include "service/wish_rank.h"
#include "service/wish_read.h"
#include "service/wish_why.h"

/* A pool of more films is read anew each time: it would fill the cache. */
#define KEPT_POOL_MAX 1000

const char *service_search_part(enum search_part part) {
    static const char *const names[] = {
        [SEARCH_BASE] = "base",     [SEARCH_GENRES] = "genres", [SEARCH_POPULARITY] = "popularity",
        [SEARCH_COSINE] = "cosine", [SEARCH_KNOWN] = "known",   [SEARCH_TEXT] = "text",
        [SEARCH_TAGS] = "tags",     [SEARCH_LIKE] = "like",     [SEARCH_SHOWN] = "shown"};
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

void service_search_scores(const struct word_index *index, const struct wish_entry *entry,
                           const struct query *query, struct arena *arena,
                           struct search_scores *scores) {
    static const struct recommend_request anything = {.strict = true};
    struct query own = *query;
    struct wish_rank rank = {
        .index = index, .entry = entry, .asked = &anything, .queries = &own, .query_count = 1};
    own.wish_vector = wish_vector(index, &entry->wish);
    rank.alphas = alphas_for(index, &entry->wish, entry->wish.alphas);
    wish_rank_select(&rank, arena);
    wish_rank_score(&rank, arena);
    uint8_t *tiers = ARENA_ARRAY(arena, uint8_t, rank.count);
    for (size_t i = 0; i < rank.count; i++)
        tiers[i] = (uint8_t)wish_rank_stage(&rank, i, false);
    *scores = (struct search_scores){.count = rank.count,
                                     .items = rank.items,
                                     .scores = rank.scores,
                                     .tags = rank.parts[SEARCH_TAGS],
                                     .tiers = tiers};
}

/* ---- The list ---- */

/* All that the page is cut from, in scratch. */
struct listing {
    struct wish_rank pool, rest; /* the rest: of what the pool does not have */
    struct wish_entry *others;   /* the rest's, to be released; NULL: there is none */
    struct ranked *list;         /* [count] films in order */
    size_t count;
    struct place {
        const struct wish_rank *rank;
        size_t candidate;
    } * places; /* [items] of those on the list */
};

/* Appends the best of a ranking. */
static void append(struct listing *listing, const struct wish_rank *rank, size_t most,
                   struct arena *scratch) {
    struct ranked *list = listing->list + listing->count;
    const size_t found = wish_rank_choose(rank, most - listing->count, list, scratch);
    for (size_t i = 0; i < found; i++) {
        const size_t candidate = list[i].item;
        list[i].item = rank->items[candidate];
        listing->places[list[i].item] = (struct place){rank, candidate};
    }
    listing->count += found;
}

/* What the words allow and the pool does not have. */
static void append_rest(struct listing *listing, const struct intent_alphas *alphas, size_t most,
                        struct arena *scratch) {
    const struct wish_rank *pool = &listing->pool;
    bool *passed = ARENA_ARRAY(scratch, bool, pool->index->item_count);
    struct wish_key key = pool->entry->key;
    key.pool = 0;
    listing->others = wish_read(pool->index, &key, *alphas);
    for (size_t i = 0; i < pool->entry->count; i++)
        passed[pool->entry->items[i]] = true;
    listing->rest = *pool;
    listing->rest.entry = listing->others;
    listing->rest.passed = passed;
    listing->rest.count = 0;
    wish_rank_select(&listing->rest, scratch);
    wish_rank_score(&listing->rest, scratch);
    append(listing, &listing->rest, most, scratch);
}

/* The film whose title is the wish stays before all others. */
static void diversify(struct listing *listing, struct recommend_answer *answer) {
    const struct wish_rank *rank = &listing->pool;
    const struct recommend_request *asked = rank->asked;
    const struct rules_found *rules = &rank->entry->rules;
    const size_t end = asked->offset + asked->top_k;
    const size_t first =
        rules->is_title && listing->count > 0 && listing->list[0].item == rules->films[0];
    const struct service_diversity diversity = {rank->index->snapshot, asked, rank->queries,
                                                rank->query_count};
    if (asked->diversity > 0)
        service_diversity_apply(&diversity, listing->list + first, listing->count - first,
                                end - first, answer);
}

/* The score that each of several people is shown. */
static void add_people(const struct wish_rank *rank, struct arena *arena,
                       struct recommend_answer *answer) {
    const struct model *model = rank->index->snapshot->model;
    const size_t people = rank->query_count;
    if (people < 2 || answer->count == 0)
        return;
    uint32_t *items = ARENA_ARRAY_RAW(arena, uint32_t, answer->count);
    float *raw = ARENA_ARRAY_RAW(arena, float, people * answer->count);
    for (size_t i = 0; i < answer->count; i++)
        items[i] = answer->list[i].item;
    model->ops->score(model, rank->queries, people, items, answer->count, raw);
    for (size_t i = 0; i < answer->count; i++) {
        float *shown = ARENA_ARRAY_RAW(arena, float, people);
        for (size_t q = 0; q < people; q++)
            shown[q] = service_shown_score(model, raw[q * answer->count + i]);
        answer->list[i].people = shown;
    }
}

/* The page from the listing. */
static void fill(const struct listing *listing, struct arena *arena, struct search_answer *answer) {
    const struct wish_rank *rank = &listing->pool;
    const struct recommend_request *asked = rank->asked;
    struct recommend_answer *told = &answer->told;
    const size_t end = asked->offset + asked->top_k, count = listing->count;
    const size_t begin = asked->offset < count ? asked->offset : count;
    told->has_more = count > end;
    told->count = (count < end ? count : end) - begin;
    told->list = ARENA_ARRAY(arena, struct recommendation, told->count);
    answer->parts = arena_alloc_raw(arena, told->count * sizeof *answer->parts);
    answer->candidate_count = rank->count + listing->rest.count;
    for (size_t i = 0; i < told->count; i++) {
        const uint32_t item = listing->list[begin + i].item;
        const struct place *place = &listing->places[item];
        const float score = place->rank->scores[place->candidate];
        told->list[i] = (struct recommendation){.item = item, .score = score, .raw_score = score};
        for (size_t p = 0; p < SEARCH_PARTS; p++)
            answer->parts[i][p] = place->rank->parts[p][place->candidate];
    }
    add_people(rank, arena, told);
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

static const char *basis_of(const struct wish_rank *rank) {
    return !wish_rank_knows(rank)                   ? "the wish alone"
           : rank->query_count > 1                  ? "several people"
           : rank->queries[0].user != MODEL_NO_USER ? "known user"
                                                    : "ratings given";
}

static float popularity_of(const struct wish_rank *rank) {
    float most = 0;
    for (size_t q = 0; q < rank->query_count; q++)
        if (rank->queries[q].history.count > 0)
            most = fmaxf(most, service_tier_popularity(rank->index->snapshot,
                                                       rank->queries[q].history.count,
                                                       rank->asked->by_tier));
    return most;
}

/* All but the text. */
static void describe(struct listing *listing, const struct search_request *request,
                     struct arena *arena, struct arena *scratch, struct search_answer *answer) {
    const struct wish_rank *rank = &listing->pool;
    const struct snapshot *snapshot = rank->index->snapshot;
    answer->told = (struct recommend_answer){.basis = basis_of(rank),
                                             .tier = service_tier(&request->asked),
                                             .popularity = popularity_of(rank),
                                             .context = rank->context,
                                             .kept = 1};
    diversify(listing, &answer->told);
    fill(listing, arena, answer);
    copy_wish(rank->index, rank->entry, arena, answer);
    answer->wish.alphas = rank->alphas;
    if (!request->asked.explain)
        return;
    const struct query query =
        rank->query_count > 1
            ? service_query_merged(snapshot, rank->queries, rank->query_count, scratch)
            : rank->queries[0];
    wish_why(rank->index, &query, arena, answer);
}

/* One try with a pool; false: too few are left of it, and there are more films. */
static bool answer_from(const struct word_index *index, const struct wish_entry *entry,
                        const struct search_request *request, struct service_queries *queries,
                        struct arena *arena, struct search_answer *answer) {
    struct arena *scratch = arena_scratch();
    ASSERT(arena != scratch);
    const struct arena_position mark = arena_mark(scratch);
    const struct intent_alphas alphas = alphas_of(words_values(index->words), request);
    struct listing listing = {.pool = {.index = index,
                                       .entry = entry,
                                       .asked = &request->asked,
                                       .queries = queries->list,
                                       .query_count = queries->count,
                                       .alphas = alphas_for(index, &entry->wish, alphas)}};
    for (size_t q = 0; q < queries->count; q++)
        queries->list[q].wish_vector = wish_vector(index, &entry->wish);
    wish_rank_select(&listing.pool, scratch);
    const bool enough = listing.pool.count >= request->asked.top_k || entry->is_whole;
    if (enough) {
        const size_t most = service_query_reach(&request->asked, index->item_count);
        listing.list = ARENA_ARRAY_RAW(scratch, struct ranked, most);
        listing.places = ARENA_ARRAY_RAW(scratch, struct place, index->item_count);
        wish_rank_score(&listing.pool, scratch);
        append(&listing, &listing.pool, most, scratch);
        if (listing.count < most && !entry->is_whole)
            append_rest(&listing, &alphas, most, scratch);
        describe(&listing, request, arena, scratch, answer);
        wish_cache_release(listing.others);
    }
    arena_reset(scratch, mark);
    return enough;
}

enum status service_search(struct service *service, const struct snapshot *snapshot,
                           const struct search_request *request, struct arena *arena,
                           struct search_answer *answer, struct error *error) {
    const struct words *words;
    const struct word_index *index;
    struct service_queries queries;
    TRY(check(request, error));
    TRY(service_query_all(snapshot, &request->asked, arena, &queries, error));
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
    if (!answer_from(index, entry, request, &queries, arena, answer)) {
        wish_cache_release(entry);
        key.pool = 0;
        entry = wish_read(index, &key, alphas);
        entry->is_whole = true;
        answer_from(index, entry, request, &queries, arena, answer);
    }
    wish_cache_release(entry);
    return STATUS_OK;
}
