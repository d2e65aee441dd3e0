/* settings_value.h: one value of a setting: from text to numbers, and to the one text that every
 * way of writing the same value has. Used by settings.c alone. */
#ifndef MATINEE_BASE_SETTINGS_VALUE_H
#define MATINEE_BASE_SETTINGS_VALUE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"

struct settings_value {
    const char *text; /* canonical: "0.1" for "0.10" and "1e-1"; "[64,32]" for "64, 32" */
    size_t count;     /* elements; 1 for a scalar, 0 for an absent number or an empty list */
    union {
        const int64_t *ints;      /* SETTING_INT, SETTING_INT_LIST; SETTING_BOOL as 0 or 1 */
        const double *reals;      /* SETTING_REAL, SETTING_REAL_LIST */
        const char *const *texts; /* SETTING_TEXT, SETTING_TEXT_LIST */
    };
    const size_t *choices; /* [count] index of each text among spec->choices, or NULL */
};

/* Reads `text` as the row demands. The value lives in `arena`. Errors (STATUS_BAD_USAGE): not of
 * the kind, out of bounds, not among the choices, invalid UTF-8; the text names the key, what was
 * expected and what was found. */
enum status settings_value_parse(struct settings_value *value, const struct setting_spec *spec,
                                 const char *text, struct arena *arena, struct error *error);

/* A copy that shares nothing with the original. */
struct settings_value settings_value_copy(const struct settings_value *value,
                                          enum setting_kind kind, struct arena *arena);

#endif
