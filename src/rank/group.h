/* group.h: one row of scores from those of several people who want one list.
 *
 *   mean          the mean of the people's scores
 *   least_misery  the lowest of them: a film that one of them would hate is nobody's choice
 *                 (O'Connor et al. 2001, PolyLens)
 *
 * Traps   People's scores lie on scales of their own: somebody whose scores spread more would
 *         decide alone. Each row is mapped to 0 ... 1 over the allowed items first.
 * Checked tests/rank/test_group.c. */
#ifndef MATINEE_RANK_GROUP_H
#define MATINEE_RANK_GROUP_H

#include <stdbool.h>
#include <stddef.h>

enum group_rule { GROUP_MEAN, GROUP_LEAST_MISERY, GROUP_RULES };
const char *group_name(enum group_rule rule); /* "mean", "least_misery" */
bool group_find(const char *name, enum group_rule *rule);

/* scores[item_count] from rows[person_count][item_count], which are mapped on the way. An item that
 * is minus infinity in any row is so in the result. */
void group_combine(enum group_rule rule, float *rows, size_t person_count, size_t item_count,
                   float *scores);

#endif
