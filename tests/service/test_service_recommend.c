/* test_service_recommend.c: lists worked out by hand on the tiny catalogue (tiny.h). */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/tiny.h"

struct fixture {
    struct tiny *tiny;
    struct snapshot *snapshot;
    struct arena arena;
    struct recommend_answer answer;
    struct error error;
};

static struct fixture fixture_of(unsigned traits) {
    struct fixture fixture = {.tiny = tiny_create()};
    fixture.tiny->ops.traits = traits;
    fixture.snapshot = tiny_snapshot(fixture.tiny);
    return fixture;
}

static void fixture_release(struct fixture *fixture) {
    snapshot_release(fixture->snapshot);
    arena_release(&fixture->arena);
}

static enum status ask(struct fixture *fixture, const struct recommend_request *request) {
    return service_recommend(fixture->snapshot, request, &fixture->arena, &fixture->answer,
                             &fixture->error);
}

static void assert_items(const struct fixture *fixture, size_t count, const uint32_t *items) {
    assert_int_equal(fixture->answer.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(fixture->answer.list[i].item, items[i]);
}

#define ASSERT_ITEMS(fixture, ...)                                                                 \
    do {                                                                                           \
        const uint32_t wanted[] = {__VA_ARGS__};                                                   \
        assert_items(fixture, sizeof wanted / sizeof *wanted, wanted);                             \
    } while (0)

static double sigmoid(double x) { return 1 / (1 + exp(-x)); }

static void a_known_user_never_gets_what_he_has(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    /* User 1 has 0, 1, 2 with 5, 4, 1: nearer films score higher. */
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 0), .top_k = 100};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    ASSERT_ITEMS(&fixture, 3, 4, 5, 6, 7);
    assert_string_equal(fixture.answer.basis, "known user");
    const double raw = 5 / 4.0 + 4 / 3.0 + 1 / 2.0 - 3;
    ASSERT_NEAR(fixture.answer.list[0].raw_score, raw, 1e-6);
    ASSERT_NEAR(fixture.answer.list[0].score, sigmoid(raw), 1e-6);
    fixture_release(&fixture);
}

/* "ann" has one film, number 4: scores 5 / (1 + |i - 4|), mapped, have 0.4 of a say, and
 * log(1 + people) / log(1 + 3) has 0.6. */
static void popularity_has_a_say_where_little_is_known(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    struct recommend_request request = {TINY_FOR(fixture.snapshot, 3), .top_k = 3, .by_tier = true};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    ASSERT_ITEMS(&fixture, 3, 0, 1);
    ASSERT_NEAR(fixture.answer.list[0].score, 0.4 + 0.6 * log(3) / log(4), 1e-6);
    ASSERT_NEAR(fixture.answer.popularity, 0.6, 1e-6);
    request.by_tier = false;
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    ASSERT_ITEMS(&fixture, 3, 5, 2);
    ASSERT_NEAR(fixture.answer.popularity, 0, 0);
    fixture_release(&fixture);
    fixture = fixture_of(MODEL_OF_PARTS);
    struct recommend_request hybrid = {TINY_FOR(fixture.snapshot, 3), .top_k = 3, .by_tier = true};
    assert_int_equal(ask(&fixture, &hybrid), STATUS_OK);
    ASSERT_ITEMS(&fixture, 3, 5, 2);
    fixture_release(&fixture);
}

static void filters_stand_before_the_top_k(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const uint32_t excluded[] = {3, 4, 5};
    const struct recommend_request without = {TINY_FOR(fixture.snapshot, 0), .top_k = 2,
                                              .filter.excluded = {excluded, 3}};
    assert_int_equal(ask(&fixture, &without), STATUS_OK);
    ASSERT_ITEMS(&fixture, 6, 7);
    const struct recommend_request strict = {TINY_FOR(fixture.snapshot, 0), .top_k = 2,
                                             .genres = TINY_ACTION | TINY_UNKNOWN, .strict = true};
    assert_int_equal(ask(&fixture, &strict), STATUS_OK);
    ASSERT_ITEMS(&fixture, 5, 6);
    const struct recommend_request no_drama = {TINY_FOR(fixture.snapshot, 0), .top_k = 3,
                                               .filter.genres.none = TINY_DRAMA};
    assert_int_equal(ask(&fixture, &no_drama), STATUS_OK);
    ASSERT_ITEMS(&fixture, 5, 6, 7);
    const struct recommend_request none = {TINY_FOR(fixture.snapshot, 0), .top_k = 3,
                                           .genres = TINY_DRAMA, .filter.genres.none = TINY_DRAMA,
                                           .strict = true};
    assert_int_equal(ask(&fixture, &none), STATUS_OK);
    assert_int_equal(fixture.answer.count, 0);
    fixture_release(&fixture);
}

/* Of 3 ... 7 only 6 is Action, wanted softly; `mapped` are the films on 0 ... 1. */
static void check_soft(struct fixture *fixture, const double mapped[8]) {
    const struct recommend_request request = {TINY_FOR(fixture->snapshot, 0), .top_k = 5,
                                              .genres = TINY_ACTION};
    assert_int_equal(ask(fixture, &request), STATUS_OK);
    assert_int_equal(fixture->answer.count, 5);
    for (size_t i = 0; i < 5; i++) {
        const struct recommendation *film = &fixture->answer.list[i];
        ASSERT_NEAR(film->score, mapped[film->item] + (film->item == 6 ? 0.20 : 0), 1e-5);
        assert_true(i == 0 || fixture->answer.list[i - 1].score >= film->score);
    }
}

static void a_soft_genre_adds_a_fifth(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    struct model *model = &fixture.tiny->model;
    double raw[8], mapped[8];
    for (int i = 3; i < 8; i++)
        raw[i] = 5 / (1.0 + i) + 4 / (double)i + 1 / (i - 1.0) - 3;
    /* A score that is no probability: the range of the allowed films. */
    for (int i = 3; i < 8; i++)
        mapped[i] = (raw[i] - raw[7]) / (raw[3] - raw[7]);
    check_soft(&fixture, mapped);
    /* A probability stays what it is. */
    model->scale = MODEL_SCALE_LOG_ODDS;
    for (int i = 3; i < 8; i++)
        mapped[i] = sigmoid(raw[i]);
    check_soft(&fixture, mapped);
    /* A rating is a part of the scale. */
    model->scale = MODEL_SCALE_RATING;
    model->rating_min = -4;
    model->rating_max = 6;
    for (int i = 3; i < 8; i++)
        mapped[i] = (raw[i] + 4) / 10;
    check_soft(&fixture, mapped);
    fixture_release(&fixture);
}

static void a_bare_history_counts_its_last_rating(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const struct rated_item ratings[] = {{7, 5}, {0, 2}, {7, 1}};
    const struct recommend_request request = {.ratings = ratings, .rating_count = 3, .top_k = 1};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    assert_string_equal(fixture.answer.basis, "ratings given");
    /* 2/(1+1) + 1/(1+6) for film 1; with the 5 the best would be 6. */
    ASSERT_ITEMS(&fixture, 1);
    ASSERT_NEAR(fixture.answer.list[0].raw_score, 1 + 1 / 7.0 - 3, 1e-6);
    fixture_release(&fixture);
}

static void nobody_gets_what_is_popular(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const struct recommend_request request = {.top_k = 4, .explain = true};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    assert_string_equal(fixture.answer.basis, "popularity");
    ASSERT_ITEMS(&fixture, 0, 1, 3, 2); /* ties: the lower item */
    ASSERT_NEAR(fixture.answer.list[0].score, 1, 1e-6);
    ASSERT_NEAR(fixture.answer.list[1].score, 2 / 3.0, 1e-6);
    assert_string_equal(fixture.answer.list[0].why, "popular: 3 of 5 people have it");
    fixture_release(&fixture);
}

static void preferences_alone_are_half_of_the_score(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const float preference[TINY_GENRES] = {1, 5, 0, 0};
    const struct recommend_request request = {.genre_preference = preference, .top_k = 8};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    assert_string_equal(fixture.answer.basis, "genres given");
    /* popularity log(1+n)/log(4): 1 .79 .5 .79 .5 0 0 0; preference 0 .5 1 .5 1 .5 0 .5 */
    ASSERT_ITEMS(&fixture, 2, 4, 1, 3, 0, 5, 7, 6);
    ASSERT_NEAR(fixture.answer.list[0].score, 0.25 + 0.5, 1e-6);
    fixture_release(&fixture);
}

/* A model that makes something of them by itself is asked, and its score is what is shown. */
static void preferences_are_the_models_where_it_reads_them(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(MODEL_READS_GENRES);
    const float preference[TINY_GENRES] = {1, 5, 0, 0};
    const struct recommend_request alone = {
        .genre_preference = preference, .top_k = 3, .explain = true};
    assert_int_equal(ask(&fixture, &alone), STATUS_OK);
    assert_string_equal(fixture.answer.basis, "genres given");
    ASSERT_ITEMS(&fixture, 0, 1, 2); /* the tiny model says -3 of each without a history */
    ASSERT_NEAR(fixture.answer.list[0].raw_score, -3, 1e-6);
    ASSERT_NEAR(fixture.answer.list[0].score, sigmoid(-3), 1e-6);
    assert_string_equal(fixture.answer.list[0].why, "popular: 3 of 5 people have it");
    assert_string_equal(fixture.answer.list[1].why, "because you like Comedy");
    fixture_release(&fixture);
}

static void preferences_beside_a_history_move_it(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const float preference[TINY_GENRES] = {5, 0, 1, 0};
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 0),
                                              .genre_preference = preference, .top_k = 5};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    assert_int_equal(fixture.answer.list[0].item, 3);
    ASSERT_NEAR(fixture.answer.list[0].score, 1 - 0.20, 1e-6);
    fixture_release(&fixture);
}

static void ratings_are_shown_as_they_are(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    fixture.tiny->model.scale = MODEL_SCALE_RATING;
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 0), .top_k = 1};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    ASSERT_NEAR(fixture.answer.list[0].score, (double)fixture.answer.list[0].raw_score, 0);
    /* From 0 ... 1 back to the scale of train. */
    fixture.tiny->model.scale = MODEL_SCALE_UNIT_RATING;
    fixture.tiny->model.rating_min = 1;
    fixture.tiny->model.rating_max = 5;
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    const double unit = fmin(fmax((double)fixture.answer.list[0].raw_score, 0), 1);
    ASSERT_NEAR(fixture.answer.list[0].score, 1 + 4 * unit, 1e-6);
    fixture_release(&fixture);
}

static void diversity_spreads_genres(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 0), .top_k = 2,
                                              .diversity = 1};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    ASSERT_ITEMS(&fixture, 3, 5); /* 4 shares Drama with 3 */
    fixture_release(&fixture);
}

static void a_user_without_history_is_known_all_the_same(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 4), .top_k = 8,
                                              .explain = true};
    assert_int_equal(ask(&fixture, &request), STATUS_OK);
    assert_int_equal(fixture.answer.count, 8);
    assert_int_equal(fixture.answer.list[0].reason_count, 0);
    fixture_release(&fixture);
}

static void what_cannot_be_is_said(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const uint32_t far = 8;
    const struct rated_item unknown = {9, 5}, nan_rating = {1, NAN};
    const struct {
        struct recommend_request request;
        enum status status;
        const char *text;
    } cases[] = {
        {{TINY_FOR(fixture.snapshot, 5), .top_k = 1},
         STATUS_NOT_FOUND,
         "there is no user number 5 among 5"},
        {{TINY_FOR(fixture.snapshot, 0), .top_k = 0},
         STATUS_BAD_USAGE,
         "top_k is 0, expected 1 to 1000"},
        {{TINY_FOR(fixture.snapshot, 0), .top_k = 1001},
         STATUS_BAD_USAGE,
         "top_k is 1001, expected 1 to 1000"},
        {{TINY_FOR(fixture.snapshot, 0), .top_k = 1, .diversity = NAN},
         STATUS_BAD_USAGE,
         "diversity is nan, expected 0 to 1"},
        {{TINY_FOR(fixture.snapshot, 0), .top_k = 1, .filter.excluded = {&far, 1}},
         STATUS_NOT_FOUND,
         "there is no item number 8 among 8"},
        {{.top_k = 1, .ratings = &unknown, .rating_count = 1},
         STATUS_NOT_FOUND,
         "there is no item number 9 among 8"},
        {{.top_k = 1, .ratings = &nan_rating, .rating_count = 1},
         STATUS_BAD_USAGE,
         "rating 1 is not a number"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(ask(&fixture, &cases[i].request), cases[i].status);
        assert_string_equal(fixture.error.text, cases[i].text);
    }
    fixture_release(&fixture);
}

static void predicted_ratings_stand_beside_given_ones(void **state) {
    (void)state;
    struct fixture fixture = fixture_of(0);
    const struct recommend_request request = {TINY_FOR(fixture.snapshot, 0), .top_k = 2};
    struct compare_answer answer;
    assert_int_equal(
        service_compare(fixture.snapshot, &request, &fixture.arena, &answer, &fixture.error),
        STATUS_NOT_FOUND);
    assert_non_null(strstr(fixture.error.text, "predicts no ratings"));
    fixture.tiny->model.scale = MODEL_SCALE_RATING;
    assert_int_equal(
        service_compare(fixture.snapshot, &request, &fixture.arena, &answer, &fixture.error),
        STATUS_OK);
    /* 5, 4 and 1 for films 0, 1 and 2; predicted 5 + 4/2 + 1/3 - 3, 5/2 + 4 + 1/2 - 3, ... */
    assert_int_equal(answer.count, 2);
    assert_int_equal(answer.rated, 3);
    assert_int_equal(answer.list[0].item, 1);
    ASSERT_NEAR(answer.list[0].predicted, 4, 1e-6);
    ASSERT_NEAR(answer.list[1].given, 1, 0);
    ASSERT_NEAR(answer.list[1].predicted, 5 / 3.0, 1e-6);
    ASSERT_NEAR(answer.rmse, sqrt(2 * 4 / 9.0 / 3), 1e-6);
    const struct recommend_request nobody = {TINY_FOR(fixture.snapshot, 4), .top_k = 2};
    assert_int_equal(
        service_compare(fixture.snapshot, &nobody, &fixture.arena, &answer, &fixture.error),
        STATUS_NOT_FOUND);
    fixture_release(&fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(predicted_ratings_stand_beside_given_ones),
        cmocka_unit_test(a_known_user_never_gets_what_he_has),
        cmocka_unit_test(popularity_has_a_say_where_little_is_known),
        cmocka_unit_test(filters_stand_before_the_top_k),
        cmocka_unit_test(a_soft_genre_adds_a_fifth),
        cmocka_unit_test(a_bare_history_counts_its_last_rating),
        cmocka_unit_test(nobody_gets_what_is_popular),
        cmocka_unit_test(preferences_alone_are_half_of_the_score),
        cmocka_unit_test(preferences_are_the_models_where_it_reads_them),
        cmocka_unit_test(preferences_beside_a_history_move_it),
        cmocka_unit_test(ratings_are_shown_as_they_are),
        cmocka_unit_test(diversity_spreads_genres),
        cmocka_unit_test(a_user_without_history_is_known_all_the_same),
        cmocka_unit_test(what_cannot_be_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
