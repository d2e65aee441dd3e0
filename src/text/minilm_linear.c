/* minilm_linear.c: see minilm_linear.h.
 *
 * Cost     a panel of a layer with 384 inputs is 48 KiB (12 in bytes), which the second-level cache
 *          holds while all rows of x pass; rows are at most a few hundred, so that x stays there as
 *          well.
 * Checked  tests/text/test_minilm.c against the published vectors. */
#include "text/minilm_linear.h"

#include <math.h>
#include <string.h>

#include "base/parallel.h"
#include "kernels/halves.h"
#include "kernels/kernels.h"
#include "kernels/quantized.h"

_Static_assert(MINILM_PANEL == QUANTIZED_PANEL, "one width of panels");
_Static_assert(MINILM_PANEL == HALVES_PANEL, "one width of panels");

void minilm_linear_make(struct minilm_linear *linear, size_t in, size_t out,
                        enum encoder_precision precision, struct arena *arena) {
    const size_t padded = (out + MINILM_PANEL - 1) / MINILM_PANEL * MINILM_PANEL;
    *linear = (struct minilm_linear){.in = in,
                                     .out = out,
                                     .precision = precision,
                                     .bias = ARENA_ARRAY_RAW(arena, float, out),
                                     .in_padded = (in + 3) / 4 * 4};
    if (precision == ENCODER_INT8) {
        linear->bytes = ARENA_ARRAY(arena, int8_t, linear->in_padded * padded);
        linear->scales = ARENA_ARRAY_RAW(arena, float, out);
        linear->sums = ARENA_ARRAY_RAW(arena, int32_t, out);
    } else if (precision == ENCODER_BF16) {
        linear->halves = ARENA_ARRAY(arena, uint16_t, linear->in_padded * padded);
    } else {
        linear->panels = ARENA_ARRAY_RAW(arena, float, in *padded);
    }
}

struct packing {
    const struct minilm_linear *linear;
    const struct minilm_linear_part *part;
};

/* Rows of W become columns of panels, in blocks of 16 inputs that the first-level cache holds. */
static void pack_floats(const struct packing *packing, struct parallel_range rows) {
    enum { BLOCK = 16 };
    const size_t in = packing->linear->in;
    for (size_t begin = 0; begin < in; begin += BLOCK) {
        const size_t end = begin + BLOCK < in ? begin + BLOCK : in;
        for (size_t row = rows.begin; row < rows.end; row++) {
            const size_t output = packing->part->first + row;
            const float *weights = packing->part->weights + row * in;
            float *to = packing->linear->panels + output / MINILM_PANEL * MINILM_PANEL * in +
                        output % MINILM_PANEL;
            for (size_t i = begin; i < end; i++)
                to[i * MINILM_PANEL] = weights[i];
        }
    }
}

/* The same, rounded: four inputs of an output side by side. */
static void pack_bytes(const struct packing *packing, struct parallel_range rows) {
    const struct minilm_linear *linear = packing->linear;
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    uint8_t *rounded = ARENA_ARRAY_RAW(arena, uint8_t, linear->in);
    for (size_t row = rows.begin; row < rows.end; row++) {
        const size_t output = packing->part->first + row;
        int8_t *to = linear->bytes + output / MINILM_PANEL * MINILM_PANEL * linear->in_padded +
                     output % MINILM_PANEL * 4;
        linear->scales[output] =
            quantized()->round(rounded, packing->part->weights + row * linear->in, linear->in);
        int32_t sum = 0;
        for (size_t i = 0; i < linear->in; i++) {
            const int weight = rounded[i] - 128;
            to[i / 4 * 4 * MINILM_PANEL + i % 4] = (int8_t)weight;
            sum += weight;
        }
        linear->sums[output] = 128 * sum;
    }
    arena_reset(arena, mark);
}

/* The same as halves: two inputs of an output side by side. */
static void pack_halves(const struct packing *packing, struct parallel_range rows) {
    const struct minilm_linear *linear = packing->linear;
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    uint16_t *rounded = ARENA_ARRAY_RAW(arena, uint16_t, linear->in);
    for (size_t row = rows.begin; row < rows.end; row++) {
        const size_t output = packing->part->first + row;
        uint16_t *to = linear->halves + output / MINILM_PANEL * MINILM_PANEL * linear->in_padded +
                       output % MINILM_PANEL * 2;
        halves()->round(rounded, packing->part->weights + row * linear->in, linear->in);
        for (size_t i = 0; i < linear->in; i++)
            to[i / 2 * 2 * MINILM_PANEL + i % 2] = rounded[i];
    }
    arena_reset(arena, mark);
}

static void pack_shard(void *context, size_t shard) {
    const struct packing *packing = context;
    const size_t begin = shard * MINILM_PANEL, left = packing->part->out - begin;
    const struct parallel_range rows = {begin, begin + (left < MINILM_PANEL ? left : MINILM_PANEL)};
    if (packing->linear->precision == ENCODER_INT8)
        pack_bytes(packing, rows);
    else if (packing->linear->precision == ENCODER_BF16)
        pack_halves(packing, rows);
    else
        pack_floats(packing, rows);
}

void minilm_linear_pack(const struct minilm_linear *linear, const struct minilm_linear_part *part) {
    struct packing packing = {linear, part};
    memcpy(linear->bias + part->first, part->bias, part->out * sizeof *part->bias);
    parallel_for((part->out + MINILM_PANEL - 1) / MINILM_PANEL, pack_shard, &packing);
}

struct run {
    const struct minilm_linear *linear;
    const struct minilm_linear_job *job;
    uint8_t *bytes;   /* [rows][in_padded]: x, rounded for int8, and then: */
    float *scales;    /* [rows] */
    uint16_t *halves; /* [rows][in_padded]: x, rounded for bf16 */
};

static void run_floats(const struct run *run, size_t from, size_t columns) {
    const struct minilm_linear *linear = run->linear;
    const struct minilm_linear_job *job = run->job;
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
}

static void run_bytes(const struct run *run, size_t from, size_t columns) {
    const struct minilm_linear *linear = run->linear;
    const struct minilm_linear_job *job = run->job;
    quantized()->product(&(struct quantized_product){
        .rows = job->rows,
        .k = linear->in_padded,
        .columns = (unsigned)columns,
        .a = run->bytes,
        .a_row = linear->in_padded,
        .a_scales = run->scales,
        .panel = linear->bytes + from * linear->in_padded,
        .of = {linear->scales + from, linear->sums + from, linear->bias + from},
        .c = job->y + from,
        .c_row = job->y_row,
        .accumulate = job->accumulate,
    });
}

static void run_halves(const struct run *run, size_t from, size_t columns) {
    const struct minilm_linear *linear = run->linear;
    const struct minilm_linear_job *job = run->job;
    halves()->product(&(struct halves_product){
        .rows = job->rows,
        .k = linear->in_padded,
        .columns = (unsigned)columns,
        .a = run->halves,
        .a_row = linear->in_padded,
        .panel = linear->halves + from * linear->in_padded,
        .bias = linear->bias + from,
        .c = job->y + from,
        .c_row = job->y_row,
        .accumulate = job->accumulate,
    });
}

static void run_panel(void *context, size_t shard) {
    const struct run *run = context;
    const struct minilm_linear_job *job = run->job;
    const size_t from = shard * MINILM_PANEL, left = run->linear->out - from,
                 columns = left < MINILM_PANEL ? left : MINILM_PANEL;
    if (run->bytes)
        run_bytes(run, from, columns);
    else if (run->halves)
        run_halves(run, from, columns);
    else
        run_floats(run, from, columns);
    for (size_t row = 0; row < job->rows && job->gelu; row++)
        kernels()->gelu(job->y + row * job->y_row + from, columns);
}

static void round_rows(struct run *run, struct arena *arena) {
    const struct minilm_linear_job *job = run->job;
    const size_t in = run->linear->in, padded = run->linear->in_padded;
    if (run->linear->precision == ENCODER_INT8) {
        run->bytes = ARENA_ARRAY_RAW(arena, uint8_t, job->rows * padded);
        run->scales = ARENA_ARRAY_RAW(arena, float, job->rows);
    } else {
        run->halves = ARENA_ARRAY_RAW(arena, uint16_t, job->rows * padded);
    }
    for (size_t row = 0; row < job->rows; row++) {
        const float *x = job->x + row * job->x_row;
        if (run->bytes) {
            memset(run->bytes + (row + 1) * padded - 4, 128, 4);
            run->scales[row] = quantized()->round(run->bytes + row * padded, x, in);
        } else {
            memset(run->halves + (row + 1) * padded - 4, 0, 4 * sizeof *run->halves);
            halves()->round(run->halves + row * padded, x, in);
        }
    }
}

void minilm_linear_run(const struct minilm_linear *linear, const struct minilm_linear_job *job) {
    struct arena *arena = arena_scratch();
    const struct arena_position mark = arena_mark(arena);
    struct run run = {.linear = linear, .job = job};
    if (linear->precision != ENCODER_F32)
        round_rows(&run, arena);
    parallel_for((linear->out + MINILM_PANEL - 1) / MINILM_PANEL, run_panel, &run);
    arena_reset(arena, mark);
}
