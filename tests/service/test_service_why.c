/* test_service_why.c: everything that is said of one film: amounts that make up the score, genres,
 * popularity, remarks, parts, the sentence; and for whom nothing can be said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/film_remarks.h"
#include "service/service_why.h"
#include "service/tiny.h"

struct fixture {
    struct snapshot *snapshot;
    struct arena arena;
    struct why_answer why;
};

static struct fixture asked(struct tiny *tiny, uint32_t user, uint32_t item) {
    struct fixture fixture = {.snapshot = tiny_snapshot(tiny)};
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, user)};
    struct error error;
    assert_int_equal(
        service_why(fixture.snapshot, &request, item, &fixture.arena, &fixture.why, &error),
        STATUS_OK);
    return fixture;
}

static void fixture_release(struct fixture *fixture) {
    snapshot_release(fixture->snapshot);
    arena_release(&fixture->arena);
}

static void amounts_make_up_the_score(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.explain = tiny_shares;
    /* User 2: 0 with 5, 1 with 3, 3 with 4. For film 4: 5/5, 3/4, 4/2; the score is the sum - 3. */
    struct fixture fixture = asked(tiny, 1, 4);
    const struct why_answer *why = &fixture.why;
    assert_int_equal(why->method, WHY_EXACT);
    assert_string_equal(why->basis, "known user");
    assert_int_equal(why->row_count, 3);
    assert_int_equal(why->rows[0].item, 3);
    ASSERT_NEAR(why->rows[0].amount, 2, 1e-6);
    ASSERT_NEAR(why->rows[0].share, 2 / 3.75, 1e-6);
    ASSERT_NEAR(why->rows[0].rating, 4, 0);
    assert_int_equal(why->rows[2].item, 1);
    ASSERT_NEAR(why->raw, 0.75, 1e-6);
    ASSERT_NEAR(why->base, -3, 1e-6);
    ASSERT_NEAR(why->score, 1 / (1 + exp(-0.75)), 1e-6);
    fixture_release(&fixture);
}

static void genres_and_remarks(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.explain = tiny_shares;
    /* Film 4 is Drama and Comedy; user 2 has liked Delta (Drama, 4) and Alpha, and seen Beta. */
    struct fixture fixture = asked(tiny, 1, 4);
    const struct why_answer *why = &fixture.why;
    assert_int_equal(why->genre_count, 2);
    assert_int_equal(why->genres[0].genre, 1); /* Comedy */
    assert_int_equal(why->genres[0].films, 1);
    assert_int_equal(why->genres[0].liked, 0);
    ASSERT_NEAR(why->genres[0].mean_rating, 3, 0);
    assert_int_equal(why->genres[1].liked, 1);
    assert_true(why->note_count >= 1);
    assert_string_equal(why->notes[0].kind, "genre");
    assert_string_equal(why->notes[0].text, "Drama, as 1 of the 2 films that you liked");
    assert_non_null(strstr(why->sentence, "because you "));
    assert_non_null(strstr(why->sentence, "; Drama, as 1 of"));
    assert_true(why->popularity >= 0 && why->popularity <= 1);
    fixture_release(&fixture);
}

static void popularity_goes_from_0_to_1(void **state) {
    (void)state;
    struct snapshot *snapshot = tiny_snapshot(tiny_create());
    const struct film_fame fame = film_remarks_fame(snapshot);
    float least = 1, most = 0;
    for (uint32_t i = 0; i < TINY_ITEMS; i++) {
        const float here = film_remarks_popularity(&fame, i);
        least = fminf(least, here);
        most = fmaxf(most, here);
    }
    ASSERT_NEAR(least, 0, 1e-6);
    ASSERT_NEAR(most, 1, 1e-6);
    snapshot_release(snapshot);
}

static void new_genres_are_named(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct snapshot *snapshot = tiny_snapshot(tiny);
    const struct film_fame fame = film_remarks_fame(snapshot);
    struct film_taste taste = {.films = 9, .liked = 0};
    struct film_remark notes[FILM_REMARKS_MAX];
    struct arena arena = {0};
    taste.genres[0].films = 9;
    assert_true(film_remarks_write(&fame, &taste, 4, &arena, notes) >= 1);
    assert_string_equal(notes[0].kind, "new_genre");
    assert_string_equal(notes[0].text, "Comedy and Drama are new to you");
    taste.films = 2; /* to whom nearly everything is new, nothing is said of it */
    for (size_t n = film_remarks_write(&fame, &taste, 4, &arena, notes); n-- > 0;)
        assert_string_not_equal(notes[n].kind, "new_genre");
    arena_release(&arena);
    snapshot_release(snapshot);
}

static void a_model_that_cannot_tell_is_compared(void **state) {
    (void)state;
    struct fixture fixture = asked(tiny_create(), 2, 2); /* has 0 (2) and 3 (5) */
    assert_int_equal(fixture.why.method, WHY_COMPARED);
    assert_int_equal(fixture.why.rows[0].item, 3);
    ASSERT_NEAR(fixture.why.rows[0].share, 1, 1e-6);
    ASSERT_NEAR(fixture.why.base, fixture.why.raw, 0);
    fixture_release(&fixture);
}

static void nobody_is_told_of_popularity(void **state) {
    (void)state;
    struct fixture fixture = {.snapshot = tiny_snapshot(tiny_create())};
    const struct recommend_request nobody = {0};
    struct error error;
    assert_int_equal(
        service_why(fixture.snapshot, &nobody, 0, &fixture.arena, &fixture.why, &error), STATUS_OK);
    assert_int_equal(fixture.why.method, WHY_NOTHING);
    assert_int_equal(fixture.why.row_count, 0);
    assert_int_equal(fixture.why.people, 3);
    assert_string_equal(fixture.why.basis, "popularity");
    assert_non_null(strstr(fixture.why.sentence, "popular: 3 of 5 people have it"));
    assert_int_equal(
        service_why(fixture.snapshot, &nobody, 99, &fixture.arena, &fixture.why, &error),
        STATUS_NOT_FOUND);
    fixture_release(&fixture);
}

static size_t two_parts(const struct model *model, const struct query *query, const uint32_t *items,
                        size_t item_count, const char **names, float *amounts) {
    (void)model;
    (void)query;
    names[0] = "als";
    names[1] = "content";
    for (size_t i = 0; i < item_count; i++) {
        amounts[i * MODEL_PARTS_MAX] = 3;
        amounts[i * MODEL_PARTS_MAX + 1] = (float)items[i] - 3;
    }
    return 2;
}

static void parts_are_shown(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.explain = tiny_shares;
    tiny->ops.parts = two_parts;
    struct fixture fixture = asked(tiny, 1, 4);
    assert_int_equal(fixture.why.part_count, 2);
    assert_string_equal(fixture.why.parts[1].name, "content");
    ASSERT_NEAR(fixture.why.parts[0].share, 0.75, 1e-6);
    ASSERT_NEAR(fixture.why.parts[1].amount, 1, 1e-6);
    fixture_release(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts_make_up_the_score),
        cmocka_unit_test(genres_and_remarks),
        cmocka_unit_test(popularity_goes_from_0_to_1),
        cmocka_unit_test(new_genres_are_named),
        cmocka_unit_test(a_model_that_cannot_tell_is_compared),
        cmocka_unit_test(nobody_is_told_of_popularity),
        cmocka_unit_test(parts_are_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
