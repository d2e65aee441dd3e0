/* rating_factors.c: see rating_factors.h. Checked by tests/models/test_ratings_by_factors.c. */
#include "models/factorization/rating_factors.h"

#include <math.h>
#include <string.h>

#include "kernels/kernels.h"

double rating_factors_penalty(double mean_count, double count, double frequency) {
    return count > 0 && frequency > 0 ? pow(mean_count / count, frequency) : 1;
}

void rating_factors_implicit(const struct rating_factors *factors, const struct history *history,
                             float *z) {
    const size_t width = factors->width;
    memset(z, 0, width * sizeof *z);
    if (!factors->implicit || history->count == 0)
        return;
    for (size_t h = 0; h < history->count; h++)
        kernels()->axpy(z, 1, factors->implicit + history->items[h] * width, width);
    kernels()->scale(z, 1 / sqrtf((float)history->count), width);
}
