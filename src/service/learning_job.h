/* learning_job.h: one training from the data to the decision; see service_learning.h. */
#ifndef MATINEE_SERVICE_LEARNING_JOB_H
#define MATINEE_SERVICE_LEARNING_JOB_H

#include <pthread.h>

#include "service/service_learning.h"

struct learning_work {
    struct service *service;
    struct feedback *store; /* what people do; NULL: there is only what the models know */
    const struct learning_options *options;
    struct learning_request request; /* texts live in the arena; name is never NULL */
    struct arena arena;
    const atomic_bool *cancel;
    pthread_mutex_t *mutex; /* guards *job, which others read meanwhile */
    struct learning_job *job;
    enum learning_state end; /* how it ended, and one sentence: the caller tells the job */
    char message[1024];
};

/* Does it, in the calling thread. */
void learning_job_run(struct learning_work *work);
/* Writes a training down as a run that goes on; its number, 0: the store cannot be written to. */
int64_t learning_job_begin_run(const struct learning_options *options,
                               const struct learning_job *job);
/* Whether `matinee train` would take model and settings: asks the program itself. */
enum status learning_job_check(const struct learning_options *options,
                               const struct learning_request *request, const char *model,
                               struct error *error);

#endif
