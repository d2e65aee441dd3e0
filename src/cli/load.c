/* load.c: see load.h.
 *
 * Idea     One epoll. A connection is idle or waits for one answer, of which only the head is
 *          looked at: its status and length. Times go into a histogram of 128 steps for each power
 *          of two, so that a percentile is right to 1 % and memory does not grow.
 * Traps    An answer in chunks ends with "0\r\n\r\n" and has no length: it is read as such, its
 *          content not looked at. The generator shares the machine with the server: what it takes,
 *          the server lacks.
 * Checked  tests/cli/bench.t, and beside wrk by hand. */
#include "cli/load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"

#define HEAD_BYTES_MAX 16384
#define STEPS 128 /* of each power of two */
#define POWERS 40 /* 2^40 ns are 18 minutes */
#define EVENTS_AT_ONCE 64
#define STRAGGLERS_SECONDS 5

struct connection {
    int descriptor;
    bool is_busy, is_chunked;
    int64_t began_ns;
    char head[HEAD_BYTES_MAX + 1]; /* once it is whole: the last bytes of the body */
    size_t head_size;
    size_t body_left;
    bool has_head, is_good;
};

struct load {
    const struct load_plan *plan;
    struct load_result *result;
    int epoll;
    struct connection *connections;
    size_t busy;
    uint64_t asked;
    int64_t begin_ns, end_ns, worst_ns;
    uint64_t histogram[POWERS * STEPS];
};

static int64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static size_t step_of(int64_t nanoseconds) {
    const uint64_t value = nanoseconds > 0 ? (uint64_t)nanoseconds : 0;
    if (value < STEPS)
        return value;
    const unsigned power = 63u - (unsigned)__builtin_clzll(value) - 7; /* 2^7 is STEPS */
    const size_t step = (power + 1) * STEPS + ((value >> power) - STEPS);
    return step < POWERS * STEPS ? step : POWERS * STEPS - 1;
}

static double seconds_of(size_t step) {
    if (step < STEPS)
        return (double)step / 1e9;
    const size_t power = step / STEPS - 1;
    return (double)((STEPS + step % STEPS) << power) / 1e9;
}

static double percentile(const struct load *load, double share) {
    uint64_t all = 0, below = 0;
    for (size_t s = 0; s < POWERS * STEPS; s++)
        all += load->histogram[s];
    const uint64_t wanted = (uint64_t)((double)all * share);
    for (size_t s = 0; s < POWERS * STEPS; s++) {
        below += load->histogram[s];
        if (below > wanted)
            return seconds_of(s);
    }
    return (double)load->worst_ns / 1e9;
}

static enum status open_connection(struct load *load, struct connection *connection,
                                   struct error *error) {
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)load->plan->port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int yes = 1;
    *connection = (struct connection){.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    if (connect(connection->descriptor, (const struct sockaddr *)&address, sizeof address) != 0)
        return error_set(error, STATUS_IO, "port %u of 127.0.0.1: %s", load->plan->port,
                         strerror(errno));
    setsockopt(connection->descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    epoll_ctl(load->epoll, EPOLL_CTL_ADD, connection->descriptor, &event);
    return STATUS_OK;
}

/* When the next request should begin; in a closed loop at once. */
static int64_t due_ns(const struct load *load) {
    if (load->plan->rate <= 0)
        return 0;
    return load->begin_ns + (int64_t)((double)load->asked * 1e9 / load->plan->rate);
}

static void ask(struct load *load, struct connection *connection) {
    const char *text = load->plan->requests[load->asked % load->plan->request_count];
    const int64_t due = due_ns(load);
    connection->began_ns = due ? due : now_ns();
    connection->is_busy = true;
    connection->has_head = connection->is_good = connection->is_chunked = false;
    connection->head_size = connection->body_left = 0;
    load->asked++;
    load->busy++;
    for (size_t left = strlen(text); left > 0;) {
        const ssize_t sent = send(connection->descriptor, text, left, MSG_NOSIGNAL);
        if (sent <= 0)
            return; /* the end of the connection is seen when it is read */
        text += sent;
        left -= (size_t)sent;
    }
}

static void finish(struct load *load, struct connection *connection) {
    const int64_t taken = now_ns() - connection->began_ns;
    load->histogram[step_of(taken)]++;
    if (taken > load->worst_ns)
        load->worst_ns = taken;
    load->result->answers++;
    load->result->failed += !connection->is_good;
    connection->is_busy = false;
    load->busy--;
}

/* The head is whole: what it says of the body. */
static void read_head(struct connection *connection) {
    connection->is_good = strncmp(connection->head, "HTTP/1.1 2", 10) == 0;
    for (char *line = connection->head; (line = strchr(line, '\n')); line++) {
        if (strncasecmp(line + 1, "Content-Length:", 15) == 0)
            connection->body_left = strtoul(line + 16, NULL, 10);
        else if (strncasecmp(line + 1, "Transfer-Encoding: chunked", 26) == 0)
            connection->is_chunked = true;
    }
}

/* Bytes of a body; true when it has ended. */
static bool take_body(struct connection *connection, const char *bytes, size_t size) {
    static const char last[] = "0\r\n\r\n";
    if (!connection->is_chunked) {
        connection->body_left -= size < connection->body_left ? size : connection->body_left;
        return connection->body_left == 0;
    }
    /* The last five bytes so far, in the place of the head. */
    char *tail = connection->head;
    for (size_t i = size > 5 ? size - 5 : 0; i < size; i++) {
        memmove(tail, tail + 1, 4);
        tail[4] = bytes[i];
    }
    return memcmp(tail, last, 5) == 0;
}

/* Bytes have come; true when the answer is whole. */
static bool take(struct connection *connection, const char *bytes, size_t size) {
    if (connection->has_head)
        return take_body(connection, bytes, size);
    const size_t room = HEAD_BYTES_MAX - connection->head_size;
    const size_t taken = size < room ? size : room;
    memcpy(connection->head + connection->head_size, bytes, taken);
    connection->head_size += taken;
    connection->head[connection->head_size] = '\0';
    char *end = strstr(connection->head, "\r\n\r\n");
    if (!end)
        return false;
    end += 4;
    const size_t head = (size_t)(end - connection->head);
    const size_t before = connection->head_size - taken;
    end[-1] = '\0';
    read_head(connection);
    connection->has_head = true;
    memset(connection->head, 0, 5);
    return take_body(connection, bytes + (head - before), size - (head - before));
}

static enum status on_readable(struct load *load, struct connection *connection,
                               struct error *error) {
    static char bytes[65536];
    const ssize_t got = recv(connection->descriptor, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return STATUS_OK;
    if (got <= 0) {
        if (connection->is_busy) {
            connection->is_good = false;
            finish(load, connection);
        }
        close(connection->descriptor);
        return open_connection(load, connection, error);
    }
    if (connection->is_busy && take(connection, bytes, (size_t)got))
        finish(load, connection);
    return STATUS_OK;
}

/* Idle connections ask, as far as requests are due. */
static void ask_due(struct load *load) {
    const int64_t now = now_ns();
    for (unsigned c = 0; c < load->plan->connections; c++) {
        if (load->connections[c].is_busy)
            continue;
        if (now >= load->end_ns || due_ns(load) > now)
            return;
        ask(load, &load->connections[c]);
    }
}

/* Milliseconds until something must be done although nothing comes. */
static int patience(const struct load *load) {
    const int64_t now = now_ns();
    if (load->plan->rate <= 0 || load->busy == load->plan->connections)
        return 100;
    const int64_t left = (due_ns(load) - now) / 1000000;
    return left < 0 ? 0 : left > 100 ? 100 : (int)left;
}

static enum status loop(struct load *load, struct error *error) {
    struct epoll_event events[EVENTS_AT_ONCE];
    const int64_t last = load->end_ns + (int64_t)STRAGGLERS_SECONDS * 1000000000;
    while (now_ns() < load->end_ns || (load->busy > 0 && now_ns() < last)) {
        ask_due(load);
        const int count = epoll_wait(load->epoll, events, EVENTS_AT_ONCE, patience(load));
        for (int e = 0; e < count; e++)
            TRY(on_readable(load, events[e].data.ptr, error));
    }
    load->result->failed += load->busy;
    return STATUS_OK;
}

enum status load_run(const struct load_plan *plan, struct load_result *result,
                     struct error *error) {
    struct load *load = alloc_zeroed(1, sizeof *load);
    enum status status = STATUS_OK;
    unsigned opened = 0;
    *result = (struct load_result){0};
    load->plan = plan;
    load->result = result;
    load->epoll = epoll_create1(EPOLL_CLOEXEC);
    load->connections = alloc_zeroed(plan->connections, sizeof *load->connections);
    for (; opened < plan->connections && status == STATUS_OK; opened++)
        status = open_connection(load, &load->connections[opened], error);
    load->begin_ns = now_ns();
    load->end_ns = load->begin_ns + (int64_t)(plan->seconds * 1e9);
    if (status == STATUS_OK)
        status = loop(load, error);
    result->seconds = (double)(now_ns() - load->begin_ns) / 1e9;
    result->p50 = percentile(load, .5);
    result->p90 = percentile(load, .9);
    result->p99 = percentile(load, .99);
    result->p999 = percentile(load, .999);
    result->worst = (double)load->worst_ns / 1e9;
    for (unsigned c = 0; c < opened; c++)
        close(load->connections[c].descriptor);
    close(load->epoll);
    alloc_free(load->connections);
    alloc_free(load);
    return status;
}
