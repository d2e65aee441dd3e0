/* titles.h: films by their titles as people write them in the middle of a sentence. */
#ifndef MATINEE_INTENT_TITLES_H
#define MATINEE_INTENT_TITLES_H

#include <stddef.h>
#include <stdint.h>

#include "dataset/dataset.h"
#include "intent/phrases.h"

/* From which rank on a phrase is a title without its article, a whole title, one with its year;
 * below them are parts of titles. */
#define TITLES_BARE ((uint32_t)1 << 28)
#define TITLES_WHOLE ((uint32_t)2 << 28)
#define TITLES_DATED ((uint32_t)3 << 28)

/* Adds every film under the ways its title is written: "Matrix, The (1999)" is "the matrix",
 * "matrix" and "the matrix 1999"; "Seven (a.k.a. Se7en) (1995)" is "seven" and "se7en"; "Lord of
 * the Rings: The Two Towers, The (2002)" is "the two towers" of it too, and "the lord of the
 * rings", unless that is the whole title of a film that enough people have. Of films with one title
 * the one that most people have (counts[item_count]) is meant. */
void titles_index(struct phrases *phrases, const struct movie *movies, const uint32_t *counts,
                  size_t item_count, struct arena *arena);

#endif
