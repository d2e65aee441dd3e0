/* quantized.c: which table of quantized.h runs on this processor: the first that can, from the one
 * on that kernels() or MATINEE_KERNELS chose. */
#include "kernels/quantized.h"

#include <stdatomic.h>
#include <string.h>

#include "kernels/kernels.h"

#define QUANTIZED_TABLE(name, set, runnable)                                                       \
    extern const struct quantized_table quantized_##name##_table;
#include "kernels/quantized.def"
#undef QUANTIZED_TABLE

const struct quantized_table *quantized_named(const char *name) {
#define QUANTIZED_TABLE(table, set, runnable)                                                      \
    if (strcmp(name, #table) == 0 && (runnable))                                                   \
        return &quantized_##table##_table;
#include "kernels/quantized.def"
#undef QUANTIZED_TABLE
    return NULL;
}

static const struct quantized_table *choose(void) {
    const char *wanted = kernels()->name;
    int reached = 0;
#define QUANTIZED_TABLE(table, set, runnable)                                                      \
    reached |= strcmp(wanted, set) == 0;                                                           \
    if (reached && (runnable))                                                                     \
        return &quantized_##table##_table;
#include "kernels/quantized.def"
#undef QUANTIZED_TABLE
    return quantized_named("scalar");
}

const struct quantized_table *quantized(void) {
    static _Atomic(const struct quantized_table *) chosen;
    const struct quantized_table *table = atomic_load_explicit(&chosen, memory_order_acquire);
    if (!table) {
        table = choose();
        atomic_store_explicit(&chosen, table, memory_order_release);
    }
    return table;
}
