/* names.h: what is asked of a plain list of names. */
#ifndef MATINEE_BASE_NAMES_H
#define MATINEE_BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* Whether `name` is among the first `count`. */
bool names_have(const char *const *names, size_t count, const char *name);

#endif
