/* vector_tiles.h: what the AVX-512 products of narrow numbers share: the lanes of a short end, and
 * rows in tiles. Included by quantized_vnni.c and halves_avx512.c, each for its own instructions;
 * whoever includes it defines tile(job, row, rows), inlined for each number of rows. */
#ifndef MATINEE_KERNELS_VECTOR_TILES_H
#define MATINEE_KERNELS_VECTOR_TILES_H

#include <immintrin.h>
#include <stddef.h>

#include "kernels/vector.h"

enum { ROWS = 12 };

static ALWAYS_INLINE __mmask16 lanes_of(size_t count) {
    return (__mmask16)(count < 16 ? (1u << count) - 1 : 0xffffu);
}

#define HEIGHT(rows)                                                                               \
    case rows:                                                                                     \
        tile(job, row, rows);                                                                      \
        break;

/* The whole product, in tiles of nearly equal height. */
#define PRODUCT_IN_TILES(type)                                                                     \
    static void product(const type *job) {                                                         \
        const size_t count = (job->rows + ROWS - 1) / ROWS;                                        \
        for (size_t i = 0, row = 0; i < count; i++) {                                              \
            const size_t height = (job->rows - row + count - i - 1) / (count - i);                 \
            switch (height) {                                                                      \
                HEIGHT(1)                                                                          \
                HEIGHT(2)                                                                          \
                HEIGHT(3)                                                                          \
                HEIGHT(4)                                                                          \
                HEIGHT(5)                                                                          \
                HEIGHT(6)                                                                          \
                HEIGHT(7)                                                                          \
                HEIGHT(8)                                                                          \
                HEIGHT(9)                                                                          \
                HEIGHT(10)                                                                         \
                HEIGHT(11)                                                                         \
                HEIGHT(12)                                                                         \
            }                                                                                      \
            row += height;                                                                         \
        }                                                                                          \
    }

#endif
