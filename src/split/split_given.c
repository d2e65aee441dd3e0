/* split_given.c: the test that ships with the data (the NCF benchmark files, the graph papers'
 * train.txt and test.txt), with its candidates if there are any.
 *
 * Validation: the last interaction of each user in train where order is known, which is how such
 * tests were made; else a random share of each user's rows. */
#include "split/split_internal.h"

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    const struct given_split *given = &job->data->given;
    if (!given->test)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s ships no test: data.split.strategy=given does not apply; "
                         "leave_one_out or random does",
                         job->data->name);
    split->train = *given->train;
    split->test = *given->test;
    split->candidate_offsets = given->candidate_offsets;
    split->candidates = given->candidates;
    split_carve_by_user(split, job);
    return STATUS_OK;
}

const struct split_ops split_given = {"given", make};
