/* ab_test.h: which arms of the running experiments a person is in, and what came of the arms.
 *
 * Layers  An experiment takes a share of the people of a layer. Those of one layer share nobody: a
 *         person's place in it, from 0 to 1, is a hash of the layer's name and his id, and each has
 *         a stretch of its own from its start to its end. Layers cut people independently, so that
 *         somebody is in one experiment of each at most, and what the arms of one layer set no
 *         other layer sets (Tang et al., KDD 2010).
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

/* Whether a person is among those of the experiment. */
bool ab_test_takes(const struct experiments_record *record, const char *person);

/* ab_test_begin, if the models are served. Errors: as there, no store is open (STATUS_IO). */
enum status ab_test_start(struct service *service, const struct experiments_record *record,
                          struct error *error);
/* Checks names, weights and the share, finds it a place in its layer, and writes it down. What the
 * arms set is the caller's to check. Errors (STATUS_BAD_INPUT): what is wrong, there are too few
 * people left, another layer sets the same. */
enum status ab_test_begin(struct feedback *store, const struct experiments_record *record,
                          struct error *error);
/* The first part of that. */
enum status ab_test_check(const struct experiments_record *record, struct error *error);
enum status ab_test_end(struct service *service, const char *name, struct error *error);
enum status ab_test_remove(struct service *service, const char *name, struct error *error);

/* The running experiments that a person is in, one of each layer at most, with his arms, in the
 * arena. Returns how many; none of a session. What another program starts or ends is known after
 * AB_TEST_SECONDS. */
#define AB_TEST_SECONDS 5
#define AB_TEST_LAYERS_MAX 8
struct ab_test_assignment {
    const char *experiment;
    size_t index; /* of the arm */
    struct experiments_arm arm;
};
size_t ab_test_assign(struct service *service, const char *person, struct arena *arena,
                      struct ab_test_assignment assignments[AB_TEST_LAYERS_MAX]);

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

/* For the service: what it remembers of the running experiments. */
struct ab_test;
struct ab_test *ab_test_create(void);
void ab_test_destroy(struct ab_test *test); /* NULL is fine */

#endif
