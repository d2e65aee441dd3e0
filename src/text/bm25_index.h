/* bm25_index.h: what an index of titles is made of; only for bm25.c and bm25_find.c. */
#ifndef MATINEE_TEXT_BM25_INDEX_H
#define MATINEE_TEXT_BM25_INDEX_H

#include "text/bm25.h"
#include "text/terms.h"

/* A wording of a title that has the word. */
struct bm25_posting {
    uint32_t wording;
    float weight;
};

/* A word as it may be written, and what it is compared by. */
struct bm25_spelling {
    uint64_t letters; /* the set of its letters */
    const char *bytes;
    uint32_t length, term;
};

struct bm25 {
    struct terms terms;
    const float *idf;        /* [terms.count] */
    const uint64_t *offsets; /* [terms.count + 1] into postings */
    const struct bm25_posting *postings;
    const struct bm25_spelling *spellings;
    size_t spelling_count;
    size_t wording_count;
    const uint32_t *title;       /* [wording_count], never falling */
    const float *norm, *weight;  /* [wording_count] by length; by what the wording is */
    const float *fame;           /* [titles] 0 to 1 */
    float mean_length, idf_none; /* idf of a word that no title has */
};

/* What a wording's words count for, by their number; light ones are BM25_LIGHT of one. */
float bm25_norm(const struct bm25 *index, float length);
uint64_t bm25_letters(const char *bytes, size_t length);
#define BM25_LIGHT 0.2f

#endif
