/* test_matinee.c: the public library on a model file that is made here from the tiny catalogue
 * (tests/service/tiny.h).
 *
 * `test_matinee --write FILE` leaves such a file for tests/library/install. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <matinee.h>

#include "base/files.h"
#include "models/model_file.h"
#include "service/tiny.h"

static const char PATH[] = "build/test_matinee.safetensors";

/* A fitted model of the tiny catalogue; NULL if that fails. */
static struct model *fitted(const char *name, const struct tiny *tiny, struct settings *settings,
                            struct error *error) {
    const struct model_ops *ops;
    struct model *model = NULL;
    struct progress progress = {0};
    const struct fit_input input = {
        .train = &tiny->catalogue.interactions, .seed = 42, .progress = &progress};
    if (model_find(&ops, name, error) != STATUS_OK)
        return NULL;
    settings_add(settings, ops->settings);
    if (ops->create(&model, settings, error) != STATUS_OK)
        return NULL;
    if (ops->fit(model, &input, error) == STATUS_OK)
        return model;
    model_destroy(model);
    return NULL;
}

static enum status write_model(const char *path, struct error *error) {
    struct tiny *tiny = tiny_create();
    struct settings *settings = settings_create(&tiny->arena);
    struct model *model = fitted("ease", tiny, settings, error);
    const struct model_file_content content = {.catalogue = &tiny->catalogue,
                                               .histories = &tiny->catalogue.interactions,
                                               .settings = settings,
                                               .fitted_on = "all"};
    enum status status = model ? files_make_parent(path, error) : error->status;
    if (status == STATUS_OK)
        status = model_file_save(path, model, &content, error);
    model_destroy(model);
    tiny_destroy(tiny);
    return status;
}

static matinee *m;

static void opening(void **state) {
    (void)state;
    assert_string_equal(matinee_version(), "0.1.0");
    assert_string_equal(matinee_model_name(m), "ease");
    assert_int_equal(matinee_user_count(m), TINY_USERS);
    assert_int_equal(matinee_film_count(m), TINY_ITEMS);
    matinee *none = m;
    assert_int_equal(matinee_open(&none, "no/such.safetensors"), MATINEE_NOT_FOUND);
    assert_null(none);
    assert_non_null(strstr(matinee_last_error(), "no/such.safetensors"));
    assert_int_equal(matinee_open(&none, "README.md"), MATINEE_BAD_FILE);
    assert_int_equal(matinee_open(&none, NULL), MATINEE_BAD_ARGUMENT);
    assert_string_equal(matinee_last_error(), "path may not be NULL");
    assert_int_equal(matinee_open(NULL, PATH), MATINEE_BAD_ARGUMENT);
    matinee_close(NULL);
}

static void recommending(void **state) {
    (void)state;
    matinee_film films[10];
    assert_int_equal(matinee_recommend(m, "1", films, 10), 5); /* of 8 he has 3 */
    assert_string_equal(films[0].id, "40");
    assert_string_equal(films[0].title, "Delta (1993)");
    assert_int_equal(films[0].year, 1993);
    assert_true(films[0].score > 0 && films[0].score < 1);
    assert_true(films[1].score <= films[0].score);
    assert_int_equal(matinee_recommend(m, "1", films, 2), 2);
    assert_int_equal(matinee_recommend(m, "nobody", films, 2), -MATINEE_NOT_FOUND);
    assert_string_equal(matinee_last_error(), "there is no user \"nobody\"");
    assert_int_equal(matinee_recommend(m, "1", films, 0), -MATINEE_BAD_ARGUMENT);
    assert_string_equal(matinee_last_error(), "capacity is 0, expected 1 to 1000");
    assert_int_equal(matinee_recommend(m, "1", films, 1001), -MATINEE_BAD_ARGUMENT);
    assert_int_equal(matinee_recommend(m, NULL, films, 1), -MATINEE_BAD_ARGUMENT);
    assert_int_equal(matinee_recommend(NULL, "1", films, 1), -MATINEE_BAD_ARGUMENT);
    assert_int_equal(matinee_recommend(m, "1", NULL, 1), -MATINEE_BAD_ARGUMENT);
}

static void folding_in(void **state) {
    (void)state;
    matinee_film films[10], same[10];
    /* The past of user 1 told as ratings is the past of user 1. */
    const matinee_rating ratings[] = {{"10", 5}, {"20", 4}, {"30", 1}};
    assert_int_equal(matinee_recommend_for(m, ratings, 3, films, 10), 5);
    assert_int_equal(matinee_recommend(m, "1", same, 10), 5);
    for (int i = 0; i < 5; i++) {
        assert_string_equal(films[i].id, same[i].id);
        ASSERT_NEAR(films[i].score, same[i].score, 1e-6);
    }
    assert_int_equal(matinee_recommend_for(m, NULL, 0, films, 1), 1);
    assert_string_equal(films[0].id, "10"); /* what is popular */
    const matinee_rating unknown = {"99", 5};
    assert_int_equal(matinee_recommend_for(m, &unknown, 1, films, 1), -MATINEE_NOT_FOUND);
    assert_int_equal(matinee_recommend_for(m, NULL, 1, films, 1), -MATINEE_BAD_ARGUMENT);
    assert_int_equal(matinee_fold_in(m, ratings, 3, NULL, 0), -MATINEE_NOT_FOUND);
    assert_non_null(strstr(matinee_last_error(), "has no vectors"));
}

static void likeness(void **state) {
    (void)state;
    matinee_film films[10];
    matinee_film facts;
    assert_int_equal(matinee_similar(m, "10", films, 10), 7);
    assert_string_not_equal(films[0].id, "10");
    assert_true(films[0].score > films[6].score && films[0].score < 1);
    assert_int_equal(matinee_similar(m, "99", films, 10), -MATINEE_NOT_FOUND);
    assert_int_equal(matinee_film_facts(m, "50", &facts), MATINEE_OK);
    assert_string_equal(facts.title, "\xc3\x89psilon (1994)");
    assert_int_equal(matinee_film_facts(m, "99", &facts), MATINEE_NOT_FOUND);
    assert_string_equal(matinee_last_error(), "there is no film with the id \"99\"");
}

static int start(void **state) {
    (void)state;
    struct error error;
    if (write_model(PATH, &error) != STATUS_OK || matinee_open(&m, PATH) != MATINEE_OK) {
        fprintf(stderr, "%s %s\n", error.text, matinee_last_error());
        return -1;
    }
    return 0;
}

static int stop(void **state) {
    (void)state;
    matinee_close(m);
    return 0;
}

int main(int count, char **arguments) {
    struct error error;
    if (count == 3 && strcmp(arguments[1], "--write") == 0)
        return write_model(arguments[2], &error) != STATUS_OK;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening),
        cmocka_unit_test(recommending),
        cmocka_unit_test(folding_in),
        cmocka_unit_test(likeness),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
