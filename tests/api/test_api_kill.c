/* test_api_kill.c: a server that is killed at any moment, again and again, while clients write to
 * it: every rating that was answered 200 is in the store afterwards. Ten times; as many as the
 * first argument says by hand: `build/test_api_kill 200`. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "api/loopback.h"
#include "base/files.h"
#include "store/feedback.h"

enum { CLIENTS = 6, NUMBERS_MAX = 1 << 20, PATIENCE_MS = 30000 };

static char folder[] = "/tmp/matinee-kill-XXXXXX";
static char path[128];
static int kills = 10;
static unsigned port;
static atomic_bool stop;
static atomic_long answered; /* ratings that were acknowledged in this round */
static long told;            /* ratings that were acknowledged in all */

/* One client writes numbered ratings, each to a person of its own. */
struct client {
    pthread_t thread;
    int number;
    int next;                /* the rating to send */
    unsigned char *was_told; /* [NUMBERS_MAX] */
};
static struct client clients[CLIENTS];

static void *write_on(void *context) {
    struct client *client = context;
    while (!atomic_load(&stop) && client->next < NUMBERS_MAX) {
        char target[64];
        const int n = client->next++;
        snprintf(target, sizeof target, "/api/users/c%d-%d/ratings", client->number, n);
        struct client_answer answer =
            client_ask(port, "PUT", target, "", "{\"item_id\": 80, \"rating\": 4}");
        client->was_told[n] = answer.status == 200;
        atomic_fetch_add(&answered, answer.status == 200);
        free(answer.body);
        if (answer.status != 200)
            usleep(500);
    }
    return NULL;
}

/* A server in a process of its own; its port. */
static pid_t start_server(void) {
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        if (loopback_start_store(tiny_create(), path) != 0)
            _exit(1);
        if (write(ends[1], &loopback.port, sizeof loopback.port) != sizeof loopback.port)
            _exit(1);
        for (;;)
            pause();
    }
    close(ends[1]);
    assert_int_equal(read(ends[0], &port, sizeof port), sizeof port);
    close(ends[0]);
    return child;
}

static void run_and_kill(int round) {
    const pid_t server = start_server();
    atomic_store(&stop, false);
    atomic_store(&answered, 0);
    for (size_t c = 0; c < CLIENTS; c++)
        pthread_create(&clients[c].thread, NULL, write_on, &clients[c]);
    for (int waits = 0; waits < PATIENCE_MS && atomic_load(&answered) < 2; waits++)
        usleep(1000);
    usleep((useconds_t)(round * 7919 % 80000));
    kill(server, SIGKILL);
    atomic_store(&stop, true);
    for (size_t c = 0; c < CLIENTS; c++)
        pthread_join(clients[c].thread, NULL);
    waitpid(server, NULL, 0);
}

static bool mark(void *context, const char *line, size_t length) {
    unsigned char *const *found = context;
    int client, number;
    (void)length;
    const char *person = strstr(line, "\"person\":\"");
    if (person && sscanf(person, "\"person\":\"c%d-%d\"", &client, &number) == 2)
        found[client][number] = 1;
    return true;
}

/* Of the ratings that were acknowledged so far those that the store has not. */
static long count_lost(void) {
    struct feedback *feedback;
    struct error error;
    unsigned char *found[CLIENTS];
    long lost = 0;
    told = 0;
    assert_int_equal(feedback_open(&feedback, path, &error), STATUS_OK);
    for (size_t c = 0; c < CLIENTS; c++)
        found[c] = calloc(NUMBERS_MAX, 1);
    assert_int_equal(feedback_export(feedback, "events", NULL, mark, found, &error), STATUS_OK);
    for (size_t c = 0; c < CLIENTS; c++) {
        for (int n = 0; n < clients[c].next; n++) {
            told += clients[c].was_told[n];
            lost += clients[c].was_told[n] && !found[c][n];
        }
        free(found[c]);
    }
    feedback_close(feedback);
    return lost;
}

static void nothing_acknowledged_is_lost(void **state) {
    (void)state;
    for (int round = 0; round < kills; round++) {
        run_and_kill(round);
        assert_int_equal(count_lost(), 0);
    }
    printf("%d kills, %ld ratings acknowledged, 0 lost\n", kills, told);
    assert_true(told > kills);
}

int main(int argument_count, char **arguments) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_acknowledged_is_lost)};
    struct error error;
    if (argument_count > 1)
        kills = (int)strtol(arguments[1], NULL, 10);
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/people.db", folder);
    for (int c = 0; c < CLIENTS; c++)
        clients[c] = (struct client){.number = c, .was_told = calloc(NUMBERS_MAX, 1)};
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    for (int c = 0; c < CLIENTS; c++)
        free(clients[c].was_told);
    files_remove_folder(folder, &error);
    return failed;
}
