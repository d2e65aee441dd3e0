/* training_rows.h: what a model is taught from while it is served: the histories of its own file,
 * and over them what the store has of people since. The newest part of what is new is held out, for
 * the old model and the new one to be compared by.
 *
 * Who was erased is left out with all that the model knew of him, and so are sessions. */
#ifndef MATINEE_SERVICE_TRAINING_ROWS_H
#define MATINEE_SERVICE_TRAINING_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "service/snapshot.h"
#include "store/feedback.h"

/* What the store says of a person and a film. */
struct training_row {
    const char *item; /* outside id */
    uint32_t index;   /* the snapshot's; DATASET_NONE: it does not know the film */
    float value;      /* as the snapshot's ratings are */
    int64_t time;
    size_t place;  /* in the order of time over everybody's rows */
    bool removes;  /* takes back what the snapshot has */
    bool is_new;   /* the snapshot does not have the pair */
    bool is_liked; /* so a good list before it would have had the film */
};

struct training_person {
    const char *id;
    uint32_t user; /* the snapshot's; DATASET_NONE: new */
    bool is_erased;
    size_t row_count;
    struct training_row *rows; /* by time */
};

struct training_rows {
    const struct snapshot *snapshot;
    size_t person_count;
    struct training_person *persons;
    const uint32_t *person_of; /* [users of the snapshot] 1 + index; 0: the store has nothing */
    size_t row_count, new_count, liked_count; /* new: not the snapshot's; liked: of those */
    size_t held_count;                        /* new and liked, among the rows that are held out */
    size_t cut;                               /* rows of this place and later ones are held out */
};

/* Of the new and liked rows the newest fifth is held out, but at least and at most so many; none if
 * fewer were left to learn from. */
struct training_hold {
    size_t least, most; /* most 0: none */
};
/* Reads the store (NULL: there is none). Borrows the snapshot; all else lives in the arena. Errors:
 * the database's. */
enum status training_rows_read(struct training_rows *rows, const struct snapshot *snapshot,
                               struct feedback *store, struct training_hold hold,
                               struct arena *arena, struct error *error);

/* A pair that a model is to learn. */
struct training_pair {
    const char *item; /* outside id, not terminated if it is the snapshot's */
    size_t length;
    uint32_t index; /* the snapshot's, or DATASET_NONE */
    float value;
    int64_t time;
};
/* What is known of a user of the snapshot (DATASET_NONE: none) who is that person (NULL: nobody the
 * store knows) without what is held out; in the order of time. Room for `training_rows_room`. */
size_t training_rows_pairs(const struct training_rows *rows, uint32_t user,
                           const struct training_person *person, struct training_pair *pairs);
size_t training_rows_room(const struct training_rows *rows, uint32_t user,
                          const struct training_person *person);

#endif
