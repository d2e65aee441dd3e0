/* test_arena.c: memory by lifetime: alignment, zeroing, mark and reset, large blocks, scratch. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

static bool is_zero(const char *bytes, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (bytes[i])
            return false;
    return true;
}

static void test_blocks_are_aligned_zeroed_and_apart(void **state) {
    (void)state;
    struct arena arena = {0};
    char *before = NULL;
    size_t before_bytes = 0;
    for (size_t bytes = 0; bytes < 3000; bytes += 7) {
        char *block = arena_alloc(&arena, bytes);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % (bytes >= 64 ? 64 : 16), 0);
        assert_true(is_zero(block, bytes));
        if (before)
            assert_true(block >= before + before_bytes || block + bytes <= before);
        memset(block, 0xa5, bytes);
        before = block;
        before_bytes = bytes;
    }
    arena_release(&arena);
}

static void test_a_large_block_is_its_own(void **state) {
    (void)state;
    struct arena arena = {0};
    char *small = arena_alloc(&arena, 100);
    memset(small, 1, 100);
    const size_t bytes = (size_t)20 << 20;
    char *large = arena_alloc(&arena, bytes);
    assert_true(is_zero(large, bytes));
    large[bytes - 1] = 1;
    assert_true(arena_bytes(&arena) >= bytes);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(small[i], 1);
    arena_release(&arena);
    assert_int_equal(arena_bytes(&arena), 0);
    assert_non_null(arena_alloc(&arena, 8)); /* it may be used again */
    arena_release(&arena);
    arena_release(&arena);
}

static void test_reset_gives_back_what_came_after_the_mark(void **state) {
    (void)state;
    struct arena arena = {0};
    char *kept = arena_copy(&arena, "kept");
    const struct arena_position mark = arena_mark(&arena);
    char *first = arena_alloc(&arena, 1000);
    memset(first, 0xff, 1000);
    arena_reset(&arena, mark);
    char *again = arena_alloc(&arena, 1000);
    assert_ptr_equal(first, again);
    assert_true(is_zero(again, 1000)); /* zeroed though it was used before */
    assert_string_equal(kept, "kept");
    /* Over the end of a block and back. */
    arena_reset(&arena, mark);
    const size_t held = arena_bytes(&arena);
    for (int i = 0; i < 100; i++)
        memset(arena_alloc_raw(&arena, 60000), 0xee, 60000);
    assert_true(arena_bytes(&arena) > held);
    arena_reset(&arena, mark);
    assert_true(arena_bytes(&arena) <= held + ((size_t)5 << 20)); /* and one spare block */
    assert_true(is_zero(arena_alloc(&arena, 30000), 30000));
    assert_true(is_zero(arena_alloc(&arena, 60000), 60000)); /* in the spare block */
    assert_true(is_zero(arena_alloc(&arena, 60000), 60000));
    assert_string_equal(kept, "kept");
    arena_release(&arena);
}

static void test_marks_nest(void **state) {
    (void)state;
    struct arena arena = {0};
    const struct arena_position outer = arena_mark(&arena);
    for (int i = 0; i < 50; i++) {
        arena_alloc(&arena, 5000);
        const struct arena_position inner = arena_mark(&arena);
        arena_alloc(&arena, 200000);
        arena_reset(&arena, inner);
    }
    arena_reset(&arena, outer);
    char *block = arena_alloc(&arena, 64);
    assert_true(is_zero(block, 64));
    arena_release(&arena);
}

/* A loop of mark and reset on an empty arena does not go to the system each time, and a reset after
 * one large block does not hold on to it. */
static void test_reset_of_an_empty_arena_keeps_a_block(void **state) {
    (void)state;
    struct arena arena = {0};
    size_t held = 0;
    for (int i = 0; i < 10; i++) {
        const struct arena_position mark = arena_mark(&arena);
        assert_true(is_zero(arena_alloc(&arena, 1000), 1000));
        memset(arena_alloc_raw(&arena, 1000), 0xcc, 1000);
        arena_reset(&arena, mark);
        if (i == 0)
            held = arena_bytes(&arena);
        assert_int_equal(arena_bytes(&arena), held);
    }
    const struct arena_position mark = arena_mark(&arena);
    arena_alloc(&arena, (size_t)64 << 20);
    arena_reset(&arena, mark);
    assert_true(arena_bytes(&arena) < (size_t)16 << 20);
    arena_release(&arena);
}

static void test_texts(void **state) {
    (void)state;
    struct arena arena = {0};
    assert_string_equal(arena_copy(&arena, ""), "");
    assert_string_equal(arena_copy_length(&arena, "matinee", 3), "mat");
    assert_string_equal(arena_format(&arena, "%s-%d", "k", 40), "k-40");
    char longer[5000];
    memset(longer, 'x', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    assert_string_equal(arena_format(&arena, "%s", longer), longer);
    arena_release(&arena);
}

static void *scratch_of_another_thread(void *unused) {
    (void)unused;
    struct arena *mine = arena_scratch();
    arena_alloc(mine, 100000);
    return mine;
}

static void test_each_thread_has_its_scratch(void **state) {
    (void)state;
    struct arena *mine = arena_scratch();
    assert_ptr_equal(mine, arena_scratch());
    const struct arena_position mark = arena_mark(mine);
    pthread_t thread;
    void *others;
    assert_int_equal(pthread_create(&thread, NULL, scratch_of_another_thread, NULL), 0);
    assert_int_equal(pthread_join(thread, &others), 0);
    assert_ptr_not_equal(mine, others);
    arena_reset(mine, mark);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_blocks_are_aligned_zeroed_and_apart),
        cmocka_unit_test(test_a_large_block_is_its_own),
        cmocka_unit_test(test_reset_gives_back_what_came_after_the_mark),
        cmocka_unit_test(test_marks_nest),
        cmocka_unit_test(test_reset_of_an_empty_arena_keeps_a_block),
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_each_thread_has_its_scratch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
