/* test_service_person.c: a person of the model, of the store and of both, on the tiny catalogue
 * (tiny.h); what is written is in the next answer; who is erased is gone; figures of a person. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "service/live.h"
#include "service/profile.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"
#include "service/tiny.h"

static struct service *service;
static struct snapshot *snapshot;
static struct tiny *tiny;
static struct arena arena;
static struct error error;

static int start(void **state) {
    (void)state;
    tiny = tiny_create();
    service = tiny_service(tiny);
    return service_open_store(service, "none", &error) == STATUS_OK &&
                   service_acquire(service, NULL, &snapshot, &error) == STATUS_OK
               ? 0
               : -1;
}

static int stop(void **state) {
    (void)state;
    service_release(snapshot);
    service_destroy(service);
    arena_release(&arena);
    return 0;
}

static void say(const char *person, const char *item, enum feedback_kind kind, double value) {
    const struct feedback_event event = {
        .person = person, .item = item, .kind = kind, .value = value, .time = 1000, .hour = -1};
    assert_int_equal(service_append(service, &event, 1, &error), STATUS_OK);
}

static struct service_person find(const char *id) {
    struct service_person person;
    if (service_person_find(service, snapshot, id, &arena, &person, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return person;
}

#define ASSERT_ITEMS(history, ...)                                                                 \
    do {                                                                                           \
        const uint32_t wanted[] = {__VA_ARGS__};                                                   \
        assert_int_equal((history).count, sizeof wanted / sizeof *wanted);                         \
        assert_memory_equal((history).items, wanted, sizeof wanted);                               \
    } while (0)

static void who_said_nothing_is_the_models(void **state) {
    (void)state;
    const struct service_person person = find("1");
    assert_true(person.is_known && !person.has_events);
    assert_int_equal(person.user, 0);
    ASSERT_ITEMS(person.history, 0, 1, 2);
    say("1", "10", FEEDBACK_RATING, 5); /* what the model knows already is nothing new */
    assert_false(find("1").has_events);
    struct service_person nobody;
    assert_int_equal(service_person_find(service, snapshot, "x", &arena, &nobody, &error),
                     STATUS_NOT_FOUND);
}

static void what_was_said_since_counts(void **state) {
    (void)state;
    say("1", "10", FEEDBACK_RATING, 2); /* again, otherwise: moves to the end */
    say("1", "30", FEEDBACK_REMOVE, NAN);
    say("1", "80", FEEDBACK_RATING, 4);
    say("1", "no such film", FEEDBACK_RATING, 4);
    const struct service_person person = find("1");
    assert_true(person.is_known && person.has_events);
    ASSERT_ITEMS(person.history, 1, 0, 7);
    assert_true(person.history.ratings[1] == 2 && person.history.ratings[2] == 4);
    const struct recommend_request request = {.people = &person, .person_count = 1, .top_k = 8};
    struct recommend_answer answer;
    assert_int_equal(service_recommend(snapshot, &request, &arena, &answer, &error), STATUS_OK);
    assert_int_equal(answer.count, 5);
    bool has_removed = false;
    for (size_t i = 0; i < answer.count; i++)
        has_removed = has_removed || answer.list[i].item == 2;
    assert_true(has_removed);
}

static void likes_and_views(void **state) {
    (void)state;
    say("new", "10", FEEDBACK_LIKE, NAN);
    say("new", "20", FEEDBACK_DISLIKE, NAN);
    say("new", "40", FEEDBACK_VIEW, NAN);
    say("new", "50", FEEDBACK_CLICK, NAN);
    struct service_person person = find("new");
    assert_false(person.is_known);
    ASSERT_ITEMS(person.history, 0, 1, 3);
    assert_true(person.history.ratings[0] == snapshot->catalogue->rating_max);
    assert_true(person.history.ratings[1] == snapshot->catalogue->rating_min);
    assert_true(person.history.ratings[2] == 3);  /* neither way, and nobody's rating */
    assert_int_equal(person.history.times[2], 3); /* positions, as the data have them */
    tiny->catalogue.times_are_seconds = true;
    assert_int_equal(find("new").history.times[2], 1000);
    tiny->catalogue.times_are_seconds = false;
    const struct history rated = service_person_rated(&person, &arena);
    ASSERT_ITEMS(rated, 0, 1);
    const struct profile profile = profile_of(snapshot, &person, &arena);
    assert_int_equal(profile.total, 2);
    ASSERT_NEAR(profile.mean,
                (double)(snapshot->catalogue->rating_max + snapshot->catalogue->rating_min) / 2,
                1e-6);
    tiny->model.needs = MODEL_NEEDS_RATINGS;
    person = find("new");
    ASSERT_ITEMS(person.history, 0, 1);
    assert_int_equal(person.seen_count, 1);
    assert_int_equal(person.seen[0], 3);
    const struct recommend_request request = {.people = &person, .person_count = 1, .top_k = 8};
    struct recommend_answer answer;
    assert_int_equal(service_recommend(snapshot, &request, &arena, &answer, &error), STATUS_OK);
    assert_int_equal(answer.count, 5);
    for (size_t i = 0; i < answer.count; i++)
        assert_int_not_equal(answer.list[i].item, 3);
}

static void who_is_erased_is_gone(void **state) {
    (void)state;
    struct service_person person;
    say("2", "80", FEEDBACK_RATING, 4);
    assert_int_equal(service_erase(service, "2", &error), STATUS_OK);
    assert_true(service_is_erased(service, "2"));
    assert_int_equal(service_person_find(service, snapshot, "2", &arena, &person, &error),
                     STATUS_NOT_FOUND);
    /* Who comes back is somebody new: of what the model learnt nothing is used. */
    say("2", "80", FEEDBACK_RATING, 4);
    person = find("2");
    assert_false(person.is_known);
    assert_int_equal(person.user, DATASET_NONE);
    ASSERT_ITEMS(person.history, 7);
}

static void a_session_is_a_person_for_a_while(void **state) {
    (void)state;
    struct feedback_session session, found;
    assert_int_equal(service_session_begin(service, 60, &arena, &session, &error), STATUS_OK);
    say(session.id, "80", FEEDBACK_VIEW, NAN);
    ASSERT_ITEMS(find(session.id).history, 7);
    const char *const *ids;
    assert_int_equal(service_store_people(service, &arena, &ids), 0);
    assert_int_equal(service_session_end(service, session.id, &error), STATUS_OK);
    assert_int_equal(service_session_find(service, session.id, &arena, &found, &error),
                     STATUS_NOT_FOUND);
    struct service_person person;
    assert_int_equal(service_person_find(service, snapshot, session.id, &arena, &person, &error),
                     STATUS_NOT_FOUND);
}

/* More rows than are remembered: each is right all the same. */
static void many_people(void **state) {
    (void)state;
    for (int i = 0; i < 3000; i++) {
        char id[32];
        snprintf(id, sizeof id, "p%d", i);
        say(id, i % 2 ? "10" : "20", FEEDBACK_RATING, 1 + i % 5);
    }
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 3000; i += 7) {
            char id[32];
            snprintf(id, sizeof id, "p%d", i);
            const struct service_person person = find(id);
            ASSERT_ITEMS(person.history, i % 2 ? 0 : 1);
            assert_true(person.history.ratings[0] == (float)(1 + i % 5));
        }
}

static void figures_of_a_person(void **state) {
    (void)state;
    /* 5 for Alpha (Action), 4 for Beta (Action Comedy), 1 for Gamma (Comedy). */
    const struct service_person person = find("1");
    const struct profile profile = profile_of(snapshot, &person, &arena);
    assert_int_equal(profile.total, 3);
    ASSERT_NEAR(profile.mean, 10 / 3.0, 1e-12);
    assert_int_equal(profile.value_count, 3);
    assert_true(profile.values[2].rating == 5 && profile.values[2].count == 1);
    assert_int_equal(profile.genres[0].count, 2);
    ASSERT_NEAR(profile.genres[0].mean, 4.5, 1e-12);
    assert_true(isnan(profile.genres[2].mean));
    assert_int_equal(profile.favorite, 0); /* as many as Comedy, and better rated */
    /* Counts 2 2 0 0: mean 1, deviation 1; 2 of 4 genres. */
    assert_int_equal(profile.diversity, 30);
    assert_int_equal(profile.nearest_count, 2);
    assert_int_equal(profile.nearest[0].user, 1); /* has Alpha and Beta, and Delta */
    ASSERT_NEAR(profile.nearest[0].similarity, 2 / 3.0, 1e-6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_said_nothing_is_the_models, start, stop),
        cmocka_unit_test_setup_teardown(what_was_said_since_counts, start, stop),
        cmocka_unit_test_setup_teardown(likes_and_views, start, stop),
        cmocka_unit_test_setup_teardown(who_is_erased_is_gone, start, stop),
        cmocka_unit_test_setup_teardown(a_session_is_a_person_for_a_while, start, stop),
        cmocka_unit_test_setup_teardown(many_people, start, stop),
        cmocka_unit_test_setup_teardown(figures_of_a_person, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
