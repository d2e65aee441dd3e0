/* film_edits.h: the films that the store says something of: added, edited, hidden.
 *
 * Immutable and reference-counted: the service holds one reference, each catalogue that was made
 * with them another (snapshot_edited.h). */
#ifndef MATINEE_SERVICE_FILM_EDITS_H
#define MATINEE_SERVICE_FILM_EDITS_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/error.h"
#include "store/feedback.h"

#define FILM_EDITS_MAX 200000 /* of more, those of the last ids are not shown */

struct film_edits {
    atomic_uint references;
    struct arena arena;
    size_t count;
    struct feedback_item *list;          /* [count] by id */
    struct feedback_item_counts *counts; /* [count] what people say of each; zeros: not asked */
};

/* All that the store has, with one reference, the caller's. Errors: it cannot be asked. */
enum status film_edits_read(struct film_edits **out, struct feedback *store, struct error *error);
void film_edits_keep(struct film_edits *edits);
void film_edits_release(struct film_edits *edits); /* NULL is fine */
/* Whether both say the same, and people of them; NULL says nothing. */
bool film_edits_same(const struct film_edits *a, const struct film_edits *b);
bool film_edits_same_film(const struct feedback_item *a, const struct feedback_item *b);
/* NULL: there is none of that id. */
const struct feedback_item *film_edits_find(const struct film_edits *edits, const char *id);

#endif
