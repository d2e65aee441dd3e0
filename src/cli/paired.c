/* paired.c: see paired.h. The test itself is metrics/interval.h's. Checked by tests/cli. */
#include "cli/paired.h"

#include <math.h>
#include <string.h>

/* Each user's mean over the runs in which he was measured; NULL: the metric has none. */
static float *user_means(const struct experiment_report *report, const char *metric,
                         struct arena *arena) {
    const struct experiment_run *first = &report->runs[0];
    size_t index = 0;
    while (index < first->metric_count && strcmp(first->metrics[index].name, metric) != 0)
        index++;
    if (index == first->metric_count || !first->user_values)
        return NULL;
    float *means = ARENA_ARRAY(arena, float, first->user_count);
    for (size_t user = 0; user < first->user_count; user++) {
        double sum = 0;
        size_t count = 0;
        for (size_t r = 0; r < report->run_count; r++) {
            const struct experiment_run *run = &report->runs[r];
            float value = run->user_values[index * run->user_count + user];
            if (isnan(value))
                continue;
            sum += (double)value;
            count++;
        }
        means[user] = count ? (float)(sum / (double)count) : NAN;
    }
    return means;
}

struct interval_difference paired_difference(const struct experiment_report *a,
                                             const struct experiment_report *b,
                                             const char *metric) {
    struct interval_difference none = {{NAN, NAN, NAN, 0}, NAN};
    if (a->run_count == 0 || b->run_count == 0 || a->runs[0].user_count != b->runs[0].user_count)
        return none;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    const float *left = user_means(a, metric, scratch), *right = user_means(b, metric, scratch);
    if (left && right)
        none = interval_paired(left, right, a->runs[0].user_count);
    arena_reset(scratch, mark);
    return none;
}
