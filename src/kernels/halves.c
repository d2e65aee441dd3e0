/* halves.c: the reference of halves.h, and whether this processor has more. Checked by
 * tests/kernels/test_halves.c. */
#include "kernels/halves.h"

#include <stdbool.h>
#include <string.h>

#include "kernels/kernels.h"

static void round_row(uint16_t *to, const float *x, size_t n) {
    for (size_t i = 0; i < n; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        /* Rounding up would make some NaNs infinite or zero. */
        const bool is_nan = (bits & 0x7fffffff) > 0x7f800000;
        to[i] = is_nan ? (uint16_t)(bits >> 16 | 0x40)
                       : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    }
}

static float number(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void product(const struct halves_product *job) {
    for (size_t row = 0; row < job->rows; row++)
        for (unsigned column = 0; column < job->columns; column++) {
            const uint16_t *a = job->a + row * job->a_row, *b = job->panel + column * 2;
            float sum = 0;
            for (size_t l = 0; l < job->k; l++)
                sum += number(a[l]) * number(b[l / 2 * 2 * HALVES_PANEL + l % 2]);
            float *c = job->c + row * job->c_row + column;
            sum += job->bias[column];
            *c = job->accumulate ? *c + sum : sum;
        }
}

static const struct halves_table scalar = {
    .name = "scalar", .round = round_row, .product = product};

#if defined(__x86_64__)
extern const struct halves_table halves_avx512_table;
#endif

const struct halves_table *halves_named(const char *name) {
#if defined(__x86_64__)
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512bf16") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
        return &halves_avx512_table;
#endif
    return strcmp(name, "scalar") == 0 ? &scalar : NULL;
}

const struct halves_table *halves(void) {
    return strcmp(kernels()->name, "avx512") == 0 ? halves_named("avx512") : NULL;
}
