/* film_text.h: what there is to read of a film, for those who compare films by words. */
#ifndef MATINEE_DATASET_FILM_TEXT_H
#define MATINEE_DATASET_FILM_TEXT_H

#include "base/arena.h"
#include "dataset/dataset.h"

/* The length of a title without its trailing " (1995)". */
size_t film_text_title_length(const char *title);

/* "Toy Story (1995). Genres: Animation, Comedy. Tags: pixar, fun." with its `tags` most used tags:
 * what an encoder of sentences reads. A string of the arena. */
const char *film_text_sentence(const struct dataset *dataset, uint32_t item, size_t tags,
                               struct arena *arena);
/* "Toy Story. Animation. Comedy. pixar. pixar. fun.": title without its year, genres, and each tag
 * as often as its share of ten says, at least once: what TF-IDF counts. A string of the arena. */
const char *film_text_terms(const struct dataset *dataset, uint32_t item, struct arena *arena);

#endif
