/* halves_avx512.c: the products of halves.h by AVX512-BF16, whose one instruction multiplies pairs
 * and adds both to a sum in floats. Shape: tiles of 12 rows by 32 outputs, as in
 * quantized_vnni.c. Checked by tests/kernels/test_halves.c. */
#if defined(__AVX512BF16__)

#include <immintrin.h>
#include <string.h>

#include "kernels/halves.h"
#include "kernels/vector.h"
#include "kernels/vector_tiles.h"

static void round_row(uint16_t *to, const float *x, size_t n) {
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = lanes_of(n - i);
        const __m256bh half = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(lanes, x + i));
        _mm256_mask_storeu_epi16(to + i, lanes, (__m256i)half);
    }
}

static ALWAYS_INLINE void finish(const struct halves_product *job, size_t row, unsigned from,
                                 __m512 sum, __mmask16 lanes) {
    float *c = job->c + row * job->c_row + from;
    sum = _mm512_add_ps(sum, _mm512_maskz_loadu_ps(lanes, job->bias + from));
    if (job->accumulate)
        sum = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, c), sum);
    _mm512_mask_storeu_ps(c, lanes, sum);
}

static ALWAYS_INLINE void tile(const struct halves_product *job, size_t row, const int rows) {
    const uint16_t *a = job->a + row * job->a_row, *b = job->panel;
    __m512 sum[ROWS][2];
    UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm512_setzero_ps();
    for (size_t l = 0; l < job->k; l += 2, b += 2 * HALVES_PANEL) {
        const __m512bh left = (__m512bh)_mm512_loadu_si512(b),
                       right = (__m512bh)_mm512_loadu_si512(b + 32);
        UNROLL for (int r = 0; r < rows; r++) {
            int32_t two;
            memcpy(&two, a + (size_t)r * job->a_row + l, 4);
            const __m512bh input = (__m512bh)_mm512_set1_epi32(two);
            sum[r][0] = _mm512_dpbf16_ps(sum[r][0], input, left);
            sum[r][1] = _mm512_dpbf16_ps(sum[r][1], input, right);
        }
    }
    const __mmask16 low = lanes_of(job->columns),
                    high = lanes_of(job->columns > 16 ? job->columns - 16 : 0);
    UNROLL for (int r = 0; r < rows; r++) {
        finish(job, row + (size_t)r, 0, sum[r][0], low);
        if (high)
            finish(job, row + (size_t)r, 16, sum[r][1], high);
    }
}

PRODUCT_IN_TILES(struct halves_product)

extern const struct halves_table halves_avx512_table;
const struct halves_table halves_avx512_table = {
    .name = "avx512", .round = round_row, .product = product};

#endif
