/* test_service_wishes.c: what a list may be asked beside the plain one: films shown of late, the
 * hour, how much is known, pages, many people at once; on the tiny catalogue. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/service_person.h"
#include "service/tiny.h"

static struct recommend_answer ask(const struct snapshot *snapshot, struct arena *arena,
                                   const struct recommend_request *request) {
    struct recommend_answer answer = {0};
    struct error error;
    assert_int_equal(service_recommend(snapshot, request, arena, &answer, &error), STATUS_OK);
    return answer;
}

/* User 1's scores of 3 ... 7 are .083, -.667, -1.117, -1.419, -1.637: a range of 1.72, of which a
 * fifth goes off: film 3 stays before 4 with -.261, film 5 falls behind 6 with -1.461. */
static void shown_films_come_later(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    struct arena arena = {0};
    const struct service_person person = service_person_known(snapshot, 0);
    static const uint32_t shown[] = {3, 5}, order[] = {3, 4, 6, 5, 7};
    const struct recommend_request request = {
        .people = &person, .person_count = 1, .demoted = {shown, 2}, .top_k = 5};
    const struct recommend_answer answer = ask(snapshot, &arena, &request);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(answer.list[i].item, order[i]);
    /* The score that is shown is the model's all the same. */
    ASSERT_NEAR(answer.list[0].raw_score, 5 / 4.0 + 4 / 3.0 + 1 / 2.0 - 3, 1e-6);
    arena_release(&arena);
    snapshot_release(snapshot);
}

/* Film 0 is met at noon, films 1 to 4 in the evening: counts are 3 2 1 2 1. At 20 h of nine rows
 * six are of the hour: a film's share is its evening rows * 9 / 6. */
static void at_that_hour(void **state) {
    (void)state;
    static const int64_t noon = 12 * 3600, evening = 20 * 3600 + 60;
    const int64_t times[] = {noon,    evening, evening, noon,   evening,
                             evening, noon,    evening, evening};
    struct tiny *tiny = tiny_create();
    tiny->catalogue.interactions.times = times;
    struct snapshot *snapshot = tiny_snapshot(tiny);
    struct arena arena = {0};
    struct recommend_request request = {.top_k = 3, .context = {true, 20, NULL, NULL}};
    assert_null(ask(snapshot, &arena, &request).context); /* places, not seconds */
    tiny->catalogue.times_are_seconds = true;
    struct recommend_answer answer = ask(snapshot, &arena, &request);
    assert_string_equal(answer.context, "popularity by hour");
    assert_string_equal(answer.basis, "popularity");
    assert_int_equal(answer.list[0].item, 1);
    ASSERT_NEAR(answer.list[0].raw_score, 0.5 * 2 + 0.5 * 2 * 9 / 6.0, 1e-6);
    assert_int_equal(answer.list[1].item, 3);
    request.context.hour = 12;
    answer = ask(snapshot, &arena, &request);
    assert_int_equal(answer.list[0].item, 0);
    ASSERT_NEAR(answer.list[0].raw_score, 0.5 * 3 + 0.5 * 3 * 9 / 3.0, 1e-6);
    assert_true(answer.list[0].score <= 1);
    request.context.hour = -1;
    assert_null(ask(snapshot, &arena, &request).context);
    arena_release(&arena);
    snapshot_release(snapshot);
}

static void how_much_is_known(void **state) {
    (void)state;
    struct rated_item ratings[20] = {{0, 5}};
    struct recommend_request request = {.ratings = ratings, .top_k = 1};
    static const struct {
        size_t count;
        const char *tier;
    } cases[] = {{0, "nothing known"}, {1, "few ratings"},   {4, "few ratings"},
                 {5, "some ratings"},  {19, "some ratings"}, {20, "many ratings"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        request.rating_count = cases[i].count;
        assert_string_equal(service_tier(&request), cases[i].tier);
    }
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    const struct service_person people[] = {service_person_known(snapshot, 0),
                                            service_person_known(snapshot, 4)};
    request = (struct recommend_request){.people = people, .person_count = 2};
    assert_string_equal(service_tier(&request), "nothing known");
    snapshot_release(snapshot);
}

static void cursors(void **state) {
    (void)state;
    struct arena arena = {0};
    struct snapshot *one = tiny_snapshot(tiny_create()), *other = tiny_snapshot(tiny_create());
    size_t offset = 0;
    const char *cursor = service_cursor(one, 7, &arena);
    assert_true(service_cursor_read(one, cursor, &offset));
    assert_int_equal(offset, 7);
    assert_false(service_cursor_read(other, cursor, &offset));
    static const char *const bad[] = {"", "-", "7", "00000000-7", "00000000--7", "00000000-7x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(service_cursor_read(one, bad[i], &offset));
    assert_false(service_cursor_read(one, service_cursor(one, 9, &arena), &offset));
    assert_false(service_cursor_read(one, arena_format(&arena, "%sx", cursor), &offset));
    arena_release(&arena);
    snapshot_release(one);
    snapshot_release(other);
}

/* Whoever asks with a hundred others gets what he gets alone. */
static void many_at_once(void **state) {
    (void)state;
    enum { PEOPLE = 100 };
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    struct arena arena = {0};
    struct service_person people[PEOPLE];
    struct recommend_answer answers[PEOPLE];
    struct error error;
    for (uint32_t i = 0; i < PEOPLE; i++)
        people[i] = service_person_known(snapshot, i % TINY_USERS);
    struct recommend_request request = {.people = people,
                                        .person_count = PEOPLE,
                                        .filter.year_min = 1991,
                                        .diversity = 0.3,
                                        .top_k = 3};
    assert_int_equal(service_recommend_each(snapshot, &request, &arena, answers, &error),
                     STATUS_OK);
    request.person_count = 1;
    for (uint32_t i = 0; i < PEOPLE; i++) {
        request.people = &people[i];
        const struct recommend_answer alone = ask(snapshot, &arena, &request);
        assert_int_equal(answers[i].count, alone.count);
        assert_string_equal(answers[i].basis, alone.basis);
        for (size_t n = 0; n < alone.count; n++) {
            assert_int_equal(answers[i].list[n].item, alone.list[n].item);
            assert_true(answers[i].list[n].score == alone.list[n].score);
        }
    }
    request.person_count = 0;
    assert_int_equal(service_recommend_each(snapshot, &request, &arena, NULL, &error), STATUS_OK);
    arena_release(&arena);
    snapshot_release(snapshot);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shown_films_come_later), cmocka_unit_test(at_that_hour),
        cmocka_unit_test(how_much_is_known),      cmocka_unit_test(cursors),
        cmocka_unit_test(many_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
