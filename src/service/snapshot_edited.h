/* snapshot_edited.h: a snapshot as it is after films were added, edited or hidden.
 *
 * Idea     What was loaded from a model file stays as it is, the origin; beside it a snapshot is
 * made whose catalogue has what the store says, whose model knows the added films by their likeness
 * to others (models/cold_items.h), and that shares all else. It is what is served, and to everybody
 * who answers it is a snapshot like any other: added films come behind the origin's, by id. */
#ifndef MATINEE_SERVICE_SNAPSHOT_EDITED_H
#define MATINEE_SERVICE_SNAPSHOT_EDITED_H

#include "models/cold_items.h"
#include "service/film_edits.h"
#include "service/snapshot.h"

struct snapshot_edits {
    struct film_edits *edits; /* with a reference */
    const uint32_t *items;    /* [edits->count] the films that they are of */
    struct cold_items cold;   /* the added ones */
    struct model *model;      /* owned; NULL: none was added */
};

/* With one reference, the caller's; it holds others of the origin and the edits. `before`: what was
 * served so far, from the same origin or another; of films that have not changed since, it need not
 * be found out again what they are like. NULL: nothing was. */
struct snapshot *snapshot_edited_create(struct snapshot *origin, const struct snapshot *before,
                                        struct film_edits *edits);
/* The film of the origin that an added one is most like; a film of the origin is its own. */
uint32_t snapshot_edited_like(const struct snapshot *snapshot, uint32_t item);
void snapshot_edited_release(struct snapshot_edits *edited); /* NULL is fine */

#endif
