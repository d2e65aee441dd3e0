/* test_id_map.c: outside ids and indices, both ways: small integers, large ones, words,
 * look-alikes. */
#include "data_files.h"

#include "dataset/id_builder.h"

static uint32_t add(struct id_builder *builder, const char *id) {
    return id_builder_add(builder, id, strlen(id));
}

static void test_order_of_coming(void **state) {
    (void)state;
    struct id_builder builder;
    id_builder_init(&builder);
    static const char *const ids[] = {"7",       "tt7",     "07",       "0",
                                      "4194303", "4194304", "99999999", "12345678901234567890",
                                      "Amélie",  "-1",      "1.0",      " 7"};
    uint32_t count = sizeof ids / sizeof ids[0];
    for (uint32_t i = 0; i < count; i++)
        assert_int_equal(add(&builder, ids[i]), i);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(add(&builder, ids[i]), i);
        assert_int_equal(id_builder_find(&builder, ids[i], strlen(ids[i])), i);
    }
    assert_int_equal(id_builder_find(&builder, "8", 1), DATASET_NONE);
    assert_int_equal(id_builder_find(&builder, "tt8", 3), DATASET_NONE);
    assert_null(id_builder_ascending(&builder, &test_arena));
    struct id_map map = id_builder_finish(&builder, NULL, &test_arena);
    assert_int_equal(map.count, count);
    for (uint32_t i = 0; i < count; i++) {
        struct text_slice name = id_map_name(&map, i);
        assert_int_equal(name.length, strlen(ids[i]));
        assert_memory_equal(name.start, ids[i], name.length);
        assert_int_equal(id_map_find(&map, ids[i], name.length), i);
    }
    assert_int_equal(id_map_find(&map, "8", 1), DATASET_NONE);
    assert_int_equal(id_map_find(&map, "", 0), DATASET_NONE);
}

static void test_ascending(void **state) {
    (void)state;
    struct id_builder builder;
    id_builder_init(&builder);
    add(&builder, "30"), add(&builder, "4"), add(&builder, "100");
    const uint32_t *rank = id_builder_ascending(&builder, &test_arena);
    assert_non_null(rank);
    assert_true(rank[0] == 1 && rank[1] == 0 && rank[2] == 2);
    struct id_map map = id_builder_finish(&builder, rank, &test_arena);
    assert_int_equal(id_map_find(&map, "4", 1), 0);
    assert_int_equal(id_map_find(&map, "30", 2), 1);
    assert_int_equal(id_map_find(&map, "100", 3), 2);
    id_builder_init(&builder);
    add(&builder, "4"), add(&builder, "30");
    assert_null(id_builder_ascending(&builder, &test_arena));
    id_builder_release(&builder);
}

static void test_many_words(void **state) {
    (void)state;
    struct id_builder builder;
    id_builder_init(&builder);
    char id[32];
    for (uint32_t i = 0; i < 50000; i++) {
        int length = snprintf(id, sizeof id, "user-%u", i * 7919u);
        assert_int_equal(id_builder_add(&builder, id, (size_t)length), i);
    }
    struct id_map map = id_builder_finish(&builder, NULL, &test_arena);
    for (uint32_t i = 0; i < 50000; i += 37) {
        int length = snprintf(id, sizeof id, "user-%u", i * 7919u);
        assert_int_equal(id_map_find(&map, id, (size_t)length), i);
    }
    assert_int_equal(id_map_find(&map, "user-1", 6), DATASET_NONE);
}

static void test_an_empty_map(void **state) {
    (void)state;
    struct id_map map = {0};
    assert_int_equal(id_map_find(&map, "1", 1), DATASET_NONE);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_order_of_coming),
        TEST(test_ascending),
        TEST(test_many_words),
        TEST(test_an_empty_map),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
