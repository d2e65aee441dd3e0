/* every_table.h: what the tests of kernels share: the tables of this processor, and memory whose
 * ends are guarded. */
#ifndef MATINEE_TESTS_KERNELS_EVERY_TABLE_H
#define MATINEE_TESTS_KERNELS_EVERY_TABLE_H

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/rng.h"
#include "kernels/kernels.h"

/* Fills tables[4 at most] with those to hold against scalar; returns their number. */
static inline size_t vector_tables(const struct kernel_table **tables) {
    static const char *const names[] = {
#define KERNEL_TABLE(name, runnable) #name,
#include "kernels/kernels.def"
#undef KERNEL_TABLE
    };
    size_t count = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct kernel_table *table = kernels_named(names[i]);
        if (!table)
            print_message("not on this processor: %s\n", names[i]);
        else if (strcmp(names[i], "scalar") != 0)
            tables[count++] = table;
    }
    return count;
}

/* Scalar first, then the vector tables. */
static inline size_t all_tables(const struct kernel_table **tables) {
    tables[0] = kernels_named("scalar");
    return 1 + vector_tables(tables + 1);
}

#define GUARD 48
#define GUARD_VALUE ((real)-12345.5)

/* `count` random values in [-1, 1), `shift` elements away from alignment, between guards. */
static inline real *guarded(size_t count, size_t shift, uint64_t stream) {
    real *block = alloc_aligned((count + shift + 2 * GUARD) * sizeof *block);
    struct rng rng;
    rng_init(&rng, 7, stream);
    for (size_t i = 0; i < count + shift + 2 * GUARD; i++)
        block[i] = GUARD_VALUE;
    for (size_t i = 0; i < count; i++)
        block[GUARD + shift + i] = (real)(2 * rng_uniform(&rng) - 1);
    return block + GUARD + shift;
}

static inline void assert_guards(const real *values, size_t count) {
    for (size_t i = 1; i <= GUARD; i++) {
        assert_true(values[-(ptrdiff_t)i] == GUARD_VALUE);
        assert_true(values[count + i - 1] == GUARD_VALUE);
    }
}

static inline void guarded_free(real *values, size_t shift) { alloc_free(values - GUARD - shift); }

/* Both are numbers and near, or both the same infinity, or both not a number. */
static inline void assert_near(real found, real expected, double tolerance, const char *what,
                               size_t n) {
    if (found == expected || (isnan((double)found) && isnan((double)expected)))
        return;
    if (fabs((double)found - (double)expected) <= tolerance)
        return;
    fail_msg("%s at n = %zu: %.9g, scalar says %.9g", what, n, (double)found, (double)expected);
}

#endif
