/* sheet.h: the numbers of one measurement: each metric of each user, and how often each item was
 * shown. Filled by many threads, read when all are done; the same bits for any number of them.
 *
 * A sheet holds metrics x users floats, so that two models can be compared user by user. */
#ifndef MATINEE_METRICS_SHEET_H
#define MATINEE_METRICS_SHEET_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/arena.h"
#include "metrics/interval.h"
#include "metrics/metrics.h"

/* A metric's figure with its 95 % interval over users (both bounds NaN where there is none). */
struct metric_value {
    const char *name; /* "ndcg@10" */
    double value, low, high;
};

struct sheet {
    struct metric_list list;
    uint32_t user_count, item_count;
    float *values;       /* [metric][user]; NaN: not measured, or not defined for the user */
    float *weights;      /* [user]: his number of ratings; NULL unless a metric reads ratings */
    atomic_uint **shown; /* [metric][item]; NULL but for METRIC_EXPOSURE */
};

/* All values NaN; memory of the arena, as long as which the list must live. */
void sheet_init(struct sheet *sheet, const struct metric_list *list, uint32_t user_count,
                uint32_t item_count, struct arena *arena);
/* Takes down one user's measurement: the metrics of the sources that it has (test_count, list,
 * rating_count above 0). Different users may be recorded at the same time. */
void sheet_record(struct sheet *sheet, uint32_t user, const struct metric_case *measured);
/* The figure of metric m. rmse and mae are means over all ratings. */
struct metric_value sheet_value(const struct sheet *sheet, size_t m);
/* The users' own values of metric m: [user_count]; of rmse the root of each user's mean square. */
const float *sheet_users(const struct sheet *sheet, size_t m);
/* How many users have a value in any metric. */
size_t sheet_measured_users(const struct sheet *sheet);

#endif
