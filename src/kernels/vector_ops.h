/* vector_ops.h: the kernels other than gemm, over vectors. A body: avx2.c and avx512.c include it
 * after they have defined `wide` and what is done with it.
 *
 * Order    reductions add into four wide accumulators in turn, then (0 + 1) + (2 + 3), then lanes
 *          8 + 8, 4 + 4, and neighbours; the same for one row and for four rows at a time.
 * Tails    the last n % 16 elements are one cut vector, whose missing lanes are 0.
 * Checked  against scalar.c for all lengths around the width: tests/kernels. */
#include <math.h>

/* Whether a vector is whole (a constant wherever it is used) or cut, and then which lanes are. */
struct lanes {
    int cut;
    wide_lane_mask mask;
};

static ALWAYS_INLINE wide take(const float *from, const struct lanes lanes) {
    return lanes.cut ? wide_load_part(from, lanes.mask) : wide_load(from);
}

static ALWAYS_INLINE void put(float *to, wide a, const struct lanes lanes) {
    if (lanes.cut)
        wide_store_part(to, a, lanes.mask);
    else
        wide_store(to, a);
}

/* Runs the statement for i = 0, 16, 32, ... < n with `lanes` saying what there is at i. */
#define EACH_VECTOR(n, ...)                                                                        \
    do {                                                                                           \
        size_t i = 0;                                                                              \
        for (; i + wide_lanes <= (n); i += wide_lanes) {                                           \
            const struct lanes lanes = {.cut = 0};                                                 \
            __VA_ARGS__;                                                                           \
        }                                                                                          \
        if (i < (n)) {                                                                             \
            const struct lanes lanes = {1, wide_mask((unsigned)((n)-i))};                          \
            __VA_ARGS__;                                                                           \
        }                                                                                          \
    } while (0)

static ALWAYS_INLINE __m128 fold(__m256 a) {
    return _mm_add_ps(_mm256_castps256_ps128(a), _mm256_extractf128_ps(a, 1));
}

static ALWAYS_INLINE float total(wide a) {
    __m128 four = fold(wide_fold(a));
    four = _mm_hadd_ps(four, four);
    return _mm_cvtss_f32(_mm_hadd_ps(four, four));
}

static ALWAYS_INLINE wide dot_term(wide sum, wide a, wide b) { return wide_fma(a, b, sum); }
static ALWAYS_INLINE wide distance_term(wide sum, wide a, wide b) {
    const wide apart = wide_subtract(a, b);
    return wide_fma(apart, apart, sum);
}

/* The terms of a and b, summed by lane. */
#define DEFINE_PAIR_SUM(name, term)                                                                \
    static ALWAYS_INLINE wide name(const float *a, const float *b, size_t n) {                     \
        wide s0 = wide_zero(), s1 = s0, s2 = s0, s3 = s0;                                          \
        for (; n >= 64; n -= 64, a += 64, b += 64) {                                               \
            s0 = term(s0, wide_load(a), wide_load(b));                                             \
            s1 = term(s1, wide_load(a + 16), wide_load(b + 16));                                   \
            s2 = term(s2, wide_load(a + 32), wide_load(b + 32));                                   \
            s3 = term(s3, wide_load(a + 48), wide_load(b + 48));                                   \
        }                                                                                          \
        for (; n >= 16; n -= 16, a += 16, b += 16)                                                 \
            s0 = term(s0, wide_load(a), wide_load(b));                                             \
        if (n > 0) {                                                                               \
            const wide_lane_mask mask = wide_mask((unsigned)n);                                    \
            s1 = term(s1, wide_load_part(a, mask), wide_load_part(b, mask));                       \
        }                                                                                          \
        return wide_add(wide_add(s0, s1), wide_add(s2, s3));                                       \
    }
DEFINE_PAIR_SUM(dot_lanes, dot_term)
DEFINE_PAIR_SUM(distance_lanes, distance_term)

static float dot(const float *a, const float *b, size_t n) { return total(dot_lanes(a, b, n)); }

static float squared_distance(const float *a, const float *b, size_t n) {
    return total(distance_lanes(a, b, n));
}

static float sum(const float *a, size_t n) {
    wide s0 = wide_zero(), s1 = s0, s2 = s0, s3 = s0;
    for (; n >= 64; n -= 64, a += 64) {
        s0 = wide_add(s0, wide_load(a));
        s1 = wide_add(s1, wide_load(a + 16));
        s2 = wide_add(s2, wide_load(a + 32));
        s3 = wide_add(s3, wide_load(a + 48));
    }
    EACH_VECTOR(n, s0 = wide_add(s0, take(a + i, lanes)));
    return total(wide_add(wide_add(s0, s1), wide_add(s2, s3)));
}

static float maximum(const float *a, size_t n) {
    wide best = wide_set(-INFINITY);
    size_t i = 0;
    /* max(x, best) is `best` where x is not a number. */
    for (; i + wide_lanes <= n; i += wide_lanes)
        best = wide_max(wide_load(a + i), best);
    __m256 eight = wide_fold_max(best);
    __m128 four = _mm_max_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    four = _mm_max_ps(four, _mm_movehl_ps(four, four));
    float largest = _mm_cvtss_f32(_mm_max_ss(four, _mm_movehdup_ps(four)));
    for (; i < n; i++)
        largest = a[i] > largest ? a[i] : largest;
    return largest;
}

static void axpy(float *y, float alpha, const float *x, size_t n) {
    const wide factor = wide_set(alpha);
    EACH_VECTOR(n, put(y + i, wide_fma(factor, take(x + i, lanes), take(y + i, lanes)), lanes));
}

static void scale(float *y, float alpha, size_t n) {
    const wide factor = wide_set(alpha);
    EACH_VECTOR(n, put(y + i, wide_multiply(factor, take(y + i, lanes)), lanes));
}

static void multiply(float *y, const float *a, const float *b, size_t n) {
    EACH_VECTOR(n, put(y + i, wide_multiply(take(a + i, lanes), take(b + i, lanes)), lanes));
}

static void multiply_add(float *y, const float *a, const float *b, size_t n) {
    EACH_VECTOR(
        n, put(y + i, wide_fma(take(a + i, lanes), take(b + i, lanes), take(y + i, lanes)), lanes));
}

static void gather_dot(float *scores, const float *query, const float *vectors, size_t stride,
                       size_t n, const uint32_t *rows, size_t row_count) {
    enum { AHEAD = 12 };
    size_t i = 0;
    for (; i + 4 <= row_count; i += 4) {
        __m128 part[4];
        UNROLL for (size_t r = 0; r < 4; r++) {
            const size_t row = rows ? rows[i + r] : i + r;
            if (rows && i + r + AHEAD < row_count) {
                const float *next = vectors + rows[i + r + AHEAD] * stride;
                for (size_t line = 0; line < n; line += 16)
                    _mm_prefetch((const char *)(next + line), _MM_HINT_T0);
            }
            part[r] = fold(wide_fold(dot_lanes(query, vectors + row * stride, n)));
        }
        _mm_storeu_ps(scores + i,
                      _mm_hadd_ps(_mm_hadd_ps(part[0], part[1]), _mm_hadd_ps(part[2], part[3])));
    }
    for (; i < row_count; i++)
        scores[i] = dot(query, vectors + (rows ? rows[i] : i) * stride, n);
}

/* 64 elements of y at a time stay in registers, whatever the number of rows. Rows that come next
 * are asked for ahead: where they lie no processor can guess. */
static void gather_axpy(float *y, const float *values, const float *vectors, size_t stride,
                        size_t n, const uint32_t *rows, size_t row_count) {
    enum { AHEAD = 8 };
    size_t c = 0;
    for (; c + 64 <= n; c += 64) {
        const float *from = vectors + c;
        wide s0 = wide_load(y + c), s1 = wide_load(y + c + 16), s2 = wide_load(y + c + 32),
             s3 = wide_load(y + c + 48);
        for (size_t i = 0; i < row_count; i++) {
            const float *row = from + (rows ? rows[i] : i) * stride;
            const wide factor = wide_set(values ? values[i] : 1.0f);
            if (rows && i + AHEAD < row_count)
                for (size_t line = 0; line < 64; line += 16)
                    _mm_prefetch((const char *)(from + rows[i + AHEAD] * stride + line),
                                 _MM_HINT_T0);
            s0 = wide_fma(factor, wide_load(row), s0);
            s1 = wide_fma(factor, wide_load(row + 16), s1);
            s2 = wide_fma(factor, wide_load(row + 32), s2);
            s3 = wide_fma(factor, wide_load(row + 48), s3);
        }
        wide_store(y + c, s0);
        wide_store(y + c + 16, s1);
        wide_store(y + c + 32, s2);
        wide_store(y + c + 48, s3);
    }
    EACH_VECTOR(n - c, {
        wide sum = take(y + c + i, lanes);
        for (size_t r = 0; r < row_count; r++)
            sum = wide_fma(wide_set(values ? values[r] : 1.0f),
                           take(vectors + c + (rows ? rows[r] : r) * stride + i, lanes), sum);
        put(y + c + i, sum, lanes);
    });
}

static void scatter_axpy(float *y, float alpha, const uint32_t *columns, const float *values,
                         size_t count) {
    /* The instruction that scatters is slower than this on every processor it exists on today. */
    if (values)
        for (size_t i = 0; i < count; i++)
            y[columns[i]] = __builtin_fmaf(alpha, values[i], y[columns[i]]);
    else
        for (size_t i = 0; i < count; i++)
            y[columns[i]] += alpha;
}

static void pull_apart(float *x, float *a, float *b, float step, float kept, size_t n) {
    const wide rate = wide_set(step), share = wide_set(kept);
    EACH_VECTOR(n, {
        const wide old = take(x + i, lanes), up = take(a + i, lanes), down = take(b + i, lanes);
        const wide moved = wide_multiply(rate, old);
        put(x + i, wide_fma(share, old, wide_multiply(rate, wide_subtract(up, down))), lanes);
        put(a + i, wide_fma(share, up, moved), lanes);
        put(b + i, wide_subtract(wide_multiply(share, down), moved), lanes);
    });
}

/* e^x = 2^n e^r with whole n and |r| <= log(2) / 2; e^r by its series to r^6, the first terms
 * exactly. Adding and taking away 1.5 * 2^23 rounds to the nearest whole number. */
static ALWAYS_INLINE wide exponential(wide x) {
    const wide round = wide_set(12582912.0f);
    x = wide_max(wide_set(-87), x);
    const wide n = wide_subtract(wide_fma(x, wide_set(1.44269504f), round), round);
    wide r = wide_fma(n, wide_set(-0.693145752f), x);
    r = wide_fma(n, wide_set(-1.42860677e-6f), r);
    wide p = wide_fma(r, wide_set(1.38888889e-3f), wide_set(8.33333333e-3f));
    p = wide_fma(p, r, wide_set(4.16666667e-2f));
    p = wide_fma(p, r, wide_set(1.66666667e-1f));
    p = wide_fma(p, r, wide_set(0.5f));
    p = wide_fma(p, r, wide_set(1));
    return wide_times_power(wide_fma(p, r, wide_set(1)), n);
}

static float exponentials(float *y, const float *x, float shift, size_t n) {
    const wide less = wide_set(shift);
    wide sum = wide_zero();
    size_t i = 0;
    for (; i + wide_lanes <= n; i += wide_lanes) {
        const wide e = exponential(wide_subtract(wide_load(x + i), less));
        wide_store(y + i, e);
        sum = wide_add(sum, e);
    }
    float tail = 0;
    if (i < n) {
        const wide_lane_mask mask = wide_mask((unsigned)(n - i));
        wide_store_part(y + i, exponential(wide_subtract(wide_load_part(x + i, mask), less)), mask);
        for (; i < n; i++)
            tail += y[i];
    }
    return total(sum) + tail;
}

/* x P(X < x) = max(x, 0) - |x| P(X > |x|), and the last, times 2, is e^p(|x|) with p of degree 8
 * fitted to log(erfc(t / sqrt(2))) on [0, 6] so that the largest error of the whole is least: 9e-9,
 * below what float rounds. Beyond 6 p only falls. */
static ALWAYS_INLINE wide gelu_of(wide x) {
    const wide zero = wide_zero(), size = wide_max(x, wide_subtract(zero, x));
    wide p = wide_fma(size, wide_set(-1.31825641e-6f), wide_set(1.94454587e-5f));
    p = wide_fma(p, size, wide_set(-9.11186227e-5f));
    p = wide_fma(p, size, wide_set(-1.8862133e-4f));
    p = wide_fma(p, size, wide_set(5.02219391e-3f));
    p = wide_fma(p, size, wide_set(-3.64787224e-2f));
    p = wide_fma(p, size, wide_set(-3.18266927e-1f));
    p = wide_fma(p, size, wide_set(-7.97889378e-1f));
    const wide tail = exponential(wide_multiply(p, size));
    return wide_fma(wide_multiply(size, wide_set(-0.5f)), tail, wide_max(x, zero));
}

static void gelu(float *y, size_t n) {
    EACH_VECTOR(n, put(y + i, gelu_of(take(y + i, lanes)), lanes));
}

static void layer_norm(float *y, const float *x, const struct kernel_layer_norm *job, size_t n) {
    const wide mean = wide_set(sum(x, n) / (float)n);
    EACH_VECTOR(n, put(y + i, wide_subtract(take(x + i, lanes), mean), lanes));
    const float variance = dot(y, y, n) / (float)n;
    const wide inverse = wide_set((float)(1 / sqrt((double)variance + (double)job->epsilon)));
    EACH_VECTOR(n, put(y + i,
                       wide_fma(wide_multiply(take(y + i, lanes), inverse),
                                take(job->gain + i, lanes), take(job->bias + i, lanes)),
                       lanes));
}

static void adam(const struct kernel_adam *step, float *weight, float *first, float *second,
                 const float *gradient, size_t count) {
    const wide beta1 = wide_set(step->beta1), rest1 = wide_set(1 - step->beta1),
               beta2 = wide_set(step->beta2), rest2 = wide_set(1 - step->beta2),
               rate = wide_set(step->rate / step->correction1),
               root_scale = wide_set(1 / sqrtf(step->correction2)),
               epsilon = wide_set(step->epsilon), kept = wide_set(1 - step->rate * step->decay),
               l2 = wide_set(step->l2), factor = wide_set(step->gradient_scale);
    EACH_VECTOR(count, {
        const wide w = take(weight + i, lanes);
        const wide g = wide_fma(l2, w, wide_multiply(factor, take(gradient + i, lanes)));
        const wide m = wide_fma(beta1, take(first + i, lanes), wide_multiply(rest1, g));
        const wide v =
            wide_fma(beta2, take(second + i, lanes), wide_multiply(rest2, wide_multiply(g, g)));
        const wide root = wide_fma(wide_root(v), root_scale, epsilon);
        const wide change = wide_divide(wide_multiply(rate, m), root);
        put(first + i, m, lanes);
        put(second + i, v, lanes);
        put(weight + i, wide_subtract(wide_multiply(kept, w), change), lanes);
    });
}

/* What a walk over the gap needs of each vector. */
struct idle {
    wide w, m, root;
};

/* One step of an idle gap for `vectors` vectors; returns whether any weight moved. */
static ALWAYS_INLINE int idle_step(struct idle *at, const int vectors, const float *factors) {
    const wide kept = wide_set(factors[0]), rate = wide_set(factors[1]),
               root_scale = wide_set(factors[2]), epsilon = wide_set(factors[3]),
               beta1 = wide_set(factors[4]), root_decay = wide_set(factors[5]);
    unsigned still = 0xffff;
    UNROLL for (int i = 0; i < vectors; i++) {
        at[i].m = wide_multiply(at[i].m, beta1);
        at[i].root = wide_multiply(at[i].root, root_decay);
        const wide change =
            wide_divide(wide_multiply(rate, at[i].m), wide_fma(at[i].root, root_scale, epsilon));
        const wide next = wide_subtract(wide_multiply(kept, at[i].w), change);
        still &= wide_equal(next, at[i].w);
        at[i].w = next;
    }
    return still != 0xffff;
}

/* Walks the gap, as scalar.c does, until nothing moves; returns the steps done. */
static ALWAYS_INLINE size_t idle_walk(const struct kernel_adam *step, struct idle *at,
                                      const int vectors, size_t gap) {
    const double beta1 = (double)step->beta1, beta2 = (double)step->beta2;
    const int may_stop = step->decay == 0 && beta1 * beta1 < beta2;
    double power1 = 1 - (double)step->correction1, power2 = 1 - (double)step->correction2;
    float factors[6] = {1 - step->rate * step->decay,
                        step->rate,
                        1,
                        step->epsilon,
                        step->beta1,
                        (float)sqrt(beta2)};
    size_t done = 0;
    int moves = 1;
    for (; done < gap && moves && (power1 > 0 || power2 > 0); done++) {
        power1 *= beta1;
        power2 *= beta2;
        factors[1] = (float)((double)step->rate / (1 - power1));
        factors[2] = (float)(1 / sqrt(1 - power2));
        moves = idle_step(at, vectors, factors) || !may_stop;
    }
    /* From here on both corrections are 1, the usual case after the first thousands of steps. */
    for (; done < gap && moves; done++)
        moves = idle_step(at, vectors, factors) || !may_stop;
    return done;
}

/* Step by step, for at most 64 elements. */
static void idle_block(const struct kernel_adam *step, float *const state[3], size_t count,
                       size_t gap) {
    enum { vectors = 4 };
    struct idle at[vectors];
    wide_lane_mask mask[vectors];
    UNROLL for (int i = 0; i < vectors; i++) {
        const size_t start = (size_t)i * wide_lanes, left = count > start ? count - start : 0;
        mask[i] = wide_mask((unsigned)(left < wide_lanes ? left : wide_lanes));
        at[i].w = wide_load_part(state[0] + start, mask[i]);
        at[i].m = wide_load_part(state[1] + start, mask[i]);
        at[i].root = wide_root(wide_load_part(state[2] + start, mask[i]));
    }
    const size_t done = idle_walk(step, at, vectors, gap);
    const wide left1 =
        wide_set(done < gap ? (float)pow((double)step->beta1, (double)(gap - done)) : 1);
    const wide left2 = wide_set((float)pow((double)step->beta2, (double)gap));
    UNROLL for (int i = 0; i < vectors; i++) {
        const size_t start = (size_t)i * wide_lanes;
        const wide second = wide_load_part(state[2] + start, mask[i]);
        wide_store_part(state[0] + start, at[i].w, mask[i]);
        wide_store_part(state[1] + start, wide_multiply(at[i].m, left1), mask[i]);
        wide_store_part(state[2] + start, wide_multiply(second, left2), mask[i]);
    }
}

/* What a gap does to an element with moments m and v, as far as it is the same for all of them.
 *
 * The gap's step i takes rate b1^i m / (sqrt(v) q^i + epsilon) from the weight, q = sqrt(b2). The
 * denominator is D (1 - f z_i), with D = sqrt(v) + epsilon, f = sqrt(v) / D and z_i = 1 - q^i,
 * which stays small while b1^i counts for anything. So the sum over the gap is rate m / D times the
 * sum of b1^i (1 + f z_i + (f z_i)^2 + (f z_i)^3), and the sums of b1^i z_i^j are made once for the
 * row. The corrections of the first thousands of steps go into the factors of the same sums. */
struct idle_sums {
    float powers[4];    /* the sum of b1^i z_i^j, j = 0 ... 3 */
    float root_scale;   /* the correction of sqrt(v) at the last step done */
    float left1, left2; /* b1^gap, b2^gap */
};

/* Returns 0 where the series would not be exact to the last bits: few steps done, or betas that are
 * far from the usual ones, or weight decay. */
static int idle_sums_make(const struct kernel_adam *step, size_t gap, struct idle_sums *sums) {
    const double beta1 = (double)step->beta1, beta2 = (double)step->beta2, q = sqrt(beta2);
    double power1 = 1 - (double)step->correction1, power2 = 1 - (double)step->correction2;
    if (step->decay != 0 || 1 - q > 0.008 * (1 - beta1) || power2 > 0.5)
        return 0;
    const int corrected = power1 > 0 || power2 > 0;
    const double kept_scale = sqrt(1 - power2);
    double first = 1, root = 1, total[4] = {0};
    size_t done = 0;
    for (; done < gap && first > 1e-12; done++) {
        first *= beta1;
        root *= q;
        double rate = first, still = root;
        if (corrected) {
            power1 *= beta1;
            power2 *= beta2;
            rate /= 1 - power1;
            still *= kept_scale / sqrt(1 - power2);
        }
        const double z = 1 - still;
        total[0] += rate;
        total[1] += rate * z;
        total[2] += rate * (z * z);
        total[3] += rate * (z * z * z);
    }
    for (size_t j = 0; j < 4; j++)
        sums->powers[j] = (float)total[j];
    sums->root_scale = (float)(1 / kept_scale);
    sums->left1 = (float)(done < gap ? pow(beta1, (double)gap) : first);
    sums->left2 = (float)(done < gap ? pow(beta2, (double)gap) : root * root);
    return 1;
}

static void idle_by_sums(const struct kernel_adam *step, float *const state[3], size_t count,
                         const struct idle_sums *sums) {
    const wide rate = wide_set(step->rate), epsilon = wide_set(step->epsilon), one = wide_set(1),
               root_scale = wide_set(sums->root_scale), left1 = wide_set(sums->left1),
               left2 = wide_set(sums->left2), p0 = wide_set(sums->powers[0]),
               p1 = wide_set(sums->powers[1]), p2 = wide_set(sums->powers[2]),
               p3 = wide_set(sums->powers[3]);
    EACH_VECTOR(count, {
        const wide m = take(state[1] + i, lanes), v = take(state[2] + i, lanes);
        const wide root = wide_multiply(wide_root(v), root_scale);
        const wide inverse = wide_divide(one, wide_add(root, epsilon));
        const wide f = wide_multiply(root, inverse);
        const wide series = wide_fma(f, wide_fma(f, wide_fma(f, p3, p2), p1), p0);
        const wide change = wide_multiply(wide_multiply(rate, m), wide_multiply(inverse, series));
        put(state[0] + i, wide_subtract(take(state[0] + i, lanes), change), lanes);
        put(state[1] + i, wide_multiply(m, left1), lanes);
        put(state[2] + i, wide_multiply(v, left2), lanes);
    });
}

static void adam_idle(const struct kernel_adam *step, float *weight, float *first, float *second,
                      size_t count, size_t gap) {
    struct idle_sums sums;
    if (gap == 0)
        return;
    if (idle_sums_make(step, gap, &sums)) {
        idle_by_sums(step, (float *const[3]){weight, first, second}, count, &sums);
        return;
    }
    for (size_t i = 0; i < count; i += 64) {
        const size_t left = count - i < 64 ? count - i : 64;
        idle_block(step, (float *const[3]){weight + i, first + i, second + i}, left, gap);
    }
}

static void factor_step(const struct kernel_factor_step *step, float *p, float *q, float *z,
                        size_t n) {
    const wide kept_p = wide_set(step->kept_p), rate_p = wide_set(step->rate_p),
               kept_q = wide_set(step->kept_q), rate_q = wide_set(step->rate_q),
               rate_z = wide_set(step->rate_z);
    EACH_VECTOR(n, {
        const wide old_p = take(p + i, lanes), old_q = take(q + i, lanes);
        wide user = old_p;
        if (z) {
            const wide old_z = take(z + i, lanes);
            user = wide_add(old_p, old_z);
            put(z + i, wide_fma(rate_z, old_q, old_z), lanes);
        }
        put(p + i, wide_fma(rate_p, old_q, wide_multiply(kept_p, old_p)), lanes);
        put(q + i, wide_fma(rate_q, user, wide_multiply(kept_q, old_q)), lanes);
    });
}

static void count_above(const float *values, size_t n, float x, size_t *greater, size_t *equal) {
    const wide bound = wide_set(x);
    size_t above = 0, same = 0, i = 0;
    for (; i + wide_lanes <= n; i += wide_lanes) {
        const wide a = wide_load(values + i);
        above += (size_t)__builtin_popcount(wide_greater(a, bound));
        same += (size_t)__builtin_popcount(wide_equal(a, bound));
    }
    for (; i < n; i++) {
        above += values[i] > x;
        same += values[i] == x;
    }
    *greater = above;
    *equal = same;
}

static void add_relu(float *out, const float *item_half, const float *user_half, size_t features,
                     size_t items, size_t stride) {
    const wide zero = wide_zero();
    for (size_t f = 0; f < features; f++) {
        const wide own = wide_set(user_half[f]);
        const float *from = item_half + f * stride;
        float *to = out + f * stride;
        EACH_VECTOR(items,
                    put(to + i, wide_max(wide_add(take(from + i, lanes), own), zero), lanes));
    }
}

#define VECTOR_TABLE(table_name)                                                                   \
    {                                                                                              \
        .name = (table_name), .dot = dot, .squared_distance = squared_distance, .sum = sum,        \
        .maximum = maximum, .axpy = axpy, .scale = scale, .multiply = multiply,                    \
        .multiply_add = multiply_add, .gemm = gemm, .gather_dot = gather_dot,                      \
        .gather_axpy = gather_axpy, .scatter_axpy = scatter_axpy, .exponentials = exponentials,    \
        .gelu = gelu, .layer_norm = layer_norm, .pull_apart = pull_apart, .adam = adam,            \
        .adam_idle = adam_idle, .factor_step = factor_step, .count_above = count_above,            \
        .add_relu = add_relu,                                                                      \
    }
