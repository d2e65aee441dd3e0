/* split_leave_one_out.c: the last interactions of each user are test, those before validation.
 *
 * With one of each: who has three or more gives both, who has two gives a test only, who has one
 * stays in train whole. Where the data know no order, the held-out ones are drawn at random. Equal
 * times: the one that stands later in the file counts as later. */
#include "split/split_internal.h"

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    (void)error;
    const struct interactions *all = &job->data->interactions;
    size_t tests = (size_t)settings_int(job->settings, "data.leave_one_out.num_test_items");
    size_t validations = (size_t)settings_int(job->settings, "data.leave_one_out.num_val_items");
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all->count);
    uint32_t *order = split_order_scratch(all, job->scratch);
    for (uint32_t u = 0; u < all->user_count; u++) {
        size_t count = split_user_order(job, all, u, false, order);
        if (count < tests + 1)
            continue;
        size_t first_test = count - tests;
        size_t first = first_test > validations ? first_test - validations : first_test;
        for (size_t i = first; i < count; i++)
            parts[all->offsets[u] + order[i]] = i < first_test ? SPLIT_VALIDATION : SPLIT_TEST;
    }
    split_divide(split, all, parts, job->arena);
    return STATUS_OK;
}

const struct split_ops split_leave_one_out = {"leave_one_out", make};
