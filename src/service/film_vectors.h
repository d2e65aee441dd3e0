/* film_vectors.h: a vector for every film of a catalogue, made once and kept in a file. */
#ifndef MATINEE_SERVICE_FILM_VECTORS_H
#define MATINEE_SERVICE_FILM_VECTORS_H

#include <stdatomic.h>

#include "dataset/dataset.h"
#include "service/words.h"

struct film_vectors_known {
    const float *vectors; /* [item_count][dimension] */
    size_t item_count;
    const uint32_t *edited;
    size_t edited_count;
};

/* vectors [items][dimension] of the spoken film_text_sentence() of each film, in the arena, which
 * is no scratch arena: those that are kept (text_vectors.h), or else new ones, which then are.
 * NULL: *cancel was set (cancel NULL: nobody does). */
const float *film_vectors(const struct words *words, const struct dataset *catalogue,
                          const atomic_bool *cancel, struct arena *arena);

/* The same of a catalogue in which the films `edited`[count] are others than when vectors[known]
 * were made, and that has as many more at its end. */
const float *film_vectors_edited(const struct words *words, const struct dataset *catalogue,
                                 const struct film_vectors_known *known, struct arena *arena);

#endif
