/* privileges.h: giving up root's rights once the port is open. */
#ifndef MATINEE_HTTP_PRIVILEGES_H
#define MATINEE_HTTP_PRIVILEGES_H

#include "base/error.h"

/* Becomes `user` and that user's groups, for good. Errors: no such user (STATUS_BAD_USAGE), not
 * allowed (STATUS_IO). */
enum status privileges_drop(const char *user, struct error *error);

#endif
