/* encoding.h: titles and ids are UTF-8 inside; MovieLens' older files are ISO-8859-1. */
#ifndef MATINEE_DATASET_ENCODING_H
#define MATINEE_DATASET_ENCODING_H

#include <stddef.h>

#include "base/arena.h"

/* The offset of the first byte that is not part of well-formed UTF-8 (Unicode 15, table 3-7; a zero
 * byte counts as ill-formed); `length` if there is none. */
size_t encoding_utf8_fault(const char *text, size_t length);

/* The text as UTF-8 with '\0' in `arena`: as it is if it is well-formed, else taken as ISO-8859-1
 * (where zero bytes become '?'). */
char *encoding_to_utf8(struct arena *arena, const char *text, size_t length);

#endif
