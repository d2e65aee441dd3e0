/* test_settings.c: what settings take, refuse and print. */
#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/settings.h"
#include "base/settings_json.h"

static const struct setting_spec table[] = {
    {"model.k", SETTING_INT, "40", 1, 10000, NULL, "neighbours|n_neighbors", "neighbours kept"},
    {"model.shrinkage", SETTING_REAL, "100", 0, 1e300, NULL, NULL, "damping"},
    {"model.similarity", SETTING_TEXT, "cosine", 0, 0, "cosine|pearson_baseline|msd", NULL,
     "which"},
    {"trainer.lr", SETTING_REAL, "0.001", 1e-9, 10, NULL, "lr|learning_rate", "step"},
    {"trainer.verbose", SETTING_BOOL, "false", 0, 0, NULL, NULL, "talk"},
    {"model.layers", SETTING_INT_LIST, "[64,32,16]", 1, 4096, NULL, NULL, "sizes"},
    {"trainer.betas", SETTING_REAL_LIST, "[.9,.999]", 0, 1, NULL, NULL, "Adam"},
    {"evaluation.metrics", SETTING_TEXT_LIST, "[ndcg,hit_rate]", 0, 0, "ndcg|hit_rate|auc", NULL,
     "which"},
    {"note", SETTING_TEXT, "", 0, 0, NULL, NULL, "free text"},
    {"tags", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL, "free texts"},
    {"limit", SETTING_INT, "", 1, 9, NULL, NULL, "may be absent"},
    {"ratio", SETTING_REAL, "", 0, 1, NULL, NULL, "may be absent"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

struct fixture {
    struct arena arena;
    struct settings *settings;
    struct error error;
};

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){0};
    fixture.settings = settings_create(&fixture.arena);
    settings_add(fixture.settings, table);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    arena_release(&fixture->arena);
    return 0;
}

static void set(struct fixture *fixture, const char *key, const char *value) {
    enum status status = settings_set(fixture->settings, key, value, NULL, &fixture->error);
    if (status != STATUS_OK)
        fail_msg("%s=%s: %s", key, value, fixture->error.text);
}

static void refused(struct fixture *fixture, const char *pair, const char *text) {
    assert_int_equal(settings_set_pair(fixture->settings, pair, NULL, &fixture->error),
                     STATUS_BAD_USAGE);
    assert_string_equal(fixture->error.text, text);
}

static void defaults_hold_until_set(void **state) {
    struct fixture *f = *state;
    assert_int_equal(settings_int(f->settings, "model.k"), 40);
    assert_false(settings_is_set(f->settings, "model.k"));
    set(f, "model.k", "7");
    assert_int_equal(settings_int(f->settings, "model.k"), 7);
    assert_true(settings_is_set(f->settings, "model.k"));
    settings_default(f->settings, "model.k", "9");
    assert_int_equal(settings_int(f->settings, "model.k"), 7);
    settings_default(f->settings, "trainer.lr", "0.5");
    assert_true(settings_real(f->settings, "trainer.lr") == 0.5);
    assert_false(settings_is_set(f->settings, "trainer.lr"));
}

static void aliases_are_the_key(void **state) {
    struct fixture *f = *state;
    set(f, "lr", "1e-2");
    assert_true(settings_real(f->settings, "trainer.lr") == 0.01);
    assert_true(settings_knows(f->settings, "n_neighbors"));
    assert_true(settings_knows(f->settings, "neighbours"));
    assert_false(settings_knows(f->settings, "neighbour"));
    assert_false(settings_knows(f->settings, "n_neighbors|neighbours"));
    assert_false(settings_knows(f->settings, ""));
}

static void every_way_of_writing_has_one_canonical_text(void **state) {
    struct fixture *f = *state;
    static const char *const cases[][3] = {
        {"trainer.lr", "0.10", "0.1"},
        {"trainer.lr", "1e-1", "0.1"},
        {"trainer.lr", ".1", "0.1"},
        {"trainer.lr", "1e-5", "0.00001"},
        {"trainer.lr", "2.5e-7", "2.5e-07"},
        {"model.shrinkage", "100", "100"},
        {"model.shrinkage", "2.5e2", "250"},
        {"model.shrinkage", "12.50", "12.5"},
        {"model.shrinkage", "1e20", "1e+20"},
        {"model.shrinkage", "-0", "0"},
        {"trainer.lr", "0.30000000000000004", "0.30000000000000004"},
        {"model.k", "+7", "7"},
        {"model.k", "1e3", "1000"},
        {"trainer.verbose", "Yes", "true"},
        {"trainer.verbose", "0", "false"},
        {"model.similarity", "Pearson-Baseline", "pearson_baseline"},
        {"model.layers", "64, 32", "[64,32]"},
        {"model.layers", "[ 64 ,32 ]", "[64,32]"},
        {"model.layers", "64", "[64]"},
        {"model.layers", "[]", "[]"},
        {"evaluation.metrics", "AUC", "[auc]"},
        {"tags", "['a, b', \"c\\\"d\", e f]", "[\"a, b\",\"c\\\"d\",e f]"},
        {"tags", "''", "[\"\"]"},
        {"note", " as typed, [kept] ", " as typed, [kept] "},
        {"limit", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        set(f, cases[i][0], cases[i][1]);
        assert_string_equal(settings_show(f->settings, cases[i][0]), cases[i][2]);
        set(f, cases[i][0], cases[i][2]);
        assert_string_equal(settings_show(f->settings, cases[i][0]), cases[i][2]);
    }
}

static void lists_are_read(void **state) {
    struct fixture *f = *state;
    const int64_t *ints;
    assert_int_equal(settings_int_list(f->settings, "model.layers", &ints), 3);
    assert_int_equal(ints[2], 16);
    const double *reals;
    assert_int_equal(settings_real_list(f->settings, "trainer.betas", &reals), 2);
    assert_true(reals[1] == 0.999);
    const char *const *texts;
    assert_int_equal(settings_text_list(f->settings, "evaluation.metrics", &texts), 2);
    assert_string_equal(texts[1], "hit_rate");
    assert_int_equal(settings_text_list(f->settings, "tags", &texts), 0);
    assert_int_equal(settings_choice(f->settings, "model.similarity"), 0);
    set(f, "model.similarity", "msd");
    assert_int_equal(settings_choice(f->settings, "model.similarity"), 2);
}

static void an_absent_number_is_zero_or_nan(void **state) {
    struct fixture *f = *state;
    assert_int_equal(settings_int(f->settings, "limit"), 0);
    assert_true(isnan(settings_real(f->settings, "ratio")));
    refused(f, "limit=0", "limit must be between 1 and 9, found \"0\"");
    refused(f, "model.k=", "model.k must be an integer, found \"\"");
}

static void unknown_keys_name_the_nearest(void **state) {
    struct fixture *f = *state;
    refused(f, "model.kk=3", "unknown setting \"model.kk\"; did you mean \"model.k\"?");
    refused(f, "shrinkage=3", "unknown setting \"shrinkage\"; did you mean \"model.shrinkage\"?");
    refused(f, "trainer.vrebose=1",
            "unknown setting \"trainer.vrebose\"; did you mean \"trainer.verbose\"?");
    refused(f, "model.learning-rate=1",
            "unknown setting \"model.learning-rate\"; did you mean \"trainer.lr\"?");
    refused(f, "qqqqqqqq=1", "unknown setting \"qqqqqqqq\"; `matinee models NAME` lists them");
    refused(f, "model.k", "expected key=value, found \"model.k\"");
    refused(f, "=1", "expected key=value, found \"=1\"");
}

static void values_out_of_range_name_the_bounds(void **state) {
    struct fixture *f = *state;
    refused(f, "model.k=0", "model.k must be between 1 and 10000, found \"0\"");
    refused(f, "model.k=1e9", "model.k must be between 1 and 10000, found \"1e9\"");
    refused(f, "neighbours=99999", "model.k must be between 1 and 10000, found \"99999\"");
    refused(f, "model.shrinkage=-1", "model.shrinkage must be at least 0, found \"-1\"");
    refused(f, "model.layers=[64,0]", "model.layers must be between 1 and 4096, found \"0\"");
}

static void other_kinds_are_refused(void **state) {
    struct fixture *f = *state;
    refused(f, "model.k=abc", "model.k must be an integer, found \"abc\"");
    refused(f, "model.k=1.5", "model.k must be an integer, found \"1.5\"");
    refused(f, "model.k=99999999999999999999",
            "model.k must be an integer, found \"99999999999999999999\"");
    refused(f, "trainer.lr=nan", "trainer.lr must be a number, found \"nan\"");
    refused(f, "trainer.lr=1e999", "trainer.lr must be a number, found \"1e999\"");
    refused(f, "trainer.lr=0x1p3", "trainer.lr must be a number, found \"0x1p3\"");
    refused(f, "trainer.verbose=maybe", "trainer.verbose must be true or false, found \"maybe\"");
    refused(f, "model.layers=[64,x]", "model.layers must be a list of integers, found \"x\"");
    refused(f, "model.layers=[64", "model.layers must be a list such as [a,b], found \"[64\"");
    refused(f, "tags='a", "tags must be a list such as [a,b], found \"'a\"");
    refused(f, "model.similarity=cosin",
            "model.similarity must be one of cosine, pearson_baseline, msd, found \"cosin\"; did "
            "you mean \"cosine\"?");
    refused(f, "note=\xff\xfe",
            "note must be printable text in UTF-8, found text that is not printable UTF-8");
    refused(f, "note=a\nb",
            "note must be printable text in UTF-8, found text that is not printable UTF-8");
}

static void errors_begin_with_the_origin(void **state) {
    struct fixture *f = *state;
    assert_int_equal(settings_set(f->settings, "model.k", "0", "x.yaml:3", &f->error),
                     STATUS_BAD_USAGE);
    assert_string_equal(f->error.text,
                        "x.yaml:3: model.k must be between 1 and 10000, found \"0\"");
    assert_int_equal(settings_int(f->settings, "model.k"), 40);
}

static void a_copy_stands_on_its_own(void **state) {
    struct fixture *f = *state;
    set(f, "tags", "[a,b]");
    struct arena other = {0};
    struct settings *copy = settings_copy(f->settings, &other);
    set(f, "tags", "[c]");
    set(f, "model.k", "3");
    assert_string_equal(settings_show(copy, "tags"), "[a,b]");
    assert_int_equal(settings_int(copy, "model.k"), 40);
    assert_true(settings_is_set(copy, "tags"));
    arena_release(&other);
}

static void entries_come_in_the_order_of_adding(void **state) {
    struct fixture *f = *state;
    settings_add(f->settings, table); /* a second time changes nothing */
    struct setting_entry entry;
    size_t count = 0;
    while (settings_entry(f->settings, count, &entry)) {
        assert_string_equal(entry.spec->key, table[count].key);
        count++;
    }
    assert_int_equal(count, sizeof table / sizeof table[0] - 1);
}

static void numbers_do_not_follow_the_locale(void **state) {
    struct fixture *f = *state;
    if (!setlocale(LC_NUMERIC, "de_DE.UTF-8"))
        skip(); /* that locale is not installed */
    set(f, "trainer.lr", "0.25");
    assert_string_equal(settings_show(f->settings, "trainer.lr"), "0.25");
    setlocale(LC_NUMERIC, "C");
}

static const char *name_at(void *context, size_t index) {
    const char *const *names = context;
    return names[index];
}

static void the_nearest_name_is_a_third_away_at_most(void **state) {
    (void)state;
    const char *names[] = {"recommend", "train", "evaluate", "compare", NULL};
    assert_string_equal(settings_nearest("recomend", name_at, names), "recommend");
    assert_string_equal(settings_nearest("tarin", name_at, names), "train");
    assert_string_equal(settings_nearest("EVALUTE", name_at, names), "evaluate");
    assert_null(settings_nearest("serve", name_at, names));
    assert_null(settings_nearest("", name_at, names));
    assert_null(settings_nearest("x", name_at, names));
}

/* Each kind as its own type; what is absent is null. */
static void settings_become_json(void **state) {
    (void)state;
    struct arena arena = {0};
    struct settings *settings = settings_create(&arena);
    settings_add(settings, table);
    json_t *object = settings_json(settings);
    char text[600];
    const size_t length =
        json_dumpb(object, text, sizeof text, JSON_COMPACT | JSON_REAL_PRECISION(6));
    assert_true(length < sizeof text);
    text[length] = '\0';
    assert_string_equal(text,
                        "{\"model.k\":40,\"model.shrinkage\":100.0,\"model.similarity\":\"cosine\","
                        "\"trainer.lr\":0.001,\"trainer.verbose\":false,"
                        "\"model.layers\":[64,32,16],\"trainer.betas\":[0.9,0.999],"
                        "\"evaluation.metrics\":[\"ndcg\",\"hit_rate\"],\"note\":\"\","
                        "\"tags\":[],\"limit\":null,\"ratio\":null}");
    json_decref(object);
    arena_release(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(defaults_hold_until_set, set_up, tear_down),
        cmocka_unit_test_setup_teardown(aliases_are_the_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_way_of_writing_has_one_canonical_text, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(lists_are_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_absent_number_is_zero_or_nan, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unknown_keys_name_the_nearest, set_up, tear_down),
        cmocka_unit_test_setup_teardown(values_out_of_range_name_the_bounds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(other_kinds_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(errors_begin_with_the_origin, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_copy_stands_on_its_own, set_up, tear_down),
        cmocka_unit_test_setup_teardown(entries_come_in_the_order_of_adding, set_up, tear_down),
        cmocka_unit_test_setup_teardown(numbers_do_not_follow_the_locale, set_up, tear_down),
        cmocka_unit_test(settings_become_json),
        cmocka_unit_test(the_nearest_name_is_a_third_away_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
