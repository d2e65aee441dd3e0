/* split_folds.c: cross-validation: each fold is the test once. The folds that ship with the data
 * (u1 ... u5 of MovieLens 100K), or, when data.split.folds is set or none ship, k equal shares of
 * the rows in a random order that is the same for every fold.
 *
 * Validation is a random share (data.split.val_ratio) of the train rows of the fold: random rows,
 * because the test of a fold is that too. */
#include "base/assert.h"
#include "base/parallel.h"
#include "split/split_internal.h"

static void carve_by_row(struct split *split, const struct split_job *job) {
    struct interactions all = split->train, test = split->test;
    double share = settings_real(job->settings, "data.split.val_ratio");
    const uint32_t *order = split_row_order(job, &all);
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all.count);
    size_t held = split_share_count(all.count, share);
    for (size_t i = 0; i < held; i++)
        parts[order[i]] = SPLIT_VALIDATION;
    split_divide(split, &all, parts, job->arena);
    split->test = test;
}

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    (void)error;
    const struct dataset *data = job->data;
    uint32_t fold_count = split_fold_count(data, job->settings);
    ASSERT(job->fold >= 1 && job->fold <= fold_count);
    if (split_folds_are_shipped(data, job->settings)) {
        split->train = data->folds.train[job->fold - 1];
        split->test = data->folds.test[job->fold - 1];
    } else {
        const struct interactions *all = &data->interactions;
        const uint32_t *order = split_row_order(job, all);
        uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all->count);
        struct parallel_range tests = parallel_range(all->count, fold_count, job->fold - 1);
        for (size_t i = tests.begin; i < tests.end; i++)
            parts[order[i]] = SPLIT_TEST;
        split_divide(split, all, parts, job->arena);
    }
    carve_by_row(split, job);
    return STATUS_OK;
}

const struct split_ops split_folds = {"folds", make};
