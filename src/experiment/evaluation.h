/* evaluation.h: a model measured on a part that was held out.
 *
 * Users are worked off in blocks: the scores of a block against all items are all that is ever in
 * memory, never users x items. Each user's held-out items get their places by counting, and lists
 * are selected only if a metric reads them, so that beside score() little is left: for 3,706 items
 * about two microseconds a user. Blocks are cut by the data, so that the figures are the same bits
 * for any number of threads. */
#ifndef MATINEE_EXPERIMENT_EVALUATION_H
#define MATINEE_EXPERIMENT_EVALUATION_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"
#include "dataset/dataset.h"
#include "experiment/candidates.h"
#include "metrics/metrics.h"
#include "metrics/sheet.h"
#include "models/model.h"
#include "split/split.h"

/* What scores have to do with ratings. */
enum evaluation_ratings {
    EVALUATION_NO_RATINGS,
    EVALUATION_RATINGS,        /* a score is a predicted rating */
    EVALUATION_SCALED_RATINGS, /* ... on the scale from 0, the lowest of train, to 1, the highest */
};

/* What is measured, among what, and how. Borrows from the data set and the split. */
struct evaluation {
    struct candidates candidates;
    struct metric_list metrics;
    struct metric_catalogue catalogue;
    const struct interactions *histories; /* the rows that the model scores from */
    const struct interactions *has[2]; /* rows whose items are no candidates; has[1] may be NULL */
    struct interactions test;          /* the relevant rows of the part */
    const struct interactions *rated;  /* all its rows, for rmse and mae */
    enum evaluation_ratings ratings;
    bool bare;             /* evaluation.query=history: users are scored as bare histories */
    const uint32_t *users; /* [user_count] with a row in the part */
    size_t user_count;
    const atomic_bool *cancel; /* set: the rest is not measured, and no figure holds; may be NULL */
};

struct evaluation_input {
    const struct dataset *data;
    const struct split *split;
    const struct settings *settings;      /* evaluation.* */
    const struct interactions *histories; /* what the model was fitted on */
    const struct metric_list *metrics;
    bool validation; /* measure on validation: only train is taken away from the candidates */
    const atomic_bool *cancel;       /* as above */
    enum evaluation_ratings ratings; /* rmse and mae are measured but for EVALUATION_NO_RATINGS */
};

/* Everything that does not depend on the model; memory of the arena. Errors: candidates that there
 * are not (candidates_read); evaluation.min_relevant leaves no user with a test item. */
enum status evaluation_init(struct evaluation *evaluation, const struct evaluation_input *input,
                            struct arena *arena, struct error *error);

/* Measures; the sheet's arrays live in the arena. */
void evaluation_run(const struct evaluation *evaluation, const struct model *model,
                    struct sheet *sheet, struct arena *arena);

/* model_measure of models/model.h: the first metric's figure, negated if lower is better. The
 * context is a const struct evaluation. */
double evaluation_measure(void *context, const struct model *model);

#endif
