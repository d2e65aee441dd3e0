/* test_trainer.c: the training loop, with GMF as the model that it trains: stopping and the best
 * epoch, checkpoints that resume to the same bytes, cancelling, clipping,
 * accumulation, schedules and hooks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/parallel.h"
#include "models/model.h"
#include "models/trainer.h"

extern const struct model_ops model_gmf;

enum { USERS = 300, ITEMS = 80 };

static char path[64];
static struct progress silent;

/* Users of four tastes: user u likes the items that are u modulo 4, and one more. */
static struct interactions make_rows(struct arena *arena, uint32_t per_user) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, USERS + 1);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, USERS * ITEMS);
    size_t count = 0;
    for (uint32_t user = 0; user < USERS; user++) {
        for (uint32_t i = 0; i < per_user; i++)
            items[count++] = (user % 4 + 4 * ((user + i) % (ITEMS / 4))) % ITEMS;
        offsets[user + 1] = count;
    }
    return (struct interactions){.user_count = USERS,
                                 .item_count = ITEMS,
                                 .count = count,
                                 .offsets = offsets,
                                 .items = items};
}

struct run {
    struct arena arena;
    struct interactions train;
    struct settings *settings;
    struct model *model;
    struct fit_input input;
    struct error error;
    atomic_bool cancel;
    const double *measurements; /* what measure answers, in order */
    size_t measured, cancel_at;
    uint8_t checksums[16][32]; /* of the model at each measurement */
};

static double measure(void *context, const struct model *model) {
    struct run *run = context;
    model_checksum((struct model *)(uintptr_t)model, run->checksums[run->measured]);
    if (run->measured + 1 == run->cancel_at)
        atomic_store(&run->cancel, true);
    return run->measurements[run->measured++];
}

static void set(struct run *run, const char *key, const char *value) {
    if (settings_set(run->settings, key, value, "test", &run->error) != STATUS_OK)
        fail_msg("%s", run->error.text);
}

static void begin(struct run *run, const char *model, const double *measurements) {
    memset(run, 0, sizeof *run);
    const struct model_ops *ops;
    assert_int_equal(model_find(&ops, model, &run->error), STATUS_OK);
    run->train = make_rows(&run->arena, 12);
    run->settings = settings_create(&run->arena);
    settings_add(run->settings, ops->settings);
    settings_add(run->settings, trainer_settings);
    set(run, "trainer.batch_size", "100");
    set(run, "trainer.learning_rate", "0.01");
    set(run, "trainer.eval_every_n_epochs", "1");
    set(run, "trainer.max_epochs", "6");
    run->measurements = measurements;
    run->input = (struct fit_input){.train = &run->train,
                                    .measure = measurements ? measure : NULL,
                                    .measure_context = run,
                                    .measure_name = "ndcg@10",
                                    .seed = 3,
                                    .progress = &silent,
                                    .cancel = &run->cancel};
}

static enum status fit(struct run *run, const char *model) {
    const struct model_ops *ops;
    assert_int_equal(model_find(&ops, model, &run->error), STATUS_OK);
    model_destroy(run->model);
    run->model = NULL;
    assert_int_equal(ops->create(&run->model, run->settings, &run->error), STATUS_OK);
    return ops->fit(run->model, &run->input, &run->error);
}

static void must_fit(struct run *run, const char *model) {
    if (fit(run, model) != STATUS_OK)
        fail_msg("%s", run->error.text);
}

static void end(struct run *run) {
    model_destroy(run->model);
    arena_release(&run->arena);
}

static void checksum(struct run *run, uint8_t sum[32]) { model_checksum(run->model, sum); }

static void assert_same_model(struct run *a, struct run *b) {
    uint8_t first[32], second[32];
    checksum(a, first);
    checksum(b, second);
    assert_memory_equal(first, second, 32);
}

/* The fold-in map is fitted last and is no part of what was measured: compare the tensors before.
 */
static void test_stops_and_restores_the_best_epoch(void **state) {
    (void)state;
    const double values[] = {0.1, 0.3, 0.2, 0.25, 0.9};
    struct run run, again;
    begin(&run, "gmf", values);
    set(&run, "trainer.early_stopping.patience", "2");
    must_fit(&run, "gmf");
    const struct fit_report *report = &run.model->report;
    assert_int_equal(report->epoch_count, 4);
    assert_int_equal(report->best_epoch, 2);
    assert_int_equal(report->choice_count, 1);
    assert_string_equal(report->choices[0], "trainer.max_epochs=2");
    assert_true(report->epochs[1].validation == 0.3);
    /* Two epochs without validation end with the same weights. */
    begin(&again, "gmf", NULL);
    set(&again, "trainer.max_epochs", "2");
    must_fit(&again, "gmf");
    assert_same_model(&run, &again);
    end(&run);
    end(&again);
}

static void test_without_early_stopping_the_last_epoch_stays(void **state) {
    (void)state;
    const double values[] = {0.5, 0.4, 0.3};
    struct run run;
    begin(&run, "gmf", values);
    set(&run, "trainer.max_epochs", "3");
    set(&run, "trainer.early_stopping.enabled", "false");
    must_fit(&run, "gmf");
    assert_int_equal(run.model->report.epoch_count, 3);
    assert_int_equal(run.model->report.best_epoch, 3);
    end(&run);
}

static void test_loss_falls_and_is_watched(void **state) {
    (void)state;
    struct run run;
    begin(&run, "gmf", NULL);
    struct interactions validation = make_rows(&run.arena, 14);
    run.input.validation = &validation;
    set(&run, "trainer.early_stopping.monitor", "val_loss");
    must_fit(&run, "gmf");
    const struct fit_report *report = &run.model->report;
    assert_true(report->epochs[5].loss < report->epochs[0].loss);
    assert_true(report->epochs[5].validation < report->epochs[0].validation);
    assert_true(report->epochs[5].validation > 0);
    end(&run);
}

/* Stopped after three epochs by a cancel, resumed: the same bytes as without a break. */
static void check_resume(const char *sparse) {
    const double values[] = {0.1, 0.2, 0.15, 0.3, 0.25, 0.4};
    struct run whole, broken;
    begin(&whole, "gmf", values);
    set(&whole, "trainer.optimizer.sparse", sparse);
    set(&whole, "trainer.scheduler.name", "reduce_on_plateau");
    must_fit(&whole, "gmf");
    begin(&broken, "gmf", values);
    set(&broken, "trainer.optimizer.sparse", sparse);
    set(&broken, "trainer.scheduler.name", "reduce_on_plateau");
    broken.input.checkpoint_path = path;
    broken.cancel_at = 3;
    assert_int_equal(fit(&broken, "gmf"), STATUS_CANCELLED);
    assert_non_null(strstr(broken.error.text, "--resume"));
    atomic_store(&broken.cancel, false);
    broken.cancel_at = 0;
    broken.input.resume = true;
    must_fit(&broken, "gmf");
    assert_same_model(&whole, &broken);
    assert_int_equal(broken.model->report.epoch_count, 6);
    assert_int_equal(broken.model->report.best_epoch, whole.model->report.best_epoch);
    for (size_t i = 0; i < 6; i++)
        assert_true(broken.model->report.epochs[i].loss == whole.model->report.epochs[i].loss);
    end(&whole);
    end(&broken);
    unlink(path);
}

static void remove_best_files(void) {
    for (int epoch = 1; epoch < 20; epoch++) {
        char name[96];
        snprintf(name, sizeof name, "%s-epoch%d", path, epoch);
        unlink(name);
    }
}

static void test_resumes_to_the_same_bytes(void **state) {
    (void)state;
    check_resume("lazy");
    check_resume("dense");
    remove_best_files();
}

static void test_keeps_the_best_epochs_as_files(void **state) {
    (void)state;
    const double values[] = {0.1, 0.4, 0.2, 0.3, 0.25, 0.05};
    struct run run;
    begin(&run, "gmf", values);
    set(&run, "trainer.checkpoint.save_top_k", "2");
    run.input.checkpoint_path = path;
    must_fit(&run, "gmf");
    for (int epoch = 1; epoch <= 6; epoch++) {
        char name[96];
        snprintf(name, sizeof name, "%s-epoch%d", path, epoch);
        assert_int_equal(access(name, F_OK) == 0, epoch == 2 || epoch == 4);
    }
    end(&run);
    remove_best_files();
    unlink(path);
}

static void test_refuses_a_checkpoint_of_other_settings(void **state) {
    (void)state;
    struct run run;
    begin(&run, "gmf", NULL);
    run.input.checkpoint_path = path;
    must_fit(&run, "gmf");
    run.input.resume = true;
    set(&run, "trainer.learning_rate", "0.02");
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "other settings"));
    /* More epochs of the same settings are welcome. */
    set(&run, "trainer.learning_rate", "0.01");
    set(&run, "trainer.max_epochs", "8");
    must_fit(&run, "gmf");
    assert_int_equal(run.model->report.epoch_count, 8);
    end(&run);
    unlink(path);
}

/* Another split of the same size, and another thing to watch, make another training. */
static void test_refuses_a_checkpoint_of_another_split(void **state) {
    (void)state;
    const double values[] = {0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7};
    struct run run;
    begin(&run, "gmf", values);
    run.input.checkpoint_path = path;
    struct interactions validation = make_rows(&run.arena, 2), other = validation;
    run.input.validation = &validation;
    must_fit(&run, "gmf");
    run.input.resume = true;
    uint32_t *items = (uint32_t *)(uintptr_t)run.train.items;
    items[0] ^= 1;
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "training rows"));
    items[0] ^= 1;
    other.items = run.train.items;
    run.input.validation = &other;
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "validation rows"));
    run.input.validation = &validation;
    run.input.measure_tie = "ndcg@10 among 99";
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "another measurement"));
    run.input.measure_tie = NULL;
    set(&run, "trainer.early_stopping.monitor", "recall@5");
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "other settings"));
    /* How long to wait may change. */
    set(&run, "trainer.early_stopping.monitor", "ndcg@10");
    set(&run, "trainer.early_stopping.patience", "3");
    must_fit(&run, "gmf");
    end(&run);
    remove_best_files();
    unlink(path);
}

/* 0 and 1 stop at the first measurement that is no better, not at one that is. */
static void test_no_patience_stops_at_the_first_step_back(void **state) {
    (void)state;
    const double values[] = {0.1, 0.2, 0.15, 0.3, 0.4, 0.5};
    static const char *const patience[] = {"0", "1"};
    for (size_t i = 0; i < 2; i++) {
        struct run run;
        begin(&run, "gmf", values);
        set(&run, "trainer.early_stopping.patience", patience[i]);
        must_fit(&run, "gmf");
        assert_int_equal(run.model->report.epoch_count, 3);
        assert_int_equal(run.model->report.best_epoch, 2);
        end(&run);
    }
}

static void test_a_measurement_that_is_no_number_is_said(void **state) {
    (void)state;
    const double values[] = {0.1, NAN};
    struct run run;
    begin(&run, "gmf", values);
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "ndcg@10 on validation is not a number in epoch 2"));
    end(&run);
}

/* The step's size is found from the rows of the first fit; a refit has more. */
static void test_an_automatic_batch_size_is_a_choice(void **state) {
    (void)state;
    const double values[] = {0.1, 0.2};
    struct run run, again;
    begin(&run, "gmf", values);
    set(&run, "trainer.batch_size", "auto");
    set(&run, "trainer.max_epochs", "2");
    must_fit(&run, "gmf");
    assert_int_equal(run.model->report.choice_count, 2);
    begin(&again, "gmf", values);
    set(&again, "trainer.max_epochs", "2");
    assert_int_equal(
        settings_set_pair(again.settings, run.model->report.choices[1], "test", &again.error),
        STATUS_OK);
    must_fit(&again, "gmf");
    assert_same_model(&run, &again);
    end(&run);
    end(&again);
}

/* Four micro-batches of 25 rows make the step of one batch of 100, up to rounding. */
static void test_accumulation_makes_the_same_step(void **state) {
    (void)state;
    struct run whole, parts;
    begin(&whole, "neumf", NULL);
    set(&whole, "trainer.max_epochs", "1");
    must_fit(&whole, "neumf");
    begin(&parts, "neumf", NULL);
    set(&parts, "trainer.max_epochs", "1");
    set(&parts, "trainer.batch_size", "25");
    set(&parts, "trainer.accumulate_grad_batches", "4");
    must_fit(&parts, "neumf");
    double a = whole.model->report.epochs[0].loss, b = parts.model->report.epochs[0].loss;
    assert_true(fabs(a - b) < 1e-5 * a);
    end(&whole);
    end(&parts);
}

static void test_clipping_bounds_a_step(void **state) {
    (void)state;
    struct run run;
    begin(&run, "gmf", NULL);
    set(&run, "trainer.max_epochs", "1");
    set(&run, "trainer.optimizer.name", "sgd");
    set(&run, "trainer.optimizer.momentum", "0");
    set(&run, "trainer.learning_rate", "1");
    set(&run, "trainer.reg_weight", "0");
    set(&run, "trainer.gradient_clip.enabled", "true");
    set(&run, "trainer.gradient_clip.max_norm", "1e-7");
    set(&run, "model.init_deviation", "0.1");
    must_fit(&run, "gmf");
    /* Nothing moved far: the loss is still that of the start, about log 2. */
    assert_true(fabs(run.model->report.epochs[0].loss - log(2)) < 0.01);
    end(&run);
}

static void test_divergence_is_said(void **state) {
    (void)state;
    struct run run;
    begin(&run, "gmf", NULL);
    set(&run, "trainer.optimizer.name", "sgd");
    set(&run, "trainer.learning_rate", "100");
    set(&run, "trainer.reg_weight", "10");
    set(&run, "trainer.max_epochs", "50");
    assert_int_equal(fit(&run, "gmf"), STATUS_BAD_INPUT);
    assert_non_null(strstr(run.error.text, "is no longer a number in epoch 1, step "));
    assert_non_null(strstr(run.error.text, "trainer.learning_rate=10 (now 100)"));
    end(&run);
}

static void test_bad_settings_are_said(void **state) {
    (void)state;
    static const char *const bad[][2] = {{"trainer.batch_size", "-3"},
                                         {"trainer.batch_size", "many"},
                                         {"trainer.optimizer.betas", "[0.9]"},
                                         {"trainer.checkpoint.monitor", "recall@5"}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct run run;
        const struct model_ops *ops;
        begin(&run, "gmf", NULL);
        set(&run, bad[i][0], bad[i][1]);
        assert_int_equal(model_find(&ops, "gmf", &run.error), STATUS_OK);
        assert_int_equal(ops->create(&run.model, run.settings, &run.error), STATUS_BAD_USAGE);
        assert_non_null(strstr(run.error.text, bad[i][0]));
        run.model = NULL;
        end(&run);
    }
}

static void test_a_loss_that_shall_rise_is_refused(void **state) {
    (void)state;
    struct run run;
    begin(&run, "gmf", NULL);
    set(&run, "trainer.early_stopping.monitor", "val_loss");
    set(&run, "trainer.early_stopping.mode", "max");
    assert_int_equal(model_gmf.create(&run.model, run.settings, &run.error), STATUS_BAD_USAGE);
    assert_non_null(strstr(run.error.text, "better the smaller"));
    run.model = NULL;
    end(&run);
}

/* One, two and four threads; steps long enough for several shards. */
static void test_threads_change_nothing(void **state) {
    (void)state;
    uint8_t sums[3][32];
    for (size_t i = 0; i < 3; i++) {
        struct run run;
        parallel_set_threads((size_t)1 << i);
        begin(&run, "neumf", NULL);
        set(&run, "trainer.batch_size", "700");
        set(&run, "model.dropout", "0.3");
        set(&run, "trainer.gradient_clip.enabled", "true");
        must_fit(&run, "neumf");
        checksum(&run, sums[i]);
        end(&run);
    }
    parallel_set_threads(0);
    assert_memory_equal(sums[0], sums[1], 32);
    assert_memory_equal(sums[0], sums[2], 32);
}

static void note_epoch(void *context, const struct epoch_record *record) {
    double *losses = context;
    losses[record->epoch - 1] = record->loss;
}

static void test_every_epoch_is_told(void **state) {
    (void)state;
    struct run run;
    double losses[6] = {0};
    begin(&run, "gmf", NULL);
    run.input.epoch_done = note_epoch;
    run.input.epoch_context = losses;
    must_fit(&run, "gmf");
    for (size_t i = 0; i < 6; i++)
        assert_true(losses[i] > 0 && losses[i] == run.model->report.epochs[i].loss);
    end(&run);
}

struct norms {
    size_t calls, count;
    double last[32][2];
};

static void note_norms(void *context, uint32_t epoch, const struct epoch_norm *norms,
                       size_t count) {
    struct norms *seen = context;
    assert_int_equal(epoch, ++seen->calls);
    seen->count = count;
    for (size_t i = 0; i < count; i++) {
        assert_non_null(norms[i].name);
        seen->last[i][0] = norms[i].weight;
        seen->last[i][1] = norms[i].gradient;
    }
}

/* The same for any number of threads; a model with steps of its own has no gradients to show. */
static void test_norms_are_told(void **state) {
    (void)state;
    struct run run;
    static const char *const models[] = {"neumf", "neumf", "bpr"};
    struct norms seen[3] = {{0}};
    for (size_t m = 0; m < 3; m++) {
        parallel_set_threads(1 + m);
        begin(&run, models[m], NULL);
        run.input.norms_done = note_norms;
        run.input.epoch_context = &seen[m];
        must_fit(&run, models[m]);
        assert_int_equal(seen[m].calls, run.model->report.epoch_count);
        for (size_t i = 0; i < seen[m].count; i++)
            assert_true(seen[m].last[i][0] >= 0 && (m == 2) == isnan(seen[m].last[i][1]));
        end(&run);
    }
    parallel_set_threads(0);
    assert_true(seen[0].count > 3 && seen[0].last[0][0] > 0 && seen[0].last[0][1] > 0);
    assert_memory_equal(&seen[0], &seen[1], sizeof seen[0]);
}

static void test_constant_is_none(void **state) {
    (void)state;
    struct run run;
    struct trainer_options one, two;
    begin(&run, "gmf", NULL);
    set(&run, "trainer.scheduler.name", "none");
    assert_int_equal(trainer_settings_read(&one, run.settings, &run.error), STATUS_OK);
    set(&run, "trainer.scheduler.name", "constant");
    assert_int_equal(trainer_settings_read(&two, run.settings, &run.error), STATUS_OK);
    assert_int_equal(one.schedule.kind, two.schedule.kind);
    end(&run);
}

/* 820 columns leave a fifth of a block of elements over: more blocks than the elements fill. */
static void test_any_width_has_room(void **state) {
    (void)state;
    struct run run;
    begin(&run, "lightgcn", NULL);
    set(&run, "model.embedding_dim", "820");
    set(&run, "trainer.max_epochs", "1");
    must_fit(&run, "lightgcn");
    end(&run);
}

int main(void) {
    snprintf(path, sizeof path, "/tmp/matinee-test-trainer-%ld", (long)getpid());
    progress_init(&silent, true);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_epoch_is_told),
        cmocka_unit_test(test_norms_are_told),
        cmocka_unit_test(test_constant_is_none),
        cmocka_unit_test(test_any_width_has_room),
        cmocka_unit_test(test_stops_and_restores_the_best_epoch),
        cmocka_unit_test(test_without_early_stopping_the_last_epoch_stays),
        cmocka_unit_test(test_loss_falls_and_is_watched),
        cmocka_unit_test(test_resumes_to_the_same_bytes),
        cmocka_unit_test(test_keeps_the_best_epochs_as_files),
        cmocka_unit_test(test_refuses_a_checkpoint_of_other_settings),
        cmocka_unit_test(test_refuses_a_checkpoint_of_another_split),
        cmocka_unit_test(test_no_patience_stops_at_the_first_step_back),
        cmocka_unit_test(test_a_measurement_that_is_no_number_is_said),
        cmocka_unit_test(test_an_automatic_batch_size_is_a_choice),
        cmocka_unit_test(test_a_loss_that_shall_rise_is_refused),
        cmocka_unit_test(test_accumulation_makes_the_same_step),
        cmocka_unit_test(test_clipping_bounds_a_step),
        cmocka_unit_test(test_divergence_is_said),
        cmocka_unit_test(test_bad_settings_are_said),
        cmocka_unit_test(test_threads_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
