/* intent.h: a wish in words becomes a vector, moods, weights of genres and what the rules found;
 * each step can be looked at. Vectors come in from whoever has an encoder: this folder holds none.
 *
 *   rules_find(text)            what is said beside the mood, and the rest of the text
 *   q = encoder(rest)           the caller's
 *   intent_wish(q, ...)         steering, moods, genres
 *
 * Each step is a function of its own: steering.h, affects.h, genre_weights.h, rules.h. */
#ifndef MATINEE_INTENT_INTENT_H
#define MATINEE_INTENT_INTENT_H

#include "intent/intent_values.h"
#include "intent/rules.h"
#include "text/encoder.h"

#define INTENT_GENRES_MAX 64

/* What a catalogue and an encoder make of the values. Immutable; arrays live in the arena that it
 * was made in. */
struct intent {
    const struct intent_values *values;
    size_t genre_count, dimension;
    uint64_t steering_genres;         /* those that films have and that mean something */
    float *shares;                    /* [AFFECT_COUNT][genre_count]: P(genre | mood) */
    uint64_t damped[AFFECT_COUNT];    /* genres */
    const float *anchors, *centroids; /* [AFFECT_COUNT][dimension], [genre_count][dimension] */
    struct encoder_calibration calibration;
};

/* What it is made of; borrowed. All vectors have length 1. */
struct intent_material {
    const struct intent_values *values;
    const char *const *genre_names;
    size_t genre_count;
    const uint64_t *genres; /* [item_count] bit sets */
    const float *films;     /* [item_count][dimension] */
    size_t item_count, dimension;
    const float *anchors; /* [AFFECT_COUNT][dimension]: the values' phrases, encoded */
    struct encoder_calibration calibration;
};
void intent_prepare(struct intent *intent, const struct intent_material *material,
                    struct arena *arena);

/* One wish as it comes in. */
struct intent_question {
    const float *vector;  /* [dimension] of rules->rest; ignored where that is blank */
    const float *without; /* [dimension] of rules->without, or NULL */
    const float *films;   /* [item_count][dimension], for the films that are named */
    const struct rules_found *rules;
    const char *text; /* for words of action */
    size_t length;
    struct intent_alphas alphas; /* as asked; a sure mood may bound them */
};

/* What came of it. Arrays live in the arena of the call. */
struct wish {
    const float *asked;   /* q [dimension]: the words, and films that are named; zeros: neither */
    const float *steered; /* q' */
    const float *sought;  /* what films are compared with: a mean of the two, of length 1 */
    bool is_negative;     /* nothing was said but what is not wanted */
    bool is_blank;        /* q is zeros: nothing but filters was said */
    float unsteered[AFFECT_COUNT], moods[AFFECT_COUNT]; /* scores on q and on q' */
    enum affect steering_mood, mood;                    /* the strongest of each */
    bool is_sure;                                       /* moods[mood] is above the threshold */
    uint32_t nearest[INTENT_GENRES_MAX], farthest[INTENT_GENRES_MAX]; /* genres of the steering */
    size_t nearest_count, farthest_count;
    float alpha_pos, alpha_neg;
    const float *similarity, *prior, *weights; /* [genre_count] */
    uint64_t strongest;                        /* genres */
    bool is_likeness; /* the rules': little else than films that are named */
    bool is_cautious; /* sure, and of a mood that trusts genres more than cosines */
    bool comes_first; /* films of the strongest genres come before all others */
    struct intent_alphas alphas;
};
void intent_wish(const struct intent *intent, const struct intent_question *question,
                 struct arena *arena, struct wish *wish);
/* The alphas as asked, within what the wish's mood allows. */
struct intent_alphas intent_bounded(const struct intent_values *values, const struct wish *wish,
                                    struct intent_alphas alphas);

#endif
