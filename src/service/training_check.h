/* training_check.h: how well a model foresees what people did most recently. */
#ifndef MATINEE_SERVICE_TRAINING_CHECK_H
#define MATINEE_SERVICE_TRAINING_CHECK_H

#include <stdatomic.h>

#include "metrics/interval.h"
#include "service/training_rows.h"

#define TRAINING_CHECK_K 10

struct training_figures {
    size_t events;
    double hit_rate, ndcg;       /* of the ten best; means over the events */
    struct interval hits, gains; /* the same with 95 % intervals; people are the sampling unit */
};

/* Before each row that was held out (new to the person, and liked) the list that the model would
 * have shown: everything known of the person up to that moment as a bare history, all its films but
 * those. Ties count against the model, and so does a film that it does not know. The same events
 * for every model, whatever people and films it knows. Stops when *cancel is set (NULL: never). */
void training_check_measure(const struct training_rows *rows, const struct snapshot *snapshot,
                            const atomic_bool *cancel, struct training_figures *figures);

#endif
