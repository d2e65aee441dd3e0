/* settings.h: what can be set, as rows of data; and the values that were set.
 *
 * Every model, split, trainer and command carries one table of struct setting_spec. Command line,
 * YAML files, /api/models, sweeps, --help, man page and docs read the same rows. A key that no
 * table has, or a value outside its bounds, is an error (STATUS_BAD_USAGE) that names the nearest
 * key or the bounds. */
#ifndef MATINEE_BASE_SETTINGS_H
#define MATINEE_BASE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

enum setting_kind {
    SETTING_INT,
    SETTING_REAL,
    SETTING_BOOL,
    SETTING_TEXT, /* one of `choices` where there are any */
    SETTING_INT_LIST,
    SETTING_REAL_LIST,
    SETTING_TEXT_LIST,
};

/* One row. Tables end with a row whose key is NULL. */
struct setting_spec {
    const char *key; /* full name: "model.num_negatives" */
    enum setting_kind kind;
    const char
        *value; /* the default, as one would type it: "4", "[64,32,16,8]", "auto", "" for none */
    double min, max;     /* bounds of a number or of each element; both 0: no bounds */
    const char *choices; /* "a|b|c" or NULL: any text */
    const char *aliases; /* "neg_per_pos|data.negative_samples" or NULL */
    const char *help;    /* one line */
};

struct settings; /* an open set of tables and values; lives in the arena it was made in */

/* The arena may not be a thread's scratch arena. */
struct settings *settings_create(struct arena *arena);
/* Makes the rows of a table settable, with their defaults. A key that is there already keeps its
 * row. */
void settings_add(struct settings *settings, const struct setting_spec *table);
/* Sets a value from text. `origin` is put before an error ("config/x.yaml:12"); NULL for what was
 * typed on the command line. Aliases are resolved. */
enum status settings_set(struct settings *settings, const char *key, const char *value,
                         const char *origin, struct error *error);
/* "key=value" */
enum status settings_set_pair(struct settings *settings, const char *pair, const char *origin,
                              struct error *error);
/* Replaces the default of a key (defaults chosen by the data's size); a value that was set stays.
 */
void settings_default(struct settings *settings, const char *key, const char *value);
bool settings_is_set(const struct settings *settings,
                     const char *key); /* by the person, not a default */
bool settings_knows(const struct settings *settings,
                    const char *key); /* the key or an alias of it */

/* Values. Asking for a key that no table has, or as another kind, is a programmer's mistake. A
 * number whose default is "" and that was not set is absent: 0 as an integer, NaN as a real. */
int64_t settings_int(const struct settings *settings, const char *key);
double settings_real(const struct settings *settings, const char *key);
bool settings_bool(const struct settings *settings, const char *key);
const char *settings_text(const struct settings *settings, const char *key);
size_t settings_int_list(const struct settings *settings, const char *key, const int64_t **values);
size_t settings_real_list(const struct settings *settings, const char *key, const double **values);
size_t settings_text_list(const struct settings *settings, const char *key,
                          const char *const **values);
/* Index of the value among its row's choices. */
size_t settings_choice(const struct settings *settings, const char *key);

/* The row of a key or of an alias of it; NULL if no table has it. */
const struct setting_spec *settings_spec(const struct settings *settings, const char *key);
/* A value of any kind as canonical text; NULL if no table has the key. */
const char *settings_show(const struct settings *settings, const char *key);

/* Every row in the order of adding, with its present value as canonical text; false at the end. */
struct setting_entry {
    const struct setting_spec *spec;
    const char *value;
    bool is_set;
};
bool settings_entry(const struct settings *settings, size_t index, struct setting_entry *entry);

/* A copy of everything, to be changed on its own. */
struct settings *settings_copy(const struct settings *settings, struct arena *arena);

/* The nearest of the names that `next` yields (edit distance, at most a third of the length), or
 * NULL. For "did you mean" messages about keys, models, data sets, commands. */
const char *settings_nearest(const char *wanted, const char *(*next)(void *context, size_t index),
                             void *context);

#endif
