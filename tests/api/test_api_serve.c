/* test_api_serve.c: the whole life of `matinee serve`: ready, answering while a model is replaced,
 * stopped by a flag; and the port that is taken. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "api/loopback.h"

static atomic_bool stop;
static atomic_uint ready_port;
static atomic_int wrong;

static void on_ready(const char *url) {
    unsigned port = 0;
    assert_int_equal(sscanf(url, "http://127.0.0.1:%u/", &port), 1);
    atomic_store(&ready_port, port);
}

static void *serve(void *service) {
    const struct api_options options = {.top_k = 2};
    struct error error;
    if (api_serve(service, &options, on_ready, &stop, &error) != STATUS_OK)
        atomic_fetch_add(&wrong, 1);
    return NULL;
}

static void *ask(void *unused) {
    (void)unused;
    for (int i = 0; i < 100; i++) {
        struct client_answer answer = client_ask(atomic_load(&ready_port), "GET",
                                                 "/api/recommend?user_id=1&explain=1", "", NULL);
        if (answer.status != 200 || !strstr(answer.body, "{\"item_id\":40,\"encoded_id\":3,"))
            atomic_fetch_add(&wrong, 1);
        free(answer.body);
    }
    return NULL;
}

static void served_while_replaced(void **state) {
    (void)state;
    struct service *service = tiny_service(tiny_create());
    pthread_t server, clients[4];
    struct error error;
    assert_int_equal(pthread_create(&server, NULL, serve, service), 0);
    while (atomic_load(&ready_port) == 0)
        usleep(1000);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&clients[i], NULL, ask, NULL), 0);
    for (int i = 0; i < 100; i++) {
        assert_int_equal(service_adopt(service, tiny_snapshot(tiny_create()), "tiny", &error),
                         STATUS_OK);
        usleep(500);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(clients[i], NULL);

    struct api *second;
    const struct api_options taken = {.port = atomic_load(&ready_port)};
    assert_int_equal(api_start(&second, service, &taken, &error), STATUS_IO);
    assert_non_null(strstr(error.text, "is already taken"));
    atomic_store(&stop, true);
    pthread_join(server, NULL);
    service_destroy(service);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(served_while_replaced)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
