/* test_chain.c: each step of the chain against figures worked out by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "intent/affects.h"
#include "intent/genre_weights.h"
#include "intent/intent.h"
#include "intent/steering.h"

static void near(float found, double expected) {
    if (!(fabs((double)found - expected) < 1e-5))
        fail_msg("%g, expected %g", (double)found, expected);
}

/* ---- Steps ---- */

static void centroids_are_means(void **state) {
    (void)state;
    const float films[] = {1, 0, 0, 1, 1, 0};
    const uint64_t genres[] = {1, 1 | 2, 8};
    float centroids[4 * 2];
    assert_int_equal(steering_centroids(films, genres, 3, 2, 4, centroids), 1 | 2 | 8);
    near(centroids[0], sqrt(0.5));
    near(centroids[1], sqrt(0.5));
    near(centroids[2], 0);
    near(centroids[3], 1);
    near(centroids[4], 0);
    near(centroids[5], 0);
    near(centroids[6], 1);
}

static void steering_pulls_and_pushes(void **state) {
    (void)state;
    const float centroids[] = {1, 0, 0, 0, 1, 0, 0, 0, 1};
    const uint32_t positive[] = {0, 1}, negative[] = {2};
    const float asked[] = {0, 0, 1};
    float steered[3];
    const struct steering steering = {centroids, 3, positive, negative, 2, 1, .8F, 1.F};
    steering_apply(&steering, asked, steered);
    /* (0.4, 0.4, 0), made 1 long. */
    near(steered[0], sqrt(0.5));
    near(steered[1], sqrt(0.5));
    near(steered[2], 0);
}

static void moods(void **state) {
    (void)state;
    float anchors[AFFECT_COUNT * 2] = {0}, scores[AFFECT_COUNT], prior[2];
    float shares[AFFECT_COUNT * 2] = {0};
    anchors[2 * AFFECT_SCARY] = 1;
    anchors[2 * AFFECT_DARK + 1] = 1;
    const float vector[] = {.6F, .8F};
    affects_score(vector, anchors, 2, (struct encoder_calibration){1, 0}, scores);
    near(scores[AFFECT_SCARY], .6);
    near(scores[AFFECT_DARK], .8);
    assert_int_equal(affects_strongest(scores), AFFECT_DARK);
    shares[2 * AFFECT_SCARY] = .7F;
    shares[2 * AFFECT_DARK + 1] = .5F;
    affects_prior(scores, shares, 2, prior);
    near(prior[0], .6 / 1.4 * .7);
    near(prior[1], .8 / 1.4 * .5);
    /* Another encoder's cosines are mapped to MiniLM's first. */
    affects_score(vector, anchors, 2, (struct encoder_calibration){2, -1}, scores);
    near(scores[AFFECT_SCARY], .2);
    near(scores[AFFECT_DARK], .6);
    near(scores[AFFECT_SAD], -1);
    affects_prior(scores, shares, 2, prior);
    near(prior[0], .25 * .7);
}

static void words_of_action(void **state) {
    (void)state;
    const struct intent_values values = {.action_gain = 1.3F, .action_share = .7F};
    float scores[AFFECT_COUNT] = {[AFFECT_SCARY] = .5F, [AFFECT_EXCITING] = .4F};
    affects_raise_action(&values, scores);
    near(scores[AFFECT_EXCITING], .52);
    assert_int_equal(affects_strongest(scores), AFFECT_EXCITING);
    float calm[AFFECT_COUNT] = {[AFFECT_SCARY] = .2F, [AFFECT_EXCITING] = .4F};
    affects_raise_action(&values, calm);
    near(calm[AFFECT_EXCITING], .4);
}

static void genre_weights(void **state) {
    (void)state;
    const float similarity[] = {.5F, .19F, .3F, .6F}, prior[] = {.1F, .4F, 0, .2F};
    float weights[4];
    struct genre_weights from = {.similarity = similarity,
                                 .prior = prior,
                                 .genre_count = 4,
                                 .similarity_weight = 1,
                                 .threshold = .2F,
                                 .prior_weight = .7F,
                                 .damped = 1,
                                 .damping = .5F,
                                 .typed = 4,
                                 .typed_weight = 1,
                                 .excluded = 8};
    genre_weights_of(&from, weights);
    const double sum = .285 + .28 + 1.3;
    near(weights[0], .285 / sum);
    near(weights[1], .28 / sum);
    near(weights[2], 1.3 / sum);
    near(weights[3], 0);
    assert_int_equal(genre_weights_strongest(weights, 4, 2), 1 | 4);
    assert_int_equal(genre_weights_strongest(weights, 4, 9), 1 | 2 | 4);
    from = (struct genre_weights){
        .similarity = similarity, .prior = prior, .genre_count = 4, .threshold = 1};
    genre_weights_of(&from, weights);
    near(weights[0], 0);
    assert_int_equal(genre_weights_strongest(weights, 4, 2), 0);
}

static void extremes(void **state) {
    (void)state;
    const float values[] = {.5F, .1F, .5F, -.2F};
    uint32_t genres[4];
    assert_int_equal(genre_weights_extreme(values, 15, 2, 0, genres), 2);
    assert_int_equal(genres[0], 0);
    assert_int_equal(genres[1], 2);
    assert_int_equal(genre_weights_extreme(values, 7, 9, 1, genres), 3);
    assert_int_equal(genres[0], 1);
    assert_int_equal(genres[2], 2);
}

/* ---- The whole ---- */

/* Eight moods and two genres more span the space: an anchor is an axis, a film lies on its genres'.
 * Comedy is axis 8, Horror axis 9. */
enum { DIMENSION = 10, COMEDY = 0, HORROR = 1, CHILDREN = 2, UNKNOWN = 3, GENRES = 4 };

struct fixture {
    struct arena arena;
    struct intent_values values;
    struct intent intent;
    float anchors[AFFECT_COUNT][DIMENSION], films[3][DIMENSION];
};

static int set_up(void **state) {
    static const char *const names[] = {"Comedy", "Horror", "Children's", "unknown"};
    static const uint64_t genres[] = {1 << COMEDY, 1 << HORROR, 1 << UNKNOWN};
    struct fixture *f = calloc(1, sizeof *f);
    struct error error;
    assert_int_equal(intent_values_read(&f->values, NULL, 0, &f->arena, &error), STATUS_OK);
    for (size_t a = 0; a < AFFECT_COUNT; a++)
        f->anchors[a][a] = 1;
    f->films[0][8] = f->films[1][9] = f->films[2][0] = 1;
    const struct intent_material material = {.values = &f->values,
                                             .genre_names = names,
                                             .genre_count = GENRES,
                                             .genres = genres,
                                             .films = f->films[0],
                                             .item_count = 3,
                                             .dimension = DIMENSION,
                                             .anchors = f->anchors[0],
                                             .calibration = {1, 0}};
    intent_prepare(&f->intent, &material, &f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *f = *state;
    arena_release(&f->arena);
    free(f);
    return 0;
}

static struct wish wish_for(struct fixture *f, const float *vector, const struct rules_found *rules,
                            const char *text) {
    struct wish wish;
    const struct intent_question question = {.vector = vector,
                                             .films = f->films[0],
                                             .rules = rules,
                                             .text = text,
                                             .length = strlen(text),
                                             .alphas = f->values.alphas};
    intent_wish(&f->intent, &question, &f->arena, &wish);
    return wish;
}

static void prepared(void **state) {
    struct fixture *f = *state;
    assert_int_equal(f->intent.steering_genres, 1 << COMEDY | 1 << HORROR);
    near(f->intent.shares[AFFECT_FUNNY * GENRES + COMEDY], .9);
    /* Children's is Children. */
    near(f->intent.shares[AFFECT_FAMILY * GENRES + CHILDREN], .6);
    assert_int_equal(f->intent.damped[AFFECT_FUNNY], 1 << HORROR);
    assert_int_equal(f->intent.damped[AFFECT_DARK], 1 << CHILDREN);
}

static void a_funny_wish(void **state) {
    struct fixture *f = *state;
    float vector[DIMENSION] = {0};
    vector[AFFECT_FUNNY] = .8F;
    vector[8] = .6F;
    const struct rules_found rules = {0};
    const struct wish wish = wish_for(f, vector, &rules, "funny");
    assert_int_equal(wish.steering_mood, AFFECT_FUNNY);
    near(wish.unsteered[AFFECT_FUNNY], .8);
    near(wish.alpha_pos, .9);
    assert_int_equal(wish.nearest_count, 2);
    assert_int_equal(wish.nearest[0], COMEDY);
    assert_int_equal(wish.farthest[0], HORROR);
    /* .8 funny; Comedy .6 + .45 - .45, Horror .45 - .45: q itself. */
    near(wish.steered[8], .6);
    assert_int_equal(wish.mood, AFFECT_FUNNY);
    assert_true(wish.is_sure);
    assert_false(wish.is_cautious);
    near(wish.prior[COMEDY], .9);
    near(wish.weights[COMEDY], 1);
    assert_int_equal(wish.strongest, 1 << COMEDY);
    assert_int_equal(wish.alphas.pool, 500);
}

static void a_sad_wish_is_cautious(void **state) {
    struct fixture *f = *state;
    float vector[DIMENSION] = {0};
    vector[AFFECT_SAD] = 1;
    const struct rules_found rules = {0};
    const struct wish wish = wish_for(f, vector, &rules, "sad");
    assert_true(wish.is_cautious);
    near((float)wish.alphas.embed, .5);
    near((float)wish.alphas.genre, .5);
    assert_int_equal(wish.alphas.pool, 300);
    struct intent_alphas asked = {.genre = .9, .embed = .1, .pool = 0};
    asked = intent_bounded(&f->values, &wish, asked);
    near((float)asked.embed, .1);
    near((float)asked.genre, .9);
    assert_int_equal(asked.pool, 0);
}

static void rules_move_the_vector(void **state) {
    struct fixture *f = *state;
    float vector[DIMENSION] = {0};
    vector[8] = 1;
    struct rules_found rules = {.more = 1u << AFFECT_DARK, .less = 1u << AFFECT_SAD};
    struct wish wish = wish_for(f, vector, &rules, "x");
    near(wish.asked[8], 1 / sqrt(1.5));
    near(wish.asked[AFFECT_DARK], .5 / sqrt(1.5));
    near(wish.asked[AFFECT_SAD], -.5 / sqrt(1.5));
    rules = (struct rules_found){.films = {1}, .film_count = 1};
    wish = wish_for(f, vector, &rules, "x");
    near(wish.asked[8], .4 / sqrt(.52));
    near(wish.asked[9], .6 / sqrt(.52));
    /* Nothing but a film: its vector. */
    rules.is_blank = true;
    wish = wish_for(f, vector, &rules, "x");
    near(wish.asked[9], 1);
    assert_false(wish.is_blank);
    rules = (struct rules_found){.excluded = 1 << COMEDY};
    wish = wish_for(f, vector, &rules, "x");
    near(wish.weights[COMEDY], 0);
}

/* The film's vector and a tilt: the words that said it are not read again, and a sure mood brings
 * no genres to the front. */
static void a_likeness(void **state) {
    struct fixture *f = *state;
    float vector[DIMENSION] = {0};
    vector[AFFECT_DARK] = 1;
    f->values.tilt = .75F;
    struct rules_found rules = {
        .films = {1}, .film_count = 1, .more = 1u << AFFECT_DARK, .is_likeness = true};
    struct wish wish = wish_for(f, vector, &rules, "darker");
    near(wish.asked[9], .8);
    near(wish.asked[AFFECT_DARK], .6);
    assert_true(wish.is_likeness && wish.is_sure);
    assert_false(wish.comes_first);
    rules.typed = 1 << COMEDY;
    wish = wish_for(f, vector, &rules, "darker");
    assert_true(wish.comes_first);
    rules = (struct rules_found){.films = {1}, .film_count = 1, .more = 1u << AFFECT_DARK};
    wish = wish_for(f, vector, &rules, "darker");
    assert_true(wish.comes_first && !wish.is_likeness);
}

static void a_blank_wish(void **state) {
    struct fixture *f = *state;
    const float vector[DIMENSION] = {0};
    struct rules_found rules = {.is_blank = true, .typed = 1 << HORROR};
    const struct wish wish = wish_for(f, vector, &rules, "90s");
    assert_true(wish.is_blank);
    assert_false(wish.is_sure);
    near(wish.weights[HORROR], 1);
    near(wish.steered[0], 0);
    for (size_t d = 0; d < DIMENSION; d++)
        assert_true(isfinite(wish.sought[d]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(centroids_are_means),
        cmocka_unit_test(steering_pulls_and_pushes),
        cmocka_unit_test(moods),
        cmocka_unit_test(words_of_action),
        cmocka_unit_test(genre_weights),
        cmocka_unit_test(extremes),
        cmocka_unit_test_setup_teardown(prepared, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_funny_wish, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_sad_wish_is_cautious, set_up, tear_down),
        cmocka_unit_test_setup_teardown(rules_move_the_vector, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_likeness, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_blank_wish, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
