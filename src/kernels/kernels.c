/* kernels.c: which table of kernels runs on this processor. See kernels.h.
 *
 * The choice is made once: the first row of kernels.def that the processor can run, unless
 * MATINEE_KERNELS names another. Two threads that ask at the same moment come to the same answer,
 * so an atomic pointer is all the protection that it needs. */
#include "kernels/kernels.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KERNEL_TABLE(name, runnable) extern const struct kernel_table name##_table;
#include "kernels/kernels.def"
#undef KERNEL_TABLE

const struct kernel_table *kernels_named(const char *name) {
#define KERNEL_TABLE(table, runnable)                                                              \
    if (strcmp(name, #table) == 0 && (runnable))                                                   \
        return &table##_table;
#include "kernels/kernels.def"
#undef KERNEL_TABLE
    return NULL;
}

static const struct kernel_table *best(void) {
#define KERNEL_TABLE(table, runnable)                                                              \
    if (runnable)                                                                                  \
        return &table##_table;
#include "kernels/kernels.def"
#undef KERNEL_TABLE
    return NULL;
}

static const struct kernel_table *choose(void) {
    const struct kernel_table *table = best();
    const char *wanted = getenv("MATINEE_KERNELS");
    if (!wanted || !*wanted)
        return table;
    const struct kernel_table *named = kernels_named(wanted);
    if (named)
        return named;
    fprintf(stderr,
            "matinee: MATINEE_KERNELS=%s: expected scalar, avx2 or avx512, and one that this "
            "processor can run; using %s\n",
            wanted, table->name);
    return table;
}

const struct kernel_table *kernels(void) {
    static _Atomic(const struct kernel_table *) chosen;
    const struct kernel_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!table) {
        table = choose();
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}
