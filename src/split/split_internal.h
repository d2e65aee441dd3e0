/* split_internal.h: what the protocols share; only for src/split/. */
#ifndef MATINEE_SPLIT_SPLIT_INTERNAL_H
#define MATINEE_SPLIT_SPLIT_INTERNAL_H

#include "split/split.h"

/* What a protocol is given. */
struct split_job {
    const struct dataset *data;
    const struct settings *settings;
    uint64_t seed;
    uint32_t fold;                 /* 1 ... or 0 */
    struct arena *arena, *scratch; /* what stays; what goes when the split is made */
};

struct split_ops {
    const char *name;
    /* Fills the parts (and candidates) of a zeroed split. */
    enum status (*make)(struct split *split, const struct split_job *job, struct error *error);
};

#define SPLIT(name) extern const struct split_ops split_##name;
#include "split/splits.def"
#undef SPLIT

enum split_part { SPLIT_TRAIN, SPLIT_VALIDATION, SPLIT_TEST };

/* Shares of train, validation and test, indexed by enum split_part. Those that were not set share
 * what the set ones leave, in proportion to their defaults. Error: they do not make up 1. */
enum status split_shares(const struct settings *settings, double shares[3], struct error *error);

/* Whether `folds` means those that ship with the data. */
bool split_folds_are_shipped(const struct dataset *data, const struct settings *settings);

/* round(share * count), but never all of them. */
size_t split_share_count(size_t count, double share);

/* The parts of `all` as parts[all->count] says (enum split_part for each row). */
void split_divide(struct split *split, const struct interactions *all, const uint8_t *parts,
                  struct arena *arena);

/* Scratch for split_user_order: room for the longest history. */
uint32_t *split_order_scratch(const struct interactions *all, struct arena *arena);
/* order[n]: the user's rows, counted from their first, oldest first; without order, or if
 * `shuffled`, as the user's own random stream puts them. Returns n. */
size_t split_user_order(const struct split_job *job, const struct interactions *all, uint32_t user,
                        bool shuffled, uint32_t *order);

/* A random order of all rows; from job->scratch. */
uint32_t *split_row_order(const struct split_job *job, const struct interactions *all);

/* Moves rows of split->train into split->validation: the last ones of each user
 * (data.leave_one_out.num_val_items) where order is known, else a random share of each user's
 * rows (data.split.val_ratio). A user keeps at least one row. */
void split_carve_by_user(struct split *split, const struct split_job *job);

#endif
