/* split_temporal.c: one global instant: what happened before it is train, what happened from it on
 * is test; a second instant before it begins validation. With data.split.per_user each user's
 * history is cut by shares in its own order instead.
 *
 * The instants are the times of the rows that stand at the shares' places in the order of time, so
 * all rows of one second lie on one side. They are found by bisection over the range of times: some
 * thirty counting passes, no sorting and no memory. */
#include "split/split_internal.h"

static size_t count_before(const int64_t *times, size_t count, int64_t instant) {
    size_t before = 0;
    for (size_t i = 0; i < count; i++)
        before += times[i] < instant;
    return before;
}

/* The time of the row at `place` (0 is the oldest) in the order of time. */
static int64_t time_at(const int64_t *times, size_t count, size_t place) {
    int64_t low = times[0], high = times[0];
    for (size_t i = 1; i < count; i++) {
        low = times[i] < low ? times[i] : low;
        high = times[i] > high ? times[i] : high;
    }
    while (low < high) { /* the largest instant with at most `place` rows before it */
        int64_t middle = high - (high - low) / 2;
        if (count_before(times, count, middle) <= place)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

static void by_instant(const struct split_job *job, const double shares[3], uint8_t *parts) {
    const struct interactions *all = &job->data->interactions;
    size_t tests = split_share_count(all->count, shares[SPLIT_TEST]);
    size_t trains = split_share_count(all->count, shares[SPLIT_TRAIN]);
    int64_t test_from = time_at(all->times, all->count, all->count - tests - (tests == 0));
    int64_t validation_from = time_at(all->times, all->count, trains);
    for (size_t i = 0; i < all->count; i++)
        if (all->times[i] >= test_from)
            parts[i] = SPLIT_TEST;
        else if (all->times[i] >= validation_from && shares[SPLIT_VALIDATION] > 0)
            parts[i] = SPLIT_VALIDATION;
}

static void by_user(const struct split_job *job, const double shares[3], uint8_t *parts) {
    const struct interactions *all = &job->data->interactions;
    for (uint32_t u = 0; u < all->user_count; u++) {
        size_t count = (size_t)(all->offsets[u + 1] - all->offsets[u]);
        size_t tests = split_share_count(count, shares[SPLIT_TEST]);
        size_t held = tests + split_share_count(count - tests, shares[SPLIT_VALIDATION] /
                                                                   (1 - shares[SPLIT_TEST]));
        for (size_t i = count - held; i < count; i++)
            parts[all->offsets[u] + i] = i < count - tests ? SPLIT_VALIDATION : SPLIT_TEST;
    }
}

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    const struct dataset *data = job->data;
    bool per_user = settings_bool(job->settings, "data.split.per_user");
    double shares[3];
    TRY(split_shares(job->settings, shares, error));
    if (!data->has_order)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s has no times: data.split.strategy=temporal does not apply; "
                         "random does",
                         data->name);
    if (!per_user && !data->times_are_seconds)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s has positions in each user's history, not seconds: there is "
                         "no global instant; use data.split.per_user=true or leave_one_out",
                         data->name);
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, data->interactions.count);
    if (per_user)
        by_user(job, shares, parts);
    else if (data->interactions.count)
        by_instant(job, shares, parts);
    split_divide(split, &data->interactions, parts, job->arena);
    return STATUS_OK;
}

const struct split_ops split_temporal = {"temporal", make};
