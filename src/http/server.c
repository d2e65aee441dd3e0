/* server.c: the life of a request on libmicrohttpd. See server.h.
 *
 * Idea     A struct exchange holds one request, its answer and the arena of both. It begins when
 * the request line has come (the library's callback for that is the first we hear), is handed
 *          through the library as its "connection context", and goes back to a pool when the answer
 *          is sent, so that a request costs no memory from the system.
 * Source   libmicrohttpd 0.9.75, microhttpd.h.
 * Traps    The library lets an answer be queued before the body is read or after all of it, not in
 *          between: a body that grows too long without having said so is read to its end and thrown
 *          away, up to some times the limit (body.c), after which the connection is cut.
 *          A head that is no HTTP, or does not fit HEAD_BYTES_MAX, the library answers with HTML of
 *          its own before it calls us. More room than we take, to refuse the rest in JSON, would
 *          cost too much: it clears all of the room after each request (an answer of 17 us of
 *          processor took 24 with 128 KiB).
 *          The answer's bytes live in the exchange and are sent from there, so the exchange may end
 *          only in the library's "completed" callback, which always comes. A connection that sleeps
 *          is woken before the library is stopped, which it takes for granted.
 * Checked  tests/http/test_http_server.c over real sockets; ThreadSanitizer. */
#include "http/server.h"

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/counter.h"
#include "base/parallel.h"
#include "base/rng.h"
#include "base/wall_clock.h"
#include "http/body.h"
#include "http/claim.h"
#include "http/deadlines.h"
#include "http/encoding.h"
#include "http/later.h"
#include "http/peers.h"
#include "http/problem.h"

#define HEAD_BYTES_MAX ((size_t)32 << 10)
#define POOL_MAX 64
#define REQUEST_ID_MAX 64
#define TARGET_BYTES_MAX ((size_t)24 << 10)
#define STREAM_PORTION ((size_t)16 << 10)
#define THREADS_MAX 16
#define FILES_MAX 4                    /* bodies that come in as files at a time */
#define FILE_PORTION ((size_t)1 << 20) /* a client that sends so much has the whole time again */
#define LONG_SECONDS (24u * 60 * 60)   /* for an answer that says it may take long */
/* The library asks for 128 events at a time and, when it gets just so many, waits for more before
 * it looks at them: a thread with fewer connections never gets there. */
#define CONNECTIONS_OF_THREAD 125

struct exchange {
    struct exchange *next; /* in the pool */
    struct server *server;
    struct arena arena;
    struct request request;
    struct response response;
    const char *target;
    struct body body;
    size_t body_noted; /* its size when the client was last given time */
    bool may_be_file;  /* one of the server's FILES_MAX */
    struct later later;
    bool is_waiting;  /* for what `later` stands for */
    bool has_begun;   /* the head has been looked at */
    bool is_answered; /* there is a response */
    int64_t begin_ns;
    size_t bytes_streamed;
};

struct server {
    struct server_options options;
    const struct router *router;
    struct MHD_Daemon *daemon;
    struct deadlines *deadlines;
    struct peers *peers;
    atomic_bool is_stopping;
    atomic_uint running; /* exchanges that have begun and not ended */
    atomic_uint waiting; /* of them those whose answer waits for something */
    atomic_uint files;   /* of them those whose body may become a file */
    uint64_t id_base;
    atomic_uint_fast64_t id_count;
    struct claim claim;
    pthread_mutex_t pool_mutex;
    struct exchange *pool;
    unsigned pool_count;
};

static struct exchange *exchange_take(struct server *server) {
    pthread_mutex_lock(&server->pool_mutex);
    struct exchange *exchange = server->pool;
    if (exchange) {
        server->pool = exchange->next;
        server->pool_count--;
    }
    pthread_mutex_unlock(&server->pool_mutex);
    if (!exchange)
        exchange = alloc_zeroed(1, sizeof *exchange);
    exchange->server = server;
    atomic_fetch_add(&server->running, 1);
    return exchange;
}

static void exchange_free(struct exchange *exchange) {
    arena_release(&exchange->arena);
    alloc_free(exchange);
}

static void exchange_give_back(struct server *server, struct exchange *exchange) {
    stream_close(exchange->response.stream);
    body_end(&exchange->body);
    if (exchange->may_be_file)
        atomic_fetch_sub(&server->files, 1);
    struct arena arena = exchange->arena;
    arena_reset(&arena, (struct arena_position){0});
    *exchange = (struct exchange){.arena = arena};
    pthread_mutex_lock(&server->pool_mutex);
    const bool is_kept = server->pool_count < POOL_MAX;
    if (is_kept) {
        exchange->next = server->pool;
        server->pool = exchange;
        server->pool_count++;
    }
    pthread_mutex_unlock(&server->pool_mutex);
    if (!is_kept)
        exchange_free(exchange);
    atomic_fetch_sub(&server->running, 1);
}

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct deadline *deadline_of(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line has come. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
    struct server *server = context;
    struct exchange *exchange = exchange_take(server);
    exchange->target = arena_copy(&exchange->arena, target);
    exchange->begin_ns = now_ns();
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.total_timeout_seconds);
    return exchange;
}

static void observe(const struct server *server, const struct exchange *exchange) {
    const double seconds = (double)(now_ns() - exchange->begin_ns) / 1e9;
    const size_t body = exchange->response.status == 304 ? 0 : exchange->response.body_size;
    const size_t bytes = body + exchange->bytes_streamed;
    if (server->options.telemetry)
        telemetry_note(server->options.telemetry, &exchange->request, &exchange->response, bytes,
                       seconds);
    if (server->options.log)
        access_log_note(server->options.log, &exchange->request, &exchange->response,
                        &(struct access_cost){wall_clock_seconds(), seconds, bytes});
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange,
                         enum MHD_RequestTerminationCode code) {
    (void)code;
    struct server *server = context;
    struct exchange *ended = *exchange;
    if (!ended)
        return;
    if (ended->is_waiting) { /* the client has gone while it slept: the work is done all the same */
        ended->later.finish(ended->later.context, &ended->request, &ended->response);
        atomic_fetch_sub(&server->waiting, 1);
    }
    if (ended->is_answered)
        observe(server, ended);
    exchange_give_back(server, ended);
    *exchange = NULL;
    /* Until the next request line the connection may be silent, then slow. */
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.idle_timeout_seconds + server->options.total_timeout_seconds);
}

static const struct sockaddr *address_of(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
}

static enum MHD_Result may_connect(void *context, const struct sockaddr *address,
                                   socklen_t length) {
    const struct server *server = context;
    (void)length;
    if (peers_may_enter(server->peers, address))
        return MHD_YES;
    counter_add(counter_total("matinee_http_connections_refused_total",
                              "connections beyond what one address may have", ""),
                1);
    return MHD_NO;
}

static void on_connection(void *context, struct MHD_Connection *connection, void **deadline,
                          enum MHD_ConnectionNotificationCode code) {
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const int descriptor =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *deadline =
            deadlines_add(server->deadlines, descriptor, server->options.total_timeout_seconds);
        peers_enter(server->peers, address_of(connection));
    } else {
        peers_leave(server->peers, address_of(connection));
        deadlines_remove(server->deadlines, *deadline);
        *deadline = NULL;
    }
}

static const char *header_of(const void *connection, const char *name) {
    /* The library reads, but its parameter is not const. */
    return MHD_lookup_connection_value((struct MHD_Connection *)(uintptr_t)connection,
                                       MHD_HEADER_KIND, name);
}

static void wake_connection(void *connection) { MHD_resume_connection(connection); }

/* The library asks for bytes of a streamed answer. Each portion that the client takes gives it the
 * whole time for the next; a source that waits lets the connection sleep until the walker of the
 * deadlines wakes it. */
static ssize_t read_stream(void *context, uint64_t position, char *to, size_t size) {
    (void)position;
    struct exchange *exchange = context;
    struct server *server = exchange->server;
    struct MHD_Connection *connection =
        (struct MHD_Connection *)(uintptr_t)exchange->request.connection;
    const long got = stream_read(exchange->response.stream, to, size);
    if (got == STREAM_READ_FAIL)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (got == STREAM_READ_END || (got == STREAM_READ_WAIT && atomic_load(&server->is_stopping)))
        return MHD_CONTENT_READER_END_OF_STREAM;
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.total_timeout_seconds);
    if (got > 0)
        exchange->bytes_streamed += (size_t)got;
    if (got == STREAM_READ_WAIT) {
        MHD_suspend_connection(connection);
        deadlines_sleep(server->deadlines, deadline_of(connection), connection);
    }
    return got;
}

static struct MHD_Response *body_of(struct exchange *exchange) {
    const struct response *from = &exchange->response;
    if (from->stream)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_PORTION, read_stream,
                                                 exchange, NULL);
    return MHD_create_response_from_buffer(from->body_size, (void *)(uintptr_t)from->body,
                                           MHD_RESPMEM_PERSISTENT);
}

/* Headers that every answer has, and those that a page has besides. */
static void harden(const struct server *server, struct exchange *exchange) {
    struct response *response = &exchange->response;
    const char *type = response_get_header(response, "Content-Type");
    response_set_header(response, "X-Content-Type-Options", "nosniff");
    response_set_header(response, "X-Request-Id", exchange->request.id);
    if (server->options.certificate)
        response_set_header(response, "Strict-Transport-Security", "max-age=31536000");
    if (!type || strncmp(type, "text/html", 9) != 0)
        return;
    response_set_header(response, "X-Frame-Options", "DENY");
    if (!response_get_header(response, "Referrer-Policy"))
        response_set_header(response, "Referrer-Policy", "no-referrer");
    if (!response_get_header(response, "Content-Security-Policy"))
        response_set_header(response, "Content-Security-Policy",
                            "default-src 'none'; frame-ancestors 'none'");
}

static enum MHD_Result send_response(struct server *server, struct exchange *exchange,
                                     struct MHD_Connection *connection) {
    const struct response *from = &exchange->response;
    encoding_revalidate(&exchange->response, &exchange->request);
    encoding_compress(&exchange->response, &exchange->request);
    harden(server, exchange);
    exchange->is_answered = true;
    struct MHD_Response *response = body_of(exchange);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < from->header_count; i++)
        MHD_add_response_header(response, from->headers[i].name, from->headers[i].value);
    if (atomic_load(&server->is_stopping))
        MHD_add_response_header(response, "Connection", "close");
    const enum MHD_Result sent =
        MHD_queue_response(connection, from->status ? from->status : 200, response);
    MHD_destroy_response(response);
    return sent;
}

static enum MHD_Result answer_too_large(struct server *server, struct exchange *exchange,
                                        struct MHD_Connection *connection) {
    problem_answer(&exchange->response, &exchange->request, 413,
                   "the body is longer than the %zu bytes that are taken",
                   body_limit(&exchange->body));
    response_set_header(&exchange->response, "Connection", "close");
    return send_response(server, exchange, connection);
}

/* The caller's own name for the request if it is a plain word, else a new one. */
static const char *id_of(struct server *server, struct exchange *exchange,
                         const struct MHD_Connection *connection) {
    const char *given = header_of(connection, "X-Request-Id");
    const size_t length = given ? strspn(given, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWX"
                                                "YZ0123456789._-")
                                : 0;
    if (length > 0 && length <= REQUEST_ID_MAX && given[length] == '\0')
        return arena_copy(&exchange->arena, given);
    static const char digits[] = "0123456789abcdef";
    uint64_t bits = rng_mix(server->id_base + atomic_fetch_add(&server->id_count, 1));
    char *id = arena_alloc(&exchange->arena, 17);
    for (size_t i = 0; i < 16; i++, bits >>= 4)
        id[i] = digits[bits & 15];
    return id;
}

/* How long a body may be that is too long for memory; before a byte of it is read the caller must
 * be one who may use the route. False: it has answered. */
static bool find_file_limit(struct server *server, struct exchange *exchange, size_t *limit) {
    struct error error;
    struct request *request = &exchange->request;
    *limit = 0;
    if (request_parse_target(request, exchange->target, &error) != STATUS_OK)
        return true; /* is told when the body has come, or that is too long */
    if (!router_admits_file(server->router, request, &exchange->response, limit))
        return false;
    if (*limit == 0)
        return true;
    if (*limit > server->options.file_bytes_max)
        *limit = server->options.file_bytes_max;
    exchange->may_be_file = true;
    if (atomic_fetch_add(&server->files, 1) < FILES_MAX)
        return true;
    problem_answer(&exchange->response, request, 503,
                   "%d long bodies are coming in already; send it again later", FILES_MAX);
    response_set_header(&exchange->response, "Retry-After", "10");
    return false;
}

static uint64_t peer_of(const struct server *server, struct MHD_Connection *connection) {
    const char *list =
        server->options.is_behind_proxy ? header_of(connection, "X-Forwarded-For") : NULL;
    const uint64_t hash = list ? peers_hash_forwarded(list) : 0;
    return hash ? hash : peers_hash(address_of(connection));
}

/* What RFC 9112 (3.2, 6.1) wants refused: two lengths, of which a proxy may believe the other one,
 * and no host. False: it has answered. */
static bool has_plain_head(struct exchange *exchange, struct MHD_Connection *connection,
                           const char *version) {
    const char *fault = NULL;
    if (header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH) &&
        header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING))
        fault = "the head has both Content-Length and Transfer-Encoding; send one of them";
    else if (strcmp(version, MHD_HTTP_VERSION_1_1) == 0 && !header_of(connection, "Host"))
        fault = "the head has no Host, which HTTP/1.1 wants";
    if (!fault)
        return true;
    problem_answer(&exchange->response, &exchange->request, 400, "%s", fault);
    response_set_header(&exchange->response, "Connection", "close");
    return false;
}

/* The head has come: a body that says it is too long is refused before it is read. */
static enum MHD_Result begin(struct server *server, struct exchange *exchange,
                             struct MHD_Connection *connection, const char *method,
                             const char *version) {
    exchange->has_begun = true;
    exchange->request = (struct request){.method = request_method(method),
                                         .target = exchange->target,
                                         .body = "",
                                         .arena = &exchange->arena,
                                         .header = header_of,
                                         .connection = connection,
                                         .later = &exchange->later,
                                         .peer = peer_of(server, connection),
                                         .id = id_of(server, exchange, connection)};
    exchange->later.connection = connection;
    exchange->later.wake = wake_connection;
    exchange->later.is_stopping = &server->is_stopping;
    if (!has_plain_head(exchange, connection, version))
        return send_response(server, exchange, connection);
    const char *length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const unsigned long long bytes = length ? strtoull(length, NULL, 10) : 0;
    const bool is_open_ended = header_of(connection, MHD_HTTP_HEADER_TRANSFER_ENCODING) != NULL;
    size_t file_max = 0;
    if ((bytes > server->options.body_bytes_max || is_open_ended) &&
        !find_file_limit(server, exchange, &file_max)) {
        response_set_header(&exchange->response, "Connection", "close");
        return send_response(server, exchange, connection);
    }
    body_begin(&exchange->body, server->options.body_bytes_max, file_max, (size_t)bytes);
    if (bytes > body_limit(&exchange->body))
        return answer_too_large(server, exchange, connection);
    return MHD_YES;
}

/* A piece of the body. One that is long gives its client time by the mebibyte. */
static enum MHD_Result take_body(const struct server *server, struct exchange *exchange,
                                 struct MHD_Connection *connection, const char *bytes,
                                 size_t size) {
    if (!body_take(&exchange->body, bytes, size, &exchange->arena))
        return MHD_NO;
    if (exchange->body.size - exchange->body_noted >= FILE_PORTION) {
        exchange->body_noted = exchange->body.size;
        deadlines_move(server->deadlines, deadline_of(connection),
                       server->options.total_timeout_seconds);
    }
    return MHD_YES;
}

static enum MHD_Result finish(struct server *server, struct exchange *exchange,
                              struct MHD_Connection *connection) {
    struct request *request = &exchange->request;
    struct error error;
    if (exchange->body.discarded > 0)
        return answer_too_large(server, exchange, connection);
    if (exchange->body.bytes) {
        exchange->body.bytes[exchange->body.size] = '\0';
        request->body = exchange->body.bytes;
    }
    request->body_size = exchange->body.size;
    request->body_path = exchange->body.path;
    if (exchange->body.status != STATUS_OK)
        problem_error(&exchange->response, request, &exchange->body.error);
    else if (strlen(exchange->target) > TARGET_BYTES_MAX)
        problem_answer(&exchange->response, request, 414,
                       "the address is longer than the %zu bytes that are taken; send a JSON body "
                       "with POST",
                       TARGET_BYTES_MAX);
    else if (request_parse_target(request, exchange->target, &error) != STATUS_OK)
        problem_answer(&exchange->response, request, 400, "%s", error.text);
    else
        router_answer(server->router, request, &exchange->response);
    if (atomic_load(&exchange->later.state) == LATER_NEVER)
        return send_response(server, exchange, connection);
    /* It sleeps first and says so then: whoever wakes it finds it asleep. */
    exchange->is_waiting = true;
    if (exchange->later.may_take_long)
        deadlines_move(server->deadlines, deadline_of(connection), LONG_SECONDS);
    atomic_fetch_add(&server->waiting, 1);
    MHD_suspend_connection(connection);
    if (!later_sleep(&exchange->later))
        MHD_resume_connection(connection);
    return MHD_YES;
}

/* What the answer waited for is done. */
static enum MHD_Result go_on(struct server *server, struct exchange *exchange,
                             struct MHD_Connection *connection) {
    exchange->is_waiting = false;
    atomic_fetch_sub(&server->waiting, 1);
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.total_timeout_seconds);
    exchange->later.finish(exchange->later.context, &exchange->request, &exchange->response);
    return send_response(server, exchange, connection);
}

/* The library calls this when the head has come, for each piece of the body, and at the end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *target, const char *method, const char *version,
                                  const char *bytes, size_t *size, void **exchange_slot) {
    (void)target; /* decoded by the library; ours is the raw one */
    struct server *server = context;
    struct exchange *exchange = *exchange_slot;
    if (!exchange->has_begun)
        return begin(server, exchange, connection, method, version);
    if (*size > 0) {
        const size_t piece = *size;
        *size = 0;
        return take_body(server, exchange, connection, bytes, piece);
    }
    return exchange->is_waiting ? go_on(server, exchange, connection)
                                : finish(server, exchange, connection);
}

static struct server_options with_defaults(struct server_options options) {
    const size_t processors = parallel_processors();
    if (!options.host)
        options.host = "127.0.0.1";
    if (options.connections_max == 0)
        options.connections_max = 1000;
    const size_t least =
        (options.connections_max + CONNECTIONS_OF_THREAD - 1) / CONNECTIONS_OF_THREAD;
    const size_t threads = processors > least ? processors : least;
    if (options.threads == 0)
        options.threads = (unsigned)(threads < THREADS_MAX ? threads : THREADS_MAX);
    if (options.idle_timeout_seconds == 0)
        options.idle_timeout_seconds = 15;
    if (options.total_timeout_seconds == 0)
        options.total_timeout_seconds = 30;
    if (options.stop_timeout_seconds == 0)
        options.stop_timeout_seconds = 4;
    if (options.body_bytes_max == 0)
        options.body_bytes_max = (size_t)1 << 20;
    if (options.file_bytes_max == 0)
        options.file_bytes_max = (size_t)256 << 20;
    return options;
}

/* The library takes a list of options; those of TLS come from a second list, which may be empty. */
static struct MHD_Daemon *start_daemon(struct server *server) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    struct MHD_OptionItem tls[] = {{MHD_OPTION_HTTPS_MEM_CERT, 0, server->claim.certificate},
                                   {MHD_OPTION_HTTPS_MEM_KEY, 0, server->claim.key},
                                   {MHD_OPTION_END, 0, NULL}};
    if (server->claim.certificate)
        flags |= MHD_USE_TLS;
    else
        tls[0].option = MHD_OPTION_END;
    /* The library takes a pool of one for a mistake. */
    const unsigned pool = server->options.threads > 1 ? server->options.threads : 0;
    return MHD_start_daemon(
        flags, 0, may_connect, server, on_request, server, MHD_OPTION_LISTEN_SOCKET,
        server->claim.descriptor, MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_CONNECTION_LIMIT,
        server->options.connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, server->options.idle_timeout_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_ARRAY, tls,
        MHD_OPTION_END);
}

static void server_free(struct server *server) {
    deadlines_destroy(server->deadlines);
    peers_destroy(server->peers);
    while (server->pool) {
        struct exchange *exchange = server->pool;
        server->pool = exchange->next;
        exchange_free(exchange);
    }
    pthread_mutex_destroy(&server->pool_mutex);
    claim_release(&server->claim);
    alloc_free(server);
}

enum status server_start(struct server **out, const struct server_options *options,
                         const struct router *router, struct error *error) {
    struct server *server = alloc_zeroed(1, sizeof *server);
    server->options = with_defaults(*options);
    server->router = router;
    pthread_mutex_init(&server->pool_mutex, NULL);
    server->deadlines = deadlines_create(wake_connection);
    if (getrandom(&server->id_base, sizeof server->id_base, GRND_NONBLOCK) < 0)
        server->id_base = (uint64_t)now_ns();
    server->peers = peers_create(server->options.peer_connections_max, rng_mix(server->id_base));
    const struct claim_wanted wanted = {server->options.host, options->port, options->certificate,
                                        options->key_file, NULL};
    enum status status = STATUS_OK;
    if (options->claim)
        server->claim = *options->claim;
    else
        status = claim_take(&server->claim, &wanted, error);
    if (status != STATUS_OK) {
        server_free(server);
        return status;
    }
    server->daemon = start_daemon(server);
    if (!server->daemon) {
        const char *const certificate = server->options.certificate;
        error_set(error, STATUS_IO,
                  certificate ? "%s: the HTTP library cannot use it and its key; are both PEM, and "
                                "do they belong together?"
                              : "%sthe HTTP library cannot start its threads; is the limit of open "
                                "files (ulimit -n) too low?",
                  certificate ? certificate : "");
        server_free(server);
        return STATUS_IO;
    }
    *out = server;
    return STATUS_OK;
}

unsigned server_in_flight(const struct server *server) { return atomic_load(&server->running); }

unsigned server_port(const struct server *server) { return server->claim.port; }

void server_stop(struct server *server) {
    if (!server)
        return;
    atomic_store(&server->is_stopping, true);
    MHD_quiesce_daemon(server->daemon); /* leaves the listening socket to us */
    const unsigned waits = server->options.stop_timeout_seconds * 100;
    for (unsigned i = 0; i < waits && atomic_load(&server->running) > 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    /* What an answer waits for comes, or fails, in any case: its connection has to be awake. */
    while (atomic_load(&server->waiting) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    MHD_stop_daemon(server->daemon);
    server_free(server);
}
