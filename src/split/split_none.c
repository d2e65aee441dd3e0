/* split_none.c: everything is train; for a last fit of which nothing is measured. */
#include "split/split_internal.h"

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    (void)error;
    const struct interactions *all = &job->data->interactions;
    const struct interactions empty = {
        .user_count = all->user_count,
        .item_count = all->item_count,
        .offsets = ARENA_ARRAY(job->arena, uint64_t, (size_t)all->user_count + 1),
    };
    split->train = *all;
    split->validation = split->test = empty;
    return STATUS_OK;
}

const struct split_ops split_none = {"none", make};
