/* wish_rank.h: the candidates of a wish in the order in which somebody is shown them: only for
 * those who make such lists, service_search.c. */
#ifndef MATINEE_SERVICE_WISH_RANK_H
#define MATINEE_SERVICE_WISH_RANK_H

#include "rank/rank.h"
#include "service/service_internal.h"
#include "service/service_search.h"
#include "service/word_index.h"

/* One list in the making; arrays are scratch. */
struct wish_rank {
    const struct word_index *index;
    const struct wish_entry *entry;
    const struct recommend_request *asked; /* everything but the wish */
    const struct query *queries;           /* [query_count] of people; without a history nobody is
                                              known */
    size_t query_count;
    struct intent_alphas alphas;
    const bool *passed;         /* [items] films that are listed elsewhere; NULL: none */
    const char *context;        /* what was heard of asked->context; NULL: nothing */
    size_t count;               /* of the candidates that may be shown */
    const uint32_t *items;      /* [count] */
    const uint32_t *places;     /* [count] in the entry */
    float *parts[SEARCH_PARTS]; /* [count] each */
    float *scores;              /* [count] */
};

/* Whether anything is known of whom it is for. */
bool wish_rank_knows(const struct wish_rank *rank);
/* Fills items and places: the candidates that may be shown, those that nobody asked has, or, if the
 * wish asks for them, those that somebody has and liked. */
void wish_rank_select(struct wish_rank *rank, struct arena *scratch);
/* Fills parts and scores. */
void wish_rank_score(struct wish_rank *rank, struct arena *scratch);

/* Candidates of a lower stage come before all of a higher one, whatever their scores: the film
 * whose title is the wish, films of all genres that were typed, films of any of them; where none
 * was typed and the wish asks for that, films of the strongest genres or with a tag that was typed.
 */
enum wish_rank_stage {
    WISH_RANK_TITLE,
    WISH_RANK_ALL,
    WISH_RANK_ANY,
    WISH_RANK_OTHERS,
    WISH_RANK_STAGES
};
enum wish_rank_stage wish_rank_stage(const struct wish_rank *rank, size_t candidate,
                                     bool tags_count);

/* The best `most` of the candidates, stage by stage, as candidates; how many there are. */
size_t wish_rank_choose(const struct wish_rank *rank, size_t most, struct ranked *list,
                        struct arena *scratch);

#endif
