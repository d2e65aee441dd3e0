/* test_lists.c: metrics of lists, of exposure and of ratings, against tables worked by hand. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "metrics/exposure.h"
#include "metrics/lists.h"
#include "metrics/ratings.h"

static void check(double value, double expected) {
    if (fabs(value - expected) > 1e-6)
        fail_msg("%.9g, expected %.9g", value, expected);
}

/* item  genres         surprise  popularity
 *  0    drama             1         1
 *  1    drama, comedy     2         0.5
 *  2    war               3         0.25
 *  3    none              4         0        */
static const struct metric_catalogue catalogue = {
    .genres = (const uint64_t[]){1, 3, 4, 0},
    .surprise = (const float[]){1, 2, 3, 4},
    .popularity = (const float[]){1, 0.5f, 0.25f, 0},
};

/* The list 0, 1, 2, 3. Cosines of pairs: (0,1) 1/sqrt(2), all others 0.
 *   K = 3: novelty 2, popularity_novelty 1 - 1.75/3, diversity 1 - 0.7071/3,
 *          genre_diversity 3/3
 *   K = 2: diversity 1 - 0.7071, genre_diversity 2/2;  K = 4: diversity 1 - 0.7071/6
 *   K = 1: diversity undefined;  K = 10: as 4, but genre_diversity 3/10 */
static void test_lists(void **state) {
    (void)state;
    struct metric_case measured = {
        .list = (const uint32_t[]){0, 1, 2, 3}, .list_count = 4, .catalogue = &catalogue};
    check(lists_novelty(&measured, 3), 2);
    check(lists_novelty(&measured, 1), 1);
    check(lists_popularity_novelty(&measured, 3), 1 - 1.75 / 3);
    check(lists_diversity(&measured, 3), 1 - sqrt(0.5) / 3);
    check(lists_diversity(&measured, 2), 1 - sqrt(0.5));
    check(lists_diversity(&measured, 4), 1 - sqrt(0.5) / 6);
    check(lists_diversity(&measured, 10), 1 - sqrt(0.5) / 6);
    assert_true(isnan(lists_diversity(&measured, 1)));
    check(lists_genre_diversity(&measured, 3), 1);
    check(lists_genre_diversity(&measured, 10), 0.3);
}

static void test_lists_without_genres(void **state) {
    (void)state;
    const struct metric_catalogue bare = {.surprise = catalogue.surprise};
    struct metric_case measured = {
        .list = (const uint32_t[]){0, 1}, .list_count = 2, .catalogue = &bare};
    assert_true(isnan(lists_diversity(&measured, 2)));
    assert_true(isnan(lists_genre_diversity(&measured, 2)));
    measured.list_count = 0;
    assert_true(isnan(lists_novelty(&measured, 2)));
}

/* Shown 3, 0, 1, 0 times: coverage 2/4. Ascending 0 0 1 3, n = 4, sum 4:
 * weights -3 -1 1 3: (0 + 0 + 1 + 9) / (4 * 4) = 10/16. */
static void test_exposure(void **state) {
    (void)state;
    uint32_t shown[] = {3, 0, 1, 0};
    check(exposure_coverage(shown, 4), 0.5);
    check(exposure_gini(shown, 4), 10.0 / 16);
    uint32_t alike[] = {7, 7, 7};
    check(exposure_gini(alike, 3), 0);
    uint32_t alone[] = {0, 0, 9, 0, 0};
    check(exposure_gini(alone, 5), 0.8);
    uint32_t none[] = {0, 0};
    assert_true(isnan(exposure_gini(none, 2)));
    check(exposure_coverage(none, 2), 0);
}

/* Errors 1, -0.5, 0: squares 1 + 0.25 + 0, over 3; absolute 1.5 / 3. */
static void test_ratings(void **state) {
    (void)state;
    struct metric_case measured = {.predicted = (const float[]){5, 2.5f, 3},
                                   .actual = (const float[]){4, 3, 3},
                                   .rating_count = 3};
    check(ratings_squared_error(&measured, 0), 1.25 / 3);
    check(ratings_absolute_error(&measured, 0), 0.5);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_lists_without_genres),
        cmocka_unit_test(test_exposure),
        cmocka_unit_test(test_ratings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
