/* schedule.h: the learning rate over a training.
 *
 *   constant           the rate
 *   step               rate * factor^(milestones passed), or ^((epoch - 1) / step_size) without any
 *   cosine             from rate down to least over `epochs` epochs (Loshchilov & Hutter 2017)
 *   reduce_on_plateau  * factor when what is watched has not improved for `patience` epochs
 * Over it lies a linear warm-up of the first warmup_steps steps.
 *
 * What a plateau did is written down as milestones: a refit without anything to watch repeats it as
 * `step`.
 * Checked  tests/nn/test_schedule.c. */
#ifndef MATINEE_NN_SCHEDULE_H
#define MATINEE_NN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum schedule_kind { SCHEDULE_CONSTANT, SCHEDULE_STEP, SCHEDULE_COSINE, SCHEDULE_PLATEAU };
#define SCHEDULE_KINDS "none|step|cosine|reduce_on_plateau|constant"
#define SCHEDULE_MILESTONES_MAX 64

struct schedule {
    enum schedule_kind kind;
    double rate, least, factor;
    uint32_t epochs;                              /* cosine: its length */
    uint32_t step_size;                           /* step: epochs from one to the next */
    uint32_t milestones[SCHEDULE_MILESTONES_MAX]; /* the factor applies from the epoch after it */
    uint32_t milestone_count;
    uint32_t patience;
    bool minimize; /* plateau: smaller is better */
    uint64_t warmup_steps;
    double best;      /* plateau's state: the best value so far, */
    uint32_t waiting; /* and for how many observations there was none better */
    bool observed;
};

/* The rate of a step; epochs count from 1, steps from 1 over the whole training. */
double schedule_rate(const struct schedule *schedule, uint32_t epoch, uint64_t step);
/* Tells a plateau schedule how the epoch went; others ignore it. */
void schedule_observe(struct schedule *schedule, uint32_t epoch, double value);

#endif
