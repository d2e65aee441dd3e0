/* intent_values.h: every number and phrase of the chain from words to a wish, as read from YAML:
 * config/intent.yaml, linked into the program, and over it what the person says. */
#ifndef MATINEE_INTENT_INTENT_VALUES_H
#define MATINEE_INTENT_INTENT_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"

enum affect {
#define AFFECT(id, name) AFFECT_##id,
#include "intent/affects.def"
#undef AFFECT
    AFFECT_COUNT
};

/* How much a mood speaks for a genre: P(genre | mood). */
struct intent_prior {
    const char *genre;
    float share;
};

struct intent_affect {
    const char *anchor; /* what a wish of this mood says */
    const struct intent_prior *priors;
    size_t prior_count;
    const char *const *damps; /* genres */
    size_t damp_count;
    float alpha_pos, alpha_neg;
    bool is_cautious;
};

/* How much each part of a film's score counts, and among how many films. */
struct intent_alphas {
    double genre, popularity, embed;
    double known, text, tag, like;
    size_t pool; /* 0: all films */
};

enum intent_first { INTENT_FIRST_NEVER, INTENT_FIRST_SURE, INTENT_FIRST_ALWAYS };
#define INTENT_FIRST "never|sure|always"

struct intent_values {
    struct intent_affect affects[AFFECT_COUNT];
    float sure; /* from this score on a mood is sure */

    size_t top, bottom; /* of steering: how many genres */
    float alpha_pos, alpha_neg;
    const char *const *action_words;
    size_t action_word_count;
    float action_gain, action_share;

    float threshold, threshold_sure, prior, prior_sure, damping, damping_sure;
    size_t strongest;

    double cautious_embed, cautious_genre;
    size_t cautious_pool;

    float guessed, typed_genre, more, less, without, films;

    /* Of a wish that is a likeness. */
    float tilt;                           /* what more and less are then */
    double likeness_like, likeness_embed; /* factors of the alphas */
    size_t neighbours; /* films that the model finds most alike, among the candidates */

    float steered;           /* share of q' in what films are compared with; the rest is q */
    float margin;            /* by which a sure mood stands above the mean of all */
    bool tower;              /* a model that takes a wish is given it */
    enum intent_first first; /* when films of the strongest genres come before all others */
    struct intent_alphas alphas;
};

/* "funny" */
const char *intent_values_affect_name(enum affect affect);

/* The built-in values with each of `sources` over those before it: the path of a YAML file, or
 * "key=value". Everything lives in `arena`, which may not be the scratch arena. Errors: an unknown
 * key (names the nearest), a value out of range, no such file; with file and line. */
enum status intent_values_read(struct intent_values *values, const char *const *sources,
                               size_t source_count, struct arena *arena, struct error *error);

/* All values as settings, the built-in ones as defaults: for who lists them. */
const struct settings *intent_values_settings(struct arena *arena);

#endif
