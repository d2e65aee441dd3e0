/* word_index.h: a served catalogue as wishes see it: vectors of films, of genres and moods, titles
 * and tags by their words, run times. Made of a snapshot the first time that it is searched. */
#ifndef MATINEE_SERVICE_WORD_INDEX_H
#define MATINEE_SERVICE_WORD_INDEX_H

#include "intent/intent.h"
#include "service/snapshot.h"
#include "service/wish_cache.h"
#include "service/words.h"
#include "sparse/csr.h"
#include "text/tfidf.h"

struct word_index {
    struct arena arena;
    const struct snapshot *snapshot;
    const struct words *words;
    size_t item_count, dimension;
    const float *vectors; /* [items][dimension] */
    struct intent intent;
    struct phrases titles, tags;
    struct tfidf tfidf; /* of the films' sentences */
    struct csr rows;    /* [items][terms] */
    uint16_t *minutes;  /* [items]; 0: unknown */
    int last_year;
    bool has_minutes;
    struct wish_cache *cache;
};

/* NULL: *cancel was set on the way (NULL: nobody does). Of a snapshot with edited films that of its
 * origin is there already. */
struct word_index *word_index_create(const struct snapshot *snapshot, const struct words *words,
                                     const atomic_bool *cancel);
void word_index_destroy(struct word_index *index); /* NULL is fine */

/* What the rules may know. */
struct rules_context word_index_rules(const struct word_index *index);
/* Whether the film has the tag. */
bool word_index_has_tag(const struct word_index *index, uint32_t item, uint32_t tag);
/* cosines[items] of the text with each film's sentence, by TF-IDF; zeros for no word in common. */
void word_index_compare(const struct word_index *index, const char *text, float *cosines);

#endif
