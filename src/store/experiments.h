/* experiments.h: A/B experiments in the store of what people do: their arms, who was shown which,
 * and what those people did since.
 *
 * Who is in which experiment of a layer, and in which arm, follows from names and the person's id
 * (service/ab_test.h), so that only the first time that somebody is shown an arm is written down:
 * what people do counts from then on. */
#ifndef MATINEE_STORE_EXPERIMENTS_H
#define MATINEE_STORE_EXPERIMENTS_H

#include "store/feedback.h"

#define EXPERIMENTS_ARMS_MAX 8
#define EXPERIMENTS_NAME_MAX 64

#define EXPERIMENTS_LAYER "default"

struct experiments_arm {
    const char *name, *model; /* model NULL: the default */
    double weight;            /* above 0 */
    const char *parameters;   /* of a request, as a JSON object; NULL: as they were asked for */
};
struct experiments_record {
    const char *name;
    const char *layer;      /* NULL: EXPERIMENTS_LAYER */
    double share;           /* of the people; 0: all */
    double lowest;          /* where its share of the layer begins, from 0 to 1 */
    int64_t started, ended; /* seconds since 1970; ended 0: it runs */
    struct experiments_arm arms[EXPERIMENTS_ARMS_MAX];
    size_t arm_count;
};

/* Errors (STATUS_BAD_INPUT): one of that name is there; the store's. */
enum status experiments_start(struct feedback *store, const struct experiments_record *record,
                              struct error *error);
/* Error (STATUS_NOT_FOUND): none of that name runs. */
enum status experiments_end(struct feedback *store, const char *name, struct error *error);
/* With all that was written down for it. Error (STATUS_NOT_FOUND): there is none. */
enum status experiments_remove(struct feedback *store, const char *name, struct error *error);
/* The newest first; in the arena. Layer and share are filled in. */
enum status experiments_list(struct feedback *store, struct arena *arena,
                             struct experiments_record **list, size_t *count, struct error *error);
/* Error (STATUS_NOT_FOUND): there is none. */
enum status experiments_find(struct feedback *store, const char *name, struct arena *arena,
                             struct experiments_record *record, struct error *error);

/* That somebody is shown an arm; what is there stays. Does not wait, and a failure is passed over:
 * the next answer to the person tries again after a restart. */
void experiments_expose(struct feedback *store, const char *name, const char *person, size_t arm);

struct experiments_outcome {
    int64_t people;                 /* who were shown the arm */
    int64_t events[FEEDBACK_KINDS]; /* of those people since then, until the end */
    int64_t actors[FEEDBACK_KINDS]; /* how many of them did so at least once */
};
enum status experiments_outcomes(struct feedback *store, const struct experiments_record *record,
                                 struct experiments_outcome outcomes[EXPERIMENTS_ARMS_MAX],
                                 struct error *error);

#endif
