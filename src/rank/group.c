/* group.c: see group.h. */
#include "rank/group.h"

#include <math.h>
#include <string.h>

#include "rank/rank.h"

static const char *const names[GROUP_RULES] = {
    [GROUP_MEAN] = "mean", [GROUP_LEAST_MISERY] = "least_misery"};

const char *group_name(enum group_rule rule) { return names[rule]; }

bool group_find(const char *name, enum group_rule *rule) {
    for (int r = 0; r < GROUP_RULES; r++)
        if (strcmp(names[r], name) == 0) {
            *rule = (enum group_rule)r;
            return true;
        }
    return false;
}

void group_combine(enum group_rule rule, float *rows, size_t person_count, size_t item_count,
                   float *scores) {
    /* What one of them may not be shown counts for nobody's scale. */
    for (size_t i = 0; i < item_count; i++) {
        float lowest = 0;
        for (size_t p = 0; p < person_count; p++)
            lowest = fminf(lowest, rows[p * item_count + i]);
        for (size_t p = 0; lowest == -INFINITY && p < person_count; p++)
            rows[p * item_count + i] = -INFINITY;
    }
    for (size_t p = 0; p < person_count; p++)
        rank_min_max(rows + p * item_count, item_count);
    for (size_t i = 0; i < item_count; i++) {
        float sum = 0, lowest = INFINITY;
        for (size_t p = 0; p < person_count; p++) {
            sum += rows[p * item_count + i];
            lowest = fminf(lowest, rows[p * item_count + i]);
        }
        scores[i] = rule == GROUP_MEAN ? sum / (float)person_count : lowest;
    }
}
