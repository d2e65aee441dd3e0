/* two_tower_features.h: the rows of numbers that the two towers read. See two_tower.c.
 *
 * User    mean rating of each genre, mean rating, log(1 + count).
 * Item    each genre (0 or 1), year, mean rating, log(1 + count).
 *         Rows without rating values have no mean ratings: in their place stands the share of the
 *         history that is of the genre, and the two means are constant.
 * Scaling Every column is brought to mean 0 and deviation 1 over the training data's users or
 *         items (a constant one to 0); what is unknown (a genre never rated, no year) is 0, the
 *         average.
 * Trap    A rating may not be among the features that predict it: in training a row's own rating is
 *         taken out of its user's and its item's means. Without that a user's only Western tells
 *         the network its own rating.
 * Decay   With a half life each past row counts 2^(-age / half life); age in days before the newest
 *         row, or in positions.
 * Shapes  G genres; user [G + 2], item [G + 3].
 * Checked tests/models/test_two_tower.c by hand. */
#ifndef MATINEE_MODELS_NEURAL_TWO_TOWER_FEATURES_H
#define MATINEE_MODELS_NEURAL_TWO_TOWER_FEATURES_H

#include <stdbool.h>

#include "base/arena.h"
#include "dataset/interactions.h"
#include "kernels/real.h"

enum two_tower_age { TWO_TOWER_POSITIONS, TWO_TOWER_DAYS };
#define TWO_TOWER_AGES "positions|days"

/* What a model keeps of its features; the arrays are its tensors. */
struct two_tower_features {
    size_t genre_count, item_count;
    bool rated;       /* there are rating values */
    double half_life; /* 0: no decay */
    enum two_tower_age age;
    float rating_min, rating_max;
    float *genres;                  /* [items][G] */
    float *items;                   /* [items][G + 3], scaled */
    float *user_scale, *item_scale; /* [2][columns]: mean, one over the deviation (or 0) */
};

size_t two_tower_features_user_columns(size_t genre_count);
size_t two_tower_features_item_columns(size_t genre_count);

/* The training rows, summed up; for leaving single rows out. */
struct two_tower_sums {
    const struct interactions *train;
    float *users; /* [users][2 * G + 3]: see two_tower_features.c */
    float *item_sums, *item_counts;
};

/* Fills items, user_scale and item_scale, whose memory is there, and the sums, in the arena.
 * years [items] or NULL; 0 where one is unknown. */
void two_tower_features_fit(struct two_tower_features *features, const float *years,
                            const struct interactions *train, struct two_tower_sums *sums,
                            struct arena *arena);

/* A past, and what else is known of a taste: preference[G], 1 to 5, 0 where nothing was said; or
 * NULL. A genre that was spoken of has that mean (without rating values: that many deviations above
 * 3); with no history the mean rating is the mean of what was said. */
void two_tower_features_of_history(const struct two_tower_features *features,
                                   const struct history *history, const float *preference,
                                   real *row);
/* shares[history.count] += what each row adds to slope[columns] . the row of features, less that of
 * an empty history: to a genre's mean by its own rating's distance from the average, to the number
 * of rows equally. */
void two_tower_features_shares(const struct two_tower_features *features,
                               const struct history *history, const float *slope, float *shares);
void two_tower_features_of_item(const struct two_tower_features *features, uint32_t item,
                                real *row);
/* The two rows of a pair, without the pair's own rating if it is one of the training rows. */
struct two_tower_pair {
    uint32_t user, item;
};
void two_tower_features_of_pair(const struct two_tower_features *features,
                                const struct two_tower_sums *sums, struct two_tower_pair pair,
                                real *user_row, real *item_row);

#endif
