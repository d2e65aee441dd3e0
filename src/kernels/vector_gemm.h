/* vector_gemm.h: gemm over vectors. A body: avx2.c and avx512.c include it after they have defined
 * `wide` (16 lanes) and `half` (8 lanes) and TILE_ROWS_2, TILE_ROWS_1, TILE_ROWS_HALF, the rows of
 * accumulators that their registers hold for tiles of two wide vectors, of one, and of a half.
 *
 * Loops    k in blocks, rows in blocks that the second-level cache holds, columns in panels of at
 *          most two wide vectors, rows in tiles of equal height. Between blocks of k the
 * accumulators go through c, so that the sum of an element is one chain whatever the blocks.
 * Packing  a panel of a wide b is copied together first: its rows would each lie in a page of their
 *          own. A narrow b is used where it lies: at k, n <= 256 that is faster.
 * Cost     m * n * k fused multiply-adds; one vector of them a cycle on Zen 4 (measured:
 *          bench/kernels.c). */
#include <string.h>

struct tile {
    const char *a, *b; /* of float */
    size_t a_row_bytes, a_column_bytes, b_row_bytes;
    float *c;
    size_t c_row, k;
    const float *bias;
    unsigned last; /* lanes of the last vector */
    int add, relu;
};

enum { K_BLOCK = 256, ROW_BLOCK = 420, PANEL = 2 * 16 };

#define VECTOR wide
#include "kernels/gemm_tile.h"
#undef VECTOR
#define VECTOR half
#include "kernels/gemm_tile.h"
#undef VECTOR

typedef void tile_function(const struct tile *t);

/* F(rows) for every height of tile. */
#define TILE_HEIGHTS(F) F(1) F(2) F(3) F(4) F(5) F(6) F(7) F(8) F(9) F(10) F(11) F(12) F(13) F(14)

#define DEFINE_TILES(rows)                                                                         \
    static void tile_half_##rows(const struct tile *t) {                                           \
        half_tile(t, rows <= TILE_ROWS_HALF ? rows : 1, 1, 0);                                     \
    }                                                                                              \
    static void tile_half_part_##rows(const struct tile *t) {                                      \
        half_tile(t, rows <= TILE_ROWS_HALF ? rows : 1, 1, 1);                                     \
    }                                                                                              \
    static void tile_one_##rows(const struct tile *t) {                                            \
        wide_tile(t, rows <= TILE_ROWS_1 ? rows : 1, 1, 0);                                        \
    }                                                                                              \
    static void tile_one_part_##rows(const struct tile *t) {                                       \
        wide_tile(t, rows <= TILE_ROWS_1 ? rows : 1, 1, 1);                                        \
    }                                                                                              \
    static void tile_two_##rows(const struct tile *t) {                                            \
        wide_tile(t, rows <= TILE_ROWS_2 ? rows : 1, 2, 0);                                        \
    }                                                                                              \
    static void tile_two_part_##rows(const struct tile *t) {                                       \
        wide_tile(t, rows <= TILE_ROWS_2 ? rows : 1, 2, 1);                                        \
    }
TILE_HEIGHTS(DEFINE_TILES)

#define TILE_ROW(rows)                                                                             \
    {tile_half_##rows,     tile_half_part_##rows, tile_one_##rows,                                 \
     tile_one_part_##rows, tile_two_##rows,       tile_two_part_##rows},
static tile_function *const tiles[][6] = {TILE_HEIGHTS(TILE_ROW)};

/* How a panel of so many columns is computed. */
struct panel {
    unsigned columns; /* of this panel */
    unsigned last;    /* lanes of its last vector */
    size_t height;    /* of its tiles */
    size_t kind;      /* column of `tiles` */
};

static struct panel panel_of(size_t columns) {
    if (TILE_ROWS_2 > 0 && columns >= PANEL)
        return (struct panel){PANEL, 16, TILE_ROWS_2, 4};
    if (TILE_ROWS_2 > 0 && columns > 16 + 8)
        return (struct panel){(unsigned)columns, (unsigned)columns - 16, TILE_ROWS_2, 5};
    if (columns >= 16)
        return (struct panel){16, 16, TILE_ROWS_1, 2};
    if (columns > 8)
        return (struct panel){(unsigned)columns, (unsigned)columns, TILE_ROWS_1, 3};
    return (struct panel){(unsigned)columns, (unsigned)columns, TILE_ROWS_HALF, columns < 8};
}

static void run_panel(const struct tile *whole, struct panel panel, size_t rows) {
    struct tile t = *whole;
    t.last = panel.last;
    const size_t count = (rows + panel.height - 1) / panel.height;
    for (size_t i = 0, row = 0; i < count; i++) {
        /* Tiles of equal height: a last one of a row or two would wait for its own additions. */
        const size_t height = rows / count + (i < rows % count);
        t.a = whole->a + row * t.a_row_bytes;
        t.c = whole->c + row * t.c_row;
        tiles[height - 1][panel.kind](&t);
        row += height;
    }
}

static void run_block(const struct kernel_gemm *job, struct tile *t, size_t rows) {
    _Alignas(64) float packed[K_BLOCK * PANEL];
    const int pack = job->b_row >= 1024 && rows >= 32;
    float *const c = t->c;
    const char *const b = t->b;
    const float *const bias = t->bias;
    struct panel panel;
    for (size_t column = 0; column < job->n; column += panel.columns) {
        panel = panel_of(job->n - column);
        t->c = c + column;
        t->b = b + column * sizeof(float);
        t->b_row_bytes = job->b_row * sizeof(float);
        t->bias = bias ? bias + column : NULL;
        if (pack) {
            for (size_t l = 0; l < t->k; l++)
                memcpy(packed + l * PANEL, t->b + l * t->b_row_bytes,
                       panel.columns * sizeof(float));
            t->b = (const char *)packed;
            t->b_row_bytes = PANEL * sizeof(float);
        }
        run_panel(t, panel, rows);
    }
}

static void gemm(const struct kernel_gemm *job) {
    size_t from = 0;
    do {
        const size_t left = job->k - from, k = left < K_BLOCK ? left : K_BLOCK;
        const int last = k == left;
        for (size_t row = 0; row < job->m; row += ROW_BLOCK) {
            const size_t rows = job->m - row < ROW_BLOCK ? job->m - row : ROW_BLOCK;
            struct tile t = {
                .a = (const char *)(job->a + row * job->a_row + from * job->a_column),
                .b = (const char *)(job->b + from * job->b_row),
                .a_row_bytes = job->a_row * sizeof(float),
                .a_column_bytes = job->a_column * sizeof(float),
                .c = job->c + row * job->c_row,
                .c_row = job->c_row,
                .k = k,
                .bias = last ? job->bias : NULL,
                .add = job->accumulate || from > 0,
                .relu = last && job->activation == KERNEL_RELU,
            };
            run_block(job, &t, rows);
        }
        from += k;
    } while (from < job->k);
}
