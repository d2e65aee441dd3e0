/* server.c: the life of a request on libmicrohttpd. See server.h.
 *
 * Idea     A struct exchange holds one request, its answer and the arena of both. It begins when
 * the request line has come (the library's callback for that is the first we hear), is handed
 *          through the library as its "connection context", and goes back to a pool when the answer
 *          is sent, so that a request costs no memory from the system.
 * Source   libmicrohttpd 0.9.75, microhttpd.h.
 * Traps    The library lets an answer be queued before the body is read or after all of it, not in
 *          between: a body that grows too long without having said so is read to its end and thrown
 *          away, up to BODY_PATIENCE times the limit, after which the connection is cut.
 *          The answer's bytes live in the exchange and are sent from there, so the exchange may end
 *          only in the library's "completed" callback, which always comes. A connection that sleeps
 *          is woken before the library is stopped, which it takes for granted.
 * Checked  tests/http/test_http_server.c over real sockets; ThreadSanitizer. */
#include "http/server.h"

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/parallel.h"
#include "http/deadlines.h"
#include "http/later.h"
#include "http/listener.h"
#include "http/problem.h"

#define BODY_PATIENCE 8
#define BODY_BYTES_FIRST 4096
#define HEAD_BYTES_MAX ((size_t)32 << 10)
#define POOL_MAX 64
#define STREAM_PORTION ((size_t)16 << 10)
#define THREADS_MAX 16

struct exchange {
    struct exchange *next; /* in the pool */
    struct server *server;
    struct arena arena;
    struct request request;
    struct response response;
    const char *target;
    char *body;
    size_t body_size, body_capacity, body_discarded;
    bool has_begun; /* the head has been looked at */
    struct later later;
    bool is_waiting; /* for what `later` stands for */
};

struct server {
    struct server_options options;
    const struct router *router;
    struct MHD_Daemon *daemon;
    struct deadlines *deadlines;
    unsigned port;
    atomic_bool is_stopping;
    atomic_uint running; /* exchanges that have begun and not ended */
    atomic_uint waiting; /* of them those whose answer waits for something */
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

static struct deadline *deadline_of(struct MHD_Connection *connection) {
    return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

/* The request line has come. */
static void *on_target(void *context, const char *target, struct MHD_Connection *connection) {
    struct server *server = context;
    struct exchange *exchange = exchange_take(server);
    exchange->target = arena_copy(&exchange->arena, target);
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.total_timeout_seconds);
    return exchange;
}

static void on_completed(void *context, struct MHD_Connection *connection, void **exchange,
                         enum MHD_RequestTerminationCode code) {
    (void)code;
    struct server *server = context;
    struct exchange *ended = *exchange;
    if (!ended)
        return;
    if (ended->is_waiting) /* the client has gone while it slept */
        atomic_fetch_sub(&server->waiting, 1);
    exchange_give_back(server, ended);
    *exchange = NULL;
    /* Until the next request line the connection may be silent, then slow. */
    deadlines_move(server->deadlines, deadline_of(connection),
                   server->options.idle_timeout_seconds + server->options.total_timeout_seconds);
}

static void on_connection(void *context, struct MHD_Connection *connection, void **deadline,
                          enum MHD_ConnectionNotificationCode code) {
    struct server *server = context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const int descriptor =
            MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        *deadline =
            deadlines_add(server->deadlines, descriptor, server->options.total_timeout_seconds);
    } else {
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

static enum MHD_Result send_response(struct server *server, struct exchange *exchange,
                                     struct MHD_Connection *connection) {
    const struct response *from = &exchange->response;
    struct MHD_Response *response = body_of(exchange);
    if (!response)
        return MHD_NO;
    for (size_t i = 0; i < from->header_count; i++)
        MHD_add_response_header(response, from->headers[i].name, from->headers[i].value);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
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
                   server->options.body_bytes_max);
    response_set_header(&exchange->response, "Connection", "close");
    return send_response(server, exchange, connection);
}

static void wake_later(void *connection) { MHD_resume_connection(connection); }

/* The head has come: a body that says it is too long is refused before it is read. */
static enum MHD_Result begin(struct server *server, struct exchange *exchange,
                             struct MHD_Connection *connection, const char *method) {
    exchange->has_begun = true;
    exchange->request = (struct request){.method = request_method(method),
                                         .target = exchange->target,
                                         .body = "",
                                         .arena = &exchange->arena,
                                         .header = header_of,
                                         .connection = connection,
                                         .later = &exchange->later};
    exchange->later.connection = connection;
    exchange->later.wake = wake_later;
    const char *length = header_of(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);
    const unsigned long long bytes = length ? strtoull(length, NULL, 10) : 0;
    if (bytes > server->options.body_bytes_max)
        return answer_too_large(server, exchange, connection);
    exchange->body_capacity = (size_t)bytes;
    return MHD_YES;
}

/* A piece of the body. */
static enum MHD_Result take_body(const struct server *server, struct exchange *exchange,
                                 const char *bytes, size_t size) {
    const size_t limit = server->options.body_bytes_max;
    if (exchange->body_discarded > 0 || exchange->body_size + size > limit) {
        exchange->body_discarded += size;
        return exchange->body_discarded < BODY_PATIENCE * limit ? MHD_YES : MHD_NO;
    }
    if (!exchange->body || exchange->body_size + size > exchange->body_capacity) {
        /* The announced length first, which one allocation then holds. */
        const size_t grown = 2 * exchange->body_size + BODY_BYTES_FIRST;
        const bool is_first = !exchange->body && size <= exchange->body_capacity;
        if (!is_first)
            exchange->body_capacity =
                grown > exchange->body_size + size ? grown : exchange->body_size + size;
        char *larger = arena_alloc_raw(&exchange->arena, exchange->body_capacity + 1);
        if (exchange->body_size > 0)
            memcpy(larger, exchange->body, exchange->body_size);
        exchange->body = larger;
    }
    memcpy(exchange->body + exchange->body_size, bytes, size);
    exchange->body_size += size;
    return MHD_YES;
}

static enum MHD_Result finish(struct server *server, struct exchange *exchange,
                              struct MHD_Connection *connection) {
    struct request *request = &exchange->request;
    struct error error;
    if (exchange->body_discarded > 0)
        return answer_too_large(server, exchange, connection);
    if (exchange->body) {
        exchange->body[exchange->body_size] = '\0';
        request->body = exchange->body;
        request->body_size = exchange->body_size;
    }
    if (request_parse_target(request, exchange->target, &error) != STATUS_OK)
        problem_answer(&exchange->response, request, 400, "%s", error.text);
    else
        router_answer(server->router, request, &exchange->response);
    if (atomic_load(&exchange->later.state) == LATER_NEVER)
        return send_response(server, exchange, connection);
    /* It sleeps first and says so then: whoever wakes it finds it asleep. */
    exchange->is_waiting = true;
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
    exchange->later.finish(exchange->later.context, &exchange->request, &exchange->response);
    return send_response(server, exchange, connection);
}

/* The library calls this when the head has come, for each piece of the body, and at the end. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
                                  const char *target, const char *method, const char *version,
                                  const char *bytes, size_t *size, void **exchange_slot) {
    (void)target; /* decoded by the library; ours is the raw one */
    (void)version;
    struct server *server = context;
    struct exchange *exchange = *exchange_slot;
    if (!exchange->has_begun)
        return begin(server, exchange, connection, method);
    if (*size > 0) {
        const size_t piece = *size;
        *size = 0;
        return take_body(server, exchange, bytes, piece);
    }
    return exchange->is_waiting ? go_on(server, exchange, connection)
                                : finish(server, exchange, connection);
}

static struct server_options with_defaults(struct server_options options) {
    const size_t processors = parallel_processors();
    if (!options.host)
        options.host = "127.0.0.1";
    if (options.threads == 0)
        options.threads = (unsigned)(processors < THREADS_MAX ? processors : THREADS_MAX);
    if (options.idle_timeout_seconds == 0)
        options.idle_timeout_seconds = 15;
    if (options.total_timeout_seconds == 0)
        options.total_timeout_seconds = 30;
    if (options.stop_timeout_seconds == 0)
        options.stop_timeout_seconds = 5;
    if (options.connections_max == 0)
        options.connections_max = 1000;
    if (options.body_bytes_max == 0)
        options.body_bytes_max = (size_t)1 << 20;
    return options;
}

static struct MHD_Daemon *start_daemon(struct server *server, int descriptor) {
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_ITC | MHD_ALLOW_SUSPEND_RESUME;
    /* The library takes a pool of one for a mistake. */
    const unsigned pool = server->options.threads > 1 ? server->options.threads : 0;
    return MHD_start_daemon(
        flags, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET, descriptor,
        MHD_OPTION_THREAD_POOL_SIZE, pool, MHD_OPTION_CONNECTION_LIMIT,
        server->options.connections_max, MHD_OPTION_CONNECTION_MEMORY_LIMIT, HEAD_BYTES_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, server->options.idle_timeout_seconds,
        MHD_OPTION_URI_LOG_CALLBACK, on_target, server, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        server, MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
}

static void server_free(struct server *server) {
    deadlines_destroy(server->deadlines);
    while (server->pool) {
        struct exchange *exchange = server->pool;
        server->pool = exchange->next;
        exchange_free(exchange);
    }
    pthread_mutex_destroy(&server->pool_mutex);
    alloc_free(server);
}

enum status server_start(struct server **out, const struct server_options *options,
                         const struct router *router, struct error *error) {
    const struct server_options complete = with_defaults(*options);
    struct listener listener;
    TRY(listener_open(&listener, complete.host, complete.port, error));
    struct server *server = alloc_zeroed(1, sizeof *server);
    server->options = complete;
    server->router = router;
    server->port = listener.port;
    pthread_mutex_init(&server->pool_mutex, NULL);
    server->deadlines = deadlines_create(wake_connection);
    server->daemon = start_daemon(server, listener.descriptor);
    if (!server->daemon) {
        close(listener.descriptor);
        server_free(server);
        return error_set(error, STATUS_IO,
                         "the HTTP library cannot start %u threads with %u connections; is the "
                         "limit of open files (ulimit -n) too low?",
                         complete.threads, complete.connections_max);
    }
    *out = server;
    return STATUS_OK;
}

unsigned server_port(const struct server *server) { return server->port; }

void server_stop(struct server *server) {
    if (!server)
        return;
    atomic_store(&server->is_stopping, true);
    const int descriptor = MHD_quiesce_daemon(server->daemon);
    const unsigned waits = server->options.stop_timeout_seconds * 100;
    for (unsigned i = 0; i < waits && atomic_load(&server->running) > 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    /* What an answer waits for comes, or fails, in any case: its connection has to be awake. */
    while (atomic_load(&server->waiting) > 0)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    MHD_stop_daemon(server->daemon);
    if (descriptor >= 0)
        close(descriptor);
    server_free(server);
}
