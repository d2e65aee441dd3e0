/* rules_match.h: one pattern of rules.def held against the words of a wish. */
#ifndef MATINEE_INTENT_RULES_MATCH_H
#define MATINEE_INTENT_RULES_MATCH_H

#include "intent/intent_values.h"
#include "intent/rules.h"
#include "intent/tokens.h"

#define RULES_THINGS_MAX 8
#define RULES_SPANS_MAX 2

/* A genre, a mood or a tag that was named; words [begin, end). */
struct rules_thing {
    size_t begin, end;
    uint64_t genres;
    enum affect mood; /* AFFECT_COUNT: none */
    uint32_t tag;     /* DATASET_NONE: none */
};

/* A year or a decade. */
struct rules_years {
    int first, last;
};

struct rules_film {
    size_t begin, end; /* words */
    uint32_t film;
};

/* What a pattern took. */
struct rules_match {
    size_t begin, end; /* words */
    struct rules_thing things[RULES_THINGS_MAX];
    size_t thing_count;
    struct rules_years years[RULES_SPANS_MAX];
    size_t year_count;
    struct rules_film films[RULES_NAMED_MAX];
    size_t film_count;
    double number;
    int unit;              /* minutes */
    size_t noun, noun_end; /* the words taken by {noun} */
};

/* Titles with slips are looked for so often in one wish; the last one is known. */
#define RULES_LOOKUPS_MAX 12
struct rules_lookups {
    size_t left;
    size_t at, taken; /* words */
    uint32_t film;
};

struct rules_text {
    const struct rules_context *context;
    const struct token *tokens;
    size_t count;
    struct rules_lookups *lookups;
};

/* Whether the pattern stands at word `at`; then match->end is behind it. */
bool rules_match_at(const struct rules_text *text, const char *pattern, size_t at,
                    struct rules_match *match);

/* The word (or two or three) at `at` as a genre or mood; how many words it takes, 0: none. `uses`
 * is a set of 1 << RULES_WORD_*. */
enum rules_word_use { RULES_WORD_TYPED, RULES_WORD_MOOD, RULES_WORD_COMPARATIVE };
size_t rules_words_find(const struct rules_text *text, size_t at, unsigned uses,
                        struct rules_thing *thing);
/* Words that name nothing: "the", "something", "films". */
bool rules_words_empty(const struct token *token);
/* 10 of "10" and "ten"; 0: not a number. */
int rules_words_number(const struct token *token);
/* A decade of "90s", "1990s", "nineties"; false: none. "20s" are the last ones that films of
 * `last_year` may be of. */
bool rules_words_decade(const struct token *token, int last_year, struct rules_years *decade);
/* A year of four digits; 0: none. */
int rules_words_year(const struct token *token);

#endif
