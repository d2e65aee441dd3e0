/* film_vectors.h: a vector for every film of a catalogue, made once and kept in a file. */
#ifndef MATINEE_SERVICE_FILM_VECTORS_H
#define MATINEE_SERVICE_FILM_VECTORS_H

#include <stdatomic.h>

#include "dataset/dataset.h"
#include "service/words.h"

/* vectors [items][dimension] of the spoken film_text_sentence() of each film, in the arena. They
 * are read from the user's data folder, vectors/CHECKSUM.safetensors, if they are there; else made,
 * in one batch, and kept there. The checksum is of the texts and of what the encoder makes of a
 * probe, so that another encoder, precision or catalogue has a file of its own; of those the newest
 * FILM_VECTORS_KEPT stay. What cannot be read or written is said to the log and costs time alone.
 * NULL: *cancel was set (cancel NULL: nobody does). */
#define FILM_VECTORS_KEPT 8
float *film_vectors(const struct words *words, const struct dataset *catalogue,
                    const atomic_bool *cancel, struct arena *arena);

#endif
