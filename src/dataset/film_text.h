/* film_text.h: what there is to read of a film, for those who compare films by words. */
#ifndef MATINEE_DATASET_FILM_TEXT_H
#define MATINEE_DATASET_FILM_TEXT_H

#include "base/arena.h"
#include "dataset/dataset.h"

/* The length of a title without its trailing " (1995)". */
size_t film_text_title_length(const char *title);

/* What a sentence says of a film. */
struct film_text_form {
    bool is_spoken;    /* the title as one says it: "The Matrix" for "Matrix, The (1999)" */
    size_t tags;       /* so many of its tags, the most used first */
    uint32_t left_out; /* a tag that does not count; DATASET_NONE: none */
};
/* What wishes in words are compared with. */
#define FILM_TEXT_SPOKEN ((struct film_text_form){true, 8, DATASET_NONE})

/* "Matrix, The (1999). Genres: Action, Sci-Fi. Tags: martial arts, philosophy.": what an encoder
 * of sentences reads. Genres that say that there is none are no genres. A string of the arena. */
const char *film_text_sentence(const struct dataset *dataset, uint32_t item,
                               const struct film_text_form *form, struct arena *arena);
/* "Toy Story. Animation. Comedy. pixar. pixar. fun.": title without its year, genres, and each tag
 * as often as its share of ten says, at least once: what TF-IDF counts. A string of the arena. */
const char *film_text_terms(const struct dataset *dataset, uint32_t item, struct arena *arena);

#endif
