/* claim.h: what may take root's rights, taken before they are given up: the port and the private
 * key. What is opened after that, a store, logs, belongs to the user that the server runs as. */
#ifndef MATINEE_HTTP_CLAIM_H
#define MATINEE_HTTP_CLAIM_H

#include "base/arena.h"
#include "base/error.h"

struct claim_wanted {
    const char *host;
    unsigned port;           /* 0: any free one */
    const char *certificate; /* file in PEM form; NULL: no TLS */
    const char *key_file;
    const char *user; /* whom root becomes; NULL: stays */
};

struct claim {
    int descriptor; /* listens */
    unsigned port;
    char *certificate, *key; /* texts; NULL: no TLS */
    struct arena arena;      /* of the texts */
};

/* Errors: the port is taken or not allowed, a file cannot be read, there is no such user; then
 * nothing is held. */
enum status claim_take(struct claim *claim, const struct claim_wanted *wanted, struct error *error);
/* Closes the port, unless `descriptor` is -1. */
void claim_release(struct claim *claim);

#endif
