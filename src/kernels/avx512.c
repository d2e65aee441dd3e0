/* avx512.c: the kernels for AVX-512 (F, BW, DQ, VL): the vector types, and the bodies over them.
 *
 * A `wide` is one 512-bit register of 16 floats, a `half` a 256-bit one of 8. The bodies are shared
 * with avx2.c and use 16 lanes there too, so both tables give the same bits.
 *
 * 32 registers hold tiles of 14 rows by two wide vectors, with 3 left for b and a. Cuts at the end
 * of a row are masks. Checked: tests/kernels. */
#if defined(__AVX512F__) && !defined(MATINEE_REAL_DOUBLE)

#include <immintrin.h>

#include "kernels/kernels.h"
#include "kernels/vector.h"

enum { wide_lanes = 16, half_lanes = 8 };

typedef __m512 wide;
typedef __mmask16 wide_lane_mask;

static ALWAYS_INLINE wide wide_zero(void) { return _mm512_setzero_ps(); }
static ALWAYS_INLINE wide wide_set(float x) { return _mm512_set1_ps(x); }
static ALWAYS_INLINE wide wide_load(const float *from) { return _mm512_loadu_ps(from); }
static ALWAYS_INLINE void wide_store(float *to, wide a) { _mm512_storeu_ps(to, a); }
static ALWAYS_INLINE wide wide_add(wide a, wide b) { return _mm512_add_ps(a, b); }
static ALWAYS_INLINE wide wide_subtract(wide a, wide b) { return _mm512_sub_ps(a, b); }
static ALWAYS_INLINE wide wide_multiply(wide a, wide b) { return _mm512_mul_ps(a, b); }
static ALWAYS_INLINE wide wide_divide(wide a, wide b) { return _mm512_div_ps(a, b); }
static ALWAYS_INLINE wide wide_root(wide a) { return _mm512_sqrt_ps(a); }
static ALWAYS_INLINE wide wide_max(wide a, wide b) { return _mm512_max_ps(a, b); }
/* a * 2^n for whole n, where neither it nor a is below the normal numbers */
static ALWAYS_INLINE wide wide_times_power(wide a, wide n) { return _mm512_scalef_ps(a, n); }
/* a * b + c */
static ALWAYS_INLINE wide wide_fma(wide a, wide b, wide c) { return _mm512_fmadd_ps(a, b, c); }

/* The first `count` lanes, count <= 16. */
static ALWAYS_INLINE wide_lane_mask wide_mask(unsigned count) {
    return (wide_lane_mask)((1u << count) - 1);
}
/* Lanes outside the mask are 0. */
static ALWAYS_INLINE wide wide_load_part(const float *from, wide_lane_mask mask) {
    return _mm512_maskz_loadu_ps(mask, from);
}
static ALWAYS_INLINE void wide_store_part(float *to, wide a, wide_lane_mask mask) {
    _mm512_mask_storeu_ps(to, mask, a);
}
static ALWAYS_INLINE unsigned wide_greater(wide a, wide b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ);
}
static ALWAYS_INLINE unsigned wide_equal(wide a, wide b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_EQ_OQ);
}
/* Lanes 0..7 plus lanes 8..15. */
static ALWAYS_INLINE __m256 wide_fold(wide a) {
    return _mm256_add_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
}
static ALWAYS_INLINE __m256 wide_fold_max(wide a) {
    return _mm256_max_ps(_mm512_castps512_ps256(a), _mm512_extractf32x8_ps(a, 1));
}

typedef __m256 half;
typedef __mmask8 half_lane_mask;

static ALWAYS_INLINE half half_zero(void) { return _mm256_setzero_ps(); }
static ALWAYS_INLINE half half_set(float x) { return _mm256_set1_ps(x); }
static ALWAYS_INLINE half half_load(const float *from) { return _mm256_loadu_ps(from); }
static ALWAYS_INLINE void half_store(float *to, half a) { _mm256_storeu_ps(to, a); }
static ALWAYS_INLINE half half_add(half a, half b) { return _mm256_add_ps(a, b); }
static ALWAYS_INLINE half half_max(half a, half b) { return _mm256_max_ps(a, b); }
static ALWAYS_INLINE half half_fma(half a, half b, half c) { return _mm256_fmadd_ps(a, b, c); }
static ALWAYS_INLINE half_lane_mask half_mask(unsigned count) {
    return (half_lane_mask)((1u << count) - 1);
}
static ALWAYS_INLINE half half_load_part(const float *from, half_lane_mask mask) {
    return _mm256_maskz_loadu_ps(mask, from);
}
static ALWAYS_INLINE void half_store_part(float *to, half a, half_lane_mask mask) {
    _mm256_mask_storeu_ps(to, mask, a);
}

enum { TILE_ROWS_2 = 14, TILE_ROWS_1 = 14, TILE_ROWS_HALF = 14 };

#include "kernels/vector_gemm.h"
#include "kernels/vector_ops.h"

extern const struct kernel_table avx512_table;
const struct kernel_table avx512_table = VECTOR_TABLE("avx512");

#endif
