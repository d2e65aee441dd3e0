/* sheet.c: taking down and summing up. See sheet.h.
 *
 * Users' values are written to their own places and summed in the order of users; counts of what
 * was shown are whole numbers, added atomically: neither depends on which thread came first.
 * Trap: rmse is kept as the root of each user's mean square, which is what a paired test compares;
 * the figure squares them again, weighted by numbers of ratings, and takes the root of the mean.
 * Checked by tests/metrics/test_metrics.c. */
#include "metrics/sheet.h"

#include <math.h>

#include "base/assert.h"
#include "metrics/ratings.h"

static bool is_rmse(const struct metric *metric) {
    return metric->ops->of_user == ratings_squared_error;
}

void sheet_init(struct sheet *sheet, const struct metric_list *list, uint32_t user_count,
                uint32_t item_count, struct arena *arena) {
    *sheet = (struct sheet){.list = *list, .user_count = user_count, .item_count = item_count};
    size_t count = list->count * user_count;
    sheet->values = ARENA_ARRAY_RAW(arena, float, count);
    for (size_t i = 0; i < count; i++)
        sheet->values[i] = NAN;
    if (metrics_read(list, METRIC_RATINGS))
        sheet->weights = ARENA_ARRAY(arena, float, user_count);
    sheet->shown = ARENA_ARRAY(arena, atomic_uint *, list->count);
    for (size_t m = 0; m < list->count; m++)
        if (list->metrics[m].ops->source == METRIC_EXPOSURE)
            sheet->shown[m] = ARENA_ARRAY(arena, atomic_uint, item_count);
}

static bool has_source(const struct metric_case *measured, enum metric_source source) {
    switch (source) {
    case METRIC_POSITIONS:
        return measured->test_count > 0;
    case METRIC_LIST:
    case METRIC_EXPOSURE:
        return measured->list_count > 0;
    case METRIC_RATINGS:
        return measured->rating_count > 0;
    }
    return false;
}

void sheet_record(struct sheet *sheet, uint32_t user, const struct metric_case *measured) {
    ASSERT(user < sheet->user_count);
    for (size_t m = 0; m < sheet->list.count; m++) {
        const struct metric *metric = &sheet->list.metrics[m];
        if (!has_source(measured, metric->ops->source))
            continue;
        if (metric->ops->source == METRIC_EXPOSURE) {
            size_t length = metric->k < measured->list_count ? metric->k : measured->list_count;
            for (size_t i = 0; i < length; i++)
                atomic_fetch_add_explicit(&sheet->shown[m][measured->list[i]], 1,
                                          memory_order_relaxed);
            continue;
        }
        double value = metric->ops->of_user(measured, metric->k);
        sheet->values[m * sheet->user_count + user] =
            (float)(is_rmse(metric) ? sqrt(value) : value);
    }
    if (sheet->weights)
        sheet->weights[user] = (float)measured->rating_count;
}

static struct metric_value of_exposure(const struct sheet *sheet, size_t m) {
    const struct metric *metric = &sheet->list.metrics[m];
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    uint32_t *shown = ARENA_ARRAY_RAW(scratch, uint32_t, sheet->item_count);
    for (size_t i = 0; i < sheet->item_count; i++)
        shown[i] = atomic_load_explicit(&sheet->shown[m][i], memory_order_relaxed);
    double value = metric->ops->of_exposure(shown, sheet->item_count);
    arena_reset(scratch, mark);
    return (struct metric_value){metric->name, value, NAN, NAN};
}

/* No metric goes below 0, and so no interval does; NaN stays. */
static double not_negative(double low) { return low < 0 ? 0 : low; }

static struct metric_value of_rmse(const struct sheet *sheet, size_t m) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *squares = ARENA_ARRAY_RAW(scratch, float, sheet->user_count);
    const float *roots = sheet_users(sheet, m);
    for (size_t u = 0; u < sheet->user_count; u++)
        squares[u] = roots[u] * roots[u];
    struct interval mean = interval_of(squares, sheet->weights, sheet->user_count);
    arena_reset(scratch, mark);
    return (struct metric_value){sheet->list.metrics[m].name, sqrt(mean.mean),
                                 sqrt(not_negative(mean.low)), sqrt(mean.high)};
}

struct metric_value sheet_value(const struct sheet *sheet, size_t m) {
    ASSERT(m < sheet->list.count);
    const struct metric *metric = &sheet->list.metrics[m];
    if (metric->ops->source == METRIC_EXPOSURE)
        return of_exposure(sheet, m);
    if (is_rmse(metric))
        return of_rmse(sheet, m);
    const float *weights = metric->ops->source == METRIC_RATINGS ? sheet->weights : NULL;
    struct interval mean = interval_of(sheet_users(sheet, m), weights, sheet->user_count);
    return (struct metric_value){metric->name, mean.mean, not_negative(mean.low), mean.high};
}

const float *sheet_users(const struct sheet *sheet, size_t m) {
    return sheet->values + m * sheet->user_count;
}

size_t sheet_measured_users(const struct sheet *sheet) {
    size_t count = 0;
    for (size_t u = 0; u < sheet->user_count; u++) {
        bool is_measured = false;
        for (size_t m = 0; m < sheet->list.count && !is_measured; m++)
            is_measured = !isnan(sheet->values[m * sheet->user_count + u]);
        count += is_measured;
    }
    return count;
}
