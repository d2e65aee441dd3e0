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
    int far; /* c is not in the cache: ask for its lines before the sums, not after */
};

enum { K_BLOCK = 256, ROW_BLOCK = 420, PANEL = 2 * 16, PANELS = 4, A_ROW = K_BLOCK + 16 };

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
    unsigned kind;    /* column of `tiles` */
};

static struct panel panel_of(size_t columns) {
    if (TILE_ROWS_2 > 0 && columns >= PANEL)
        return (struct panel){PANEL, 16, 4};
    if (TILE_ROWS_2 > 0 && columns > 16 + 8)
        return (struct panel){(unsigned)columns, (unsigned)columns - 16, 5};
    if (columns >= 16)
        return (struct panel){16, 16, 2};
    if (columns > 8)
        return (struct panel){(unsigned)columns, (unsigned)columns, 3};
    return (struct panel){(unsigned)columns, (unsigned)columns, columns < 8};
}

/* Rows cut into tiles of nearly equal height: a last one of a row or two would spend its time
 * waiting for its own additions. The first `higher` are one row higher. */
struct heights {
    unsigned count, height, higher;
};

static struct heights heights_of(const struct kernel_gemm *job, size_t rows) {
    const unsigned most = job->n <= 8 ? TILE_ROWS_HALF : TILE_ROWS_1;
    const unsigned count = ((unsigned)rows + most - 1) / most, height = (unsigned)rows / count;
    return (struct heights){count, height, (unsigned)rows - count * height};
}

/* The operands where they lie: panel by panel, down the rows. */
static void run_in_place(const struct kernel_gemm *job, const struct tile *whole,
                         struct heights heights) {
    struct panel panel;
    struct tile t = *whole;
    for (size_t column = 0; column < job->n; column += panel.columns) {
        panel = panel_of(job->n - column);
        t.last = panel.last;
        t.a = whole->a;
        t.b = whole->b + column * sizeof(float);
        t.c = whole->c + column;
        t.bias = whole->bias ? whole->bias + column : NULL;
        for (unsigned i = 0; i < heights.count; i++) {
            const unsigned height = heights.height + (i < heights.higher);
            tiles[height - 1][panel.kind](&t);
            t.a += height * t.a_row_bytes;
            t.c += height * t.c_row;
        }
    }
}

/* A tile of a copied together, along whichever of its sides is contiguous. */
static void copy_a(struct tile *t, unsigned height, float *to) {
    if (t->a_column_bytes == sizeof(float)) {
        for (unsigned i = 0; i < height; i++)
            memcpy(to + i * A_ROW, t->a + i * t->a_row_bytes, t->k * sizeof(float));
        t->a_row_bytes = A_ROW * sizeof(float);
    } else {
        for (size_t l = 0; l < t->k; l++)
            memcpy(to + l * 16, t->a + l * t->a_column_bytes, height * sizeof(float));
        t->a_column_bytes = 16 * sizeof(float);
    }
    t->a = (const char *)to;
}

/* Whether steps of so many bytes come back to the same lines of the first-level cache soon. */
static int collides(size_t bytes) { return bytes >= 2048 && bytes % 2048 == 0; }

static int is_packed(const struct kernel_gemm *job) {
    const int wide_b = job->b_row >= 1024, bad_a = collides(job->a_row * sizeof(float)) ||
                                                   collides(job->a_column * sizeof(float));
    return job->m >= 32 && job->n > PANEL && (wide_b || bad_a);
}

/* Some panels of b, copied together, with all rows: row by row, along the panels. */
static void run_packed_block(const struct tile *whole, struct heights heights, const float *packed,
                             size_t columns) {
    _Alignas(64) float packed_a[15 * A_ROW];
    struct tile rows = *whole;
    rows.far = 1;
    const int contiguous =
        rows.a_column_bytes == sizeof(float) || rows.a_row_bytes == sizeof(float);
    const int copy = contiguous && (collides(rows.a_row_bytes) || collides(rows.a_column_bytes));
    for (unsigned i = 0; i < heights.count; i++) {
        const unsigned height = heights.height + (i < heights.higher);
        struct tile t = rows;
        t.b_row_bytes = PANEL * sizeof(float);
        if (copy)
            copy_a(&t, height, packed_a);
        struct panel panel;
        for (size_t column = 0; column < columns; column += panel.columns) {
            panel = panel_of(columns - column);
            t.last = panel.last;
            t.b = (const char *)(packed + column / PANEL * K_BLOCK * PANEL + column % PANEL);
            t.c = rows.c + column;
            t.bias = rows.bias ? rows.bias + column : NULL;
            tiles[height - 1][panel.kind](&t);
        }
        rows.a += height * rows.a_row_bytes;
        rows.c += height * rows.c_row;
    }
}

static void run_packed(const struct kernel_gemm *job, const struct tile *whole) {
    const struct heights heights = heights_of(job, job->m);
    _Alignas(64) float packed[PANELS * K_BLOCK * PANEL];
    struct tile t = *whole;
    for (size_t column = 0; column < job->n; column += PANELS * PANEL) {
        const size_t left = job->n - column,
                     columns = left < PANELS * PANEL ? left : PANELS * PANEL;
        t.c = whole->c + column;
        t.bias = whole->bias ? whole->bias + column : NULL;
        for (size_t from = 0; from < columns; from += PANEL) {
            const size_t width = columns - from < PANEL ? columns - from : PANEL;
            float *to = packed + from / PANEL * K_BLOCK * PANEL;
            for (size_t l = 0; l < t.k; l++)
                memcpy(to + l * PANEL,
                       whole->b + l * whole->b_row_bytes + (column + from) * sizeof(float),
                       width * sizeof(float));
        }
        run_packed_block(&t, heights, packed, columns);
    }
}

/* Rows in blocks that the second-level cache holds while the panels pass. */
static void run_blocks(const struct kernel_gemm *job, const struct tile *whole) {
    struct tile t = *whole;
    for (size_t row = 0; row < job->m; row += ROW_BLOCK) {
        const size_t rows = job->m - row < ROW_BLOCK ? job->m - row : ROW_BLOCK;
        t.a = whole->a + row * t.a_row_bytes;
        t.c = whole->c + row * t.c_row;
        run_in_place(job, &t, heights_of(job, rows));
    }
}

static void gemm(const struct kernel_gemm *job) {
    size_t from = 0;
    do {
        const size_t left = job->k - from, k = left < K_BLOCK ? left : K_BLOCK;
        const int last = k == left;
        const struct tile t = {
            .a = (const char *)(job->a + from * job->a_column),
            .b = (const char *)(job->b + from * job->b_row),
            .a_row_bytes = job->a_row * sizeof(float),
            .a_column_bytes = job->a_column * sizeof(float),
            .b_row_bytes = job->b_row * sizeof(float),
            .c = job->c,
            .c_row = job->c_row,
            .k = k,
            .bias = last ? job->bias : NULL,
            .add = job->accumulate || from > 0,
            .relu = last && job->activation == KERNEL_RELU,
        };
        if (is_packed(job))
            run_packed(job, &t);
        else
            run_blocks(job, &t);
        from += k;
    } while (from < job->k);
}
