/* positions.h: the places of a user's test items among all candidates, without sorting them. */
#ifndef MATINEE_METRICS_POSITIONS_H
#define MATINEE_METRICS_POSITIONS_H

#include <stddef.h>
#include <stdint.h>

/* scores[count] are the candidates' (minus infinity: masked); own[test_count] those of the test
 * items, which are among them. positions[test_count] get the places in ascending order, 1 is the
 * first; order[test_count] gets the index into `own` of the test item at each. An equal score of a
 * candidate that is no test item counts against; of two test items that are equal one is first. A
 * test item whose score is NaN comes last. Cost: one counting pass for each test item. */
void positions_count(const float *scores, size_t count, const float *own, size_t test_count,
                     uint32_t *positions, uint32_t *order);

#endif
