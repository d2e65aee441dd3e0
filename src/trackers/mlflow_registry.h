/* mlflow_registry.h: model files out of MLflow's registry, by the names that MLflow has for them:
 *
 *     models:/evening/3         a version
 *     models:/evening/latest    the newest one
 *     models:/evening@best      the one that an alias points to
 */
#ifndef MATINEE_TRACKERS_MLFLOW_REGISTRY_H
#define MATINEE_TRACKERS_MLFLOW_REGISTRY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"

struct mlflow_registry_request {
    const char *name;          /* "models:/evening/3" */
    const char *server;        /* its address; "": what $MLFLOW_TRACKING_URI says */
    const char *folder;        /* where downloads are kept; made */
    const atomic_bool *cancel; /* or NULL */
};

/* Whether that is a name of the registry, and not a file. */
bool mlflow_registry_names(const char *text);
/* The model file of a version, in `arena`: downloaded, complete or not at all, or as an earlier
 * call has left it; a file that lies on a disk of this machine is taken where it is. Errors:
 * STATUS_BAD_USAGE: no such form, nobody says where the server is; STATUS_IO: it is not there;
 * STATUS_NOT_FOUND: no such model or version, or no model file in it; STATUS_CANCELLED. */
enum status mlflow_registry_fetch(const struct mlflow_registry_request *request,
                                  struct arena *arena, const char **path, struct error *error);

#endif
