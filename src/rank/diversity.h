/* diversity.h: a list reordered so that it is about more than one thing.
 *
 * All methods choose greedily from the list that they are given, a pool of the best items: nothing
 * from beyond the pool is ever shown, which bounds what is lost. In all of them `relevance` is the
 * score mapped to 0 ... 1 over the pool, and `amount` 0 changes nothing.
 *
 *   mmr         rank_diversify: maximal marginal relevance over genres (rank.h)
 *   calibrated  Steck 2018 (Calibrated Recommendations): each place goes to the item that makes
 *                   (1 - amount) * sum of relevance - amount * KL(p || q)
 *               largest, p the person's own mix of genres and q the list's, smoothed by 0.01 of p
 *   new_genres  relevance * (1 + 0.1 * amount * genres that are new to the person); in the second
 *               half of a page an item has to add a genre to it, as long as one of the pool does
 *   popularity  (1 - amount) * relevance - amount * popularity
 *
 * Cost    k * count, for calibrated times the genres of the person.
 * Checked tests/rank/test_diversity.c against tables worked by hand. */
#ifndef MATINEE_RANK_DIVERSITY_H
#define MATINEE_RANK_DIVERSITY_H

#include "dataset/dataset.h"
#include "rank/rank.h"

enum diversity_method {
    DIVERSITY_MMR,
    DIVERSITY_CALIBRATED,
    DIVERSITY_NEW_GENRES,
    DIVERSITY_POPULARITY,
    DIVERSITY_METHODS
};
/* Their names, as choices of a setting or a parameter. */
#define DIVERSITY_CHOICES "mmr|calibrated|new_genres|popularity"
/* "mmr", "calibrated", ... */
const char *diversity_name(enum diversity_method method);
/* False: there is no such method. */
bool diversity_find(const char *name, enum diversity_method *method);

/* What a method reads; the rest may be left out. */
struct diversity {
    enum diversity_method method;
    double amount;           /* 0 ... 1 */
    const uint64_t *genres;  /* [items] */
    const float *mix;        /* [DATASET_GENRES_MAX] diversity_mix of the person's items */
    uint64_t familiar;       /* genres that the person has met */
    const float *popularity; /* [items] 0 ... 1 */
    size_t page;             /* places that people see at a time; 0: all */
};

/* How large a pool is chosen from for k places: 10 k, at least 100, at most 2,000 or k. */
size_t diversity_pool(size_t k);
/* Puts the first min(k, count) places of the list (best first) in their new order. */
void diversity_apply(const struct diversity *diversity, struct ranked *list, size_t count,
                     size_t k);
/* Adds to mix[DATASET_GENRES_MAX] an even part of 1 for each genre of each item. */
void diversity_mix(const uint64_t *genres, const uint32_t *items, size_t count, float *mix);
/* The share of the plain list's relevance, as mapped over the pool, that the first k of a reordered
 * list keep; `plain` has `count` places, best first. 1 if there is nothing to lose. */
double diversity_kept(const struct ranked *plain, size_t count, const struct ranked *list,
                      size_t k);

#endif
