/* test_alloc.c: what happens when memory runs out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"

static void wait_for_ever(void) {
    for (;;)
        pause();
}

/* As OpenBLAS does while one of its threads is stuck: a handler at exit must not hold us up. */
static void test_out_of_memory_ends_at_once(void **state) {
    (void)state;
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (atexit(wait_for_ever) != 0)
            _exit(3);
        close(STDERR_FILENO);
        alarm(20);
        void *volatile block = alloc_bytes(SIZE_MAX / 4);
        alloc_free(block);
        _exit(4);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    assert_true(WIFEXITED(how));
    assert_int_equal(WEXITSTATUS(how), 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_out_of_memory_ends_at_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
