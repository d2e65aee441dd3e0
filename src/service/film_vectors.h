/* film_vectors.h: a vector for every film of a catalogue, made once and kept in a file. */
#ifndef MATINEE_SERVICE_FILM_VECTORS_H
#define MATINEE_SERVICE_FILM_VECTORS_H

#include <stdatomic.h>

#include "dataset/dataset.h"
#include "service/words.h"

/* vectors [items][dimension] of the spoken film_text_sentence() of each film, in the arena, which
 * is no scratch arena: those that are kept (text_vectors.h), or else new ones, which then are.
 * NULL: *cancel was set (cancel NULL: nobody does). */
const float *film_vectors(const struct words *words, const struct dataset *catalogue,
                          const atomic_bool *cancel, struct arena *arena);

#endif
