/* test_intent_values.c: config/intent.yaml has every value as published, and what a person says
 * goes over it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "intent/intent_values.h"

static struct arena arena;
static struct error error;

static struct intent_values read_values(const char *const *sources, size_t count) {
    struct intent_values values;
    if (intent_values_read(&values, sources, count, &arena, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return values;
}

static void near(double found, double expected) {
    if (!(fabs(found - expected) < 1e-6))
        fail_msg("%g, expected %g", found, expected);
}

static double share_of(const struct intent_affect *affect, const char *genre) {
    for (size_t i = 0; i < affect->prior_count; i++)
        if (strcmp(affect->priors[i].genre, genre) == 0)
            return (double)affect->priors[i].share;
    return 0;
}

static void published_alphas(void **state) {
    (void)state;
    const struct intent_values values = read_values(NULL, 0);
    static const double alphas[AFFECT_COUNT][2] = {
        [AFFECT_SAD] = {.9, 1},      [AFFECT_FUNNY] = {.9, .9},    [AFFECT_SCARY] = {1, 1},
        [AFFECT_ROMANTIC] = {.9, 1}, [AFFECT_EXCITING] = {1.1, 1}, [AFFECT_INSPIRING] = {.8, 1},
        [AFFECT_FAMILY] = {.9, .9},  [AFFECT_DARK] = {.8, 1}};
    for (int a = 0; a < AFFECT_COUNT; a++) {
        near((double)values.affects[a].alpha_pos, alphas[a][0]);
        near((double)values.affects[a].alpha_neg, alphas[a][1]);
        assert_true(strlen(values.affects[a].anchor) > 10);
        assert_int_equal(values.affects[a].is_cautious, a == AFFECT_SAD || a == AFFECT_ROMANTIC);
    }
    near((double)values.alpha_pos, .8);
    near((double)values.alpha_neg, 1);
    assert_int_equal(values.top, 3);
    assert_int_equal(values.bottom, 2);
    near((double)values.action_gain, 1.3);
    near((double)values.action_share, .7);
    assert_true(values.action_word_count > 5);
}

static void published_genres(void **state) {
    (void)state;
    const struct intent_values values = read_values(NULL, 0);
    const struct intent_affect *affects = values.affects;
    near(share_of(&affects[AFFECT_FUNNY], "Comedy"), .9);
    near(share_of(&affects[AFFECT_SCARY], "Thriller"), .3);
    near(share_of(&affects[AFFECT_SAD], "Documentary"), .1);
    near(share_of(&affects[AFFECT_EXCITING], "Adventure"), .05);
    near(share_of(&affects[AFFECT_DARK], "Film-Noir"), .2);
    near(share_of(&affects[AFFECT_FAMILY], "Animation"), .4);
    assert_string_equal(affects[AFFECT_SCARY].damps[0], "Romance");
    assert_string_equal(affects[AFFECT_SCARY].damps[1], "Comedy");
    assert_string_equal(affects[AFFECT_FAMILY].damps[1], "Film-Noir");
    assert_string_equal(affects[AFFECT_DARK].damps[0], "Children");
    near((double)values.sure, .35);
    near((double)values.threshold, .2);
    near((double)values.threshold_sure, .25);
    near((double)values.prior, .7);
    near((double)values.prior_sure, .9);
    near((double)values.damping, .5);
    near((double)values.damping_sure, .2);
    assert_int_equal(values.strongest, 2);
    near(values.cautious_embed, .5);
    near(values.cautious_genre, .5);
    assert_int_equal(values.cautious_pool, 300);
    near(values.alphas.genre, .35);
    near(values.alphas.popularity, .05);
    near(values.alphas.embed, .6);
    assert_int_equal(values.alphas.pool, 500);
}

/* A row without a value would be NaN or 0. */
static void nothing_is_left_out(void **state) {
    (void)state;
    const struct intent_values values = read_values(NULL, 0);
    const double rest[] = {(double)values.typed_genre, (double)values.more,  (double)values.less,
                           (double)values.without,     (double)values.films, (double)values.steered,
                           values.alphas.known,        values.alphas.text,   values.alphas.tag,
                           values.alphas.like,         (double)values.tilt,  values.likeness_like,
                           values.likeness_embed};
    assert_true(values.neighbours > 0 && values.neighbours < values.alphas.pool);
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        assert_true(rest[i] >= 0 && rest[i] < 10);
}

static void a_person_goes_over_it(void **state) {
    (void)state;
    char path[] = "/tmp/matinee-intent-XXXXXX";
    const char text[] = "affects: {funny: {genres: [Comedy=0.5, Animation=0.5]}}\n";
    const int file = mkstemp(path);
    assert_int_equal(write(file, text, sizeof text - 1), sizeof text - 1);
    close(file);
    const char *const sources[] = {path, "search.pop_alpha=0.25"};
    const struct intent_values values = read_values(sources, 2);
    unlink(path);
    near(share_of(&values.affects[AFFECT_FUNNY], "Animation"), .5);
    near(values.alphas.popularity, .25);
    near(values.alphas.genre, .35);
}

static void refused(const char *source, const char *expected) {
    struct intent_values values;
    assert_int_not_equal(intent_values_read(&values, &source, 1, &arena, &error), STATUS_OK);
    if (!strstr(error.text, expected))
        fail_msg("%s\nexpected %s", error.text, expected);
}

static void mistakes(void **state) {
    (void)state;
    refused("affects.sad.genres=[Drama]", "expected Genre=SHARE");
    refused("affects.sad.genres=[Drama=2]", "a share of 0 to 1");
    refused("affects.sad.genres=[Drama=0.5x]", "Drama=0.5x");
    refused("affects.sure=2", "between -1 and 1");
    refused("serch.pop_alpha=1", "search.pop_alpha");
    refused("search.pop_alpha=nan", "search.pop_alpha");
    refused("/nonexistent/intent.yaml", "/nonexistent/intent.yaml");
}

static int tear_down(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_alphas),
        cmocka_unit_test(published_genres),
        cmocka_unit_test(nothing_is_left_out),
        cmocka_unit_test(a_person_goes_over_it),
        cmocka_unit_test(mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, tear_down);
}
