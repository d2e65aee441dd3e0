/* user.c: see user.h. Checked by tests/cli. */
#include "cli/user.h"

#include <string.h>

enum status user_find(const struct dataset *dataset, const char *id, uint32_t *user,
                      struct error *error) {
    *user = id_map_find(&dataset->users, id, strlen(id));
    return *user != DATASET_NONE ? STATUS_OK
                                 : error_set(error, STATUS_NOT_FOUND,
                                             "no user has the id \"%.64s\" among the %u of %s", id,
                                             dataset->users.count, dataset->name);
}
