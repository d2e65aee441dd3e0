/* claim.c: see claim.h. Checked by tests/http/test_http_server.c and, as root, tests/cli/user.t. */
#include "http/claim.h"

#include <unistd.h>

#include "base/files.h"
#include "http/listener.h"
#include "http/privileges.h"

#define PEM_BYTES_MAX ((size_t)1 << 20)

static enum status take(struct claim *claim, const struct claim_wanted *wanted,
                        struct error *error) {
    struct listener listener;
    size_t size;
    if (!wanted->certificate != !wanted->key_file)
        return error_set(error, STATUS_BAD_USAGE,
                         "TLS takes a certificate and its key: --certificate and --key-file");
    if (wanted->certificate) {
        TRY(files_read(wanted->certificate, PEM_BYTES_MAX, &claim->arena, &claim->certificate,
                       &size, error));
        TRY(files_read(wanted->key_file, PEM_BYTES_MAX, &claim->arena, &claim->key, &size, error));
    }
    TRY(listener_open(&listener, wanted->host, wanted->port, error));
    claim->descriptor = listener.descriptor;
    claim->port = listener.port;
    return wanted->user ? privileges_drop(wanted->user, error) : STATUS_OK;
}

enum status claim_take(struct claim *claim, const struct claim_wanted *wanted,
                       struct error *error) {
    *claim = (struct claim){.descriptor = -1};
    const enum status status = take(claim, wanted, error);
    if (status != STATUS_OK)
        claim_release(claim);
    return status;
}

void claim_release(struct claim *claim) {
    if (claim->descriptor >= 0)
        close(claim->descriptor);
    arena_release(&claim->arena);
    *claim = (struct claim){.descriptor = -1};
}
