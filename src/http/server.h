/* server.h: a router on a socket, by libmicrohttpd: a few threads, each with its own epoll.
 *
 * Limits, all of them against a stranger: bytes of the head and of the body, number of connections,
 * how long nothing may happen (idle) and how long one request may take in all (total: a client that
 * sends a byte a second is never idle). */
#ifndef MATINEE_HTTP_SERVER_H
#define MATINEE_HTTP_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "http/access_log.h"
#include "http/claim.h"
#include "http/router.h"
#include "http/telemetry.h"

/* Zeroed members take the default that is named. */
struct server_options {
    const char *host; /* "127.0.0.1" */
    unsigned port;    /* 0: any free one */
    unsigned threads; /* as many as processors, and one for each 125 connections; at most 16 */
    unsigned idle_timeout_seconds;  /* 15 */
    unsigned total_timeout_seconds; /* 30 */
    unsigned stop_timeout_seconds;  /* 4: how long server_stop waits for running requests */
    unsigned connections_max;       /* 1000 */
    unsigned peer_connections_max;  /* of one address, but for loopback (peers.h); 0: any number */
    bool is_behind_proxy;        /* callers' addresses are those that X-Forwarded-For ends with */
    size_t body_bytes_max;       /* 1 MiB; more is answered 413 */
    size_t file_bytes_max;       /* 256 MiB: of bodies of routes that take files */
    const char *certificate;     /* file in PEM form: TLS; NULL: plain */
    const char *key_file;        /* of the certificate's private key */
    struct claim *claim;         /* the port and the key, already taken; NULL: host, port, ... */
    struct access_log *log;      /* borrowed; NULL: none */
    struct telemetry *telemetry; /* borrowed; NULL: none */
};

struct server;

/* Answers from now on. `router` is borrowed until server_stop. Errors (STATUS_IO): the port is
 * taken or not allowed, the host is unknown or not ours. */
enum status server_start(struct server **out, const struct server_options *options,
                         const struct router *router, struct error *error);
unsigned server_port(const struct server *server);
/* Requests that have begun and are not yet answered. */
unsigned server_in_flight(const struct server *server);
/* Takes no new connections, waits for running requests, closes the rest. NULL is fine. */
void server_stop(struct server *server);

#endif
