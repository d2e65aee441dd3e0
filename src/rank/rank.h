/* rank.h: from a row of scores to the list that is shown: what may be shown, what is preferred,
 * the first k, and variety among them.
 *
 * One representation carries every filter: a score of minus infinity means "not allowed". The
 * filters write it into the caller's row of scores, rank_top_k never lists such an item, and the
 * mapping to [0, 1] looks only at the others. So filters come first and in any order, then the
 * soft preference, then the top k, then the diversity:
 *
 *     rank_exclude(scores, seen, seen_count);
 *     rank_filter_genres(scores, genres, item_count, &filter);
 *     rank_min_max(scores, item_count);
 *     rank_prefer(scores, genres, item_count, wanted, RANK_PREFERENCE);
 *     count = rank_top_k(scores, item_count, pool_size, list);
 *     rank_diversify(list, count, k, genres, 0.3);
 *
 * Genres are bit sets, one for each item. Nothing here fails; scratch comes from arena_scratch().
 */
#ifndef MATINEE_RANK_RANK_H
#define MATINEE_RANK_RANK_H

#include <stddef.h>
#include <stdint.h>

#include "dataset/genres.h"

/* What an item of a preferred genre gains on scores that are mapped to [0, 1]. */
#define RANK_PREFERENCE 0.20f

/* One place of a list. */
struct ranked {
    uint32_t item;
    float score;
};

/* Which genres an item must and must not have. An empty set asks for nothing. */
struct rank_genres {
    uint64_t any;  /* at least one of these */
    uint64_t all;  /* every one of these */
    uint64_t none; /* not one of these */
};

/* Not allowed from now on: the items listed. */
void rank_exclude(float *scores, const uint32_t *items, size_t count);
/* Not allowed: the items whose genres[item_count] do not pass. */
void rank_filter_genres(float *scores, const uint64_t *genres, size_t item_count,
                        const struct rank_genres *filter);

/* Maps the allowed scores linearly so that the lowest is 0 and the highest 1; all 0 if they are
 * equal. */
void rank_min_max(float *scores, size_t item_count);
/* + bonus for each allowed item that has any of the wanted genres. */
void rank_prefer(float *scores, const uint64_t *genres, size_t item_count, uint64_t wanted,
                 float bonus);

/* Takes `share` of the range of the allowed scores away from each allowed item listed. */
void rank_demote(float *scores, size_t item_count, const uint32_t *items, size_t count,
                 float share);

/* The k allowed items with the highest scores, best first, among equals the lower item first.
 * list has room for k. Returns how many there are: min(k, allowed items). Scores are not NaN.
 * Cost: one pass over the scores, and about k log k log(item_count / k) for what passes. */
size_t rank_top_k(const float *scores, size_t item_count, size_t k, struct ranked *list);

/* Maximal marginal relevance (Carbonell & Goldstein 1998): reorders the list (`count` places, best
 * first) so that its first min(k, count) trade score for variety of genres. Each place goes to the
 * item with the highest
 *     (1 - diversity) * score mapped to [0, 1] over the list
 *   -  diversity * highest genre cosine with an item already placed,
 * among equals to the one that stood first. diversity 0 changes nothing, 1 looks at genres alone
 * after the first place. Scores stay those of the items. Cost: k * count. */
void rank_diversify(struct ranked *list, size_t count, size_t k, const uint64_t *genres,
                    double diversity);

/* How alike two items are in their genres, as rank_diversify sees it. */
static inline double rank_genre_cosine(uint64_t a, uint64_t b) { return genres_cosine(a, b); }

#endif
