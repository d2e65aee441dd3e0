/* rules.h: what a wish says beside its mood: what is excluded, years, films that are named, genres
 * and tags typed directly, run times, seen or not. Each thing found is a chip that can be shown,
 * and that a person may take back: its label among `removed` makes the rules find all else. (To
 * cut a chip's bytes out of the wish would say something else: of "no horror or musicals" without
 * "horror or" more is wished than before, of "no horror or musicals" without "no" the opposite.) */
#ifndef MATINEE_INTENT_RULES_H
#define MATINEE_INTENT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "intent/phrases.h"

#define RULES_CHIPS_MAX 32
#define RULES_NAMED_MAX 8 /* films, tags of one kind */
#define RULES_NOTICES_MAX 4

enum chip_kind {
    CHIP_GENRE,          /* a genre typed directly: "genre: Comedy" */
    CHIP_EXCLUDED_GENRE, /* "excluded: Musical" */
    CHIP_TAG,            /* "tag: time travel" */
    CHIP_EXCLUDED_TAG,   /* "excluded: zombies" */
    CHIP_WITHOUT,        /* a word that is no tag: "without: subtitles" */
    CHIP_MORE,           /* a mood: "more: dark" */
    CHIP_LESS,           /* "less: scary" */
    CHIP_YEARS,          /* "years 1990-1999", "before 1980", "since 2000" */
    CHIP_FILM,           /* "like: Toy Story (1995)" */
    CHIP_TITLE,          /* the wish is a title: "title: Heat (1995)" */
    CHIP_UNLIKE,         /* "unlike: Saw (2004)" */
    CHIP_MINUTES,        /* "at most 90 minutes" */
    CHIP_UNSEEN,         /* "not seen" */
    CHIP_SEEN,           /* "seen and loved" */
};

struct chip {
    enum chip_kind kind;
    const char *label;
    size_t begin, end; /* bytes of the wish that say it, to be marked */
    uint32_t value;    /* genre, tag, mood or film; of years the first << 16 | the last */
};

/* What the rules know of the catalogue; phrases may be empty. */
struct rules_context {
    const char *const *genres; /* names */
    size_t genre_count;
    const struct phrases *titles;
    const struct phrases *tags;
    const char *(*film_title)(const void *context, uint32_t film); /* for the labels */
    const char *(*tag_name)(const void *context, uint32_t tag);
    const void *context;
    /* For a title after "like" and its kin that is not in `titles`: a film for these bytes and how
     * many of the words it takes (0: none). NULL: nobody knows. */
    size_t (*find_film)(const void *context, const struct token *tokens, size_t count,
                        uint32_t *film);
    /* How many people have each film; a wish of one small word is a title if `famous` have it. */
    const uint32_t *people; /* NULL: unknown */
    uint32_t famous;
    int last_year;    /* of the catalogue; 0: years are unknown */
    bool has_minutes; /* run times are known */
    int short_minutes, long_minutes;
    const char *const *removed; /* labels of chips that the person has taken back */
    size_t removed_count;
};

struct rules_found {
    struct chip chips[RULES_CHIPS_MAX];
    size_t chip_count;
    uint64_t typed, excluded;           /* genres */
    uint64_t together[RULES_NAMED_MAX]; /* excluded where a film has all of the genres of one */
    size_t together_count;
    uint32_t more, less;             /* moods: 1 << affect */
    int first_year, last_year;       /* both included; 0: open */
    int least_minutes, most_minutes; /* 0: open */
    uint32_t films[RULES_NAMED_MAX], unlike[RULES_NAMED_MAX];
    size_t film_count, unlike_count;
    uint32_t tags[RULES_NAMED_MAX], excluded_tags[RULES_NAMED_MAX];
    size_t tag_count, excluded_tag_count;
    bool is_unseen, is_seen;
    bool is_title;        /* the whole wish is the title of films[0] */
    bool is_likeness;     /* "like Toy Story but darker": films are named, and of what else there is
                             for an encoder to read all words are "more" of a mood */
    const char *rest;     /* the wish without the words that are not to be encoded */
    const char *keywords; /* the words of it that name something but a mood */
    bool is_blank;        /* nothing is left but words like "something" and "films" */
    const char *without;  /* what to be encoded it is to be without; NULL: nothing */
    const char *notices[RULES_NOTICES_MAX]; /* what may be not as was meant, in sentences */
    size_t notice_count;
};

/* `text` is cut after TOKENS_MAX words. Strings live in `arena`. */
void rules_find(const char *text, size_t length, const struct rules_context *context,
                struct arena *arena, struct rules_found *found);

#endif
