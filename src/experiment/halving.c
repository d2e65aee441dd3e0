/* halving.c: see halving.h. Checked by tests/experiment/test_halving.c. */
#include "experiment/halving.h"

size_t halving_rungs(size_t points) {
    size_t rungs = 1;
    for (size_t least = HALVING_RATE; least <= HALVING_BRACKET && points >= least;
         least *= HALVING_RATE)
        rungs++;
    return rungs;
}

double halving_share(size_t rung, size_t rungs) {
    double share = 1;
    for (size_t i = rung + 1; i < rungs; i++)
        share /= HALVING_RATE;
    return share;
}

size_t halving_kept(size_t points) { return (points + HALVING_RATE - 1) / HALVING_RATE; }
