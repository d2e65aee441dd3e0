/* kernels.c: how fast the kernels are: gemm in the shapes that training and scoring have, beside
 * OpenBLAS on one thread, and what a step of the others costs.
 *
 * The first line is the processor's peak as measured: independent fused multiply-adds on registers.
 * Each figure is the best of several rounds, because other programs can only make a round slower.
 * Usage: kernels [avx512|avx2|scalar] */
#include <cblas.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "kernels/kernels.h"

struct shape {
    const char *what;
    size_t m, n, k;
    int transposed; /* a lies as [k][m] */
};

static const struct shape shapes[] = {
    {"layer forward", 256, 256, 256, 0},
    {"layer forward", 256, 128, 256, 0},
    {"layer forward", 256, 128, 128, 0},
    {"layer forward", 256, 64, 128, 0},
    {"layer forward", 256, 64, 64, 0},
    {"layer forward", 256, 32, 64, 0},
    {"layer forward", 256, 16, 32, 0},
    {"layer forward", 256, 8, 16, 0},
    {"layer forward", 51, 128, 256, 0},
    {"layer forward", 51, 64, 128, 0},
    {"layer forward", 51, 32, 64, 0},
    {"layer forward", 51, 16, 32, 0},
    {"layer forward", 51, 8, 16, 0},
    {"weight gradient", 256, 128, 256, 1},
    {"weight gradient", 128, 64, 256, 1},
    {"weight gradient", 128, 64, 51, 1},
    {"weight gradient", 64, 32, 256, 1},
    {"weight gradient", 64, 32, 51, 1},
    {"weight gradient", 32, 16, 256, 1},
    {"weight gradient", 32, 16, 51, 1},
    {"weight gradient", 16, 8, 256, 1},
    {"weight gradient", 16, 8, 51, 1},
    {"feature-major score", 128, 512, 256, 1},
    {"feature-major score", 64, 512, 128, 1},
    {"feature-major score", 32, 256, 64, 1},
    {"feature-major score", 16, 128, 32, 1},
    {"feature-major score", 8, 64, 16, 1},
    {"all scores", 256, 3706, 64, 0},
    {"all scores", 256, 3706, 8, 0},
    {"large", 6040, 3706, 64, 0},
    {"large", 1024, 1024, 1024, 0},
    {"large", 512, 3706, 3706, 0},
};

/* Seconds of this thread on a processor: what others do on a busy machine counts less. */
static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static float *random_matrix(size_t count, uint64_t stream) {
    float *values = alloc_aligned(count * sizeof *values);
    struct rng rng;
    rng_init(&rng, 1, stream);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)rng_uniform(&rng) - 0.5f;
    return values;
}

static void run_ours(const struct kernel_table *table, const struct kernel_gemm *job) {
    table->gemm(job);
}

static void run_blas(const struct kernel_table *unused, const struct kernel_gemm *job) {
    (void)unused;
    const int transposed = job->a_row == 1;
    cblas_sgemm(CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, CblasNoTrans, (int)job->m,
                (int)job->n, (int)job->k, 1.0f, job->a,
                (int)(transposed ? job->a_column : job->a_row), job->b, (int)job->b_row, 0.0f,
                job->c, (int)job->c_row);
}

/* Best seconds of one call over rounds of some milliseconds. */
static double best_seconds(void (*run)(const struct kernel_table *, const struct kernel_gemm *),
                           const struct kernel_table *table, const struct kernel_gemm *job) {
    const double work = 2e-9 * (double)job->m * (double)job->n * (double)job->k;
    const size_t repeats = 1 + (size_t)(0.2 / work);
    double best = 1e9;
    for (int round = 0; round < 12; round++) {
        const double start = now();
        for (size_t i = 0; i < repeats; i++)
            run(table, job);
        const double seconds = (now() - start) / (double)repeats;
        best = seconds < best ? seconds : best;
    }
    return best;
}

/* What the processor could do at best: independent fused multiply-adds on registers. */
#if defined(__x86_64__)
#include <immintrin.h>

#define PEAK_STEPS 4000000

#define DEFINE_PEAK(name, instructions, vector, set, fma)                                          \
    __attribute__((target(instructions))) static float name(void) {                                \
        vector sums[12];                                                                           \
        const vector factor = set(0.999f);                                                         \
        for (int i = 0; i < 12; i++)                                                               \
            sums[i] = set((float)i);                                                               \
        for (int step = 0; step < PEAK_STEPS; step++)                                              \
            for (int i = 0; i < 12; i++)                                                           \
                sums[i] = fma(sums[i], factor, factor);                                            \
        float total = 0;                                                                           \
        for (int i = 0; i < 12; i++)                                                               \
            total += ((const float *)&sums[i])[0];                                                 \
        return total;                                                                              \
    }
DEFINE_PEAK(peak_avx512, "avx512f", __m512, _mm512_set1_ps, _mm512_fmadd_ps)
DEFINE_PEAK(peak_avx2, "avx2,fma", __m256, _mm256_set1_ps, _mm256_fmadd_ps)

static void bench_peak(const struct kernel_table *table) {
    const int is_avx512 = strcmp(table->name, "avx512") == 0;
    if (strcmp(table->name, "scalar") == 0)
        return;
    double best = 0;
    volatile float sink = 0;
    for (int round = 0; round < 8; round++) {
        const double start = now();
        sink = sink + (is_avx512 ? peak_avx512() : peak_avx2());
        const double flops = 2.0 * 12 * PEAK_STEPS * (is_avx512 ? 16 : 8) / (now() - start);
        best = flops > best ? flops : best;
    }
    printf("peak of one core: %.1f GFLOPS\n", best * 1e-9);
}
#else
static void bench_peak(const struct kernel_table *table) { (void)table; }
#endif

static void bench_gemm(const struct kernel_table *table) {
    printf("%-22s %5s %5s %5s %10s %10s %8s %7s\n", "gemm", "m", "n", "k", "us", "GFLOPS",
           "OpenBLAS", "ratio");
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        const struct shape *s = &shapes[i];
        float *a = random_matrix(s->m * s->k, 1), *b = random_matrix(s->k * s->n, 2),
              *c = random_matrix(s->m * s->n, 3);
        const struct kernel_gemm job = {.m = s->m,
                                        .n = s->n,
                                        .k = s->k,
                                        .a = a,
                                        .a_row = s->transposed ? 1 : s->k,
                                        .a_column = s->transposed ? s->m : 1,
                                        .b = b,
                                        .b_row = s->n,
                                        .c = c,
                                        .c_row = s->n};
        const double ours = best_seconds(run_ours, table, &job),
                     blas = best_seconds(run_blas, table, &job),
                     work = 2e-9 * (double)s->m * (double)s->n * (double)s->k;
        printf("%-22s %5zu %5zu %5zu %10.2f %10.1f %8.1f %7.2f\n", s->what, s->m, s->n, s->k,
               ours * 1e6, work / ours, work / blas, blas / ours);
        alloc_free(a);
        alloc_free(b);
        alloc_free(c);
    }
}

/* Nanoseconds of one call of each of the others on rows of `n`. */
static void bench_rows(const struct kernel_table *table, size_t n) {
    enum { ROWS = 4096, CALLS = 20000 };
    float *w = random_matrix(n, 1), *m = random_matrix(n, 2), *v = random_matrix(n, 3),
          *g = random_matrix(n, 4), *vectors = random_matrix(ROWS * n, 5),
          *scores = random_matrix(ROWS, 6);
    for (size_t i = 0; i < n; i++)
        v[i] = v[i] * v[i];
    const struct kernel_adam step = {.rate = 1e-3f,
                                     .beta1 = 0.9f,
                                     .beta2 = 0.999f,
                                     .epsilon = 1e-8f,
                                     .correction1 = 1,
                                     .correction2 = 1,
                                     .gradient_scale = 1};
    uint32_t rows[ROWS];
    struct rng rng;
    rng_init(&rng, 2, 0);
    for (size_t i = 0; i < ROWS; i++)
        rows[i] = rng_below(&rng, ROWS);
    double best[5] = {1e9, 1e9, 1e9, 1e9, 1e9};
    volatile float sink = 0;
    for (int round = 0; round < 8; round++) {
        double at[6] = {now()};
        for (int i = 0; i < CALLS; i++)
            table->adam(&step, w, m, v, g, n);
        at[1] = now();
        for (int i = 0; i < CALLS; i++) {
            memcpy(m, g, n * sizeof *m);
            table->adam_idle(&step, w, m, v, n, 20);
        }
        at[2] = now();
        for (int i = 0; i < CALLS; i++)
            sink = sink + table->dot(w, g, n);
        at[3] = now();
        for (int i = 0; i < CALLS; i++)
            table->axpy(m, 1e-9f, g, n);
        at[4] = now();
        for (int i = 0; i < CALLS / ROWS + 1; i++)
            table->gather_dot(scores, g, vectors, n, n, rows, ROWS);
        at[5] = now();
        for (int i = 0; i < 5; i++) {
            const double calls = i == 4 ? (CALLS / ROWS + 1) * (double)ROWS : CALLS;
            const double ns = 1e9 * (at[i + 1] - at[i]) / calls;
            best[i] = ns < best[i] ? ns : best[i];
        }
    }
    printf("%5zu %10.1f %14.1f %10.1f %10.1f %16.1f\n", n, best[0], best[1], best[2], best[3],
           best[4]);
    float *all[] = {w, m, v, g, vectors, scores};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        alloc_free(all[i]);
}

int main(int count, char **arguments) {
    const struct kernel_table *table = count > 1 ? kernels_named(arguments[1]) : kernels();
    if (!table) {
        fprintf(stderr, "kernels: %s: no such table on this processor\n", arguments[1]);
        return 2;
    }
    openblas_set_num_threads(1);
    printf("table %s\n", table->name);
    bench_peak(table);
    bench_gemm(table);
    printf("\n%5s %10s %14s %10s %10s %16s   nanoseconds a call\n", "n", "adam", "adam_idle(20)",
           "dot", "axpy", "gather_dot a row");
    for (size_t n = 8; n <= 256; n *= 2)
        bench_rows(table, n);
    return 0;
}
