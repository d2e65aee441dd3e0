/* drift.h: whether what people do now is still like what the model was fitted to.
 *
 * Idea    Five signals. Four compare the newest rows of the store with the rows that the model file
 *         holds, by the population stability index of shares p (now) and q (then) over B bins,
 *             PSI = sum (p - q) ln(p / q)
 *         of ratings (steps of a tenth of the scale), of popularity (tenths of all rows, from the
 *         most popular films down), of genres, and of scores (the mean of the ten best films for
 *         the newest ten rows of each of up to 200 people, in tenths of that of users of the fit).
 *         By chance alone it is about (B - 1)(1 / n + 1 / m), which is taken off before it is held
 *         against its limit. The fifth is how often a film that somebody liked was among the ten
 *         that he would have been shown just before (training_check.h), beside recall@10 of the
 *         measurement after the fit, which is the same of what was held out then, if that was among
 *         all films.
 * Models  Each served model is looked at by itself: its rows, its scores, its hits.
 * Limits  PSI above 0.25 is a change of population by custom (Siddiqi, Credit Risk Scorecards);
 *         a hit rate whose 95 % interval ends below 0.8 of what was expected has fallen.
 * Figures als of the built-in data, 200 people with rows drawn from its users': ratings 0.04,
 *         popularity 0.09, genres 0.01, scores 0.14 (0.13 by chance); 300 people who rate
 *         documentaries with 1: 3.2, 1.6, 3.3.
 * Traps   What was expected is of the fit's own split; it is no promise for other people, and the
 *         signal is a hint to look.
 * Cost    for each model everybody in the store is read; some hundreds of scores over all films:
 *         0.15 s there.
 * Checked tests/service/test_drift.c. */
#ifndef MATINEE_SERVICE_DRIFT_H
#define MATINEE_SERVICE_DRIFT_H

#include <stdbool.h>

#include "service/service.h"
#include "store/feedback.h"

enum drift_kind {
    DRIFT_RATINGS,
    DRIFT_POPULARITY,
    DRIFT_GENRES,
    DRIFT_SCORES,
    DRIFT_HIT_RATE,
    DRIFT_KINDS
};
const char *drift_kind_name(enum drift_kind kind); /* "ratings" */

struct drift_signal {
    double value;    /* the index, or the hit rate; NaN: nothing to compare */
    double expected; /* by chance; of a hit rate when it was fitted; NaN: unknown */
    double limit;
    size_t rows; /* that it rests on */
    bool is_enough, is_raised;
};
struct drift_report {
    const char *model;
    int64_t time;   /* seconds since 1970 */
    size_t rows;    /* of the store that were looked at, the newest */
    int64_t oldest; /* time of the oldest of them; 0: there are none */
    struct drift_signal signals[DRIFT_KINDS];
};

#define DRIFT_ROWS_MAX 5000
#define DRIFT_ROWS_LEAST 100

/* The sum over bins of counts now and then; *chance is what it would be without any change. Bins
 * that are empty on one side count as half a row. NaN where one side has none. */
double drift_index(const double *now, const double *then, size_t bins, double *chance);

/* What is found now, for a served model (NULL: the default), at most one time in DRIFT_SECONDS:
 * else what was found. A signal that is raised anew is said to the log, and all are gauges at
 * /metrics. Texts live in the arena. Errors: unknown model; no store is open (STATUS_IO). */
#define DRIFT_SECONDS 30
enum status drift_report_of(struct service *service, const char *model, struct arena *arena,
                            struct drift_report *report, struct error *error);
/* Looks at all served models if the last look was more than DRIFT_EVERY seconds ago; for a thread
 * of the background. */
#define DRIFT_EVERY 3600
void drift_watch(struct service *service);

/* For the service: what was found last. */
struct drift;
struct drift *drift_create(void);
void drift_destroy(struct drift *drift); /* NULL is fine */

#endif
