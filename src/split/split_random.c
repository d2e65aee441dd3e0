/* split_random.c: rows put into a random order; the first share is test, the next validation, the
 * rest train. Over all rows, or with data.split.per_user over each user's own (a user with one row
 * keeps it in train). */
#include "split/split_internal.h"

static void by_row(const struct split_job *job, const double shares[3], uint8_t *parts) {
    const struct interactions *all = &job->data->interactions;
    const uint32_t *order = split_row_order(job, all);
    size_t tests = split_share_count(all->count, shares[SPLIT_TEST]);
    size_t held = tests + split_share_count(all->count - tests,
                                            shares[SPLIT_VALIDATION] / (1 - shares[SPLIT_TEST]));
    for (size_t i = 0; i < held; i++)
        parts[order[i]] = i < tests ? SPLIT_TEST : SPLIT_VALIDATION;
}

static void by_user(const struct split_job *job, const double shares[3], uint8_t *parts) {
    const struct interactions *all = &job->data->interactions;
    uint32_t *order = split_order_scratch(all, job->scratch);
    for (uint32_t u = 0; u < all->user_count; u++) {
        size_t count = split_user_order(job, all, u, true, order);
        size_t tests = split_share_count(count, shares[SPLIT_TEST]);
        size_t held = tests + split_share_count(count - tests, shares[SPLIT_VALIDATION] /
                                                                   (1 - shares[SPLIT_TEST]));
        for (size_t i = 0; i < held; i++)
            parts[all->offsets[u] + order[i]] = i < tests ? SPLIT_TEST : SPLIT_VALIDATION;
    }
}

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    const struct interactions *all = &job->data->interactions;
    double shares[3];
    TRY(split_shares(job->settings, shares, error));
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all->count);
    if (settings_bool(job->settings, "data.split.per_user"))
        by_user(job, shares, parts);
    else
        by_row(job, shares, parts);
    split_divide(split, all, parts, job->arena);
    return STATUS_OK;
}

const struct split_ops split_random = {"random", make};
