/* ab_test.h: which arm of the running experiment a person is in, and what came of the arms.
 *
 * Idea    The arm is a function of the experiment's name and the person's id (SHA-256 of both, as a
 *         number from 0 to 1, over the weights), so that every server says the same without asking
 *         anybody, and another experiment mixes people anew. The first time that somebody is shown
 *         an arm it is written down (store/experiments.h); what he does counts from then on.
 *         Sessions are in no experiment: what they did is forgotten with them.
 * Result  Of each arm the share of its people who clicked, liked, rated, saw a film, with 95 %
 *         intervals, and the first arm compared with each other one by a test that may be looked
 *         at at any time (metrics/sequential.h).
 * Checked tests/service/test_ab_test.c. */
#ifndef MATINEE_SERVICE_AB_TEST_H
#define MATINEE_SERVICE_AB_TEST_H

#include <stdbool.h>

#include "metrics/sequential.h"
#include "service/service.h"
#include "store/experiments.h"

#define AB_TEST_ALPHA 0.05

/* The arm of a person: an index of record->arms. */
size_t ab_test_arm(const struct experiments_record *record, const char *person);

/* Checks names, weights and settings, and that the models are served. Errors: what is wrong
 * (STATUS_BAD_INPUT), no store is open (STATUS_IO). */
enum status ab_test_start(struct service *service, const struct experiments_record *record,
                          struct error *error);
/* What can be said of it without a service. */
enum status ab_test_check(const struct experiments_record *record, struct error *error);
enum status ab_test_end(struct service *service, const char *name, struct error *error);
enum status ab_test_remove(struct service *service, const char *name, struct error *error);

/* The running experiment and the arm of a person, in the arena. False: none runs, or the person is
 * a session. What another program starts or ends is known after AB_TEST_SECONDS. */
#define AB_TEST_SECONDS 5
struct ab_test_assignment {
    const char *experiment;
    size_t index; /* of the arm */
    struct experiments_arm arm;
};
bool ab_test_assign(struct service *service, const char *person, struct arena *arena,
                    struct ab_test_assignment *assignment);

/* Takes down that the person is shown it. */
void ab_test_expose(struct service *service, const struct ab_test_assignment *assignment,
                    const char *person);

#define AB_TEST_METRICS 4
extern const enum feedback_kind ab_test_metrics[AB_TEST_METRICS]; /* click, like, rating, view */
struct ab_test_metric {
    int64_t events, people;          /* who did so at least once */
    struct sequential_interval rate; /* people of the arm's people */
    struct sequential_test test;     /* beside the first arm; of the first itself nothing */
};
struct ab_test_result {
    int64_t people, impressions;
    struct ab_test_metric metrics[AB_TEST_METRICS];
};
/* results[record->arm_count] */
enum status ab_test_results(struct feedback *store, const struct experiments_record *record,
                            struct ab_test_result *results, struct error *error);

/* For the service: what it remembers of the running experiment. */
struct ab_test;
struct ab_test *ab_test_create(void);
void ab_test_destroy(struct ab_test *test); /* NULL is fine */

#endif
