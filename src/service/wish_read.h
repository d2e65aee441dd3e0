/* wish_read.h: from the text of a wish to the films nearest to it, for whoever asks. */
#ifndef MATINEE_SERVICE_WISH_READ_H
#define MATINEE_SERVICE_WISH_READ_H

#include "models/model.h"
#include "service/word_index.h"

/* Reads a wish anew: rules, encoder, steering, candidates. `alphas` are as asked; of the key the
 * pool counts (0: all films). The entry is the caller's, with one reference. */
struct wish_entry *wish_read(const struct word_index *index, const struct wish_key *key,
                             struct intent_alphas alphas);

/* Somebody who likes just the films that are named. */
struct query wish_read_likeness(const struct snapshot *snapshot, const struct rules_found *rules,
                                struct arena *arena);

/* All candidates of a wish for a person, as service_search ranks them: for those who measure it. */
struct search_scores {
    size_t count;
    const uint32_t *items;
    const float *scores, *tags; /* of them the part of tags typed */
    const uint8_t *tiers; /* films of a lower one come first, whatever their scores and tags */
};
void service_search_scores(const struct word_index *index, const struct wish_entry *entry,
                           const struct query *query, struct arena *arena,
                           struct search_scores *scores);

/* The films that the words allow: scores[items] of others become minus infinity. */
void wish_read_filter(const struct word_index *index, const struct rules_found *rules,
                      float *scores);

/* The text with spaces for what is no UTF-8 and for control characters, without spaces around it;
 * its length. Memory of the arena. */
const char *wish_read_clean(const char *text, size_t length, size_t *clean_length,
                            struct arena *arena);

#endif
