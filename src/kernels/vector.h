/* vector.h: two words that the vector bodies need of the compiler. */
#ifndef MATINEE_KERNELS_VECTOR_H
#define MATINEE_KERNELS_VECTOR_H

#define ALWAYS_INLINE inline __attribute__((always_inline))

/* Before a loop with a constant bound: no loop remains, and arrays indexed by it become registers.
 */
#if defined(__clang__)
#define UNROLL _Pragma("unroll")
#else
#define UNROLL _Pragma("GCC unroll 32")
#endif

#endif
