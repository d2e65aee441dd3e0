/* trainer_batches.h: the order of an epoch, and its groups a chunk at a time. For trainer.c.
 *
 * Random  order: stream (seed, epoch); negatives: one stream for each block of 256 groups, so that
 *         blocks may be filled by any thread.
 * Memory  8 bytes for each training row, and one chunk of groups. */
#ifndef MATINEE_MODELS_TRAINER_BATCHES_H
#define MATINEE_MODELS_TRAINER_BATCHES_H

#include "models/trainer.h"

/* What the streams of random numbers are for; they differ in the top bits. */
enum trainer_stream { TRAINER_ORDER, TRAINER_NEGATIVES, TRAINER_DROPOUT, TRAINER_VALIDATION };
uint64_t trainer_batches_stream(enum trainer_stream use, uint32_t epoch, uint64_t index);

struct trainer_batches {
    const struct trainee *trainee;
    const struct interactions *train;
    struct sampler sampler;
    uint64_t seed;
    enum trainer_stream draws; /* of the negatives */
    uint32_t epoch;
    size_t count;       /* groups of an epoch */
    uint32_t *order;    /* [count] training rows, or users, in the order of the epoch */
    uint32_t *owner;    /* [rows] the user of each training row; NULL where units are users */
    size_t chunk_max;   /* groups of a chunk: a multiple of a step's groups */
    size_t begin, size; /* the chunk that is filled */
    uint32_t *users;    /* [chunk_max] */
    uint32_t *items;    /* [chunk_max][1 + negatives]; NULL where units are users */
    float *ratings;     /* [chunk_max]; NULL: none wanted */
};

/* step_groups: groups of one optimiser step. Memory of the arena. */
void trainer_batches_init(struct trainer_batches *batches, const struct trainee *trainee,
                          const struct fit_input *input, size_t step_groups, struct arena *arena);
/* The same of the validation rows, in their own order. A negative is new to the user in both parts,
 * and the same at every measurement. */
void trainer_batches_init_validation(struct trainer_batches *batches, const struct trainee *trainee,
                                     const struct fit_input *input, struct arena *arena);
/* Puts the groups into the order of that epoch. */
void trainer_batches_shuffle(struct trainer_batches *batches, uint32_t epoch);
/* Fills the chunk that begins with group `begin` of the epoch. */
void trainer_batches_fill(struct trainer_batches *batches, size_t begin);
/* Groups first ... first + count of the filled chunk. scale, seed and stream are the caller's. */
struct batch trainer_batches_take(const struct trainer_batches *batches, size_t first,
                                  size_t count);

#endif
