/* mlflow_server.c: see mlflow_server.h. Checked by tests/trackers/test_mlflow_registry.c. */
#include "trackers/mlflow_server.h"

#include <stdlib.h>
#include <string.h>

const char *mlflow_server_address(const char *uri, struct arena *arena) {
    if (!*uri)
        uri = getenv("MLFLOW_TRACKING_URI");
    size_t length = uri ? strlen(uri) : 0;
    while (length > 1 && uri[length - 1] == '/')
        length--;
    return length > 0 ? arena_copy_length(arena, uri, length) : NULL;
}

const char *mlflow_server_of_run(const struct settings *logger, struct arena *arena) {
    const char *address =
        mlflow_server_address(settings_text(logger, "logger.mlflow.tracking_uri"), arena);
    const char *folder = settings_text(logger, "paths.mlflow_dir");
    return address ? address : *folder ? folder : "http://127.0.0.1:5000";
}

bool mlflow_server_is_remote(const char *address) {
    return strncmp(address, "http://", 7) == 0 || strncmp(address, "https://", 8) == 0;
}

struct rest *mlflow_server_connect(const char *address) {
    return rest_create(address, getenv("MLFLOW_TRACKING_USERNAME"),
                       getenv("MLFLOW_TRACKING_PASSWORD"), getenv("MLFLOW_TRACKING_TOKEN"));
}

const char *mlflow_server_artifact(const char *uri) {
    static const char proxied[] = "mlflow-artifacts:";
    if (strncmp(uri, proxied, sizeof proxied - 1) != 0)
        return NULL;
    uri += sizeof proxied - 1;
    if (strncmp(uri, "//", 2) == 0) { /* with a host in between */
        uri += 2;
        uri += strcspn(uri, "/");
    }
    return uri + strspn(uri, "/");
}
