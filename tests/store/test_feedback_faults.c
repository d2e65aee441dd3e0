/* test_feedback_faults.c: the power goes while many write: whatever was acknowledged is on the
 * disk. The disk is one that keeps nothing which was not synced (power_cut.h); one that lies about
 * syncing shows that a loss would be seen. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"
#include "store/feedback.h"
#include "store/power_cut.h"

enum { WRITERS = 6, CUTS = 25 };

static char folder[] = "/tmp/matinee-cut-XXXXXX";
static char path[128], copy[128];
static struct feedback *feedback;
static atomic_bool stop;
static atomic_int acknowledged[WRITERS]; /* writer w has been told that events 1 ... n are there */

static void *write_on(void *number) {
    const int w = (int)(intptr_t)number;
    for (int n = 1; !atomic_load(&stop); n++) {
        char person[16], item[16];
        struct error error;
        snprintf(person, sizeof person, "w%d", w);
        snprintf(item, sizeof item, "%d", n);
        const struct feedback_event event = {.person = person,
                                             .item = item,
                                             .kind = FEEDBACK_RATING,
                                             .value = n % 5 + 1,
                                             .time = n,
                                             .hour = -1};
        if (feedback_append(feedback, &event, 1, &error) == STATUS_OK)
            atomic_store(&acknowledged[w], n);
    }
    return NULL;
}

/* How many acknowledged events are not in the store that a cut has left. */
static int count_lost(const int *told) {
    struct feedback *left;
    struct error error;
    struct arena arena = {0};
    int lost = 0;
    const enum status status = feedback_open(&left, copy, &error);
    for (int w = 0; w < WRITERS; w++) {
        char person[16];
        struct feedback_row *rows;
        size_t count = 0;
        snprintf(person, sizeof person, "w%d", w);
        if (status == STATUS_OK &&
            feedback_rows(left, person, &arena, &rows, &count, &error) != STATUS_OK)
            count = 0;
        /* They are written in order: without gaps the number of rows says all. */
        lost += (int)count < told[w] ? told[w] - (int)count : 0;
        for (size_t i = 0; i < count; i++)
            lost += rows[i].time != (int64_t)i + 1 || rows[i].value != (double)((i + 1) % 5 + 1);
    }
    if (status == STATUS_OK)
        feedback_close(left);
    arena_release(&arena);
    return lost;
}

static int cut_once(int number) {
    int told[WRITERS];
    static const char *const endings[] = {"", "-wal", "-shm"};
    for (size_t i = 0; i < 3; i++) {
        char file[160];
        snprintf(file, sizeof file, "%s%s", copy, endings[i]);
        unlink(file);
    }
    usleep(3000 + (useconds_t)(number * 1237 % 9000));
    for (int w = 0; w < WRITERS; w++)
        told[w] = atomic_load(&acknowledged[w]);
    power_cut_copy(path, copy);
    return count_lost(told);
}

static int run_cuts(const char *name, bool lies) {
    pthread_t writers[WRITERS];
    struct error error;
    int lost = 0;
    snprintf(path, sizeof path, "%s/%s.db", folder, name);
    snprintf(copy, sizeof copy, "%s/%s-left.db", folder, name);
    power_cut.ignores_syncs = false;
    atomic_store(&stop, false);
    assert_int_equal(feedback_open(&feedback, path, &error), STATUS_OK);
    power_cut.ignores_syncs = lies;
    for (intptr_t w = 0; w < WRITERS; w++) {
        atomic_store(&acknowledged[w], 0);
        assert_int_equal(pthread_create(&writers[w], NULL, write_on, (void *)w), 0);
    }
    for (int i = 0; i < CUTS; i++)
        lost += cut_once(i);
    atomic_store(&stop, true);
    for (int w = 0; w < WRITERS; w++)
        pthread_join(writers[w], NULL);
    feedback_close(feedback);
    power_cut_forget();
    return lost;
}

static void what_was_acknowledged_is_on_the_disk(void **state) {
    (void)state;
    const long before = power_cut.syncs;
    assert_int_equal(run_cuts("good", false), 0);
    int told = 0;
    for (int w = 0; w < WRITERS; w++)
        told += atomic_load(&acknowledged[w]);
    printf("%d events acknowledged, %ld syncs, %d cuts\n", told, power_cut.syncs - before, CUTS);
    assert_true(told > CUTS);
}

static void a_loss_would_be_seen(void **state) {
    (void)state;
    assert_true(run_cuts("lies", true) > 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_acknowledged_is_on_the_disk),
                                       cmocka_unit_test(a_loss_would_be_seen)};
    struct error error;
    if (!mkdtemp(folder))
        return 1;
    power_cut_install();
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    files_remove_folder(folder, &error);
    return failed;
}
