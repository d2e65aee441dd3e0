/* test_service.c: which models are served under which names, and who frees what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "service/service.h"
#include "service/tiny.h"

static struct snapshot *made(int *released) {
    struct tiny *tiny = tiny_create();
    tiny->released = released;
    return tiny_snapshot(tiny);
}

static void nothing_is_served_at_first(void **state) {
    (void)state;
    struct service *service;
    struct snapshot *snapshot;
    struct error error;
    assert_int_equal(service_create(&service, &error), STATUS_OK);
    assert_int_equal(service_model_count(service), 0);
    assert_int_equal(service_acquire(service, NULL, &snapshot, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.text, "no model is served; train one with `matinee train MODEL`");
    service_destroy(service);
    service_destroy(NULL);
}

static void names_are_given_and_found(void **state) {
    (void)state;
    int released = 0;
    struct service *service = tiny_service(tiny_create());
    struct snapshot *snapshot;
    struct error error;
    assert_int_equal(service_adopt(service, made(&released), NULL, &error), STATUS_OK);
    assert_int_equal(service_adopt(service, made(&released), "neighbours", &error), STATUS_OK);
    assert_int_equal(service_model_count(service), 3);
    assert_int_equal(service_acquire(service, NULL, &snapshot, &error), STATUS_OK);
    assert_string_equal(service_name(snapshot), "tiny");
    service_release(snapshot);
    assert_int_equal(service_acquire(service, "tiny-2", &snapshot, &error), STATUS_OK);
    assert_string_equal(service_name(snapshot), "tiny-2");
    service_release(snapshot);
    assert_int_equal(service_set_default(service, "neighbours", &error), STATUS_OK);
    assert_int_equal(service_acquire(service, NULL, &snapshot, &error), STATUS_OK);
    assert_string_equal(service_name(snapshot), "neighbours");
    service_release(snapshot);

    assert_int_equal(service_acquire(service, "neighbors", &snapshot, &error), STATUS_NOT_FOUND);
    assert_string_equal(error.text,
                        "no model called \"neighbors\" is served; did you mean \"neighbours\"?");
    assert_int_equal(service_set_default(service, "xyz", &error), STATUS_NOT_FOUND);
    assert_string_equal(error.text, "no model called \"xyz\" is served; \"neighbours\" is, and "
                                    "/api/models lists all");
    service_destroy(service);
    assert_int_equal(released, 2);
}

static void a_newer_model_replaces_and_the_old_one_lives_on(void **state) {
    (void)state;
    int released = 0;
    struct service *service;
    struct snapshot *old, *new;
    struct error error;
    assert_int_equal(service_create(&service, &error), STATUS_OK);
    assert_int_equal(service_adopt(service, made(&released), "m", &error), STATUS_OK);
    assert_int_equal(service_acquire(service, "m", &old, &error), STATUS_OK);
    assert_int_equal(service_adopt(service, made(&released), "m", &error), STATUS_OK);
    assert_int_equal(service_model_count(service), 1);
    assert_int_equal(released, 0); /* a request still holds it */
    assert_int_equal(service_acquire(service, "m", &new, &error), STATUS_OK);
    assert_ptr_not_equal(old, new);
    assert_string_equal(service_catalogue(old)->name, "tiny");
    service_release(old);
    assert_int_equal(released, 1);
    service_release(new);
    service_destroy(service);
    assert_int_equal(released, 2);
}

static void there_is_a_most(void **state) {
    (void)state;
    int released = 0;
    struct service *service;
    struct error error;
    assert_int_equal(service_create(&service, &error), STATUS_OK);
    for (int i = 0; i < 64; i++)
        assert_int_equal(service_adopt(service, made(&released), NULL, &error), STATUS_OK);
    assert_int_equal(service_adopt(service, made(&released), NULL, &error), STATUS_LIMIT);
    assert_int_equal(released, 1);
    assert_int_equal(service_model_count(service), 64);
    service_destroy(service);
    assert_int_equal(released, 65);
}

static void models_are_described(void **state) {
    (void)state;
    struct service *service = tiny_service(tiny_create());
    struct arena arena = {0};
    struct service_model *models;
    assert_int_equal(service_models(service, &models, &arena), 1);
    service_destroy(service); /* what was told does not borrow from it */
    assert_string_equal(models[0].name, "tiny");
    assert_string_equal(models[0].family, "test");
    assert_string_equal(models[0].data_name, "tiny");
    assert_string_equal(models[0].metrics, "{\"ndcg@10\": 0.25}");
    assert_int_equal(settings_int(models[0].settings, "model.k"), 40);
    assert_true(models[0].is_default);
    arena_release(&arena);
}

static void a_model_of_another_catalogue_is_refused(void **state) {
    (void)state;
    struct tiny *tiny = tiny_create();
    struct snapshot *snapshot;
    struct error error;
    tiny->model.item_count = 9;
    const struct snapshot_source source = {.model = &tiny->model, .catalogue = &tiny->catalogue};
    assert_int_equal(snapshot_create(&snapshot, &source, &error), STATUS_BAD_INPUT);
    assert_string_equal(error.text, "the model knows 5 users and 9 items, its catalogue 5 and 8; "
                                    "train it again");
    tiny_destroy(tiny);
}

static void a_missing_file_is_named(void **state) {
    (void)state;
    struct service *service;
    struct error error;
    assert_int_equal(service_create(&service, &error), STATUS_OK);
    assert_int_not_equal(service_load(service, "no/such/file.safetensors", NULL, &error),
                         STATUS_OK);
    assert_non_null(strstr(error.text, "no/such/file.safetensors"));
    assert_int_equal(service_model_count(service), 0);
    service_destroy(service);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_served_at_first),
        cmocka_unit_test(names_are_given_and_found),
        cmocka_unit_test(a_newer_model_replaces_and_the_old_one_lives_on),
        cmocka_unit_test(there_is_a_most),
        cmocka_unit_test(models_are_described),
        cmocka_unit_test(a_model_of_another_catalogue_is_refused),
        cmocka_unit_test(a_missing_file_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
