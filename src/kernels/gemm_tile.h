/* gemm_tile.h: the inner product of gemm: a tile of `rows` x `vectors` accumulators in registers.
 * A body: vector_gemm.h includes it with VECTOR defined as the vector type (wide, then half).
 *
 * Shape    rows and vectors are constants at every place of use, so that all loops over them unroll
 *          and `sum` stays in registers.
 * Strides  are in bytes. One column of a's tile lies at a, a + r, a + 2r, a + 3r, a + 4r from one
 * of three pointers: forms that x86 addresses directly, so that r and 3r in registers serve 15
 *          rows, of a matrix and of a transposed one alike.
 * Order    each accumulator starts at 0 (or at c) and takes its products in ascending k, so the
 * bits of an element do not depend on the tile in which it is computed. */

#define JOIN_(prefix, name) prefix##_##name
#define JOIN(prefix, name) JOIN_(prefix, name)
#define V(name) JOIN(VECTOR, name)

static ALWAYS_INLINE VECTOR V(read)(const float *from, const struct tile *t, int cut) {
    return cut ? V(load_part)(from, V(mask)(t->last)) : V(load)(from);
}

static ALWAYS_INLINE void V(start)(const struct tile *t, VECTOR *sum, int rows, int vectors,
                                   int part) {
    const float *c = t->c;
    const size_t c_row = t->c_row;
    const int add = t->add;
    if (t->far) {
        UNROLL for (int i = 0; i < rows; i++) {
            UNROLL for (int j = 0; j < vectors; j++)
                __builtin_prefetch(c + (size_t)i * c_row + (size_t)j * V(lanes), 1);
        }
    }
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int j = 0; j < vectors; j++) {
            sum[i * vectors + j] = V(zero)();
            if (add)
                sum[i * vectors + j] = V(read)(c + (size_t)i * c_row + (size_t)j * V(lanes), t,
                                               part && j == vectors - 1);
        }
    }
}

static ALWAYS_INLINE void V(finish)(const struct tile *t, VECTOR *sum, int rows, int vectors,
                                    int part) {
    float *c = t->c;
    const size_t c_row = t->c_row;
    if (t->bias) {
        UNROLL for (int j = 0; j < vectors; j++) {
            VECTOR bias = V(read)(t->bias + (size_t)j * V(lanes), t, part && j == vectors - 1);
            UNROLL for (int i = 0; i < rows; i++) sum[i * vectors + j] =
                V(add)(sum[i * vectors + j], bias);
        }
    }
    if (t->relu) {
        UNROLL for (int i = 0; i < rows * vectors; i++) sum[i] = V(max)(sum[i], V(zero)());
    }
    const V(lane_mask) mask = V(mask)(t->last);
    UNROLL for (int i = 0; i < rows; i++) {
        UNROLL for (int j = 0; j < vectors; j++) {
            float *to = c + (size_t)i * c_row + (size_t)j * V(lanes);
            if (part && j == vectors - 1)
                V(store_part)(to, sum[i * vectors + j], mask);
            else
                V(store)(to, sum[i * vectors + j]);
        }
    }
}

/* rows <= 15, vectors <= 2; part: the last vector has only t->last lanes. */
static ALWAYS_INLINE void V(tile)(const struct tile *t, const int rows, const int vectors,
                                  const int part) {
    VECTOR sum[15 * 2];
    V(start)(t, sum, rows, vectors, part);
    const size_t row = t->a_row_bytes, row3 = 3 * row, step = t->a_column_bytes;
    const char *a[3] = {t->a, t->a + 5 * row, t->a + 10 * row};
    const char *b = t->b;
    for (size_t l = t->k; l > 0; l--) {
        VECTOR right[2];
        UNROLL for (int j = 0; j < vectors; j++) right[j] = V(read)(
            (const float *)(const void *)b + (size_t)j * V(lanes), t, part && j == vectors - 1);
        UNROLL for (int i = 0; i < rows; i++) {
            const size_t offset = i % 5 == 3 ? row3 : (size_t)(i % 5) * row;
            const VECTOR left = V(set)(*(const float *)(const void *)(a[i / 5] + offset));
            UNROLL for (int j = 0; j < vectors; j++) sum[i * vectors + j] =
                V(fma)(left, right[j], sum[i * vectors + j]);
        }
        a[0] += step;
        a[1] += step;
        a[2] += step;
        b += t->b_row_bytes;
    }
    V(finish)(t, sum, rows, vectors, part);
}

#undef JOIN_
#undef JOIN
#undef V
