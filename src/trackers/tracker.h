/* tracker.h: where people follow their runs beside `matinee runs`: one interface, and what it has.
 *
 *   csv          metrics.csv and settings.yaml in a folder of the run
 *   tensorboard  an event file, read by TensorBoard
 *   mlflow       a tracking server, by REST; or a folder, as its file store
 *   wandb        an event file that the `wandb` client uploads
 *
 * A tracker is a guest: whatever goes wrong with it is an error for the caller to tell once, and
 * never the end of a run. To add one: a file with a `const struct tracker_ops tracker_NAME`, its
 * row in tracker_settings and in the list of tracker.c. */
#ifndef MATINEE_TRACKERS_TRACKER_H
#define MATINEE_TRACKERS_TRACKER_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"

/* The settings logger.*. */
extern const struct setting_spec tracker_settings[];

struct tracker_parameter {
    const char *key, *value;
};

struct tracker_scalar {
    const char *name; /* "train/loss", "ndcg_at_10", "final_ndcg_at_10" */
    double value;     /* finite */
};

/* What a run is, told when it begins. Borrowed until the tracker is closed. */
struct tracker_run {
    const struct settings *logger; /* tracker_settings */
    const char *project, *experiment, *name, *model, *data;
    const char *folder;   /* of the run's files; made by whoever writes there */
    const char *settings; /* the resolved settings as YAML */
    const struct tracker_parameter *parameters; /* the same, one by one */
    size_t parameter_count;
    const struct tracker_parameter *texts; /* more for TensorBoard's TEXT page: "wandb/notes" */
    size_t text_count;
};

struct tracker_end {
    const char *status;                   /* "done", "failed", "cancelled" */
    const char *model_file;               /* NULL: none was written */
    int64_t step;                         /* the last one that was logged */
    const struct tracker_scalar *scalars; /* final_* */
    size_t scalar_count;
};

/* The first member of every tracker's struct; lives in `arena`. */
struct tracker {
    const struct tracker_ops *ops;
    const struct tracker_run *run;
    struct arena *arena;
};

struct tracker_ops {
    const char *name;    /* "mlflow" */
    const char *setting; /* what switches it on: "logger.use_mlflow" */
    /* On failure *out is NULL and nothing is left open. */
    enum status (*open)(struct tracker **out, const struct tracker_run *run, struct arena *arena,
                        struct error *error);
    enum status (*log)(struct tracker *tracker, int64_t step, const struct tracker_scalar *scalars,
                       size_t count, struct error *error);
    /* Ends the run and gives everything back, also at a failure. */
    enum status (*close)(struct tracker *tracker, const struct tracker_end *end,
                         struct error *error);
};

/* Every tracker; NULL after the last. */
const struct tracker_ops *tracker_at(size_t index);

/* "ndcg@10" as "ndcg_at_10": `@` is not allowed in a metric's name everywhere. */
const char *tracker_metric_name(const char *metric, struct arena *arena);

extern const struct tracker_ops tracker_csv, tracker_tensorboard, tracker_mlflow, tracker_wandb;
/* What tracker_mlflow opens in place of itself where a folder is named, and no server. */
extern const struct tracker_ops tracker_mlflow_folder;

#endif
