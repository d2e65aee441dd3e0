/* alloc.h: the one place that asks the system for memory. Running out ends the process with a
 * message, so no caller checks; what a stranger can ask for is limited before it comes here.
 *
 * Most memory comes from arenas (base/arena.h). Large arrays that grow while a file is read come
 * from alloc_reserve: address space that costs nothing until it is touched. */
#ifndef MATINEE_BASE_ALLOC_H
#define MATINEE_BASE_ALLOC_H

#include <stddef.h>

void *alloc_bytes(size_t bytes);               /* not zeroed; owner frees with alloc_free */
void *alloc_zeroed(size_t count, size_t size); /* zeroed; aligned for any type */
void *alloc_resize(void *block, size_t bytes); /* as realloc; block may be NULL */
void *alloc_aligned(size_t bytes);  /* 64-byte aligned, zeroed; owner frees with alloc_free */
char *alloc_copy(const char *text); /* a copy of a string */
void alloc_free(void *block);       /* NULL is fine */

/* Address space of `bytes` bytes, zero-filled when first touched. The owner gives it back with
 * alloc_unreserve and may give back the untouched tail earlier with alloc_trim (both take the sizes
 * that were reserved). */
void *alloc_reserve(size_t bytes);
void alloc_trim(void *block, size_t reserved_bytes, size_t used_bytes);
void alloc_unreserve(void *block, size_t reserved_bytes);

/* Bytes of memory that this process may still take: the least of what is available now, what the
 * control group's limit leaves and what alloc_limit does. */
size_t alloc_available_bytes(void);
/* What the person allows the process in all (--max-memory); 0: everything there is. It is not
 * enforced: whoever is about to take much asks alloc_available_bytes first and refuses. */
void alloc_limit(size_t bytes);
/* The largest resident size of this process so far, in bytes. */
size_t alloc_peak_bytes(void);

#endif
