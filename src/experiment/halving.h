/* halving.h: how a sweep shares out what it has: successive halving.
 *
 * Idea     A bracket of n points is tried with a small share of the epochs (or of the people); the
 *          best third goes on with three times as much, and so on until one has all of it. With 9
 *          points: 9 with 1/9, 3 with 1/3, 1 with everything: the price of three full trainings.
 * Source   Jamieson & Talwalkar 2016 (successive halving), Li et al. 2018 (brackets, eta = 3).
 * Trap     What learns slowly and ends up best is lost early; `random` gives everyone all. */
#ifndef MATINEE_EXPERIMENT_HALVING_H
#define MATINEE_EXPERIMENT_HALVING_H

#include <stddef.h>

#define HALVING_RATE 3
#define HALVING_BRACKET 9 /* points of a full bracket */

/* How many rungs a bracket of so many points has: 1 for less than 3, 2 for less than 9, else 3. */
size_t halving_rungs(size_t points);
/* The share that points of a rung (0 is the first) of `rungs` have. */
double halving_share(size_t rung, size_t rungs);
/* How many of `points` in a rung go on to the next: a third, rounded up. */
size_t halving_kept(size_t points);

#endif
