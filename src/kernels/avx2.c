/* avx2.c: the kernels for AVX2 with FMA: the vector types, and the bodies over them.
 *
 * A `wide` is two 256-bit registers, 16 floats, a `half` one. The bodies are shared with avx512.c,
 * so both tables add in the same order and give the same bits.
 *
 * 16 registers hold tiles of 6 rows by one wide vector, or 12 rows by a half. Checked:
 * tests/kernels. */
#if defined(__AVX2__) && !defined(MATINEE_REAL_DOUBLE)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/vector.h"

enum { wide_lanes = 16, half_lanes = 8 };

typedef __m256 half;
typedef __m256i half_lane_mask;

static ALWAYS_INLINE half half_zero(void) { return _mm256_setzero_ps(); }
static ALWAYS_INLINE half half_set(float x) { return _mm256_set1_ps(x); }
static ALWAYS_INLINE half half_load(const float *from) { return _mm256_loadu_ps(from); }
static ALWAYS_INLINE void half_store(float *to, half a) { _mm256_storeu_ps(to, a); }
static ALWAYS_INLINE half half_add(half a, half b) { return _mm256_add_ps(a, b); }
static ALWAYS_INLINE half half_max(half a, half b) { return _mm256_max_ps(a, b); }
static ALWAYS_INLINE half half_fma(half a, half b, half c) { return _mm256_fmadd_ps(a, b, c); }
/* The first `count` lanes; from 8 on all, below 1 none. */
static ALWAYS_INLINE half_lane_mask half_mask(unsigned count) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)count),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
/* Lanes outside the mask are 0. */
static ALWAYS_INLINE half half_load_part(const float *from, half_lane_mask mask) {
    return _mm256_maskload_ps(from, mask);
}
static ALWAYS_INLINE void half_store_part(float *to, half a, half_lane_mask mask) {
    _mm256_maskstore_ps(to, mask, a);
}

typedef struct {
    half low, high;
} wide;
typedef struct {
    half_lane_mask low, high;
} wide_lane_mask;

#define EACH(operation) ((wide){operation(a.low, b.low), operation(a.high, b.high)})

static ALWAYS_INLINE wide wide_zero(void) { return (wide){half_zero(), half_zero()}; }
static ALWAYS_INLINE wide wide_set(float x) { return (wide){half_set(x), half_set(x)}; }
static ALWAYS_INLINE wide wide_load(const float *from) {
    return (wide){half_load(from), half_load(from + 8)};
}
static ALWAYS_INLINE void wide_store(float *to, wide a) {
    half_store(to, a.low);
    half_store(to + 8, a.high);
}
static ALWAYS_INLINE wide wide_add(wide a, wide b) { return EACH(_mm256_add_ps); }
static ALWAYS_INLINE wide wide_subtract(wide a, wide b) { return EACH(_mm256_sub_ps); }
static ALWAYS_INLINE wide wide_multiply(wide a, wide b) { return EACH(_mm256_mul_ps); }
static ALWAYS_INLINE wide wide_divide(wide a, wide b) { return EACH(_mm256_div_ps); }
static ALWAYS_INLINE wide wide_root(wide a) {
    return (wide){_mm256_sqrt_ps(a.low), _mm256_sqrt_ps(a.high)};
}
static ALWAYS_INLINE wide wide_max(wide a, wide b) { return EACH(_mm256_max_ps); }
static ALWAYS_INLINE half half_times_power(half a, half n) {
    const __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(n), 23);
    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent));
}
/* a * 2^n for whole n, where neither it nor a is below the normal numbers */
static ALWAYS_INLINE wide wide_times_power(wide a, wide n) {
    return (wide){half_times_power(a.low, n.low), half_times_power(a.high, n.high)};
}
/* a * b + c */
static ALWAYS_INLINE wide wide_fma(wide a, wide b, wide c) {
    return (wide){half_fma(a.low, b.low, c.low), half_fma(a.high, b.high, c.high)};
}
static ALWAYS_INLINE wide_lane_mask wide_mask(unsigned count) {
    return (wide_lane_mask){half_mask(count), half_mask(count > 8 ? count - 8 : 0)};
}
static ALWAYS_INLINE wide wide_load_part(const float *from, wide_lane_mask mask) {
    return (wide){half_load_part(from, mask.low), half_load_part(from + 8, mask.high)};
}
static ALWAYS_INLINE void wide_store_part(float *to, wide a, wide_lane_mask mask) {
    half_store_part(to, a.low, mask.low);
    half_store_part(to + 8, a.high, mask.high);
}
static ALWAYS_INLINE unsigned wide_bits(wide a) {
    return (unsigned)_mm256_movemask_ps(a.low) | (unsigned)_mm256_movemask_ps(a.high) << 8;
}
static ALWAYS_INLINE unsigned wide_greater(wide a, wide b) {
    return wide_bits(
        (wide){_mm256_cmp_ps(a.low, b.low, _CMP_GT_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_GT_OQ)});
}
static ALWAYS_INLINE unsigned wide_equal(wide a, wide b) {
    return wide_bits(
        (wide){_mm256_cmp_ps(a.low, b.low, _CMP_EQ_OQ), _mm256_cmp_ps(a.high, b.high, _CMP_EQ_OQ)});
}
/* Lanes 0..7 plus lanes 8..15. */
static ALWAYS_INLINE __m256 wide_fold(wide a) { return _mm256_add_ps(a.low, a.high); }
static ALWAYS_INLINE __m256 wide_fold_max(wide a) { return _mm256_max_ps(a.low, a.high); }

enum { TILE_ROWS_2 = 0, TILE_ROWS_1 = 6, TILE_ROWS_HALF = 12 };

#include "kernels/vector_gemm.h"
#include "kernels/vector_ops.h"

extern const struct kernel_table avx2_table;
const struct kernel_table avx2_table = VECTOR_TABLE("avx2");

#endif
