/* minilm_linear.c: see minilm_linear.h.
 *
 * Cost     a panel of a layer with 384 inputs is 48 KiB, which the second-level cache holds while
 *          all rows of x pass; rows are at most a few hundred, so that x stays there as well.
 * Checked  tests/text/test_minilm.c against the published vectors. */
#include "text/minilm_linear.h"

#include <string.h>

#include "base/parallel.h"
#include "kernels/kernels.h"

void minilm_linear_make(struct minilm_linear *linear, size_t in, size_t out, struct arena *arena) {
    const size_t padded = (out + MINILM_PANEL - 1) / MINILM_PANEL * MINILM_PANEL;
    *linear = (struct minilm_linear){in, out, ARENA_ARRAY_RAW(arena, float, in *padded),
                                     ARENA_ARRAY_RAW(arena, float, out)};
}

struct packing {
    const struct minilm_linear *linear;
    const struct minilm_linear_part *part;
};

/* Rows of W become columns of panels, in blocks of 16 inputs that the first-level cache holds. */
static void pack_rows(void *context, size_t shard) {
    enum { BLOCK = 16 };
    const struct packing *packing = context;
    const size_t in = packing->linear->in, from = shard * MINILM_PANEL,
                 left = packing->part->out - from, rows = left < MINILM_PANEL ? left : MINILM_PANEL;
    for (size_t begin = 0; begin < in; begin += BLOCK) {
        const size_t end = begin + BLOCK < in ? begin + BLOCK : in;
        for (size_t row = from; row < from + rows; row++) {
            const size_t output = packing->part->first + row;
            const float *weights = packing->part->weights + row * in;
            float *to = packing->linear->panels + output / MINILM_PANEL * MINILM_PANEL * in +
                        output % MINILM_PANEL;
            for (size_t i = begin; i < end; i++)
                to[i * MINILM_PANEL] = weights[i];
        }
    }
}

void minilm_linear_pack(const struct minilm_linear *linear, const struct minilm_linear_part *part) {
    struct packing packing = {linear, part};
    memcpy(linear->bias + part->first, part->bias, part->out * sizeof *part->bias);
    parallel_for((part->out + MINILM_PANEL - 1) / MINILM_PANEL, pack_rows, &packing);
}

struct run {
    const struct minilm_linear *linear;
    const struct minilm_linear_job *job;
};

static void run_panel(void *context, size_t shard) {
    const struct run *run = context;
    const struct minilm_linear *linear = run->linear;
    const struct minilm_linear_job *job = run->job;
    const size_t from = shard * MINILM_PANEL, left = linear->out - from,
                 columns = left < MINILM_PANEL ? left : MINILM_PANEL;
    kernels()->gemm(&(struct kernel_gemm){
        .m = job->rows,
        .n = columns,
        .k = linear->in,
        .a = job->x,
        .a_row = job->x_row,
        .a_column = 1,
        .b = linear->panels + from * linear->in,
        .b_row = MINILM_PANEL,
        .c = job->y + from,
        .c_row = job->y_row,
        .bias = linear->bias + from,
        .accumulate = job->accumulate,
    });
    for (size_t row = 0; row < job->rows && job->gelu; row++)
        kernels()->gelu(job->y + row * job->y_row + from, columns);
}

void minilm_linear_run(const struct minilm_linear *linear, const struct minilm_linear_job *job) {
    struct run run = {linear, job};
    parallel_for((linear->out + MINILM_PANEL - 1) / MINILM_PANEL, run_panel, &run);
}
