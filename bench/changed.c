/* changed.c: how long it takes from a rating that is sent to a list that it has changed, beside
 * readers that ask without a pause: `build/bench_changed PORT [SECONDS [READERS]]` of a server on
 * this machine whose model has films of MovieLens. Each person rates a few films, one after the
 * other; a list that is as it was before is told and counts as a failure. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../tests/http/client.h"
#include "base/progress.h"

enum { TIMES_MAX = 1 << 20, READERS_MAX = 256, TARGET_BYTES = 128 };

static const int films[] = {1, 110, 260, 296, 318, 356, 480, 527, 593, 608};
static unsigned port;
static atomic_bool stop;

static struct client_answer ask(int connection, const char *method, const char *target,
                                const char *body) {
    char head[512];
    const int size =
        snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %zu\r\n\r\n%s",
                 method, target, strlen(body), body);
    client_send(connection, head, (size_t)size);
    return client_read(connection, true);
}

static void *read_on(void *asked) {
    const int connection = client_open(port);
    for (unsigned n = 0; !atomic_load(&stop); n++) {
        char target[TARGET_BYTES];
        snprintf(target, sizeof target, "/api/recommend?user_id=%u", n % 600 + 1);
        free(ask(connection, "GET", target, "").body);
        atomic_fetch_add((atomic_long *)asked, 1);
    }
    close(connection);
    return NULL;
}

static int by_size(const void *left, const void *right) {
    const double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Seconds from the rating to the list, or a negative number: it has not changed. */
static double change(int connection, const char *target, int film, char **list) {
    char where[TARGET_BYTES], body[64];
    snprintf(where, sizeof where, "/api/users/%s/ratings", strchr(target, '=') + 1);
    snprintf(body, sizeof body, "{\"item_id\":%d,\"rating\":5}", film);
    const double began = progress_clock();
    struct client_answer rated = ask(connection, "PUT", where, body);
    struct client_answer after = ask(connection, "GET", target, "");
    const double taken = progress_clock() - began;
    const bool is_changed =
        rated.status == 200 && after.status == 200 && strcmp(after.body, *list) != 0;
    free(rated.body);
    free(*list);
    *list = after.body;
    return is_changed ? taken : -1;
}

int main(int argument_count, char **arguments) {
    static double times[TIMES_MAX];
    pthread_t readers[READERS_MAX];
    atomic_long asked = 0;
    int count = 0, failed = 0;
    if (argument_count < 2)
        return fprintf(stderr, "usage: bench_changed PORT [SECONDS [READERS]]\n"), 2;
    port = (unsigned)strtoul(arguments[1], NULL, 10);
    const double seconds = argument_count > 2 ? strtod(arguments[2], NULL) : 10;
    const int wanted = argument_count > 3 ? (int)strtol(arguments[3], NULL, 10) : 8;
    const int reader_count = wanted < READERS_MAX ? wanted : READERS_MAX;
    const int connection = client_open(port);
    for (int r = 0; r < reader_count; r++)
        pthread_create(&readers[r], NULL, read_on, &asked);
    const double end = progress_clock() + seconds;
    for (unsigned person = 0; progress_clock() < end && count < TIMES_MAX; person++) {
        char target[TARGET_BYTES];
        char *list = calloc(1, 1);
        snprintf(target, sizeof target, "/api/recommend?user_id=changed-%d-%u", getpid(), person);
        for (size_t f = 0; f < sizeof films / sizeof *films && count < TIMES_MAX; f++) {
            const double taken = change(connection, target, films[f], &list);
            failed += taken < 0;
            times[count++] = taken;
        }
        free(list);
    }
    atomic_store(&stop, true);
    for (int r = 0; r < reader_count; r++)
        pthread_join(readers[r], NULL);
    qsort(times, (size_t)count, sizeof *times, by_size);
    printf(
        "%d ratings, each with its list: p50 %.2f ms, p99 %.2f ms, longest %.2f ms; %d without a "
        "change; %d readers beside, %.0f lists/s\n",
        count, 1e3 * times[count / 2], 1e3 * times[count * 99 / 100], 1e3 * times[count - 1],
        failed, reader_count, (double)atomic_load(&asked) / seconds);
    return failed > 0;
}
