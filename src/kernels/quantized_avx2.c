/* quantized_avx2.c: the products of quantized.h for AVX2.
 *
 * Sums     the instruction that multiplies unsigned by signed bytes adds pairs in 16 bits and
 *          saturates there. It is given |weight| and input with the weight's sign: both at most 127
 *          in size, so a pair is at most 32,258 and nothing is lost.
 * Shape    tiles of 3 rows by 16 outputs: 6 sums of 8 outputs each, and 4 registers for the
 *          weights and their sizes.
 * Checked  tests/kernels/test_quantized.c. */
#if defined(__AVX2__)

#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "kernels/quantized.h"
#include "kernels/vector.h"

enum { ROWS = 3 };

static float largest_size(const float *x, size_t n) {
    const __m256 sign = _mm256_set1_ps(-0.0f);
    __m256 most = _mm256_setzero_ps();
    size_t i = 0;
    /* max(x, most) is `most` where x is not a number. */
    for (; i + 8 <= n; i += 8)
        most = _mm256_max_ps(_mm256_andnot_ps(sign, _mm256_loadu_ps(x + i)), most);
    float lanes[8], largest = 0;
    _mm256_storeu_ps(lanes, most);
    for (size_t l = 0; l < 8; l++)
        largest = lanes[l] > largest ? lanes[l] : largest;
    for (; i < n; i++)
        largest = fabsf(x[i]) > largest ? fabsf(x[i]) : largest;
    return largest;
}

static float round_row(uint8_t *bytes, const float *x, size_t n) {
    const float most = largest_size(x, n), inverse = most > 0 ? 127 / most : 0;
    const __m256 factor = _mm256_set1_ps(inverse), top = _mm256_set1_ps(127),
                 bottom = _mm256_set1_ps(-127);
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
        __m256 q = _mm256_mul_ps(_mm256_loadu_ps(x + i), factor);
        q = _mm256_min_ps(_mm256_max_ps(q, bottom), top);
        const __m256i whole = _mm256_add_epi32(_mm256_cvtps_epi32(q), _mm256_set1_epi32(128));
        const __m128i words =
            _mm_packus_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
        _mm_storel_epi64((__m128i *)(void *)(bytes + i), _mm_packus_epi16(words, words));
    }
    for (; i < n; i++) {
        float q = x[i] * inverse;
        q = q > -127 ? q : -127;
        q = q < 127 ? q : 127;
        bytes[i] = (uint8_t)(lrintf(q) + 128);
    }
    return most / 127;
}

/* Sums of `rows` rows and 16 outputs from `column` on, into sums[row][16]. */
static ALWAYS_INLINE void tile(const struct quantized_product *job, size_t row, unsigned column,
                               const int rows, int32_t sums[ROWS][16]) {
    const __m256i ones = _mm256_set1_epi16(1);
    const uint8_t *a = job->a + row * job->a_row;
    const int8_t *b = job->panel + column * 4;
    __m256i sum[ROWS][2];
    UNROLL for (int r = 0; r < rows; r++) sum[r][0] = sum[r][1] = _mm256_setzero_si256();
    for (size_t l = 0; l < job->k; l += 4, b += 4 * QUANTIZED_PANEL) {
        const __m256i left = _mm256_loadu_si256((const __m256i *)(const void *)b),
                      right = _mm256_loadu_si256((const __m256i *)(const void *)(b + 32));
        const __m256i left_size = _mm256_abs_epi8(left), right_size = _mm256_abs_epi8(right);
        UNROLL for (int r = 0; r < rows; r++) {
            uint32_t four;
            memcpy(&four, a + (size_t)r * job->a_row + l, 4);
            const __m256i input = _mm256_set1_epi32((int)(four ^ 0x80808080u));
            const __m256i x = _mm256_maddubs_epi16(left_size, _mm256_sign_epi8(input, left));
            const __m256i y = _mm256_maddubs_epi16(right_size, _mm256_sign_epi8(input, right));
            sum[r][0] = _mm256_add_epi32(sum[r][0], _mm256_madd_epi16(x, ones));
            sum[r][1] = _mm256_add_epi32(sum[r][1], _mm256_madd_epi16(y, ones));
        }
    }
    UNROLL for (int r = 0; r < rows; r++) {
        _mm256_storeu_si256((__m256i *)(void *)sums[r], sum[r][0]);
        _mm256_storeu_si256((__m256i *)(void *)(sums[r] + 8), sum[r][1]);
    }
}

static void finish(const struct quantized_product *job, size_t row, unsigned column,
                   const int32_t sums[16]) {
    const unsigned left = job->columns - column, columns = left < 16 ? left : 16;
    float *c = job->c + row * job->c_row + column;
    for (unsigned i = 0; i < columns; i++) {
        const float scale = job->a_scales[row] * job->of.scales[column + i];
        const float value = (float)sums[i] * scale + job->of.bias[column + i];
        c[i] = job->accumulate ? c[i] + value : value;
    }
}

static void product(const struct quantized_product *job) {
    int32_t sums[ROWS][16];
    for (unsigned column = 0; column < job->columns; column += 16)
        for (size_t row = 0; row < job->rows; row += ROWS) {
            const size_t left = job->rows - row, rows = left < ROWS ? left : ROWS;
            if (rows == 3)
                tile(job, row, column, 3, sums);
            else if (rows == 2)
                tile(job, row, column, 2, sums);
            else
                tile(job, row, column, 1, sums);
            for (size_t r = 0; r < rows; r++)
                finish(job, row + r, column, sums[r]);
        }
}

extern const struct quantized_table quantized_avx2_table;
const struct quantized_table quantized_avx2_table = {
    .name = "avx2", .round = round_row, .product = product};

#endif
