/* test_model_file.c: model files: everything comes back as it was saved, and each way in which a
 * file can be wrong is said in one line that names it. Which models can be saved is conformance's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/files.h"
#include "conformance/tiny.h"
#include "dataset/dataset.h"
#include "models/model.h"
#include "models/model_file.h"
#include "models/trainer.h"
#include "nn/tensor.h"

enum { USERS = 12, ITEMS = 15 };

static char folder[64], path[96];
static struct tiny tiny;
static struct progress silent;

static void must(enum status status, const struct error *error) {
    if (status != STATUS_OK)
        fail_msg("%s", error->text);
}

/* Gives two films tags. */
static void add_tags(struct tiny *to) {
    static const char *const words[] = {"slow", "café"};
    static const struct movie_tag applied[] = {{1, 3}, {0, 1}, {1, 1}};
    uint64_t *offsets = ARENA_ARRAY(&to->arena, uint64_t, ITEMS + 1);
    for (size_t i = 0; i <= ITEMS; i++)
        offsets[i] = i == 0 ? 0 : i < 5 ? 2 : 3;
    to->catalogue.tag_count = 2;
    to->catalogue.tags = ARENA_ARRAY(&to->arena, const char *, 2);
    memcpy(to->catalogue.tags, words, sizeof words);
    to->catalogue.tag_offsets = offsets;
    to->catalogue.movie_tags = applied;
    to->catalogue.movies[3].facts = "{\"runtime\":81}";
    for (unsigned i = 0; i < 32; i++)
        to->catalogue.checksum[i] = (uint8_t)(i * 37);
}

static int save_popularity(void **state) {
    (void)state;
    struct error error;
    struct arena arena = {0};
    const struct model_ops *ops;
    struct model *model;
    snprintf(folder, sizeof folder, "/tmp/matinee-test-model-file-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    snprintf(path, sizeof path, "%s/popularity.model", folder);
    tiny_make(&tiny, USERS, ITEMS, TINY_RATED);
    add_tags(&tiny);
    progress_init(&silent, true);
    struct settings *settings = settings_create(&arena);
    if (model_find(&ops, "popularity", &error) != STATUS_OK)
        return 1;
    settings_add(settings, ops->settings);
    settings_add(settings, dataset_settings);
    settings_add(settings, trainer_settings);
    static const struct setting_spec others[] = {
        {"threads", SETTING_INT, "2", 0, 64, NULL, NULL, "must not be saved"},
        {"paths.output_dir", SETTING_TEXT, "/home/somebody", 0, 0, NULL, NULL, "nor this"},
        {"evaluation.k_values", SETTING_INT_LIST, "[5,10]", 1, 100, NULL, NULL, "but this"},
        {NULL, 0, NULL, 0, 0, NULL, NULL, NULL}};
    settings_add(settings, others);
    const struct fit_input input = {.train = &tiny.train, .seed = 1, .progress = &silent};
    if (ops->create(&model, settings, &error) != STATUS_OK ||
        ops->fit(model, &input, &error) != STATUS_OK)
        return 1;
    model->wish_encoder = "some-encoder";
    const struct model_file_content content = {.catalogue = &tiny.catalogue,
                                               .histories = &tiny.train,
                                               .settings = settings,
                                               .fitted_on = "train+validation",
                                               .metrics = "{\"ndcg@10\":0.25}"};
    const enum status status = model_file_save(path, model, &content, &error);
    model_destroy(model);
    arena_release(&arena);
    return status != STATUS_OK;
}

static int remove_folder(void **state) {
    (void)state;
    struct error error;
    tiny_release(&tiny);
    return files_remove_folder(folder, &error) != STATUS_OK;
}

/* Measured after the fit, twice; all else is as it was. */
static void test_figures_are_put_in(void **state) {
    (void)state;
    struct model_file *before, *after;
    struct error error;
    const char *copy = "other.safetensors";
    char other[128], *bytes;
    struct arena arena = {0};
    size_t size;
    snprintf(other, sizeof other, "%s/%s", folder, copy);
    must(files_read(path, (size_t)1 << 30, &arena, &bytes, &size, &error), &error);
    must(files_write(other, bytes, size, &error), &error);
    must(model_file_measured(other, "{\"ndcg@10\":0.1}", "somewhere", &error), &error);
    must(model_file_measured(other, "{\"ndcg@10\":0.5}", MODEL_FILE_NEWEST, &error), &error);
    must(model_file_open(&before, path, &error), &error);
    must(model_file_open(&after, other, &error), &error);
    assert_null(before->measured_by);
    assert_string_equal(after->measured_by, MODEL_FILE_NEWEST);
    assert_string_equal(after->metrics, "{\"ndcg@10\":0.5}");
    assert_string_equal(after->model->wish_encoder, "some-encoder");
    assert_int_equal(after->tensors.metadata_count, before->tensors.metadata_count + 1);
    assert_int_equal(after->tensors.tensor_count, before->tensors.tensor_count);
    for (size_t i = 0; i < before->tensors.tensor_count; i++) {
        const struct tensor *a = &before->tensors.tensors[i], *b = &after->tensors.tensors[i];
        assert_string_equal(a->name, b->name);
        assert_int_equal(tensor_bytes(a), tensor_bytes(b));
        assert_memory_equal(a->data, b->data, tensor_bytes(a));
    }
    model_file_close(before);
    model_file_close(after);
    arena_release(&arena);
}

static void test_the_catalogue_comes_back(void **state) {
    (void)state;
    struct model_file *file;
    struct error error;
    must(model_file_open(&file, path, &error), &error);
    const struct dataset *found = &file->catalogue, *saved = &tiny.catalogue;
    assert_string_equal(file->data_name, "tiny");
    assert_string_equal(file->fitted_on, "train+validation");
    assert_string_equal(file->model->wish_encoder, "some-encoder");
    assert_string_equal(file->metrics, "{\"ndcg@10\":0.25}");
    assert_int_equal(found->users.count, USERS);
    assert_int_equal(found->items.count, ITEMS);
    assert_int_equal(id_map_find(&found->users, "u7", 2), 6);
    assert_int_equal(id_map_find(&found->items, "i15", 3), 14);
    assert_int_equal(id_map_find(&found->items, "i16", 3), DATASET_NONE);
    assert_memory_equal(found->checksum, saved->checksum, 32);
    assert_true(found->has_ratings && found->has_order && !found->times_are_seconds);
    assert_true(found->rating_min == 1 && found->rating_max == 5);
    assert_int_equal(found->genre_count, 2);
    assert_string_equal(found->genres[1], "Odd");
    for (size_t i = 0; i < ITEMS; i++) {
        assert_string_equal(found->movies[i].title, saved->movies[i].title);
        assert_int_equal(found->movies[i].year, saved->movies[i].year);
        assert_int_equal(found->movies[i].genres, saved->movies[i].genres);
        if (saved->movies[i].imdb_id)
            assert_string_equal(found->movies[i].imdb_id, saved->movies[i].imdb_id);
        else
            assert_null(found->movies[i].imdb_id);
        assert_null(found->movies[i].tmdb_id);
    }
    assert_string_equal(found->movies[3].facts, "{\"runtime\":81}");
    assert_int_equal(found->tag_count, 2);
    assert_string_equal(found->tags[1], "café");
    assert_int_equal(found->tag_offsets[ITEMS], 3);
    assert_int_equal(found->movie_tags[0].tag, 1);
    assert_int_equal(found->movie_tags[0].count, 3);
    model_file_close(file);
    model_file_close(NULL);
}

static void test_the_histories_come_back(void **state) {
    (void)state;
    struct model_file *file;
    struct error error;
    must(model_file_open(&file, path, &error), &error);
    const struct interactions *found = &file->catalogue.interactions, *saved = &tiny.train;
    assert_int_equal(found->count, saved->count);
    assert_memory_equal(found->offsets, saved->offsets, (USERS + 1) * sizeof(uint64_t));
    assert_memory_equal(found->items, saved->items, saved->count * sizeof(uint32_t));
    assert_memory_equal(found->ratings, saved->ratings, saved->count * sizeof(float));
    assert_memory_equal(found->times, saved->times, saved->count * sizeof(int64_t));
    model_file_close(file);
}

static void test_settings_come_back_but_not_where_and_how_fast(void **state) {
    (void)state;
    struct model_file *file;
    struct error error;
    must(model_file_open(&file, path, &error), &error);
    assert_string_equal(settings_text(file->settings, "model.method"), "count");
    const int64_t *values;
    assert_int_equal(settings_int_list(file->settings, "evaluation.k_values", &values), 2);
    assert_int_equal(values[1], 10);
    assert_false(settings_knows(file->settings, "threads"));
    assert_false(settings_knows(file->settings, "paths.output_dir"));
    model_file_close(file);
    struct arena arena = {0};
    char *bytes;
    size_t size;
    must(files_read(path, 1 << 20, &arena, &bytes, &size, &error), &error);
    assert_null(memmem(bytes, size, "somebody", 8));
    assert_null(memmem(bytes, size, "/somewhere", 10));
    arena_release(&arena);
}

/* Opens what tensor_file_write makes of the saved file with one tensor or text replaced. */
static void assert_refused(const struct tensor *tensor, const char *key, const char *value,
                           const char *expected) {
    struct tensor_file file;
    struct error error;
    must(tensor_file_open(&file, path, &error), &error);
    const struct tensor *list[64];
    struct tensor_metadata texts[16];
    size_t count = 0;
    for (size_t i = 0; i < file.tensor_count; i++) {
        const bool is_it = tensor && strcmp(tensor->name, file.tensors[i].name) == 0;
        if (!is_it)
            list[count++] = &file.tensors[i];
        else if (tensor->data)
            list[count++] = tensor;
    }
    size_t text_count = 0;
    for (size_t i = 0; i < file.metadata_count; i++) {
        const bool is_it = key && strcmp(key, file.metadata[i].key) == 0;
        if (!is_it)
            texts[text_count++] = file.metadata[i];
        else if (value)
            texts[text_count++] = (struct tensor_metadata){key, value};
    }
    char other[128];
    snprintf(other, sizeof other, "%s/changed", folder);
    must(tensor_file_write(other, list, count, texts, text_count, &error), &error);
    tensor_file_close(&file);
    struct model_file *opened;
    const enum status status = model_file_open(&opened, other, &error);
    if (status == STATUS_OK)
        fail_msg("expected \"...%s...\", but the file was opened", expected);
    if (!strstr(error.text, expected) || !strstr(error.text, other))
        fail_msg("expected \"...%s...\" of %s, found \"%s\"", expected, other, error.text);
}

static void test_other_texts_are_refused(void **state) {
    (void)state;
    assert_refused(NULL, "format", "something", "not a model file of matinee");
    assert_refused(NULL, "format", NULL, "not a model file of matinee");
    assert_refused(NULL, "version", "99", "version 99, this program reads version 1");
    assert_refused(NULL, "model", "popularitie", "did you mean \"popularity\"");
    assert_refused(NULL, "settings", "{", "settings cannot be read");
    assert_refused(NULL, "settings", NULL, "settings cannot be read");
    assert_refused(NULL, "settings", "{\"a\":1}", "pairs of kind and value");
    assert_refused(NULL, "settings", "{\"a\":[\"colour\",\"red\"]}", "no kind that there is");
    assert_refused(NULL, "settings", "{\"a\":[\"int\",\"x\"]}", "x");
    assert_refused(NULL, "settings", "{\"model.method\":[\"text\",\"luck\"]}", "luck");
    assert_refused(NULL, "data", NULL, "on which data");
    assert_refused(NULL, "data_sha256", "12", "checksum");
    assert_refused(NULL, "data_sha256",
                   "zz00000000000000000000000000000000000000000000000000000000000000", "checksum");
    assert_refused(NULL, "data_traits", NULL, "on which data");
    assert_refused(NULL, "fitted_on", NULL, "on which rows");
    assert_refused(NULL, "metrics", "[1]", "metrics");
}

/* A vector for assert_refused. */
static struct tensor vector(const char *name, enum tensor_type type, size_t count, void *data) {
    return (struct tensor){.name = name, .type = type, .rank = 1, .shape = {count}, .data = data};
}

static void test_missing_tensors_are_refused(void **state) {
    (void)state;
    static const char *const names[] = {
        "users.offsets", "users.ids",   "items.offsets",     "items.ids",       "movies.titles",
        "movies.imdb",   "movies.tmdb", "movies.facts",      "movies.years",    "movies.genres",
        "genres",        "tags",        "histories.offsets", "histories.items", "ratings.range",
        "tags.applied",  "model.values"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct tensor none = vector(names[i], TENSOR_U8, 0, NULL);
        assert_refused(&none, NULL, NULL, strncmp(names[i], "model.", 6) ? names[i] : "values");
    }
}

static void test_wrong_tensors_are_refused(void **state) {
    (void)state;
    uint64_t falling[USERS + 1] = {0, 4, 2}, none[ITEMS + 1] = {0};
    for (size_t i = 3; i <= USERS; i++)
        falling[i] = tiny.train.count;
    uint32_t items[1024];
    memcpy(items, tiny.train.items, tiny.train.count * sizeof *items);
    items[3] = ITEMS;
    uint32_t applied[] = {1, 3, 2, 1, 1, 1};
    float values[ITEMS + 1] = {0};
    char words[] = "Even\0Odd";
    const struct tensor wrong[] = {
        vector("histories.offsets", TENSOR_U64, USERS + 1, falling),
        vector("histories.offsets", TENSOR_U64, USERS, falling),
        vector("histories.offsets", TENSOR_I64, USERS + 1, falling),
        vector("histories.items", TENSOR_U32, tiny.train.count, items),
        vector("histories.items", TENSOR_U8, tiny.train.count, items),
        vector("histories.ratings", TENSOR_F32, 3, items),
        vector("histories.times", TENSOR_I64, 3, items),
        vector("users.offsets", TENSOR_U64, USERS + 1, falling),
        vector("users.offsets", TENSOR_U64, 0, falling),
        vector("items.offsets", TENSOR_U64, ITEMS + 1, none),
        vector("tags.offsets", TENSOR_U64, ITEMS + 1, none),
        vector("tags.applied", TENSOR_U32, 6, applied),
        vector("movies.titles", TENSOR_U8, 8, words),
        vector("movies.years", TENSOR_I32, 2, items),
        vector("model.values", TENSOR_F32, ITEMS + 1, values),
        vector("model.values", TENSOR_U32, ITEMS, values),
        vector("ratings.range", TENSOR_F32, 3, values),
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        const char *name = wrong[i].name;
        const char *said = strcmp(name, "users.offsets") == 0 ? ""
                           : strncmp(name, "model.", 6) == 0  ? "values"
                                                              : name;
        assert_refused(&wrong[i], NULL, NULL, said);
    }
    const struct tensor open_end = vector("genres", TENSOR_U8, 8, words);
    assert_refused(&open_end, NULL, NULL, "genres");
}

/* files_write would wait for the disk, five hundred times. */
static void write_quickly(const char *to, const char *bytes, size_t size) {
    FILE *file = fopen(to, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

/* Cut at any length, the file is refused; with any byte of its header changed, it is refused or
 * opened, and nothing is read outside (the sanitizers watch). */
static void test_cut_and_spoilt_files_do_no_harm(void **state) {
    (void)state;
    struct arena arena = {0};
    struct error error;
    struct model_file *file;
    char *bytes, other[128];
    size_t size;
    must(files_read(path, 1 << 20, &arena, &bytes, &size, &error), &error);
    snprintf(other, sizeof other, "%s/spoilt", folder);
    for (size_t kept = 0; kept < size; kept += 1 + kept / 16) {
        write_quickly(other, bytes, kept);
        assert_int_equal(model_file_open(&file, other, &error), STATUS_BAD_INPUT);
    }
    struct rng rng;
    rng_init(&rng, 1, 0);
    for (int i = 0; i < 400; i++) {
        const uint32_t at = rng_below(&rng, (uint32_t)size);
        const char kept = bytes[at];
        bytes[at] = (char)rng_next(&rng);
        write_quickly(other, bytes, size);
        if (model_file_open(&file, other, &error) == STATUS_OK)
            model_file_close(file);
        bytes[at] = kept;
    }
    arena_release(&arena);
}

static void test_a_file_that_is_not_there_is_said(void **state) {
    (void)state;
    struct model_file *file;
    struct error error;
    assert_int_equal(model_file_open(&file, "/nonexistent.model", &error), STATUS_NOT_FOUND);
    assert_non_null(strstr(error.text, "/nonexistent.model"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_are_put_in),
        cmocka_unit_test(test_the_catalogue_comes_back),
        cmocka_unit_test(test_the_histories_come_back),
        cmocka_unit_test(test_settings_come_back_but_not_where_and_how_fast),
        cmocka_unit_test(test_other_texts_are_refused),
        cmocka_unit_test(test_missing_tensors_are_refused),
        cmocka_unit_test(test_wrong_tensors_are_refused),
        cmocka_unit_test(test_cut_and_spoilt_files_do_no_harm),
        cmocka_unit_test(test_a_file_that_is_not_there_is_said),
    };
    return cmocka_run_group_tests(tests, save_popularity, remove_folder);
}
