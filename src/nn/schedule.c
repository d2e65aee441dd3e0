/* schedule.c: see schedule.h. */
#include "nn/schedule.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

static double decayed(const struct schedule *schedule, uint32_t epoch) {
    double times = 0;
    if (schedule->kind == SCHEDULE_STEP && schedule->milestone_count == 0)
        times = (epoch - 1) / schedule->step_size;
    for (uint32_t i = 0; i < schedule->milestone_count; i++)
        times += epoch > schedule->milestones[i];
    double rate = schedule->rate * pow(schedule->factor, times);
    return rate < schedule->least ? schedule->least : rate;
}

double schedule_rate(const struct schedule *schedule, uint32_t epoch, uint64_t step) {
    double rate = schedule->rate;
    if (schedule->kind == SCHEDULE_STEP || schedule->kind == SCHEDULE_PLATEAU)
        rate = decayed(schedule, epoch);
    if (schedule->kind == SCHEDULE_COSINE) {
        double share = (double)(epoch - 1) / (double)schedule->epochs;
        share = share > 1 ? 1 : share;
        rate = schedule->least + (rate - schedule->least) * 0.5 * (1 + cos(pi * share));
    }
    if (step < schedule->warmup_steps)
        rate *= (double)step / (double)schedule->warmup_steps;
    return rate;
}

void schedule_observe(struct schedule *schedule, uint32_t epoch, double value) {
    if (schedule->kind != SCHEDULE_PLATEAU)
        return;
    double gain = schedule->minimize ? schedule->best - value : value - schedule->best;
    if (!schedule->observed || gain > 1e-4 * fabs(schedule->best)) {
        schedule->observed = true;
        schedule->best = value;
        schedule->waiting = 0;
        return;
    }
    if (++schedule->waiting <= schedule->patience ||
        schedule->milestone_count == SCHEDULE_MILESTONES_MAX)
        return;
    schedule->milestones[schedule->milestone_count++] = epoch;
    schedule->waiting = 0;
}
