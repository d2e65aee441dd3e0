/* space.h: what is to be tried: settings with several values, or with a range to draw from.
 *
 *     model.k=10,20,40                          a list: each of them
 *     model.mlp_layers=[64,32],[128,64]         brackets and quotes hold an element together
 *     model.k=10..200                           a range: whole numbers, both ends included
 *     model.l2=log:1..1000                      drawn evenly over orders of magnitude
 *     trainer.learning_rate=0.001..0.1          real numbers where an end has a point or an
 * exponent model.k=40                                one value
 *
 * A number that is drawn is written down with four significant digits, so that it can be typed. */
#ifndef MATINEE_EXPERIMENT_SPACE_H
#define MATINEE_EXPERIMENT_SPACE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/rng.h"

#define SPACE_VALUES_MAX 256    /* of one setting */
#define SPACE_POINTS_MAX 100000 /* of a product */

enum space_kind { SPACE_LIST, SPACE_RANGE, SPACE_LOG };

struct space_dimension {
    const char *key;
    enum space_kind kind;
    const char *const *values; /* of a list */
    size_t value_count;
    double low, high; /* of a range */
    bool whole;
};

struct space {
    struct space_dimension *dimensions;
    size_t count;
};

/* Reads "key=..." words. Errors: a list that does not close, an empty element, a range whose ends
 * are no numbers or stand the wrong way round, a log range that begins at 0 or below. */
enum status space_parse(struct space *space, const char *const *words, size_t count,
                        struct arena *arena, struct error *error);
/* How many points the product of all lists has; 0: there is a range, so they are without number. */
size_t space_size(const struct space *space);
/* The index-th point of the product as "key=value" words, the last setting changing fastest. */
const char *const *space_point(const struct space *space, size_t index, struct arena *arena);
/* A point drawn at random. */
const char *const *space_draw(const struct space *space, struct rng *rng, struct arena *arena);

#endif
