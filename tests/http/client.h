/* client.h: a client as plain as can be, for tests: it sends bytes and reads an answer. */
#ifndef MATINEE_TESTS_HTTP_CLIENT_H
#define MATINEE_TESTS_HTTP_CLIENT_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

struct client_answer {
    int status;      /* 0: the connection was closed without an answer */
    char head[8192]; /* status line and headers */
    char *body;      /* with a '\0'; owned */
    size_t body_size;
};

/* A connection to an IPv4 address in the order of the network, -1 if refused. Reads give up after
 * ten seconds. */
static inline int client_open_at(in_addr_t host, unsigned port) {
    const int descriptor = socket(AF_INET, SOCK_STREAM, 0);
    const struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = host};
    const struct timeval patience = {.tv_sec = 10};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(descriptor, (const struct sockaddr *)&address, sizeof address) == 0)
        return descriptor;
    close(descriptor);
    return -1;
}

static inline int client_open(unsigned port) {
    return client_open_at(htonl(INADDR_LOOPBACK), port);
}

static inline void client_send(int descriptor, const char *bytes, size_t size) {
    while (size > 0) {
        const ssize_t sent = send(descriptor, bytes, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return;
        bytes += sent;
        size -= (size_t)sent;
    }
}

/* A header's value in `value` (empty if it is not there). */
static inline const char *client_header(const struct client_answer *answer, const char *name,
                                        char value[256]) {
    const size_t length = strlen(name);
    value[0] = '\0';
    for (const char *line = strchr(answer->head, '\n'); line; line = strchr(line + 1, '\n'))
        if (strncasecmp(line + 1, name, length) == 0 && line[1 + length] == ':')
            snprintf(value, 256, "%.*s", (int)strcspn(line + length + 3, "\r"), line + length + 3);
    return value;
}

/* Reads `size` bytes to the end of the body. */
static inline int client_read_piece(int descriptor, struct client_answer *answer, size_t size) {
    answer->body = realloc(answer->body, answer->body_size + size + 1);
    for (size_t end = answer->body_size + size; answer->body_size < end;) {
        const ssize_t got =
            recv(descriptor, answer->body + answer->body_size, end - answer->body_size, 0);
        if (got <= 0)
            break;
        answer->body_size += (size_t)got;
        size -= (size_t)got;
    }
    answer->body[answer->body_size] = '\0';
    return size == 0;
}

/* A body in chunks: a length in hexadecimal before each; one of 0 ends them. */
static inline void client_read_chunks(int descriptor, struct client_answer *answer) {
    for (;;) {
        char line[32] = {0};
        for (size_t used = 0; used + 1 < sizeof line && !strchr(line, '\n'); used++)
            if (recv(descriptor, line + used, 1, 0) <= 0)
                return;
        const size_t size = strtoul(line, NULL, 16);
        if (!client_read_piece(descriptor, answer, size + 2))
            return;
        answer->body_size -= 2; /* the line's end */
        answer->body[answer->body_size] = '\0';
        if (size == 0)
            return;
    }
}

/* Reads one answer; `has_body` is false after HEAD. */
static inline struct client_answer client_read(int descriptor, int has_body) {
    struct client_answer answer = {0};
    size_t used = 0;
    char value[256], *end = NULL;
    while (!end && used + 1 < sizeof answer.head) {
        const ssize_t got = recv(descriptor, answer.head + used, 1, 0);
        if (got <= 0)
            break;
        answer.head[++used] = '\0';
        end = strstr(answer.head, "\r\n\r\n");
    }
    if (sscanf(answer.head, "HTTP/1.1 %d", &answer.status) != 1)
        answer.status = 0;
    const size_t size = strtoul(client_header(&answer, "Content-Length", value), NULL, 10);
    answer.body = calloc(1, 1);
    if (has_body && strcasecmp(client_header(&answer, "Transfer-Encoding", value), "chunked") == 0)
        client_read_chunks(descriptor, &answer);
    else if (has_body)
        client_read_piece(descriptor, &answer, size);
    return answer;
}

/* One request on a connection of its own. `headers` are whole lines ("Accept: x\r\n"), `body` may
 * be NULL. The caller frees answer.body. */
static inline struct client_answer client_ask(unsigned port, const char *method, const char *target,
                                              const char *headers, const char *body) {
    const int descriptor = client_open(port);
    const size_t room = strlen(target) + strlen(headers) + (body ? strlen(body) : 0) + 256;
    char *text = malloc(room);
    int length = snprintf(text, room, "%s %s HTTP/1.1\r\nHost: test\r\nConnection: close\r\n%s",
                          method, target, headers);
    if (body)
        length +=
            snprintf(text + length, room - (size_t)length, "Content-Length: %zu\r\n", strlen(body));
    length += snprintf(text + length, room - (size_t)length, "\r\n%s", body ? body : "");
    client_send(descriptor, text, (size_t)length);
    free(text);
    const struct client_answer answer = client_read(descriptor, strcmp(method, "HEAD") != 0);
    close(descriptor);
    return answer;
}

#endif
