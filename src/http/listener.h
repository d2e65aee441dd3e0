/* listener.h: a socket that listens, with errors that say what to do. */
#ifndef MATINEE_HTTP_LISTENER_H
#define MATINEE_HTTP_LISTENER_H

#include <stdbool.h>

#include "base/error.h"

struct listener {
    int descriptor;
    unsigned port; /* the one that was got where 0 was asked */
};

/* Whether only this machine reaches the address: "localhost", 127.0.0.0/8, "::1". */
bool listener_is_local(const char *host);
/* The caller closes `descriptor`, or whoever it gives it to. */
enum status listener_open(struct listener *listener, const char *host, unsigned port,
                          struct error *error);

#endif
