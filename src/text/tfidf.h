/* tfidf.h: texts as sparse rows: how often a term stands in the text, weighed by how few texts have
 * it.
 *
 * A term is one to three words in a row, or a few letters of a word with its ends marked by spaces
 * (so that "toy" has " t", "to", "oy", "y "). A text's weight for a term is (1 + ln count) * (ln
 * ((1 + texts) / (1 + texts with it)) + 1), and rows have length 1: the product of two rows is
 * their cosine. */
#ifndef MATINEE_TEXT_TFIDF_H
#define MATINEE_TEXT_TFIDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "sparse/csr.h"
#include "text/encoder.h"
#include "text/terms.h"

enum tfidf_kind { TFIDF_WORDS, TFIDF_LETTERS };

struct tfidf_options {
    enum tfidf_kind kind;
    unsigned shortest, longest; /* words, or letters, of a term; at most TFIDF_LONGEST */
    uint32_t min_texts;         /* terms of fewer texts are left out */
    uint32_t max_terms;         /* those that stand most often stay; 0: all */
    bool stop_words;            /* words that say nothing are left out first (TFIDF_WORDS) */
    bool sublinear;             /* 1 + ln count, else the count */
};

#define TFIDF_LONGEST 8
/* One to three words, 512 terms: what a content model takes if nothing else is said. */
#define TFIDF_USUAL                                                                                \
    ((struct tfidf_options){.kind = TFIDF_WORDS,                                                   \
                            .shortest = 1,                                                         \
                            .longest = 3,                                                          \
                            .min_texts = 2,                                                        \
                            .max_terms = 512,                                                      \
                            .stop_words = true,                                                    \
                            .sublinear = true})

struct tfidf {
    struct tfidf_options options;
    struct terms terms; /* the columns, in byte order */
    const float *idf;   /* [terms.count] */
};

/* Chooses the terms; memory of the arena, which is not a scratch arena. */
void tfidf_fit(struct tfidf *tfidf, const struct encoder_text *texts, size_t count,
               const struct tfidf_options *options, struct arena *arena);
/* [count][terms.count]; columns ascend, a text without any term has an empty row. Memory of the
 * arena, which is not a scratch arena. */
struct csr tfidf_rows(const struct tfidf *tfidf, const struct encoder_text *texts, size_t count,
                      struct arena *arena);

#endif
