/* intent.c: the steps in their order. See intent.h.
 *
 * Cost     A dozen products of vectors for the moods and one for each genre: microseconds.
 * Traps    A mood's threshold is on MiniLM's scale; cosines of other encoders are mapped to it
 *          (encoder_calibration), those of genres too.
 * Checked  tests/intent/test_chain.c. */
#include "intent/intent.h"

#include <string.h>

#include "base/assert.h"
#include "dataset/genre_key.h"
#include "intent/affects.h"
#include "intent/genre_weights.h"
#include "intent/steering.h"
#include "intent/tokens.h"
#include "kernels/kernels.h"

/* ---- What a catalogue makes of the values ---- */

/* The genre of that name; genre_count: none. */
static size_t genre_named(const struct intent_material *material, const char *name) {
    char wanted[GENRE_KEY_BYTES], key[GENRE_KEY_BYTES];
    size_t genre = 0;
    genre_key(name, strlen(name), wanted);
    for (; genre < material->genre_count; genre++) {
        genre_key(material->genre_names[genre], strlen(material->genre_names[genre]), key);
        if (strcmp(wanted, key) == 0)
            break;
    }
    return genre;
}

/* Genres that say what a film is; "unknown" does not. */
static uint64_t meaningful(const struct intent_material *material) {
    static const char *const names[] = {"unknown", "(no genres listed)", "N/A", "other"};
    uint64_t set = ~(uint64_t)0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const size_t genre = genre_named(material, names[i]);
        if (genre < material->genre_count)
            set &= ~((uint64_t)1 << genre);
    }
    return set;
}

static void prepare_affect(struct intent *intent, const struct intent_material *material,
                           size_t affect) {
    const struct intent_affect *values = &material->values->affects[affect];
    for (size_t i = 0; i < values->prior_count; i++) {
        const size_t genre = genre_named(material, values->priors[i].genre);
        if (genre < material->genre_count)
            intent->shares[affect * material->genre_count + genre] = values->priors[i].share;
    }
    for (size_t i = 0; i < values->damp_count; i++) {
        const size_t genre = genre_named(material, values->damps[i]);
        if (genre < material->genre_count)
            intent->damped[affect] |= (uint64_t)1 << genre;
    }
}

void intent_prepare(struct intent *intent, const struct intent_material *material,
                    struct arena *arena) {
    ASSERT(material->genre_count <= INTENT_GENRES_MAX);
    *intent = (struct intent){.values = material->values,
                              .genre_count = material->genre_count,
                              .dimension = material->dimension,
                              .anchors = material->anchors,
                              .calibration = material->calibration};
    float *centroids = ARENA_ARRAY(arena, float, material->genre_count * material->dimension);
    intent->shares = ARENA_ARRAY(arena, float, AFFECT_COUNT * material->genre_count);
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        prepare_affect(intent, material, a);
    intent->steering_genres =
        steering_centroids(material->films, material->genres, material->item_count,
                           material->dimension, material->genre_count, centroids) &
        meaningful(material);
    intent->centroids = centroids;
}

/* ---- A wish ---- */

static const float *film(const struct intent *intent, const struct intent_question *question,
                         uint32_t item) {
    return question->films + item * intent->dimension;
}

/* q: the words, moved by "more" and "less", and by films that are named. */
static bool ask(const struct intent *intent, const struct intent_question *question, float *asked,
                float *room) {
    const struct rules_found *rules = question->rules;
    const struct intent_values *values = intent->values;
    const size_t dimension = intent->dimension;
    const bool has_words = !rules->is_blank && !rules->is_likeness;
    if (has_words)
        memcpy(asked, question->vector, dimension * sizeof *asked);
    const float words = has_words ? 1 - values->films : 0;
    const float more_by = rules->is_likeness ? values->tilt : values->more;
    const float less_by = rules->is_likeness ? values->tilt : values->less;
    memset(room, 0, dimension * sizeof *room);
    for (size_t i = 0; i < rules->film_count; i++)
        kernels()->axpy(room, 1, film(intent, question, rules->films[i]), dimension);
    if (steering_unit(room, dimension) > 0) {
        kernels()->scale(asked, words, dimension);
        kernels()->axpy(asked, 1 - words, room, dimension);
    }
    const bool is_positive = has_words || rules->film_count > 0 || rules->more;
    for (size_t a = 0; a < AFFECT_COUNT; a++) {
        const float more = rules->more >> a & 1 ? more_by : 0;
        const float less = rules->less >> a & 1 ? less_by : 0;
        kernels()->axpy(asked, more - less, intent->anchors + a * dimension, dimension);
    }
    for (size_t i = 0; i < rules->unlike_count; i++)
        kernels()->axpy(asked, -values->without / (float)rules->unlike_count,
                        film(intent, question, rules->unlike[i]), dimension);
    if (question->without)
        kernels()->axpy(asked, -values->without, question->without, dimension);
    steering_unit(asked, dimension);
    return is_positive;
}

static bool has_action_word(const struct intent_values *values, const char *text, size_t length) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct token *tokens = ARENA_ARRAY_RAW(scratch, struct token, TOKENS_MAX);
    const size_t count = tokens_of(text, length, tokens, TOKENS_MAX, scratch);
    bool found = false;
    for (size_t i = 0; i < count; i++)
        for (size_t w = 0; w < values->action_word_count; w++)
            found = found || tokens_equal(&tokens[i], values->action_words[w]);
    arena_reset(scratch, mark);
    return found;
}

static void compare_genres(const struct intent *intent, const float *vector, float *similarity) {
    for (size_t g = 0; g < intent->genre_count; g++) {
        const float *centroid = intent->centroids + g * intent->dimension;
        const float cosine = kernels()->dot(vector, centroid, intent->dimension);
        similarity[g] = intent->steering_genres >> g & 1
                            ? intent->calibration.scale * cosine + intent->calibration.offset
                            : 0;
    }
}

/* q' from q, and what of moods and genres led to it. */
static void steer(const struct intent *intent, const struct intent_question *question,
                  struct wish *wish, float *similarity, float *steered) {
    const struct intent_values *values = intent->values;
    float scores[AFFECT_COUNT];
    affects_score(wish->asked, intent->anchors, intent->dimension, intent->calibration,
                  wish->unsteered);
    memcpy(scores, wish->unsteered, sizeof scores);
    if (has_action_word(values, question->text, question->length))
        affects_raise_action(values, scores);
    wish->steering_mood = affects_strongest(scores);
    const bool has_mood = scores[wish->steering_mood] > 0;
    const struct intent_affect *affect = &values->affects[wish->steering_mood];
    wish->alpha_pos = has_mood ? affect->alpha_pos : values->alpha_pos;
    wish->alpha_neg = has_mood ? affect->alpha_neg : values->alpha_neg;
    compare_genres(intent, wish->asked, similarity);
    const uint64_t wanted = intent->steering_genres & ~question->rules->excluded;
    wish->nearest_count = genre_weights_extreme(similarity, wanted, values->top, 0, wish->nearest);
    wish->farthest_count =
        genre_weights_extreme(similarity, intent->steering_genres & ~question->rules->typed,
                              values->bottom, 1, wish->farthest);
    const struct steering steering = {.centroids = intent->centroids,
                                      .dimension = intent->dimension,
                                      .positive = wish->nearest,
                                      .negative = wish->farthest,
                                      .positive_count = wish->nearest_count,
                                      .negative_count = wish->farthest_count,
                                      .alpha_pos = wish->alpha_pos,
                                      .alpha_neg = wish->alpha_neg};
    steering_apply(&steering, wish->asked, steered);
}

/* The moods that genres are taken from: those that were said, or else all as far as they are felt.
 */
static void prior_of(const struct intent *intent, const struct rules_found *rules,
                     const struct wish *wish, float *prior) {
    float scores[AFFECT_COUNT];
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        scores[a] = rules->more ? (float)(rules->more >> a & 1) : wish->moods[a];
    affects_prior(scores, intent->shares, intent->genre_count, prior);
}

static void weigh_genres(const struct intent *intent, const struct intent_question *question,
                         struct wish *wish, float *prior, float *weights) {
    const struct intent_values *values = intent->values;
    prior_of(intent, question->rules, wish, prior);
    const struct genre_weights from = {
        .similarity = wish->similarity,
        .similarity_weight = question->rules->more || question->rules->typed ? values->guessed : 1,
        .prior = prior,
        .genre_count = intent->genre_count,
        .threshold = wish->is_sure ? values->threshold_sure : values->threshold,
        .prior_weight = wish->is_sure ? values->prior_sure : values->prior,
        .damped = wish->moods[wish->mood] > 0 ? intent->damped[wish->mood] : 0,
        .damping = wish->is_sure ? values->damping_sure : values->damping,
        .typed = question->rules->typed,
        .typed_weight = values->typed_genre,
        .excluded = question->rules->excluded};
    genre_weights_of(&from, weights);
    wish->strongest = genre_weights_strongest(weights, intent->genre_count, values->strongest);
}

struct intent_alphas intent_bounded(const struct intent_values *values, const struct wish *wish,
                                    struct intent_alphas alphas) {
    if (!wish->is_cautious)
        return alphas;
    if (alphas.embed > values->cautious_embed)
        alphas.embed = values->cautious_embed;
    if (alphas.genre < values->cautious_genre)
        alphas.genre = values->cautious_genre;
    if (alphas.pool > values->cautious_pool) /* 0, all films, was asked for */
        alphas.pool = values->cautious_pool;
    return alphas;
}

/* What films are compared with. */
static void seek(const struct intent_values *values, const struct wish *wish, size_t dimension,
                 float *sought) {
    kernels()->axpy(sought, values->steered, wish->steered, dimension);
    kernels()->axpy(sought, 1 - values->steered, wish->asked, dimension);
    steering_unit(sought, dimension);
}

static bool comes_first(const struct intent_values *values, const struct wish *wish,
                        const struct rules_found *rules) {
    const bool is_sure = wish->is_sure && !wish->is_likeness;
    return wish->strongest && (values->first == INTENT_FIRST_ALWAYS ||
                               (values->first == INTENT_FIRST_SURE && (is_sure || rules->typed)));
}

/* Of moods that were said the strongest of those. */
static enum affect strongest_mood(const struct wish *wish, const struct rules_found *rules) {
    float scores[AFFECT_COUNT];
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        scores[a] = !rules->more || rules->more >> a & 1 ? wish->moods[a] : -1;
    return affects_strongest(scores);
}

/* Whether the mood is not just one of many: near to all of them is any wish for "a film". */
static bool stands_out(const struct wish *wish, float margin) {
    float sum = 0;
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        sum += wish->moods[a];
    return wish->moods[wish->mood] - sum / AFFECT_COUNT >= margin;
}

void intent_wish(const struct intent *intent, const struct intent_question *question,
                 struct arena *arena, struct wish *wish) {
    const size_t dimension = intent->dimension, genres = intent->genre_count;
    float *asked = ARENA_ARRAY(arena, float, dimension);
    float *steered = ARENA_ARRAY(arena, float, dimension);
    float *sought = ARENA_ARRAY(arena, float, dimension);
    float *similarity = ARENA_ARRAY(arena, float, genres);
    float *prior = ARENA_ARRAY(arena, float, genres), *weights = ARENA_ARRAY(arena, float, genres);
    const bool is_positive = ask(intent, question, asked, steered);
    *wish = (struct wish){.asked = asked,
                          .steered = steered,
                          .sought = sought,
                          .similarity = similarity,
                          .prior = prior,
                          .weights = weights,
                          .is_likeness = question->rules->is_likeness,
                          .is_negative = !is_positive,
                          .is_blank = kernels()->dot(asked, asked, dimension) == 0};
    if (wish->is_blank) {
        memset(steered, 0, dimension * sizeof *steered);
    } else {
        steer(intent, question, wish, similarity, steered);
        compare_genres(intent, steered, similarity);
        affects_score(steered, intent->anchors, dimension, intent->calibration, wish->moods);
    }
    wish->mood = strongest_mood(wish, question->rules);
    wish->is_sure = !wish->is_blank && wish->moods[wish->mood] >= intent->values->sure &&
                    (question->rules->more || stands_out(wish, intent->values->margin));
    wish->is_cautious = wish->is_sure && intent->values->affects[wish->mood].is_cautious;
    wish->alphas = intent_bounded(intent->values, wish, question->alphas);
    weigh_genres(intent, question, wish, prior, weights);
    wish->comes_first = comes_first(intent->values, wish, question->rules);
    seek(intent->values, wish, dimension, sought);
}
