/* test_counter.c: counters by name and labels, their text, probes that are forgotten, many threads.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/counter.h"

#define THREADS 4
#define EACH 100000

static void text(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    struct counter *views = counter_total("t_events_total", "events", "kind=\"view\"");
    struct counter *age = counter_gauge("t_age_seconds", "age", "");
    struct counter *likes = counter_total("t_events_total", "events", "kind=\"like\"");
    assert_ptr_equal(views, counter_total("t_events_total", "events", "kind=\"view\""));
    counter_add(views, 3);
    counter_add(likes, 1);
    counter_set(age, 1.5);
    counter_print(&buffer);
    assert_non_null(strstr(buffer.bytes, "# HELP t_events_total events\n"
                                         "# TYPE t_events_total counter\n"
                                         "t_events_total{kind=\"view\"} 3\n"
                                         "t_events_total{kind=\"like\"} 1\n"));
    assert_non_null(strstr(buffer.bytes, "# TYPE t_age_seconds gauge\nt_age_seconds 1.5\n"));
    arena_release(&arena);
}

static void histograms(void **state) {
    (void)state;
    struct arena arena = {0};
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    struct counter *seconds = counter_histogram("t_seconds", "seconds", "route=\"/\"");
    counter_observe(seconds, .0002);
    counter_observe(seconds, .004);
    counter_observe(seconds, 100);
    counter_print(&buffer);
    assert_non_null(strstr(buffer.bytes, "t_seconds_bucket{route=\"/\",le=\"0.00025\"} 1\n"));
    assert_non_null(strstr(buffer.bytes, "t_seconds_bucket{route=\"/\",le=\"0.005\"} 2\n"));
    assert_non_null(strstr(buffer.bytes, "t_seconds_bucket{route=\"/\",le=\"10\"} 2\n"
                                         "t_seconds_bucket{route=\"/\",le=\"+Inf\"} 3\n"
                                         "t_seconds_sum{route=\"/\"} 100.004200\n"
                                         "t_seconds_count{route=\"/\"} 3\n"));
    arena_release(&arena);
}

static double seven(void *context) {
    (void)context;
    return 7;
}

static void probes(void **state) {
    struct arena arena = {0};
    struct buffer buffer;
    buffer_init(&buffer, &arena);
    counter_probe("t_probe", "asked", "", seven, state);
    counter_print(&buffer);
    assert_non_null(strstr(buffer.bytes, "\nt_probe 7\n"));
    counter_forget(state);
    buffer.size = 0;
    counter_print(&buffer);
    assert_null(strstr(buffer.bytes, "\nt_probe 7\n"));
    arena_release(&arena);
}

static void *count_up(void *unused) {
    (void)unused;
    for (int i = 0; i < EACH; i++)
        counter_add(counter_total("t_threads_total", "threads", ""), 1);
    return NULL;
}

static void threads(void **state) {
    (void)state;
    pthread_t thread[THREADS];
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(pthread_create(&thread[t], NULL, count_up, NULL), 0);
    for (int t = 0; t < THREADS; t++)
        pthread_join(thread[t], NULL);
    assert_int_equal((int)counter_value(counter_total("t_threads_total", "threads", "")),
                     THREADS * EACH);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(text), cmocka_unit_test(histograms),
                                       cmocka_unit_test(probes), cmocka_unit_test(threads)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
