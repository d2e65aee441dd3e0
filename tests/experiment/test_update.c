/* test_update.c: new rows for a model file: which are learnt, who is added, what is refused, and
 * that the old file survives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "experiment/experiment.h"
#include "experiment/update.h"
#include "models/model_file.h"

static char folder[] = "/tmp/matinee-update-XXXXXX";
static struct arena arena;
static struct progress silent;

static const char *path_of(const char *name) { return files_join(&arena, folder, name); }

static const char *put_text(const char *name, const char *text) {
    const char *path = path_of(name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static int make_folder(void **state) {
    (void)state;
    progress_init(&silent, true);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    enum status status = files_remove_folder(folder, &error);
    arena_release(&arena);
    return status == STATUS_OK ? 0 : -1;
}

/* Twelve people of two tastes: a to f have films 1 to 4, g to l films 5 to 8. */
static const char *train(const char *model, const char *pair) {
    FILE *file = fopen(path_of("data.csv"), "w");
    assert_non_null(file);
    fputs("user,item,rating,timestamp\n", file);
    for (int u = 0; u < 12; u++)
        for (int i = 0; i < 8; i++)
            if (u / 6 == i / 4 && (u + i) % 4 != 0)
                fprintf(file, "%c,%d,%d,%d\n", 'a' + u, i + 1, 3 + (u + i) % 3, 1000 + i);
    assert_int_equal(fclose(file), 0);
    const struct model_ops *ops;
    struct error error = {0};
    struct experiment_report *report;
    const char *out = path_of(arena_format(&arena, "%s.safetensors", model));
    assert_int_equal(model_find(&ops, model, &error), STATUS_OK);
    struct settings *settings = experiment_settings_for(ops, &arena);
    const char *pairs[] = {arena_format(&arena, "model=%s", model),
                           arena_format(&arena, "data=%s", path_of("data.csv")),
                           "data.split.strategy=none", pair};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (pairs[i] && settings_set_pair(settings, pairs[i], NULL, &error) != STATUS_OK)
            fail_msg("%s", error.text);
    const struct experiment_options options = {.out = out, .progress = &silent};
    if (experiment_train(settings, &options, &arena, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return out;
}

static struct update_report update(const char *file, const char *rows, const char *out) {
    struct update_report report;
    struct error error = {0};
    const struct update_order order = {file, rows, out, false};
    if (update_file(&order, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return report;
}

static struct model_file *open_file(const char *path) {
    struct model_file *file;
    struct error error = {0};
    if (model_file_open(&file, path, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    return file;
}

static uint32_t user_of(const struct model_file *file, const char *id) {
    return id_map_find(&file->catalogue.users, id, strlen(id));
}

static float score_of(const struct model_file *file, const char *user, const char *item) {
    const struct dataset *of = &file->catalogue;
    const uint32_t index = user_of(file, user), wanted = dataset_find_item(of, item);
    const struct query query = {.user = index,
                                .history = interactions_history(&of->interactions, index)};
    float score;
    file->model->ops->score(file->model, &query, 1, &wanted, 1, &score);
    return score;
}

static void rows_are_learnt_or_counted(void **state) {
    (void)state;
    const char *file = train("eals", "data.min_rating=3"), *out = path_of("next.safetensors");
    const char *rows = put_text("new.csv", "user,item,rating,timestamp\n"
                                           "b,5,4,2000\n"   /* learnt */
                                           "b,6,5,2001\n"   /* learnt */
                                           "zoe,7,4,2000\n" /* learnt, somebody new */
                                           "b,1,3,2002\n"   /* known */
                                           "b,99,4,2003\n"  /* no such film */
                                           "b,7,2,2004\n"   /* below data.min_rating */
                                           "b,8,9,2005\n"   /* outside the scale */
                                           "yan,99,4,2000\n"
                                           "b,5,4,2006\n"); /* again */
    const struct update_report report = update(file, rows, out);
    assert_int_equal(report.rows, 9);
    assert_int_equal(report.applied, 3);
    assert_int_equal(report.known, 1);
    assert_int_equal(report.unknown, 2);
    assert_int_equal(report.low, 1);
    assert_int_equal(report.out_of_range, 1);
    assert_int_equal(report.repeated, 1);
    assert_int_equal(report.users, 2);
    assert_int_equal(report.new_users, 1);
    struct model_file *before = open_file(file), *after = open_file(out);
    assert_int_equal(after->model->user_count, before->model->user_count + 1);
    assert_int_equal(user_of(after, "zoe"), before->model->user_count);
    assert_int_equal(user_of(after, "yan"), DATASET_NONE);
    assert_int_equal(user_of(after, "l"), user_of(before, "l"));
    assert_string_equal(after->fitted_on, "updated");
    assert_string_equal(after->metrics, "{}");
    const struct history history =
        interactions_history(&after->catalogue.interactions, user_of(after, "b"));
    assert_int_equal(history.items[history.count - 1], dataset_find_item(&after->catalogue, "5"));
    assert_int_equal(history.times[history.count - 1], 2006);
    assert_true(score_of(after, "b", "7") > score_of(before, "b", "7"));
    assert_true(score_of(after, "zoe", "8") > score_of(after, "zoe", "2"));
    model_file_close(before);
    model_file_close(after);
}

/* Two films are new, and one more that nothing is written of. */
static void films_are_taken_in(void **state) {
    (void)state;
    const char *file = train("als", "data.min_rating=3"), *out = path_of("next.safetensors");
    const char *data = path_of("more");
    struct error error;
    struct update_report report;
    assert_int_equal(files_make_folder(data, &error), STATUS_OK);
    put_text("more/ratings.csv", "userId,movieId,rating,timestamp\n"
                                 "a,n1,4,2000\nb,n1,5,2000\nc,n1,4,2000\nd,n1,5,2000\n"
                                 "g,n2,5,2000\nh,n2,5,2000\nzoe,n2,4,2000\nzoe,5,4,2000\n"
                                 "a,n2,1,2001\na,n3,5,2002\n");
    put_text("more/movies.csv", "movieId,title,genres\n"
                                "n1,\"Fire, the (2001)\",Comedy|War\nn2,Ice,War\n");
    const struct update_order some = {file, data, out, false}, all = {file, data, out, true};
    if (update_file(&some, &report, &error) != STATUS_OK)
        fail_msg("%s", error.text);
    assert_int_equal(report.applied, 8);
    assert_int_equal(report.new_items, 2);
    assert_int_equal(report.unknown, 1);
    assert_int_equal(report.low, 1);
    struct model_file *after = open_file(out);
    assert_int_equal(after->model->item_count, 10);
    assert_int_equal(after->catalogue.genre_count, 2);
    const uint32_t first = dataset_find_item(&after->catalogue, "n1");
    assert_string_equal(after->catalogue.movies[first].title, "Fire, the (2001)");
    assert_int_equal(after->catalogue.movies[first].year, 2001);
    assert_int_equal(after->catalogue.movies[dataset_find_item(&after->catalogue, "n2")].genres,
                     (uint64_t)1 << dataset_genre(&after->catalogue, "War"));
    assert_true(score_of(after, "e", "n1") > score_of(after, "e", "n2"));
    assert_true(score_of(after, "l", "n2") > score_of(after, "l", "n1"));
    model_file_close(after);
    assert_int_equal(update_file(&all, &report, &error), STATUS_OK);
    assert_int_equal(report.new_items, 3);
    after = open_file(out);
    assert_int_equal(after->model->item_count, 11);
    model_file_close(after);
    /* And once more from the updated file, which knows them now. */
    report = update(out, put_text("later.csv", "e,n1,4\nf,n1,4\n"), out);
    assert_int_equal(report.applied, 2);
    assert_int_equal(report.new_items, 0);
}

static void films_wait(void **state) {
    (void)state;
    const char *data = path_of("more"), *out = path_of("waits.safetensors");
    struct update_report report = update(train("als", "data.min_item_interactions=4"), data, out);
    assert_int_equal(report.new_items, 1);
    assert_int_equal(report.unknown, 5);
    report = update(train("content", NULL), data, out);
    assert_int_equal(report.new_items, 0);
    assert_int_equal(report.unknown, 9);
}

static void rows_without_times_come_last(void **state) {
    (void)state;
    const char *file = train("als", NULL);
    update(file, put_text("new.csv", "b,5,4\nb,6,4\n"), file);
    struct model_file *after = open_file(file);
    const struct history history =
        interactions_history(&after->catalogue.interactions, user_of(after, "b"));
    assert_int_equal(history.items[history.count - 2], dataset_find_item(&after->catalogue, "5"));
    assert_int_equal(history.items[history.count - 1], dataset_find_item(&after->catalogue, "6"));
    model_file_close(after);
}

static void nothing_to_learn_leaves_the_file(void **state) {
    (void)state;
    const char *file = train("popularity", NULL);
    const struct update_report report = update(file, put_text("new.csv", "b,99,4\n"), file);
    assert_int_equal(report.applied, 0);
    struct model_file *after = open_file(file);
    assert_string_equal(after->fitted_on, "all");
    model_file_close(after);
}

static void refused(const char *file, const char *rows, const char *out, const char *says) {
    struct update_report report;
    struct error error = {0};
    const struct update_order order = {file, rows, out, false};
    assert_int_not_equal(update_file(&order, &report, &error), STATUS_OK);
    if (!strstr(error.text, says))
        fail_msg("\"%s\" does not say \"%s\"", error.text, says);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    const char *rows = put_text("new.csv", "b,5,4\n"), *file = train("eals", NULL);
    refused(train("ease", NULL), rows, file, "take one that does: popularity");
    refused(file, put_text("bare.csv", "b,5\n"), file, "has no ratings");
    refused(file, path_of("none.csv"), file, "no such file");
    refused(file, rows, "/dev/full", "/dev/full");
    struct model_file *before = open_file(file);
    assert_string_equal(before->fitted_on, "all");
    model_file_close(before);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_learnt_or_counted),
        cmocka_unit_test(films_are_taken_in),
        cmocka_unit_test(films_wait),
        cmocka_unit_test(rows_without_times_come_last),
        cmocka_unit_test(nothing_to_learn_leaves_the_file),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
