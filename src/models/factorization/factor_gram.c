/* factor_gram.c: see factor_gram.h. Cost: count d^2. Checked by test_als.c and test_eals.c. */
#include "models/factorization/factor_gram.h"

#include <string.h>

#include "base/arena.h"
#include "base/parallel.h"
#include "kernels/kernels.h"

enum { ROWS = 16, SCALE_ROWS = 256 };

struct job {
    float *gram, *weighted;
    const float *vectors, *weights;
    size_t count, d;
};

static void scale_shard(void *context, size_t shard) {
    const struct job *job = context;
    size_t end = (shard + 1) * SCALE_ROWS;
    for (size_t i = shard * SCALE_ROWS; i < job->count && i < end; i++) {
        memcpy(job->weighted + i * job->d, job->vectors + i * job->d, job->d * sizeof(float));
        kernels()->scale(job->weighted + i * job->d, job->weights[i], job->d);
    }
}

static void gram_shard(void *context, size_t shard) {
    const struct job *job = context;
    size_t d = job->d, i = shard * ROWS;
    kernels()->gemm(&(struct kernel_gemm){.m = d - i < ROWS ? d - i : ROWS,
                                          .n = d,
                                          .k = job->count,
                                          .a = (job->weights ? job->weighted : job->vectors) + i,
                                          .a_row = 1,
                                          .a_column = d,
                                          .b = job->vectors,
                                          .b_row = d,
                                          .c = job->gram + i * d,
                                          .c_row = d});
}

void factor_gram(float *gram, const float *vectors, const float *weights, size_t count, size_t d) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct job job = {gram, NULL, vectors, weights, count, d};
    if (weights) {
        job.weighted = ARENA_ARRAY_RAW(scratch, float, count *d);
        parallel_for((count + SCALE_ROWS - 1) / SCALE_ROWS, scale_shard, &job);
    }
    parallel_for((d + ROWS - 1) / ROWS, gram_shard, &job);
    arena_reset(scratch, mark);
}
