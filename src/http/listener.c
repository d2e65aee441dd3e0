/* listener.c: see listener.h.
 *
 * Idea     The socket is opened here rather than by the HTTP library because the library says only
 *          that it failed; a person wants to know that the port is taken.
 * Checked  tests/http/test_http_server.c. */
#include "http/listener.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 512

static enum status explain(int reason, const char *host, unsigned port, struct error *error) {
    switch (reason) {
    case EADDRINUSE:
        return error_set(
            error, STATUS_IO,
            "port %u of %s is already taken; stop what answers there or choose another "
            "port with --port",
            port, host);
    case EACCES:
        return error_set(error, STATUS_IO,
                         "port %u of %s is not allowed for this user; choose one above 1023 with "
                         "--port",
                         port, host);
    case EADDRNOTAVAIL:
        return error_set(error, STATUS_IO,
                         "%s is not an address of this machine; --host takes one that is, such as "
                         "127.0.0.1 or 0.0.0.0",
                         host);
    default:
        return error_set(error, STATUS_IO, "cannot listen at %s port %u: %s", host, port,
                         strerror(reason));
    }
}

/* A listening socket at the address, or -1 with errno. */
static int listen_at(const struct addrinfo *address) {
    const int type = address->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
    const int descriptor = socket(address->ai_family, type, address->ai_protocol);
    if (descriptor < 0)
        return -1;
    /* A port that was just left waits for late packets; to start again at once is worth more. */
    const int yes = 1;
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(descriptor, address->ai_addr, address->ai_addrlen) == 0 &&
        listen(descriptor, BACKLOG) == 0)
        return descriptor;
    const int reason = errno;
    close(descriptor);
    errno = reason;
    return -1;
}

static unsigned bound_port(int descriptor) {
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    char port[8] = "";
    if (getsockname(descriptor, (struct sockaddr *)&address, &length) == 0)
        getnameinfo((struct sockaddr *)&address, length, NULL, 0, port, sizeof port,
                    NI_NUMERICSERV);
    return (unsigned)strtoul(port, NULL, 10);
}

bool listener_is_local(const char *host) {
    return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == strlen(host));
}

enum status listener_open(struct listener *listener, const char *host, unsigned port,
                          struct error *error) {
    if (port > 65535)
        return error_set(error, STATUS_BAD_USAGE, "port %u is out of range: 0 to 65535", port);
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE};
    struct addrinfo *addresses = NULL;
    const int failed = getaddrinfo(host, service, &hints, &addresses);
    if (failed)
        return error_set(error, STATUS_IO, "cannot find the host \"%s\": %s", host,
                         gai_strerror(failed));
    int reason = EADDRNOTAVAIL;
    listener->descriptor = -1;
    for (const struct addrinfo *at = addresses; at && listener->descriptor < 0; at = at->ai_next) {
        listener->descriptor = listen_at(at);
        reason = errno;
    }
    freeaddrinfo(addresses);
    if (listener->descriptor < 0)
        return explain(reason, host, port, error);
    listener->port = bound_port(listener->descriptor);
    return STATUS_OK;
}
