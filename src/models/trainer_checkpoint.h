/* trainer_checkpoint.h: a training on disk, to go on with to the same bytes. For trainer.c.
 *
 * A safetensors file: each parameter's weight, moments, steps done and best weight, the records of
 * the epochs, and one vector of the loop's counters. Its metadata tie it to the settings, the data,
 * the rows of this split, what is watched and the seed. It is written beside the old one and
 * renamed over it, so a crash leaves a whole one. */
#ifndef MATINEE_MODELS_TRAINER_CHECKPOINT_H
#define MATINEE_MODELS_TRAINER_CHECKPOINT_H

#include "models/trainer.h"

/* Where a training stands. */
struct trainer_state {
    uint32_t epoch;    /* the one that is worked on, 1 is the first */
    size_t position;   /* groups of it that are done: a multiple of a chunk */
    double loss;       /* summed over them */
    double seconds;    /* spent on them; not part of what is reproducible */
    double best_value; /* NaN: nothing was measured yet */
    uint32_t best_epoch, waiting;
    struct epoch_record *records; /* [epoch - 1], room for max_epochs */
    struct optimizer optimizer;
    struct schedule schedule;
    real **best; /* [parameter_count] weights of the best epoch; NULL: nothing is measured */
};

/* Everything that a checkpoint holds or is compared with. */
struct trainer_checkpoint {
    const char *path;
    const struct trainee *trainee;
    const struct fit_input *input;
    const uint8_t *settings_digest; /* [32] */
    const char *train, *validation; /* digests of the rows as text; "none" */
    struct trainer_state *state;
    uint32_t max_epochs; /* the room of state->records */
};

enum status trainer_checkpoint_save(const struct trainer_checkpoint *checkpoint,
                                    struct error *error);
/* Fills the state and the parameters. STATUS_NOT_FOUND: there is no such file. Other errors: not a
 * checkpoint, of other settings, data, model or seed; nothing is changed then. */
enum status trainer_checkpoint_load(const struct trainer_checkpoint *checkpoint,
                                    struct error *error);

/* Removes the checkpoint, those of its best epochs (PATH-epochN) and of the parts of its model
 * (PATH-gmf, ...). What is not there or cannot be removed is passed over. */
void trainer_checkpoint_remove(const char *path);

#endif
