/* quantized_scalar.c: the products of quantized.h in plain C: the reference of the other tables,
 * and the only one on processors without AVX2. */
#include <math.h>

#include "kernels/quantized.h"

static float round_row(uint8_t *bytes, const float *x, size_t n) {
    float most = 0;
    for (size_t i = 0; i < n; i++) {
        const float size = fabsf(x[i]);
        most = size > most ? size : most;
    }
    const float inverse = most > 0 ? 127 / most : 0;
    for (size_t i = 0; i < n; i++) {
        float q = x[i] * inverse;
        q = q > -127 ? q : -127;
        q = q < 127 ? q : 127;
        bytes[i] = (uint8_t)(lrintf(q) + 128);
    }
    return most / 127;
}

static void product(const struct quantized_product *job) {
    for (size_t row = 0; row < job->rows; row++)
        for (unsigned column = 0; column < job->columns; column++) {
            const uint8_t *a = job->a + row * job->a_row;
            const int8_t *b = job->panel + column * 4;
            int32_t sum = 0;
            for (size_t l = 0; l < job->k; l++)
                sum += (a[l] - 128) * b[l / 4 * 4 * QUANTIZED_PANEL + l % 4];
            float *c = job->c + row * job->c_row + column;
            const float scale = job->a_scales[row] * job->of.scales[column];
            const float value = (float)sum * scale + job->of.bias[column];
            *c = job->accumulate ? *c + value : value;
        }
}

extern const struct quantized_table quantized_scalar_table;
const struct quantized_table quantized_scalar_table = {
    .name = "scalar", .round = round_row, .product = product};
