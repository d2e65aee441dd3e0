/* assert.c: the end of a process that found itself in an impossible state. */
#include "base/assert.h"

#include <stdio.h>
#include <stdlib.h>

void assert_failed(const char *condition, const char *file, int line) {
    fprintf(stderr, "matinee: internal error at %s:%d: %s does not hold; please report this\n",
            file, line, condition);
    abort();
}
