/* rating_sgd.h: fits biases and factors to ratings by stochastic gradient descent. */
#ifndef MATINEE_MODELS_FACTORIZATION_RATING_SGD_H
#define MATINEE_MODELS_FACTORIZATION_RATING_SGD_H

#include "models/factorization/rating_factors.h"
#include "models/model.h"

/* Fills the zeroed arrays of `factors` (with `width`, and `implicit` where it is wanted) and its
 * means from the rated rows of input->train; *report gets the mean squared error of each epoch, in
 * memory of the arena. One thread. Errors: the numbers ran away (STATUS_BAD_INPUT, says which
 * setting to lower); STATUS_CANCELLED. */
enum status rating_sgd_fit(struct rating_factors *factors, const struct rating_options *options,
                           const struct fit_input *input, struct fit_report *report,
                           struct arena *arena, struct error *error);
/* Goes on for `epochs` over `rows` from what is there, means included, at `share` of the rates;
 * penalties are those of the numbers of rows in `all`. Errors: as above. */
struct rating_sgd_more {
    const struct interactions *rows, *all;
    uint32_t epochs;
    double share;
};
enum status rating_sgd_continue(struct rating_factors *factors,
                                const struct rating_options *options,
                                const struct rating_sgd_more *more, struct error *error);

#endif
