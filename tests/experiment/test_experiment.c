/* test_experiment.c: the whole chain on a tiny data set in a file: train, report, model file,
 * evaluate again; seeds, folds, refit, validation, final fit; and what is refused. */
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
#include "models/model_file.h"

#define USERS 60
#define ITEMS 40

static char folder[] = "/tmp/matinee-experiment-XXXXXX";
static char data_path[128], model_path[128];
static struct progress silent;

/* Two tastes: users like items of their own parity, popular ones first; with ratings and times. */
static int make_data(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(data_path, sizeof data_path, "%s/tiny.csv", folder);
    snprintf(model_path, sizeof model_path, "%s/model.safetensors", folder);
    FILE *file = fopen(data_path, "w");
    if (!file)
        return -1;
    struct rng rng;
    rng_init(&rng, 11, 0);
    fputs("user,item,rating,timestamp\n", file);
    for (unsigned u = 0; u < USERS; u++)
        for (unsigned i = 0, time = 1000; i < ITEMS; i++) {
            double chance = (u % 2 == i % 2 ? 0.8 : 0.1) * (1 - 0.5 * i / ITEMS);
            if (rng_uniform(&rng) < chance)
                fprintf(file, "u%u,i%u,%u,%u\n", u, i, u % 2 == i % 2 ? 4 + rng_below(&rng, 2) : 2,
                        time += 1 + rng_below(&rng, 100));
        }
    progress_init(&silent, true);
    return fclose(file);
}

static int remove_data(void **state) {
    (void)state;
    struct error error;
    return files_remove_folder(folder, &error) == STATUS_OK ? 0 : -1;
}

static struct arena arena;

static int release(void **state) {
    (void)state;
    arena_release(&arena);
    return 0;
}

/* Trains a model with "key=value" pairs, ended by NULL. */
static enum status train(const char *model, const char *const *pairs, const char *out,
                         struct experiment_report **report, struct error *error) {
    const struct model_ops *ops;
    TRY(model_find(&ops, model, error));
    struct settings *settings = experiment_settings_for(ops, &arena);
    TRY(settings_set(settings, "model", model, NULL, error));
    TRY(settings_set(settings, "data", data_path, NULL, error));
    for (; *pairs; pairs++)
        TRY(settings_set_pair(settings, *pairs, NULL, error));
    const struct experiment_options options = {.out = out, .progress = &silent};
    return experiment_train(settings, &options, &arena, report, error);
}

#define PAIRS(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct experiment_report *train_well(const char *model, const char *const *pairs,
                                            const char *out) {
    struct experiment_report *report;
    struct error error = {0};
    if (train(model, pairs, out, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return report;
}

static double metric_of(const struct experiment_report *report, const char *name) {
    for (size_t m = 0; m < report->metric_count; m++)
        if (!strcmp(report->metrics[m].name, name))
            return report->metrics[m].value;
    fail_msg("no metric %s", name);
    return NAN;
}

static enum status evaluate(const char *const *pairs, struct experiment_report **report,
                            struct error *error) {
    /* The file holds no path, only the data set's name. */
    const char *overrides[8] = {arena_format(&arena, "data=%s", data_path)};
    size_t count = 1;
    for (; *pairs; pairs++)
        overrides[count++] = *pairs;
    const struct experiment_options options = {
        .overrides = overrides, .override_count = count, .progress = &silent};
    return experiment_evaluate(model_path, &options, &arena, report, error);
}

static void check_says(const struct error *error, const char *words) {
    if (!strstr(error->text, words))
        fail_msg("\"%s\" lacks \"%s\"", error->text, words);
}

static void check_fitted_on(const char *expected, size_t rows) {
    struct model_file *file;
    struct error error;
    assert_int_equal(model_file_open(&file, model_path, &error), STATUS_OK);
    assert_string_equal(file->fitted_on, expected);
    if (rows)
        assert_int_equal(file->catalogue.interactions.count, rows);
    model_file_close(file);
}

static void test_a_model_that_learns_beats_popularity(void **state) {
    (void)state;
    struct experiment_report *popularity =
        train_well("popularity", PAIRS("evaluation.metrics=ndcg"), NULL);
    struct experiment_report *ease =
        train_well("ease", PAIRS("evaluation.metrics=ndcg", "model.l2=10"), model_path);
    assert_string_equal(ease->split, "leave_one_out");
    assert_string_equal(ease->candidates, "all");
    assert_int_equal(ease->metric_count, 3);
    assert_int_equal(ease->runs[0].user_count, USERS);
    assert_true(metric_of(ease, "ndcg@10") > metric_of(popularity, "ndcg@10"));
    /* It has no use for validation: it was given train and validation at once. */
    check_fitted_on("train+validation", 0);
}

static void test_evaluate_gives_the_same_figures(void **state) {
    (void)state;
    struct experiment_report *trained = train_well(
        "ease", PAIRS("data.split.strategy=random", "data.split.test_ratio=0.3"), model_path);
    struct experiment_report *again;
    struct error error = {0};
    assert_int_equal(evaluate(PAIRS("threads=1"), &again, &error), STATUS_OK);
    assert_int_equal(again->metric_count, trained->metric_count);
    for (size_t m = 0; m < trained->metric_count; m++) {
        assert_string_equal(again->metrics[m].name, trained->metrics[m].name);
        assert_true(again->metrics[m].value == trained->metrics[m].value);
    }
    assert_int_equal(
        evaluate(PAIRS("evaluation.candidates=5", "evaluation.metrics=[mrr@3]"), &again, &error),
        STATUS_OK);
    assert_int_equal(again->metric_count, 1);
    assert_string_equal(again->candidates, "5 sampled (seed 42)");
    assert_int_equal(evaluate(PAIRS("data.split.test_ratio=0.2"), &again, &error),
                     STATUS_BAD_USAGE);
    check_says(&error, "is what the model was fitted with");
    assert_int_equal(evaluate(PAIRS("evaluation.part=validation"), &again, &error),
                     STATUS_BAD_INPUT);
    check_says(&error, "would measure what it has seen");
}

static void test_other_data_is_noticed(void **state) {
    (void)state;
    train_well("popularity", PAIRS("seed=1"), model_path);
    char other[160], pair[200];
    snprintf(other, sizeof other, "%s/other.csv", folder);
    snprintf(pair, sizeof pair, "data=%s", other);
    struct error error = {0};
    static const char rows[] = "user,item\na,x\na,y\na,z\nb,x\nb,y\nb,z\n";
    assert_int_equal(files_write(other, rows, strlen(rows), &error), STATUS_OK);
    struct experiment_report *report;
    assert_int_equal(evaluate(PAIRS(pair), &report, &error), STATUS_BAD_INPUT);
    check_says(&error, "was fitted on other data");
    assert_int_equal(evaluate(PAIRS("data="), &report, &error), STATUS_NOT_FOUND);
    check_says(&error, "data=PATH says where it lies");
}

static void test_final_fit_knows_everything(void **state) {
    (void)state;
    struct experiment_report *with =
        train_well("popularity", PAIRS("trainer.final_fit=true"), model_path);
    struct experiment_report *without = train_well("popularity", PAIRS("seed=1"), NULL);
    assert_true(metric_of(with, "ndcg@10") == metric_of(without, "ndcg@10"));
    check_fitted_on("all", 0);
    struct experiment_report *report;
    struct error error = {0};
    assert_int_equal(evaluate(PAIRS("threads=1"), &report, &error), STATUS_BAD_INPUT);
    check_says(&error, "was fitted on everything");
    train_well("popularity", PAIRS("data.split.strategy=none"), model_path);
    check_fitted_on("all", 0);
}

#define SHORT                                                                                      \
    "trainer.max_epochs=6", "trainer.eval_every_n_epochs=2", "model.mf_dim=4",                     \
        "evaluation.metrics=ndcg", "trainer.learning_rate=0.01"

/* Early stopping measures on validation every second epoch; refit takes what was chosen. */
static void test_training_watches_validation(void **state) {
    (void)state;
    struct experiment_report *report = train_well("gmf", PAIRS(SHORT), model_path);
    const struct fit_report *fit = &report->runs[0].fit;
    assert_int_equal(fit->epoch_count, 6);
    assert_true(isnan(fit->epochs[0].validation) && !isnan(fit->epochs[1].validation));
    assert_in_range(fit->best_epoch, 2, 6);
    check_fitted_on("train", 0);

    report = train_well("gmf", PAIRS(SHORT, "trainer.refit=true"), model_path);
    assert_int_equal(report->runs[0].fit.epoch_count, 6);
    assert_true(report->runs[0].fit.choice_count > 0);
    check_fitted_on("train+validation", 0);

    /* Nothing to choose: one fit, on both. */
    report = train_well("gmf",
                        PAIRS(SHORT, "trainer.refit=true", "trainer.early_stopping.enabled=false"),
                        model_path);
    assert_true(isnan(report->runs[0].fit.epochs[1].validation));
    check_fitted_on("train+validation", 0);

    /* To find settings: fitted on train alone, measured on validation. */
    report = train_well("gmf", PAIRS(SHORT, "trainer.refit=true", "evaluation.part=validation"),
                        model_path);
    assert_string_equal(report->split, "leave_one_out (validation)");
    check_fitted_on("train", 0);
    double best = report->runs[0].fit.epochs[report->runs[0].fit.best_epoch - 1].validation;
    assert_true(fabs(metric_of(report, "ndcg@10") - best) < 1e-6);
}

static void test_seeds_and_folds(void **state) {
    (void)state;
    struct experiment_report *report =
        train_well("random", PAIRS("seeds=[1,2,3]", "evaluation.metrics=ndcg@10"), NULL);
    assert_int_equal(report->run_count, 3);
    double mean = 0;
    for (size_t r = 0; r < 3; r++) {
        assert_int_equal(report->runs[r].seed, r + 1);
        mean += report->runs[r].metrics[0].value / 3;
    }
    assert_true(fabs(report->metrics[0].value - mean) < 1e-12);
    assert_true(report->runs[0].metrics[0].value != report->runs[1].metrics[0].value);

    report =
        train_well("popularity", PAIRS("data.split.strategy=folds", "data.split.folds=4"), NULL);
    assert_int_equal(report->run_count, 4);
    assert_int_equal(report->runs[3].fold, 4);
}

static void test_same_seed_same_bytes(void **state) {
    (void)state;
    char *bytes[2];
    size_t sizes[2];
    struct error error;
    for (int i = 0; i < 2; i++) {
        train_well("gmf", PAIRS(SHORT, "trainer.refit=true"), model_path);
        assert_int_equal(
            files_read(model_path, (size_t)1 << 24, &arena, &bytes[i], &sizes[i], &error),
            STATUS_OK);
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
}

/* The members of the report, in their order. */
static void test_json(void **state) {
    (void)state;
    static const char *const members[] = {
        "model",       "data",          "split",       "candidates",       "fitted_on",
        "order_aware", "seed",          "threads",     "settings",         "choices",
        "epochs",      "best_epoch",    "fit_seconds", "evaluate_seconds", "peak_rss_bytes",
        "parameters",  "users",         "metrics",     "intervals",        "runs",
        "folds",       "data_checksum", "shown",       "evolution",        "diversity",
        "model_file"};
    struct experiment_report *report =
        train_well("gmf", PAIRS(SHORT, "evaluation.metrics=[ndcg@10,coverage@10,rmse]"), NULL);
    const char *text = experiment_report_json(report, &arena);
    assert_int_equal(text[strlen(text) - 1], '\n');
    json_t *object = json_loads(text, 0, NULL);
    assert_non_null(object);
    size_t count = 0;
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value) {
        assert_true(count < sizeof members / sizeof *members);
        assert_string_equal(key, members[count++]);
    }
    assert_int_equal(count, sizeof members / sizeof *members);
    assert_int_equal(json_object_size(json_object_get(object, "metrics")), 2);
    assert_int_equal(json_object_size(json_object_get(object, "intervals")), 1);
    assert_int_equal(json_array_size(json_object_get(object, "epochs")), 6);
    assert_int_equal(json_array_size(json_object_get(object, "runs")), 1);
    json_t *settings = json_object_get(object, "settings");
    assert_int_equal(json_integer_value(json_object_get(settings, "model.mf_dim")), 4);
    assert_true(json_is_array(json_object_get(settings, "evaluation.metrics")));
    assert_string_equal(json_string_value(json_object_get(settings, "data.split.strategy")),
                        "leave_one_out");
    json_t *choices = json_object_get(object, "choices");
    assert_true(json_is_integer(json_object_get(choices, "trainer.max_epochs")));
    json_decref(object);
}

static void test_refusals(void **state) {
    (void)state;
    static const struct {
        const char *model, *pair, *words;
        enum status status;
    } cases[] = {
        {"ease", "data=/nowhere/at/all.csv", "/nowhere/at/all.csv", STATUS_NOT_FOUND},
        {"ease", "evaluation.metrics=[ndgc]", "did you mean \"ndcg\"", STATUS_BAD_USAGE},
        {"ease", "evaluation.metrics=[rmse]", "predicts none here", STATUS_BAD_USAGE},
        {"ease", "evaluation.metrics=[]", "evaluation.metrics is empty", STATUS_BAD_USAGE},
        {"ease", "evaluation.candidates=given", "ships no lists", STATUS_BAD_USAGE},
        {"ease", "data.split.strategy=given", "ships no test", STATUS_BAD_INPUT},
        {"ease", "data.leave_one_out.num_test_items=999", "no user with a test item",
         STATUS_BAD_INPUT},
        {"gmf", "trainer.early_stopping.monitor=ndcg", "trainer.early_stopping.monitor",
         STATUS_BAD_USAGE},
        {"gmf", "trainer.early_stopping.monitor=rmse", "predicts no ratings here",
         STATUS_BAD_USAGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct experiment_report *report;
        struct error error = {0};
        assert_int_equal(train(cases[i].model, PAIRS(cases[i].pair), NULL, &report, &error),
                         cases[i].status);
        check_says(&error, cases[i].words);
    }
}

static void test_cancelled_before_the_fit(void **state) {
    (void)state;
    const struct model_ops *ops;
    struct error error;
    assert_int_equal(model_find(&ops, "ease", &error), STATUS_OK);
    struct settings *settings = experiment_settings_for(ops, &arena);
    settings_default(settings, "model", "ease");
    settings_default(settings, "data", data_path);
    const atomic_bool cancel = true;
    const struct experiment_options options = {.progress = &silent, .cancel = &cancel};
    struct experiment_report *report;
    assert_int_equal(experiment_train(settings, &options, &arena, &report, &error),
                     STATUS_CANCELLED);
}

#define TEST(function) cmocka_unit_test_teardown(function, release)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(test_a_model_that_learns_beats_popularity),
        TEST(test_evaluate_gives_the_same_figures),
        TEST(test_other_data_is_noticed),
        TEST(test_final_fit_knows_everything),
        TEST(test_training_watches_validation),
        TEST(test_seeds_and_folds),
        TEST(test_same_seed_same_bytes),
        TEST(test_json),
        TEST(test_refusals),
        TEST(test_cancelled_before_the_fit),
    };
    return cmocka_run_group_tests(tests, make_data, remove_data);
}
