/* api.h: the service as REST routes (routes.def) on a socket. What `matinee serve` calls.
 *
 * Names, parameters and answer shapes are promises to people who use them already: members may be
 * added, never renamed or nested. */
#ifndef MATINEE_API_API_H
#define MATINEE_API_API_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "http/keyring.h"
#include "http/request.h"
#include "http/response.h"
#include "http/router.h"
#include "http/shape.h"
#include "service/service.h"

struct feedback; /* store/feedback.h */

enum api_log { API_LOG_NONE, API_LOG_ERROR, API_LOG_WARNING, API_LOG_INFO };

/* Zeroed members take their default. */
struct api_options {
    const char *host; /* a name or an address; "127.0.0.1" */
    unsigned port;    /* 0: any free one, see api_port */
    const char *const
        *cors_origins; /* whose pages may call from a browser: "http://localhost:5173";
                          "*": any; NULL: localhost and 127.0.0.1, bare and :5173 */
    size_t cors_origin_count;
    unsigned top_k;                 /* of a request that does not say; 10 */
    bool tiers;                     /* likewise: popularity has a say for who has rated few */
    bool tmdb_posters;              /* the page may fetch posters from TMDb, with a person's key */
    unsigned idle_timeout_seconds;  /* 15: nothing came or went for so long */
    unsigned total_timeout_seconds; /* 30: one request, from its first line to its last byte */
    unsigned stop_timeout_seconds;  /* 4: how long running requests may take after a stop */
    unsigned connections_max;       /* 1000 */
    unsigned peer_connections_max;  /* of one address, but for this machine's own; 0: any number */
    bool is_behind_proxy;    /* callers' addresses are those that X-Forwarded-For ends with */
    size_t body_bytes_max;   /* 1 MiB */
    size_t file_bytes_max;   /* 256 MiB: of an import */
    struct keyring *keyring; /* borrowed; NULL: no keys */
    struct feedback *keys;   /* borrowed; where they are made and revoked; NULL: nowhere */
    bool keys_to_read;       /* where there are keys, reading takes one too */
    double rate, burst; /* requests a second of each caller, and how many at once; 0: no limit */
    enum api_log log;   /* which requests get a line on standard error */
    bool log_json;
    const char *certificate, *key_file; /* PEM files: TLS */
    struct claim *claim;         /* the port and the key, already taken; NULL: by host, port, ... */
    void (*tick)(void *context); /* api_serve: called some times a second; may be NULL */
    void *tick_context;
};

struct api;

/* Begins to answer on threads of its own; `service` is borrowed until api_stop. Errors: the port is
 * taken, the host is not ours (STATUS_IO). */
enum status api_start(struct api **out, struct service *service, const struct api_options *options,
                      struct error *error);
unsigned api_port(const struct api *api);
const char *api_url(const struct api *api); /* "http://127.0.0.1:8080/", lives as long as `api` */
/* Takes no new connections, lets running requests end, closes the rest. NULL is fine. */
void api_stop(struct api *api);

/* Start, `ready` (may be NULL; told the address to open), wait until *stop is set (a signal's
 * handler may set it: the wait ends at once), stop. */
enum status api_serve(struct service *service, const struct api_options *options,
                      void (*ready)(const char *url), const atomic_bool *stop, struct error *error);

/* The table of routes, for those who describe it. */
const struct route *api_routes(size_t *count);
const struct shape *api_shapes(size_t *count);

/* Answers one request without a socket; what it makes lives in the request's arena. */
void api_answer(struct service *service, struct request *request, struct response *response);

#endif
