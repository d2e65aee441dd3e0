/* test_service_explain.c: reasons by the model's own word and by each of the ways around it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/tiny.h"

struct fixture {
    struct snapshot *snapshot;
    struct arena arena;
    struct recommend_answer answer;
};

static struct fixture explained(struct tiny *tiny, uint32_t user, size_t top_k) {
    struct fixture fixture = {.snapshot = tiny_snapshot(tiny)};
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, user), .top_k = top_k,
                                              .explain = true};
    struct error error;
    assert_int_equal(
        service_recommend(fixture.snapshot, &request, &fixture.arena, &fixture.answer, &error),
        STATUS_OK);
    return fixture;
}

static void fixture_release(struct fixture *fixture) {
    snapshot_release(fixture->snapshot);
    arena_release(&fixture->arena);
}

static void by_the_model(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.explain = tiny_shares;
    /* User 2: 0 with 5, 1 with 3, 3 with 4. For film 4: 5/5, 3/4, 4/2. */
    struct fixture fixture = explained(tiny, 1, 2);
    const struct recommendation *film = &fixture.answer.list[0];
    assert_int_equal(film->item, 2);
    film = &fixture.answer.list[1];
    assert_int_equal(film->item, 4);
    assert_int_equal(film->reason_count, 3);
    assert_int_equal(film->reasons[0].item, 3);
    ASSERT_NEAR(film->reasons[0].share, 2 / 3.75, 1e-6);
    assert_int_equal(film->reasons[1].item, 0);
    assert_int_equal(film->reasons[2].item, 1);
    /* 3 of 5 stars is not liked. */
    assert_string_equal(film->why, "because you saw Delta (1993), Alpha (1990) and Beta (1991)");
    fixture_release(&fixture);
}

static void by_vectors(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.item_vectors = tiny_vectors;
    struct fixture fixture = explained(tiny, 2, 1); /* has 0 (2) and 3 (5) */
    const struct recommendation *film = &fixture.answer.list[0];
    assert_int_equal(film->item, 2);
    assert_int_equal(film->reason_count, 1);
    assert_int_equal(film->reasons[0].item, 3);
    ASSERT_NEAR(film->reasons[0].share, 1, 1e-6);
    assert_string_equal(film->why, "because you liked Delta (1993)");
    fixture_release(&fixture);
}

static void by_one_film_histories(void **state) {
    (void)state;
    struct fixture fixture = explained(tiny_create(), 2, 1);
    const struct recommendation *film = &fixture.answer.list[0];
    assert_int_equal(film->item, 2);
    assert_int_equal(film->reasons[0].item, 3);
    assert_string_equal(film->why, "because you liked Delta (1993)");
    fixture_release(&fixture);
}

static void flat_score(const struct model *model, const struct query *queries, size_t query_count,
                       const uint32_t *items, size_t item_count, float *scores) {
    (void)model;
    (void)queries;
    (void)items;
    for (size_t i = 0; i < query_count * item_count; i++)
        scores[i] = 0;
}

static void nothing_where_the_model_is_flat(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.score = flat_score;
    struct fixture fixture = explained(tiny, 0, 8); /* has 0, 1, 2; gets 3, 4, 5, 6, 7 */
    for (size_t i = 0; i < fixture.answer.count; i++)
        assert_int_equal(fixture.answer.list[i].reason_count, 0);
    assert_int_equal(fixture.answer.list[0].item, 3);
    assert_string_equal(fixture.answer.list[0].why,
                        "no film of the past speaks for it alone; 2 of 5 people have it");
    fixture_release(&fixture);
}

/* Every film of the past moves all scores alike. */
static void same_for_all_score(const struct model *model, const struct query *queries,
                               size_t query_count, const uint32_t *items, size_t item_count,
                               float *scores) {
    (void)model;
    (void)items;
    for (size_t q = 0; q < query_count; q++)
        for (size_t i = 0; i < item_count; i++)
            scores[q * item_count + i] = (float)queries[q].history.items[0] + 0.001f * (float)i;
}

static void nothing_where_all_films_have_one_reason(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.score = same_for_all_score;
    struct fixture fixture = explained(tiny, 0, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(fixture.answer.list[i].reason_count, 0);
    fixture_release(&fixture);
}

static void nothing_of_taste_without_taste(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    tiny->ops.traits = MODEL_IMPERSONAL;
    struct fixture fixture = explained(tiny, 0, 1);
    assert_int_equal(fixture.answer.list[0].reason_count, 0);
    assert_string_equal(fixture.answer.list[0].why, "popular: 2 of 5 people have it");
    fixture_release(&fixture);
    tiny = tiny_create();
    tiny->ops.traits = MODEL_IMPERSONAL | MODEL_RANDOM;
    fixture = explained(tiny, 0, 1);
    assert_int_equal(fixture.answer.list[0].reason_count, 0);
    assert_string_equal(fixture.answer.list[0].why, "drawn by lot");
    fixture_release(&fixture);
}

static void a_long_past_is_cut_to_its_best(void **state) {
    (void)state;
    struct arena arena = {0};
    struct tiny *tiny = tiny_create();
    struct snapshot *snapshot = tiny_snapshot(tiny);
    struct recommend_answer answer;
    struct error error;
    struct rated_item ratings[7];
    for (uint32_t i = 0; i < 7; i++)
        ratings[i] = (struct rated_item){i, (float)(1 + i % 5)};
    const struct recommend_request request = {
        .ratings = ratings, .rating_count = 7, .top_k = 3, .explain = true};
    assert_int_equal(service_recommend(snapshot, &request, &arena, &answer, &error), STATUS_OK);
    assert_int_equal(answer.count, 1);
    assert_int_equal(answer.list[0].item, 7);
    assert_true(answer.list[0].reason_count >= 1);
    snapshot_release(snapshot);
    arena_release(&arena);
}

/* 70 % of the scale from 1 to 5 are 3.8 stars, not 3.5. */
static void liked_begins_at_seven_tenths_of_the_scale(void **state) {
    (void)state;
    static const struct {
        float rating;
        const char *why;
    } cases[] = {{3.7f, "because you saw Delta (1993)"}, {3.9f, "because you liked Delta (1993)"}};
    for (size_t i = 0; i < 2; i++) {
        struct arena arena = {0};
        struct tiny *tiny = tiny_create();
        tiny->ops.explain = tiny_shares;
        struct snapshot *snapshot = tiny_snapshot(tiny);
        const struct rated_item rating = {3, cases[i].rating};
        const struct recommend_request request = {
            .ratings = &rating, .rating_count = 1, .top_k = 1, .explain = true};
        struct recommend_answer answer;
        struct error error;
        assert_int_equal(service_recommend(snapshot, &request, &arena, &answer, &error), STATUS_OK);
        assert_string_equal(answer.list[0].why, cases[i].why);
        snapshot_release(snapshot);
        arena_release(&arena);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_the_model),
        cmocka_unit_test(by_vectors),
        cmocka_unit_test(by_one_film_histories),
        cmocka_unit_test(nothing_where_the_model_is_flat),
        cmocka_unit_test(nothing_where_all_films_have_one_reason),
        cmocka_unit_test(nothing_of_taste_without_taste),
        cmocka_unit_test(liked_begins_at_seven_tenths_of_the_scale),
        cmocka_unit_test(a_long_past_is_cut_to_its_best),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
