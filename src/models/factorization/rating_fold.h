/* rating_fold.h: bias and factors of somebody whom the fit has not seen, from his history alone. */
#ifndef MATINEE_MODELS_FACTORIZATION_RATING_FOLD_H
#define MATINEE_MODELS_FACTORIZATION_RATING_FOLD_H

#include "models/factorization/rating_factors.h"

/* vector[width] gets p, returns the bias. z[width] is what the history says through y (zeroes
 * without). A history without ratings: both are 0. */
float rating_fold_in(const struct rating_factors *factors, const struct rating_options *options,
                     const struct history *history, const float *z, float *vector);
/* shares[history.count]: what each row adds to b + q . (p + z) of the item; they sum to it. */
void rating_fold_shares(const struct rating_factors *factors, const struct rating_options *options,
                        const struct history *history, uint32_t item, float *shares);

#endif
