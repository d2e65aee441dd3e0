/* factor_gram.h: the Gram matrix of one side's vectors: what all pairs together, seen or not, ask
 * of a vector of the other side. */
#ifndef MATINEE_MODELS_FACTORIZATION_FACTOR_GRAM_H
#define MATINEE_MODELS_FACTORIZATION_FACTOR_GRAM_H

#include <stddef.h>

/* gram[d][d] = sum over i < count of weights[i] v_i v_i^T for vectors[count][d]; weights NULL:
 * all 1. On all threads, cut by rows of the result: each element is one sum in the order of i.
 * Takes as much scratch as the vectors where there are weights. */
void factor_gram(float *gram, const float *vectors, const float *weights, size_t count, size_t d);

#endif
