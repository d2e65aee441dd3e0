/* halves.h: products of bfloat16 numbers (the upper half of a float), summed in floats: dense
 * layers in half the memory.
 *
 * Layout    weights in panels of 32 outputs, [k / 2][32][2] numbers: two of k side by side. Rows of
 *           the other side as they are. k is padded to even: both sides with 0.
 * Sums      an element is one sum over pairs of k in ascending order in one accumulator, so its
 *           bits do not depend on rows or panels; tables differ in the last bits.
 * Tables    avx512 (AVX512-BF16), and scalar, which is there to be compared with: a processor
 *           without the instruction is faster in floats.
 * Nothing here fails or allocates. */
#ifndef MATINEE_KERNELS_HALVES_H
#define MATINEE_KERNELS_HALVES_H

#include <stddef.h>
#include <stdint.h>

#define HALVES_PANEL 32

/* c[rows][columns] (+)= a * panel + bias. */
struct halves_product {
    size_t rows, k;   /* k even */
    unsigned columns; /* of this panel, at most 32 */
    const uint16_t *a;
    size_t a_row; /* numbers */
    const uint16_t *panel;
    const float *bias; /* [columns] */
    float *c;
    size_t c_row;
    int accumulate;
};

struct halves_table {
    const char *name;
    /* To the nearest, ties to even; NaN stays NaN; what is below the normal numbers may become 0.
     */
    void (*round)(uint16_t *to, const float *x, size_t n);
    void (*product)(const struct halves_product *product);
};

/* The table in use; NULL where there is no instruction for it, or MATINEE_KERNELS rules it out. */
const struct halves_table *halves(void);
/* "scalar", or "avx512" where it can run; else NULL. */
const struct halves_table *halves_named(const char *name);

#endif
