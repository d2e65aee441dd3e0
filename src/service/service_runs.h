/* service_runs.h: the store of runs as those who answer people read it. What the command line
 * trained is there, too. A store that there is not yet has no runs. */
#ifndef MATINEE_SERVICE_SERVICE_RUNS_H
#define MATINEE_SERVICE_SERVICE_RUNS_H

#include <stdbool.h>

#include "service/service.h"
#include "store/runs.h"

struct service_run {
    struct runs_record record;
    struct runs_metric *metrics;
    struct runs_epoch *epochs; /* in the order in which they were trained */
    size_t metric_count, epoch_count;
};
/* The newest first, without their epochs. Errors: the database's. */
enum status service_runs_list(struct service *service, const struct runs_filter *filter,
                              struct arena *arena, struct service_run **list, size_t *count,
                              struct error *error);
/* Errors: no such run (STATUS_NOT_FOUND), the database's. */
enum status service_runs_get(struct service *service, int64_t id, struct arena *arena,
                             struct service_run *run, struct error *error);
/* Whether what it made can be served. */
bool service_runs_can_serve(const struct service_run *run);
/* The run that made the file at `from` finds it at `to`; a store that cannot be written to is a
 * warning. */
void service_runs_moved(struct service *service, const char *from, const char *to);

#endif
