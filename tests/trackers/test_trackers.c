/* test_trackers.c: the trackers without the programs that read them: files, a server that is not
 * there, a stand-in for wandb's client; and .env. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/files.h"
#include "trackers/env_file.h"
#include "trackers/tracker.h"

static char folder[] = "/tmp/matinee-trackers-XXXXXX";
static struct arena arena;
static struct settings *logger;
static struct tracker_run run;

static int make_folder(void **state) {
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    logger = settings_create(&arena);
    settings_add(logger, tracker_settings);
    static const struct tracker_parameter parameters[] = {{"model", "gmf"}, {"seed", "42"}};
    run = (struct tracker_run){.logger = logger,
                               .project = "matinee",
                               .experiment = "a",
                               .name = "b",
                               .model = "gmf",
                               .data = "ml-100k",
                               .folder = files_join(&arena, folder, "a/b"),
                               .settings = "model: gmf\n",
                               .parameters = parameters,
                               .parameter_count = 2};
    return 0;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    enum status status = files_remove_folder(folder, &error);
    arena_release(&arena);
    return status == STATUS_OK ? 0 : -1;
}

static const struct tracker_scalar final[] = {{"final_ndcg_at_10", 0.25}};
static const struct tracker_end end = {"done", NULL, 2, final, 1};

static struct tracker *opened(const struct tracker_ops *ops) {
    struct tracker *tracker;
    struct error error;
    if (ops->open(&tracker, &run, &arena, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return tracker;
}

static void csv(void **state) {
    (void)state;
    struct error error;
    struct tracker *tracker = opened(&tracker_csv);
    const struct tracker_scalar loss = {"train/loss", 0.5};
    assert_int_equal(tracker->ops->log(tracker, 1, &loss, 1, &error), STATUS_OK);
    assert_int_equal(tracker->ops->close(tracker, &end, &error), STATUS_OK);
    char *text;
    size_t size;
    files_read(files_join(&arena, run.folder, "metrics.csv"), 4096, &arena, &text, &size, &error);
    assert_string_equal(text, "step,name,value\n1,train/loss,0.5\n2,final_ndcg_at_10,0.25\n");
    files_read(files_join(&arena, run.folder, "settings.yaml"), 4096, &arena, &text, &size, &error);
    assert_string_equal(text, "model: gmf\n");
}

static void no_room(void **state) {
    (void)state;
    struct error error;
    struct tracker *tracker;
    struct tracker_run elsewhere = run;
    elsewhere.folder = "/proc/nowhere";
    const struct tracker_ops *ops;
    for (size_t i = 0; (ops = tracker_at(i)); i++)
        if (ops != &tracker_mlflow) {
            assert_int_not_equal(ops->open(&tracker, &elsewhere, &arena, &error), STATUS_OK);
            assert_null(tracker);
        }
}

static void mlflow_is_down(void **state) {
    (void)state;
    struct error error;
    struct tracker *tracker;
    settings_set(logger, "logger.mlflow.tracking_uri", "http://127.0.0.1:9", NULL, &error);
    assert_int_equal(tracker_mlflow.open(&tracker, &run, &arena, &error), STATUS_IO);
    assert_null(tracker);
    assert_non_null(strstr(error.text, "127.0.0.1:9"));
}

static const char *text_of(const char *path) {
    struct error error;
    char *text;
    size_t size;
    if (files_read(path, 65536, &arena, &text, &size, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return text;
}

/* The only name in a folder but meta.yaml. */
static const char *only_in(const char *place) {
    const char *const *names, *found = NULL;
    size_t count;
    struct error error;
    assert_int_equal(files_list(place, &arena, &names, &count, &error), STATUS_OK);
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], "meta.yaml") != 0) {
            assert_null(found);
            found = names[i];
        }
    assert_non_null(found);
    return files_join(&arena, place, found);
}

static struct tracker_run in_folder(const char *key, const char *value) {
    struct error error;
    struct tracker_run own = run;
    struct settings *settings = settings_create(&arena);
    settings_add(settings, tracker_settings);
    assert_int_equal(settings_set(settings, key, value, NULL, &error), STATUS_OK);
    own.logger = settings;
    own.experiment = "Bob's";
    return own;
}

static void mlflow_folder(void **state) {
    (void)state;
    struct error error;
    struct tracker *tracker;
    unsetenv("MLFLOW_TRACKING_URI");
    const char *place = files_join(&arena, folder, "mlruns");
    const char *file = files_join(&arena, folder, "m.safetensors");
    assert_int_equal(files_write(file, "bytes", 5, &error), STATUS_OK);
    struct tracker_run own = in_folder("paths.mlflow_dir", place);
    assert_int_equal(tracker_mlflow.open(&tracker, &own, &arena, &error), STATUS_OK);
    const char *experiment = only_in(place), *kept = only_in(experiment);
    assert_non_null(
        strstr(text_of(files_join(&arena, experiment, "meta.yaml")), "name: 'Bob''s'\n"));
    assert_non_null(strstr(text_of(files_join(&arena, kept, "meta.yaml")), "\nstatus: 1\n"));
    const struct tracker_scalar loss = {"train/loss", 0.5};
    for (int64_t step = 1; step <= 2; step++)
        assert_int_equal(tracker->ops->log(tracker, step, &loss, 1, &error), STATUS_OK);
    struct tracker_end done = end;
    done.model_file = file;
    assert_int_equal(tracker->ops->close(tracker, &done, &error), STATUS_OK);
    assert_string_equal(text_of(files_join(&arena, kept, "params/seed")), "42");
    assert_string_equal(text_of(files_join(&arena, kept, "tags/mlflow.runName")), "b");
    assert_string_equal(text_of(files_join(&arena, kept, "artifacts/model/m.safetensors")),
                        "bytes");
    const char *losses = text_of(files_join(&arena, kept, "metrics/train/loss"));
    assert_non_null(strstr(losses, " 0.5 1\n"));
    assert_non_null(strstr(losses, " 0.5 2\n"));
    assert_non_null(strstr(text_of(files_join(&arena, kept, "metrics/final_ndcg_at_10")), " 0.25"));
    assert_non_null(strstr(text_of(files_join(&arena, kept, "meta.yaml")), "\nstatus: 3\n"));
    /* Another run of the experiment, named otherwise, which asks for what a folder has not. */
    own = in_folder("logger.mlflow.tracking_uri", arena_format(&arena, "file://%s/", place));
    settings_set((struct settings *)own.logger, "logger.mlflow.register_model", "x", NULL, &error);
    assert_int_equal(tracker_mlflow.open(&tracker, &own, &arena, &error), STATUS_OK);
    assert_int_equal(tracker->ops->close(tracker, &done, &error), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "no registry"));
    assert_string_equal(only_in(place), experiment);
    own = in_folder("logger.mlflow.tracking_uri", "sqlite:///mlflow.db");
    assert_int_equal(tracker_mlflow.open(&tracker, &own, &arena, &error), STATUS_BAD_USAGE);
    assert_null(tracker);
}

/* A script in place of the client that writes down how it was called. */
static void wandb(void **state) {
    (void)state;
    struct error error;
    const char *client = files_join(&arena, folder, "wandb");
    const char *script = arena_format(&arena,
                                      "#!/bin/sh\necho \"$@\" >%s/called\n"
                                      "echo \"$WANDB_NAME|$WANDB_TAGS|$WANDB_NOTES\" "
                                      ">%s/labels\n",
                                      folder, folder);
    assert_int_equal(files_write(client, script, strlen(script), &error), STATUS_OK);
    chmod(client, 0755);
    unsetenv("WANDB_API_KEY");
    struct tracker *tracker = opened(&tracker_wandb);
    assert_int_equal(tracker->ops->close(tracker, &end, &error), STATUS_BAD_USAGE);
    assert_non_null(strstr(error.text, "WANDB_API_KEY"));
    setenv("WANDB_API_KEY", "secret", 1);
    setenv("PATH", arena_format(&arena, "%s:%s", folder, getenv("PATH")), 1);
    settings_set(logger, "logger.wandb.entity", "us", NULL, &error);
    settings_set(logger, "logger.wandb.tags", "[warm,cold evenings]", NULL, &error);
    settings_set(logger, "logger.wandb.notes", "why not", NULL, &error);
    tracker = opened(&tracker_wandb);
    if (tracker->ops->close(tracker, &end, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    char *text;
    size_t size;
    files_read(files_join(&arena, folder, "called"), 4096, &arena, &text, &size, &error);
    assert_string_equal(
        text, arena_format(&arena, "sync %s/wandb --project matinee --entity us\n", run.folder));
    assert_null(strstr(text, "secret"));
    assert_string_equal(text_of(files_join(&arena, folder, "labels")),
                        "b|warm,cold evenings|why not\n");
    unsetenv("WANDB_API_KEY");
    const char *events = files_join(&arena, run.folder, "wandb");
    const char *const *names;
    size_t count;
    assert_int_equal(files_list(events, &arena, &names, &count, &error), STATUS_OK);
    files_read(files_join(&arena, events, names[count - 1]), 65536, &arena, &text, &size, &error);
    static const char tag[] = "wandb/notes/text_summary", notes[] = "why not";
    assert_non_null(memmem(text, size, tag, sizeof tag - 1));
    assert_non_null(memmem(text, size, notes, sizeof notes - 1));
}

static void wandb_disabled(void **state) {
    (void)state;
    struct error error;
    struct tracker *tracker;
    struct tracker_run own = in_folder("logger.wandb.mode", "disabled");
    own.folder = files_join(&arena, folder, "nothing");
    assert_int_equal(tracker_wandb.open(&tracker, &own, &arena, &error), STATUS_OK);
    assert_int_equal(tracker->ops->log(tracker, 1, final, 1, &error), STATUS_OK);
    assert_int_equal(tracker->ops->close(tracker, &end, &error), STATUS_OK);
    assert_false(files_exists(own.folder));
}

static void env_files(void **state) {
    (void)state;
    static const char text[] = "# keys\n"
                               "WANDB_API_KEY=abc # mine\n"
                               "export MLFLOW_TRACKING_URI=\"http://x y\"\r\n"
                               "  SPACED = 'a#b' \n"
                               "EMPTY=\n"
                               "no sense\n=x\nOPEN=\"abc\n"
                               "LAST=1";
    struct env_file_entry *entries;
    assert_int_equal(env_file_parse(text, sizeof text - 1, &arena, &entries), 6);
    static const char *const expected[][2] = {
        {"WANDB_API_KEY", "abc"}, {"MLFLOW_TRACKING_URI", "http://x y"},
        {"SPACED", "a#b"},        {"EMPTY", ""},
        {"OPEN", "\"abc"},        {"LAST", "1"}};
    for (size_t i = 0; i < 6; i++) {
        assert_string_equal(entries[i].name, expected[i][0]);
        assert_string_equal(entries[i].value, expected[i][1]);
    }
    struct error error;
    const char *path = files_join(&arena, folder, ".env");
    files_write(path, text, sizeof text - 1, &error);
    setenv("MLFLOW_TRACKING_URI", "before", 1);
    assert_int_equal(env_file_load(path, &error), STATUS_OK);
    assert_string_equal(getenv("WANDB_API_KEY"), "abc");
    assert_string_equal(getenv("MLFLOW_TRACKING_URI"), "before");
    assert_null(getenv("SPACED"));
    assert_int_equal(env_file_load("/nowhere/.env", &error), STATUS_OK);
}

static void names(void **state) {
    (void)state;
    assert_string_equal(tracker_metric_name("ndcg@10", &arena), "ndcg_at_10");
    assert_string_equal(tracker_metric_name("auc", &arena), "auc");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csv),
        cmocka_unit_test(no_room),
        cmocka_unit_test(mlflow_is_down),
        cmocka_unit_test(wandb),
        cmocka_unit_test(wandb_disabled),
        cmocka_unit_test(mlflow_folder),
        cmocka_unit_test(env_files),
        cmocka_unit_test(names),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
