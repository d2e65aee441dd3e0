/* mlflow_server.h: where MLflow's server is, and a connection to it. */
#ifndef MATINEE_TRACKERS_MLFLOW_SERVER_H
#define MATINEE_TRACKERS_MLFLOW_SERVER_H

#include <stdbool.h>

#include "base/settings.h"
#include "trackers/rest.h"

#define MLFLOW_SERVER_API "/api/2.0/mlflow/"
#define MLFLOW_SERVER_ARTIFACTS "/api/2.0/mlflow-artifacts/artifacts"

/* `uri` where it is not empty, else $MLFLOW_TRACKING_URI, without slashes at its end, in `arena`;
 * NULL: neither says anything. */
const char *mlflow_server_address(const char *uri, struct arena *arena);
/* Where a run goes: that of logger.mlflow.tracking_uri, else paths.mlflow_dir, else the server that
 * MLflow starts when nothing is said. */
const char *mlflow_server_of_run(const struct settings *logger, struct arena *arena);
/* Whether an address is one of a server, and not of a folder. */
bool mlflow_server_is_remote(const char *address);
/* With who one is taken from MLFLOW_TRACKING_USERNAME, _PASSWORD and _TOKEN. */
struct rest *mlflow_server_connect(const char *address);
/* "1/2ab/artifacts" of "mlflow-artifacts:/1/2ab/artifacts", which lies behind the server; NULL: it
 * lies elsewhere. */
const char *mlflow_server_artifact(const char *uri);

#endif
