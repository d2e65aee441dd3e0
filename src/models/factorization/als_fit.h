/* als_fit.h: the alternation: users against items, items against users, again and again. */
#ifndef MATINEE_MODELS_FACTORIZATION_ALS_FIT_H
#define MATINEE_MODELS_FACTORIZATION_ALS_FIT_H

#include "models/factorization/als_solve.h"
#include "models/model.h"

struct als_fit {
    struct als_weights weights;
    const struct csr *by_user, *by_item; /* the second is the transpose of the first */
    size_t dimension;                    /* of the vectors; explicit: their last element is 1 */
    size_t iterations;
    double deviation; /* of the start's normal numbers, divided by the root of the dimension */
    float mean;       /* explicit */
    const struct fit_input *input;
};

/* vectors[items][dimension], implicit: turned into the axes of their Gram matrix, with
 * gram[dimension] = a0 times its diagonal; explicit: bias[items]. The other one is NULL. Errors:
 * cancelled, numbers out of range. */
enum status als_fit_run(const struct als_fit *fit, float *vectors, float *gram, float *bias,
                        struct error *error);

/* The items from `first` on, new to the vectors of those before them: everybody's vector is solved
 * exactly against the known items, and each new item's, in a row of its own, against those of all
 * users, as in a half of the fit. `vectors` has room for all; all are turned into the axes of their
 * new Gram matrix, which changes no score but by what the new items weigh in gram[dimension].
 * Explicit: bias[first ...] is filled. fit->iterations, ->deviation and ->input are not read. */
enum status als_fit_new_items(const struct als_fit *fit, size_t first, float *vectors, float *gram,
                              float *bias, struct error *error);

#endif
