/* user.h: people by the ids that they are called by outside. */
#ifndef MATINEE_CLI_USER_H
#define MATINEE_CLI_USER_H

#include "base/error.h"
#include "dataset/dataset.h"

/* A user of a data set, or of a model's. Error: STATUS_NOT_FOUND. */
enum status user_find(const struct dataset *dataset, const char *id, uint32_t *user,
                      struct error *error);

#endif
