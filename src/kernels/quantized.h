/* quantized.h: products of 8-bit whole numbers, summed exactly in 32 bits: dense layers whose
 * weights are rounded once, by output, and whose inputs are rounded row by row as they come.
 *
 * Rounding  a row x is q * scale with q whole in [-127, 127] and scale = max |x| / 127. Rows are
 *           kept as q + 128 in unsigned bytes, as the instruction for them wants one side; the 128
 *           is taken out again by the sums of the weights.
 * Layout    weights in panels of 32 outputs, [k / 4][32][4] bytes: four of k side by side. k is
 *           padded to a multiple of 4: weights with 0, rows with anything.
 * Bits      every table gives the same: sums are of whole numbers, and the few steps in floats are
 *           separate multiplications and additions in one order.
 * Tables    scalar, the reference; avx2; vnni (AVX-512 VNNI). Chosen once by CPUID;
 *           MATINEE_KERNELS=scalar|avx2 takes the others.
 * Limits    k at most 65,536: 255 * 127 * k fits 32 bits. Nothing here fails or allocates. */
#ifndef MATINEE_KERNELS_QUANTIZED_H
#define MATINEE_KERNELS_QUANTIZED_H

#include <stddef.h>
#include <stdint.h>

#define QUANTIZED_PANEL 32
#define QUANTIZED_K_MAX 65536

/* What the panels of a layer need beside their bytes, for each output. */
struct quantized_columns {
    const float *scales;
    const int32_t *sums; /* 128 times the sum of the column's bytes */
    const float *bias;
};

/* c[rows][columns] (+)= a * panel, scaled, + bias. */
struct quantized_product {
    size_t rows, k;   /* k padded */
    unsigned columns; /* of this panel, at most 32 */
    const uint8_t *a;
    size_t a_row;          /* bytes */
    const float *a_scales; /* [rows] */
    const int8_t *panel;
    struct quantized_columns of; /* [columns] each */
    float *c;
    size_t c_row;
    int accumulate;
};

struct quantized_table {
    const char *name;
    /* A row of n floats as bytes; returns its scale. What is not a number becomes 1. */
    float (*round)(uint8_t *bytes, const float *x, size_t n);
    void (*product)(const struct quantized_product *product);
};

/* The table in use, and one by name: NULL if it is not built in or cannot run here. */
const struct quantized_table *quantized(void);
const struct quantized_table *quantized_named(const char *name);

#endif
