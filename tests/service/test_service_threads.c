/* test_service_threads.c: a model is replaced, and films are added and edited, again and again
 * while others ask. What is wrong here shows under ThreadSanitizer and AddressSanitizer (the
 * presets tsan and asan). */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service_feedback.h"
#include "service/tiny.h"

enum { ASKING = 4, QUESTIONS = 500, REPLACEMENTS = 200, EDITS = 50 };

static struct service *shared;
static atomic_int wrong;

static void *ask(void *unused) {
    (void)unused;
    struct arena arena = {0};
    for (int i = 0; i < QUESTIONS; i++) {
        const struct arena_position mark = arena_mark(&arena);
        struct recommend_answer answer;
        struct snapshot *snapshot;
        struct error error;
        if (service_acquire(shared, NULL, &snapshot, &error) != STATUS_OK) {
            atomic_fetch_add(&wrong, 1);
            continue;
        }
        const struct recommend_request request = {TINY_FOR(snapshot, (uint32_t)i % TINY_USERS),
                                                  .top_k = 3, .explain = true};
        if (service_recommend(snapshot, &request, &arena, &answer, &error) != STATUS_OK ||
            answer.count != 3)
            atomic_fetch_add(&wrong, 1);
        struct title_hit hit;
        struct similar_answer similar;
        if (service_find_titles(snapshot, "alpha", &hit, 1) != 1 ||
            service_similar(snapshot, snapshot->catalogue->items.count - 1, 3, &arena, &similar,
                            &error) != STATUS_OK)
            atomic_fetch_add(&wrong, 1);
        service_release(snapshot);
        arena_reset(&arena, mark);
    }
    arena_release(&arena);
    return NULL;
}

static void replaced_while_asked(void **state) {
    (void)state;
    int released = 0;
    pthread_t threads[ASKING];
    struct error error;
    struct tiny *first = tiny_create();
    first->released = &released;
    shared = tiny_service(first);
    for (int i = 0; i < ASKING; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, NULL), 0);
    for (int i = 0; i < REPLACEMENTS; i++) {
        struct tiny *next = tiny_create();
        next->released = &released;
        assert_int_equal(service_adopt(shared, tiny_snapshot(next), "tiny", &error), STATUS_OK);
    }
    for (int i = 0; i < ASKING; i++)
        pthread_join(threads[i], NULL);
    service_destroy(shared);
    assert_int_equal(atomic_load(&wrong), 0);
    assert_int_equal(released, REPLACEMENTS + 1);
}

/* Two add and edit films, each its own, while one replaces the model. */
static void *write_films(void *id) {
    struct arena arena = {0};
    struct error error;
    for (int i = 0; i < EDITS; i++) {
        const struct feedback_item films[] = {
            {.id = id, .title = arena_format(&arena, "New %d", i), .genres = "Action"},
            {.id = "20", .title = "Beta", .genres = i % 2 ? "Drama" : "Action|Noir", .year = 1991}};
        struct snapshot *snapshot;
        if (service_set_films(shared, films, 2, &error) != STATUS_OK ||
            service_acquire(shared, NULL, &snapshot, &error) != STATUS_OK) {
            atomic_fetch_add(&wrong, 1);
            continue;
        }
        /* Whoever was answered sees what he wrote. */
        const struct feedback_item *said = service_film_said(snapshot, id);
        if (!said || strcmp(said->title, films[0].title) != 0)
            atomic_fetch_add(&wrong, 1);
        service_release(snapshot);
    }
    arena_release(&arena);
    return NULL;
}

static void edited_while_asked(void **state) {
    (void)state;
    static char first[] = "n1", second[] = "n2";
    pthread_t threads[ASKING + 2];
    struct error error;
    shared = tiny_service(tiny_create());
    assert_int_equal(service_open_store(shared, "none", &error), STATUS_OK);
    for (int i = 0; i < ASKING + 2; i++) {
        void *(*const act)(void *) = i < ASKING ? ask : write_films;
        assert_int_equal(pthread_create(&threads[i], NULL, act, i == ASKING ? first : second), 0);
    }
    for (int i = 0; i < EDITS; i++)
        assert_int_equal(service_adopt(shared, tiny_snapshot(tiny_create()), "tiny", &error),
                         STATUS_OK);
    for (int i = 0; i < ASKING + 2; i++)
        pthread_join(threads[i], NULL);
    struct snapshot *snapshot;
    assert_int_equal(service_acquire(shared, NULL, &snapshot, &error), STATUS_OK);
    assert_int_equal(service_catalogue(snapshot)->items.count, TINY_ITEMS + 2);
    service_release(snapshot);
    service_destroy(shared);
    assert_int_equal(atomic_load(&wrong), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(replaced_while_asked),
                                       cmocka_unit_test(edited_while_asked)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
