/* test_recorder.c: a training on a tiny data set, recorded: epochs, figures, how popular what is
 * shown is, the cold-start curve; and that nothing that goes wrong with a store stops it. */
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

#include <jansson.h>

#include "base/files.h"
#include "base/rng.h"
#include "experiment/experiment.h"
#include "experiment/recorder.h"
#include "experiment/shown.h"
#include "store/runs.h"
#include "trackers/tracker.h"

#define USERS 60
#define ITEMS 40

static char folder[] = "/tmp/matinee-recorder-XXXXXX";
static char data_path[128], store_path[128];
static struct progress silent;
static struct arena arena;

static const struct setting_spec place_rows[] = {
    {"project_name", SETTING_TEXT, "matinee", 0, 0, NULL, NULL, "a name"},
    {"experiment_name", SETTING_TEXT, "", 0, 0, NULL, NULL, "a name"},
    {"run_name", SETTING_TEXT, "", 0, 0, NULL, NULL, "a name"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

/* Everybody has 12 or 13 items, the popular ones more often. */
static int make_data(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(data_path, sizeof data_path, "%s/tiny.csv", folder);
    snprintf(store_path, sizeof store_path, "%s/matinee.db", folder);
    FILE *file = fopen(data_path, "w");
    if (!file)
        return -1;
    struct rng rng;
    rng_init(&rng, 5, 0);
    fputs("user,item,rating,timestamp\n", file);
    for (unsigned u = 0; u < USERS; u++) {
        uint32_t items[ITEMS];
        for (uint32_t i = 0; i < ITEMS; i++)
            items[i] = i;
        rng_shuffle(&rng, items, u % 2 ? ITEMS : ITEMS / 2);
        for (unsigned n = 0; n < 12 + u % 2; n++)
            fprintf(file, "u%u,i%u,4,%u\n", u, items[n], 1000 + n);
    }
    progress_init(&silent, true);
    return fclose(file);
}

static int remove_data(void **state) {
    (void)state;
    struct error error;
    arena_release(&arena);
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

struct job {
    struct settings *settings, *places;
};

static struct job job_for(const char *model) {
    const struct model_ops *ops;
    struct error error;
    struct job job = {.places = settings_create(&arena)};
    assert_int_equal(model_find(&ops, model, &error), STATUS_OK);
    job.settings = experiment_settings_for(ops, &arena);
    settings_set(job.settings, "model", model, NULL, &error);
    settings_set(job.settings, "data", data_path, NULL, &error);
    if (ops->traits & MODEL_TRAINED) {
        settings_set(job.settings, "trainer.max_epochs", "4", NULL, &error);
        settings_set(job.settings, "trainer.eval_every_n_epochs", "2", NULL, &error);
    }
    settings_add(job.places, place_rows);
    settings_add(job.places, tracker_settings);
    settings_set(job.places, "logger.save_dir", folder, NULL, &error);
    return job;
}

static struct recorder *record(const struct job *job, const char *store) {
    const struct recorder_options options = {.store = store,
                                             .kind = "train",
                                             .version = "test",
                                             .settings = job->settings,
                                             .places = job->places};
    return recorder_create(&options, &arena);
}

static struct experiment_report *train(const struct job *job, struct recorder *recorder) {
    static const int64_t lengths[] = {1, 4, 7, 50};
    struct experiment_report *report;
    struct error error;
    const struct experiment_options options = {.progress = &silent,
                                               .watch = recorder_watch(recorder),
                                               .shows = true,
                                               .evolution = lengths,
                                               .evolution_count = 4};
    if (experiment_train(job->settings, &options, &arena, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return report;
}

static void a_run_is_kept(void **state) {
    (void)state;
    struct job job = job_for("gmf");
    struct recorder *recorder = record(&job, store_path);
    struct experiment_report *report = train(&job, recorder);
    int64_t id = recorder_done(recorder, report);
    assert_true(id > 0);
    struct runs *runs;
    struct error error;
    struct runs_record run;
    struct runs_epoch *epochs;
    struct runs_metric *metrics;
    size_t count;
    assert_int_equal(runs_open(&runs, store_path, &error), STATUS_OK);
    assert_int_equal(runs_get(runs, id, &arena, &run, &error), STATUS_OK);
    assert_string_equal(run.status, "done");
    assert_string_equal(run.model, "gmf");
    assert_string_equal(run.digest,
                        experiment_digest(job.settings, report->data_checksum, "test", &arena));
    assert_non_null(strstr(run.settings, "trainer.max_epochs: 4\n"));
    assert_non_null(strstr(run.settings, data_path));
    assert_int_equal(runs_epochs(runs, id, &arena, &epochs, &count, &error), STATUS_OK);
    assert_int_equal(count, 4);
    for (size_t i = 0; i < count; i++)
        assert_true(epochs[i].loss == report->runs[0].fit.epochs[i].loss);
    assert_true(isnan(epochs[0].validation) && isfinite(epochs[1].validation));
    assert_int_equal(runs_metrics(runs, id, &arena, &metrics, &count, &error), STATUS_OK);
    assert_int_equal(count, report->metric_count);
    assert_true(metrics[0].value == report->metrics[0].value);
    json_t *json = json_loads(run.report, 0, NULL);
    assert_int_equal(json_array_size(json_object_get(json, "shown")), report->shown_count);
    assert_int_equal(json_array_size(json_object_get(json, "evolution")), 3);
    json_decref(json);
    runs_close(runs);
}

static void what_is_shown(void **state) {
    (void)state;
    struct job job = job_for("popularity");
    struct recorder *recorder = record(&job, NULL);
    struct experiment_report *report = train(&job, recorder);
    assert_int_equal(recorder_done(recorder, report), 0);
    double items = 0, interactions = 0, shown = 0;
    for (size_t g = 0; g < report->shown_count; g++) {
        items += report->shown[g].items;
        interactions += report->shown[g].interactions;
        shown += report->shown[g].shown;
        assert_true(report->shown[g].least <= report->shown[g].most);
        assert_true(g == 0 || report->shown[g].least == report->shown[g - 1].most + 1);
    }
    assert_true(fabs(items - 1) < 1e-9 && fabs(interactions - 1) < 1e-9 && fabs(shown - 1) < 1e-9);
    /* What is shown by popularity is more popular than what people have. */
    const struct shown_group *top = &report->shown[report->shown_count - 1];
    assert_true(top->shown > top->items);
}

/* The longest history that leaves five is 8 (of 13): 50 is left out, and who has 12 is counted for
 * lengths up to 7 alone: all points are of the same people. */
static void the_curve(void **state) {
    (void)state;
    struct job job = job_for("item_knn");
    struct recorder *recorder = record(&job, NULL);
    struct experiment_report *report = train(&job, recorder);
    recorder_done(recorder, report);
    assert_int_equal(report->evolution.count, 3);
    static const uint32_t expected[] = {1, 4, 7};
    for (size_t i = 0; i < 3; i++) {
        const struct experiment_evolution_point *point = &report->evolution.points[i];
        assert_int_equal(point->ratings, expected[i]);
        assert_int_equal(point->users, USERS);
        for (size_t m = 0; m < report->evolution.metric_count; m++)
            assert_true(isfinite(point->metrics[m].value));
    }
}

static void digests(void **state) {
    (void)state;
    struct job one = job_for("item_knn"), two = job_for("item_knn");
    struct error error;
    uint8_t sum[32] = {1}, other[32] = {2};
    const char *first = experiment_digest(one.settings, sum, "1", &arena);
    settings_set(two.settings, "threads", "7", NULL, &error);
    settings_set(two.settings, "data", "/elsewhere/the-same.csv", NULL, &error);
    assert_string_equal(first, experiment_digest(two.settings, sum, "1", &arena));
    assert_string_not_equal(first, experiment_digest(two.settings, other, "1", &arena));
    assert_string_not_equal(first, experiment_digest(two.settings, sum, "2", &arena));
    settings_set(two.settings, "model.k", "7", NULL, &error);
    assert_string_not_equal(first, experiment_digest(two.settings, sum, "1", &arena));
}

static void a_bad_store_costs_a_warning(void **state) {
    (void)state;
    struct error error;
    struct job job = job_for("popularity");
    char junk[4096];
    memset(junk, 'x', sizeof junk);
    const char *damaged = files_join(&arena, folder, "damaged.db");
    assert_int_equal(files_write(damaged, junk, sizeof junk, &error), STATUS_OK);
    static const char *const tries[] = {NULL, "/proc/nowhere/matinee.db"};
    for (size_t i = 0; i < 2; i++) {
        struct recorder *recorder = record(&job, tries[i] ? tries[i] : damaged);
        struct experiment_report *report = train(&job, recorder);
        assert_int_equal(recorder_done(recorder, report), 0);
    }
}

static void failures_are_kept(void **state) {
    (void)state;
    struct job job = job_for("popularity");
    struct recorder *recorder = record(&job, store_path);
    struct error error, second;
    error_set(&error, STATUS_CANCELLED, "stopped");
    int64_t id = recorder_failed(recorder, &error);
    struct runs *runs;
    struct runs_record run;
    assert_int_equal(runs_open(&runs, store_path, &second), STATUS_OK);
    assert_int_equal(runs_get(runs, id, &arena, &run, &second), STATUS_OK);
    assert_string_equal(run.status, "cancelled");
    assert_string_equal(run.error, "stopped");
    runs_close(runs);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_run_is_kept),
        cmocka_unit_test(what_is_shown),
        cmocka_unit_test(the_curve),
        cmocka_unit_test(digests),
        cmocka_unit_test(a_bad_store_costs_a_warning),
        cmocka_unit_test(failures_are_kept),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
