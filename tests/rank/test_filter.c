/* test_filter.c: every rule alone against a table worked by hand; all of them together in every
 * order: the same items; N items whenever N pass. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/rng.h"
#include "rank/filter.h"

enum { ITEMS = 6, ACTION = 1, COMEDY = 2, DRAMA = 4 };

static const uint64_t genres[ITEMS] = {ACTION, ACTION | COMEDY, COMEDY, DRAMA, 0, DRAMA | COMEDY};
static const int16_t years[ITEMS] = {1990, 1991, 0, 1999, 2000, 1994};
static const uint32_t counts[ITEMS] = {10, 0, 3, 5, 1, 7};
static const float means[ITEMS] = {4, 0, 3.5f, 2, 5, 3};
static const uint64_t tag_offsets[ITEMS + 1] = {0, 2, 3, 3, 4, 4, 4};
static const struct movie_tag tags[] = {{7, 2}, {1, 1}, {7, 1}, {1, 5}};
static const struct filter_items items = {.count = ITEMS,
                                          .genres = genres,
                                          .years = years,
                                          .counts = counts,
                                          .means = means,
                                          .tag_offsets = tag_offsets,
                                          .tags = tags};

static unsigned passed(const float *scores) {
    unsigned set = 0;
    for (unsigned i = 0; i < ITEMS; i++)
        set |= (unsigned)(scores[i] > -INFINITY) << i;
    return set;
}

static unsigned pass(const struct filter *filter, const struct filter_set *had, size_t had_count) {
    float scores[ITEMS] = {0};
    filter_apply(filter, &items, had, had_count, scores);
    return passed(scores);
}

#define PASS(...) pass(&(struct filter){__VA_ARGS__}, NULL, 0)
#define SET(...)                                                                                   \
    { (const uint32_t[]){__VA_ARGS__}, sizeof((uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t) }

static void each_rule_alone(void **state) {
    (void)state;
    assert_int_equal(PASS(0), 0x3f);
    assert_int_equal(PASS(.genres.any = ACTION), 0x03);
    assert_int_equal(PASS(.genres.all = ACTION | COMEDY), 0x02);
    assert_int_equal(PASS(.genres.none = COMEDY), 0x19);
    assert_int_equal(PASS(.year_min = 1991), 0x3a);
    assert_int_equal(PASS(.year_max = 1994), 0x23); /* an unknown year is in no span */
    assert_int_equal(PASS(.year_min = 1990, .year_max = 1999), 0x2b);
    assert_int_equal(PASS(.count_min = 5), 0x29);
    assert_int_equal(PASS(.mean_min = 3.5f), 0x15);
    const uint32_t seven = 7, both[] = {1, 7};
    assert_int_equal(PASS(.tags = &seven, .tag_count = 1), 0x03);
    assert_int_equal(PASS(.tags = both, .tag_count = 2), 0x01);
    assert_int_equal(PASS(.excluded = SET(0, 5)), 0x1e);
    assert_int_equal(PASS(.among = {SET(1, 2, 3)}, .among_count = 1), 0x0e);
    assert_int_equal(PASS(.among = {SET(1, 2, 3), SET(3, 4)}, .among_count = 2), 0x08);
    assert_int_equal(PASS(.among = {{NULL, 0}}, .among_count = 1), 0); /* among none */
}

static void what_people_have(void **state) {
    (void)state;
    const struct filter_set had[] = {SET(0, 1), SET(1, 4)};
    assert_int_equal(pass(&(struct filter){0}, had, 2), 0x2c);
    assert_int_equal(pass(&(struct filter){.seen = FILTER_SEEN}, had, 1), 0x03);
    assert_int_equal(pass(&(struct filter){.seen = FILTER_SEEN}, had, 2), 0x13);
    assert_int_equal(pass(&(struct filter){.seen = FILTER_ALL}, had, 2), 0x3f);
    assert_true(filter_is_plain(&(struct filter){.excluded = SET(0)}));
    assert_false(filter_is_plain(&(struct filter){.seen = FILTER_ALL}));
    assert_false(filter_is_plain(&(struct filter){.year_max = 2000}));
}

static void what_is_hidden_never_passes(void **state) {
    (void)state;
    const uint32_t hidden[] = {0, 4};
    struct filter_items some = items;
    some.hidden = hidden;
    some.hidden_count = 2;
    const struct filter wishes[] = {{.seen = FILTER_UNSEEN},
                                    {.seen = FILTER_ALL},
                                    {.genres.any = ACTION},
                                    {.among = {SET(0, 1)}, .among_count = 1}};
    const unsigned expected[] = {0x2e, 0x2e, 0x02, 0x02};
    for (size_t w = 0; w < sizeof wishes / sizeof *wishes; w++) {
        float scores[ITEMS] = {0};
        filter_apply(&wishes[w], &some, NULL, 0, scores);
        assert_int_equal(passed(scores), expected[w]);
    }
}

/* Single wishes put in one after another, in the order that `order` names them. */
static unsigned apply_in_order(const unsigned *order, const struct filter *wishes, size_t count) {
    float scores[ITEMS] = {0};
    for (size_t i = 0; i < count; i++)
        filter_apply(&wishes[order[i]], &items, NULL, 0, scores);
    return passed(scores);
}

static void the_order_makes_no_difference(void **state) {
    (void)state;
    const uint32_t seven = 7;
    const struct filter wishes[] = {
        {.genres.any = ACTION},
        {.year_max = 1994},
        {.count_min = 5},
        {.mean_min = 3},
        {.among = {SET(0, 1, 2, 5)}, .among_count = 1},
        {.tags = &seven, .tag_count = 1},
    };
    enum { WISHES = sizeof wishes / sizeof *wishes };
    const struct filter together = {.genres.any = ACTION,
                                    .year_max = 1994,
                                    .count_min = 5,
                                    .mean_min = 3,
                                    .among = {SET(0, 1, 2, 5)},
                                    .among_count = 1,
                                    .tags = &seven,
                                    .tag_count = 1};
    struct rng rng;
    rng_init(&rng, 3, 0);
    assert_int_equal(pass(&together, NULL, 0), 0x01);
    for (int turn = 0; turn < 200; turn++) {
        unsigned order[WISHES];
        for (unsigned i = 0; i < WISHES; i++) {
            const unsigned other = rng_below(&rng, i + 1);
            order[i] = i;
            order[i] = order[other];
            order[other] = i;
        }
        assert_int_equal(apply_in_order(order, wishes, WISHES), 0x01);
    }
}

static void as_many_as_there_are(void **state) {
    (void)state;
    const struct filter filter = {.genres.any = COMEDY, .excluded = SET(2)};
    const float scores[ITEMS] = {9, 1, 8, 7, 6, 2};
    for (size_t k = 1; k <= ITEMS; k++) {
        float row[ITEMS];
        struct ranked list[ITEMS];
        for (int i = 0; i < ITEMS; i++)
            row[i] = scores[i];
        filter_apply(&filter, &items, NULL, 0, row);
        assert_int_equal(rank_top_k(row, ITEMS, k, list), k < 2 ? k : 2);
        assert_int_equal(list[0].item, 5);
    }
}

static void spans_of_years(void **state) {
    (void)state;
    static const struct {
        const char *text;
        int first, last;
    } good[] = {
        {"1990-1999", 1990, 1999}, {"1994", 1994, 1994}, {"1990-", 1990, 0}, {"-60", 0, 60}};
    static const char *const bad[] = {"",           "-", "x",     "1999-1990",
                                      "1990-1999x", "0", "10000", "1 - 2"};
    struct filter filter;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(filter_years(&filter, good[i].text));
        assert_int_equal(filter.year_min, good[i].first);
        assert_int_equal(filter.year_max, good[i].last);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(filter_years(&filter, bad[i]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_alone),
        cmocka_unit_test(what_people_have),
        cmocka_unit_test(what_is_hidden_never_passes),
        cmocka_unit_test(the_order_makes_no_difference),
        cmocka_unit_test(as_many_as_there_are),
        cmocka_unit_test(spans_of_years),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
