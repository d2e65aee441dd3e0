/* quantized_vnni.c: the products of quantized.h for AVX-512 VNNI, whose one instruction multiplies
 * four unsigned by four signed bytes and adds them to a sum of 32 bits.
 *
 * Shape    tiles of 12 rows by 32 outputs: 24 sums, two registers of weights, one of inputs.
 * Cost     64 multiply-adds an instruction, four times those of floats.
 * Checked  tests/kernels/test_quantized.c. */
#if defined(__AVX512VNNI__)

#include <immintrin.h>
#include <string.h>

#include "kernels/quantized.h"
#include "kernels/vector.h"
#include "kernels/vector_tiles.h"

static float round_row(uint8_t *bytes, const float *x, size_t n) {
    __m512 most = _mm512_setzero_ps();
    /* max(x, most) is `most` where x is not a number. */
    for (size_t i = 0; i < n; i += 16)
        most = _mm512_max_ps(_mm512_abs_ps(_mm512_maskz_loadu_ps(lanes_of(n - i), x + i)), most);
    const float largest = _mm512_reduce_max_ps(most), inverse = largest > 0 ? 127 / largest : 0;
    const __m512 factor = _mm512_set1_ps(inverse), top = _mm512_set1_ps(127),
                 bottom = _mm512_set1_ps(-127);
    for (size_t i = 0; i < n; i += 16) {
        const __mmask16 lanes = lanes_of(n - i);
        __m512 q = _mm512_mul_ps(_mm512_maskz_loadu_ps(lanes, x + i), factor);
        q = _mm512_min_ps(_mm512_max_ps(q, bottom), top);
        const __m512i whole = _mm512_add_epi32(_mm512_cvtps_epi32(q), _mm512_set1_epi32(128));
        _mm_mask_storeu_epi8(bytes + i, lanes, _mm512_cvtepi32_epi8(whole));
    }
    return largest / 127;
}

static ALWAYS_INLINE void finish(const struct quantized_product *job, size_t row, unsigned from,
                                 __m512i sum, __mmask16 lanes) {
    float *c = job->c + row * job->c_row + from;
    const __m512i whole =
        _mm512_sub_epi32(sum, _mm512_maskz_loadu_epi32(lanes, job->of.sums + from));
    const __m512 scale = _mm512_mul_ps(_mm512_set1_ps(job->a_scales[row]),
                                       _mm512_maskz_loadu_ps(lanes, job->of.scales + from));
    __m512 value = _mm512_add_ps(_mm512_mul_ps(_mm512_cvtepi32_ps(whole), scale),
                                 _mm512_maskz_loadu_ps(lanes, job->of.bias + from));
    if (job->accumulate)
        value = _mm512_add_ps(_mm512_maskz_loadu_ps(lanes, c), value);
    _mm512_mask_storeu_ps(c, lanes, value);
}

static ALWAYS_INLINE void tile(const struct quantized_product *job, size_t row, const int rows) {
    const uint8_t *a[ROWS / 4]; /* every fourth row */
    UNROLL for (int r = 0; r < rows; r += 4) a[r / 4] = job->a + (row + (size_t)r) * job->a_row;
    const size_t step = job->a_row;
    const int8_t *b = job->panel;
    __m512i sum[ROWS][2];
    UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm512_setzero_si512();
    for (size_t l = 0; l < job->k; l += 4, b += 4 * QUANTIZED_PANEL) {
        const __m512i left = _mm512_loadu_si512(b), right = _mm512_loadu_si512(b + 64);
        UNROLL for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, a[r / 4] + (size_t)(r % 4) * step + l, 4);
            const __m512i input = _mm512_set1_epi32(four);
            sum[r][0] = _mm512_dpbusd_epi32(sum[r][0], input, left);
            sum[r][1] = _mm512_dpbusd_epi32(sum[r][1], input, right);
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

PRODUCT_IN_TILES(struct quantized_product)

extern const struct quantized_table quantized_vnni_table;
const struct quantized_table quantized_vnni_table = {
    .name = "vnni", .round = round_row, .product = product};

#endif
