/* service_learning.h: models that are trained again while they are served.
 *
 * A thread of low priority waits until it is time (a schedule, or so many events), or until it is
 * asked. It writes down what is known (training_rows.h), has this program train in a process of its
 * own, measures what comes out beside what is served on the most recent events (training_check.h),
 * and serves the new one under the same name if it is not worse. Requests that run keep the old one
 * to their end. The file that was replaced stays a version (model_versions.h).
 *
 * One training at a time. What goes wrong, a killed process too, leaves all as it was and is told
 * by service_learning_jobs. */
#ifndef MATINEE_SERVICE_SERVICE_LEARNING_H
#define MATINEE_SERVICE_SERVICE_LEARNING_H

#include <stdatomic.h>
#include <stdbool.h>

#include "service/model_versions.h"
#include "service/service.h"
#include "service/training_check.h"

/* Zeroed members take their default. Texts are copied. */
struct learning_options {
    const char *program;   /* what trains; this program */
    const char *runs;      /* the file of the run store; runs_default_path */
    double every_seconds;  /* retrain so often; 0: never by the clock */
    int64_t after_events;  /* retrain after so many; 0: never by their number */
    int64_t update_events; /* teach models that learn row by row after so many; 0: never */
    double tolerance;      /* a new model's ndcg may be smaller by this share of the old one's */
    size_t least_events;   /* fewer to compare by: the model stays; 20 */
    size_t max_bytes;      /* of memory, past which the process that trains is ended; 0: half of
                              what is free when it begins */
    size_t versions_kept;  /* files of each model; 5 */
};

/* Begins; once, when the models are loaded and the store is open. Error: no thread. */
enum status service_learning_begin(struct service *service, const struct learning_options *options,
                                   struct error *error);

enum learning_kind {
    LEARNING_RETRAIN, /* a served model again, with its own settings, on what is known now */
    LEARNING_UPDATE,  /* a served model learns the new rows (model_ops.update) */
    LEARNING_TRAIN    /* any model with any settings */
};
enum learning_replace {
    LEARNING_CHECKED, /* what is served gives way to what is not worse */
    LEARNING_ALWAYS
};

struct learning_request {
    enum learning_kind kind;
    const char *name;  /* served under it, now or afterwards; NULL: `model`, else the default */
    const char *model; /* LEARNING_TRAIN: which kind; NULL: that of `name` */
    const char *const *settings; /* LEARNING_TRAIN: "key=value" of model.*, trainer.*, ... */
    size_t setting_count;
    enum learning_replace replace;
};
/* Asks for a training. *run is its number in the store of runs, where it is at once; 0: none, as
 * for an update. *job is its own. Errors: nothing was begun, an unknown name or model
 * (STATUS_NOT_FOUND), a setting that is wrong or not a stranger's to make, a model that does not
 * learn row by row (STATUS_BAD_USAGE), another training runs (STATUS_LIMIT). */
enum status service_learning_start(struct service *service, const struct learning_request *request,
                                   int64_t *job, int64_t *run, struct error *error);
/* Ends what runs. Error (STATUS_NOT_FOUND): nothing does. */
enum status service_learning_stop(struct service *service, struct error *error);
/* Before the service ends: what runs begins to stop, and nothing begins any more. */
void service_learning_close(struct service *service);

enum learning_state {
    LEARNING_WAITING,
    LEARNING_PREPARING, /* data are written */
    LEARNING_TRAINING,  /* a process works */
    LEARNING_CHECKING,  /* both models are measured */
    LEARNING_REPLACED,  /* the new one is served */
    LEARNING_KEPT,      /* the old one still is */
    LEARNING_FAILED,
    LEARNING_CANCELLED
};

struct learning_job {
    int64_t number, run; /* run: in the store of runs; 0: none, or not yet */
    enum learning_kind kind;
    enum learning_state state;
    char name[128], model[64];
    char message[1024]; /* one sentence on how it ended */
    double started, ended;
    size_t new_rows;                       /* that the model had not learnt */
    struct training_figures before, after; /* events 0: not compared */
    unsigned version;                      /* of the file; 0: none */
    bool is_scheduled;
};
const char *service_learning_kind(enum learning_kind kind);    /* "retrain" */
const char *service_learning_state(enum learning_state state); /* "training" */
bool service_learning_is_end(enum learning_state state);

/* What runs and what ran, the newest first; memory of the arena. */
size_t service_learning_jobs(struct service *service, struct learning_job **list,
                             struct arena *arena);

struct learning_plan {
    bool is_open;    /* service_learning_begin was called */
    double next;     /* seconds since 1970 of the next training by the clock; 0: none */
    int64_t events;  /* in the store since the last training */
    int64_t updated; /* since the last update */
    struct learning_options options; /* texts live as long as the service */
};
struct learning_plan service_learning_plan(struct service *service);

/* The files of a served model; memory of the arena. Errors: unknown name; a model that came from no
 * file. */
struct service_files {
    const char *path; /* of what is served */
    struct model_version *versions;
    size_t count;
};
enum status service_versions(struct service *service, const char *name, struct arena *arena,
                             struct service_files *files, struct error *error);
/* Serves a version (0: the one before the present one), and keeps it so for the next start.
 * *restored is its number. Errors: no such version, one that cannot be read; then all is as it
 * was. */
enum status service_restore(struct service *service, const char *name, unsigned number,
                            unsigned *restored, struct error *error);
/* Of runs that are trainings of a server; their name is the model's. */
#define LEARNING_EXPERIMENT "learning"

/* Serves what a run of the store of runs made: in the place of the model that it was to teach, or
 * of its kind, whose file then is a version, or if there is none beside the others. Errors: no such
 * run (STATUS_NOT_FOUND), its file is gone, or on another disk. */
struct service_promotion {
    char name[128];   /* served under it */
    unsigned version; /* of its file; 0: it has none */
};
enum status service_promote_run(struct service *service, int64_t run,
                                struct service_promotion *promotion, struct error *error);
/* Opens the files of all models anew; each takes its place as soon as it can be searched, if that
 * which it replaces could. One that cannot be read stays as it is served and is told. *count is how
 * many were opened. Stops when *cancel is set (NULL: nobody does). */
enum status service_reload(struct service *service, const atomic_bool *cancel, size_t *count,
                           struct error *error);

#endif
