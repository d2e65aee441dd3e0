/* candidates.h: among which items a user's test items are ranked.
 *
 *   all       every item but those that he has in train or validation
 *   given     his test items and the list that ships with the data
 *   N         his test items and N items drawn at random from those that he has in no part that
 *             may be looked at: the same ones for every model, by evaluation.seed and the user
 *
 * Sampled candidates make every figure higher than all do, and may put models in another order
 * (Krichene & Rendle 2020): figures are labelled with them. */
#ifndef MATINEE_EXPERIMENT_CANDIDATES_H
#define MATINEE_EXPERIMENT_CANDIDATES_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "dataset/interactions.h"
#include "split/split.h"

enum candidates_kind { CANDIDATES_ALL, CANDIDATES_GIVEN, CANDIDATES_SAMPLED };

struct candidates {
    enum candidates_kind kind;
    uint32_t item_count;
    size_t longest; /* how many any user has at most beside his test items */
    /* given: user-major, borrowed from the data set */
    const uint64_t *offsets;
    const uint32_t *items;
    /* sampled */
    uint32_t sample_count;
    uint64_t seed;
    const char *label; /* "all", "given (99)", "100 sampled (seed 42)" */
};

/* How many negatives stand in for the given ones where none ship: on validation. */
#define CANDIDATES_VALIDATION_SAMPLE 99

/* Reads evaluation.candidates and evaluation.seed. For the part `validation` given candidates are
 * replaced by sampled ones, because those that ship belong to the test. Errors: neither all, given
 * nor a number from 1 to the number of items; given, and none ship. */
enum status candidates_read(struct candidates *candidates, const struct settings *settings,
                            const struct split *split, bool validation, struct arena *arena,
                            struct error *error);

/* A user for whom candidates are asked: items[count] of his test, and the rows that he already has
 * (one or two parts; the second may be empty). */
struct candidates_user {
    uint32_t user;
    const uint32_t *tests;
    size_t test_count;
    struct history has[2];
};

/* Writes the user's candidates beside his test items to out[longest] and returns their
 * number. Not for CANDIDATES_ALL. A given candidate that is one of his test items is left out.
 * marks[item_count] is scratch, zeroed on entry and on return. */
size_t candidates_of(const struct candidates *candidates, const struct candidates_user *user,
                     uint8_t *marks, uint32_t *out);

#endif
