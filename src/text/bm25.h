/* bm25.h: titles by what people type: words misspelt, cut short or in another order, accents left
 * out, "7" for "seven", articles moved.
 *
 * A title may stand for several: what is in brackets ("Seven Samurai (Shichinin no samurai)"), what
 * is before or behind a colon ("Star Wars: Episode IV - A New Hope"). */
#ifndef MATINEE_TEXT_BM25_H
#define MATINEE_TEXT_BM25_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct bm25;

struct bm25_hit {
    uint32_t title; /* its place in what the index was made of */
    float score;    /* 1: a title just as it was typed; 0: nothing in common */
};

/* Above this nothing but a slip of the pen or a word left out is between the two. */
#define BM25_SURE 0.7f

/* titles[count] as published, "Matrix, The (1999)"; people[count]: how many know each (NULL: all
 * the same): of titles that answer about equally well the better known comes first. Memory of the
 * arena, which is not a scratch arena and outlives the index; the titles are not kept. */
struct bm25 *bm25_create(const char *const *titles, const uint32_t *people, size_t count,
                         struct arena *arena);
/* The best of the titles first; returns how many, at most `room`. What is typed may be any bytes;
 * behind its first BM25_TYPED_MAX it is not looked at. Many threads may ask at once. */
size_t bm25_find(const struct bm25 *index, const char *typed, size_t length, struct bm25_hit *hits,
                 size_t room);
#define BM25_TYPED_MAX 512

#endif
