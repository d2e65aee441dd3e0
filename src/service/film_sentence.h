/* film_sentence.h: what a film is in words: its title, its genres, its most used tags. */
#ifndef MATINEE_SERVICE_FILM_SENTENCE_H
#define MATINEE_SERVICE_FILM_SENTENCE_H

#include "base/arena.h"
#include "dataset/dataset.h"

#define FILM_SENTENCE_TAGS 8 /* so many of a film's tags, the most used first */

/* "The Matrix. Genres: Action, Sci-Fi. Tags: martial arts, philosophy." The title is as one says
 * it: without year, its article in front. A tag `left_out` (DATASET_NONE: none) does not count.
 * Memory of the arena. */
const char *film_sentence(const struct dataset *catalogue, uint32_t item, uint32_t left_out,
                          struct arena *arena);

#endif
