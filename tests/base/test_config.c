/* test_config.c: YAML files into settings: composition, interpolation, errors with file and line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/config.h"
#include "base/files.h"

static const struct setting_spec table[] = {
    {"model", SETTING_TEXT, "item_knn", 0, 0, NULL, "model.name", "which"},
    {"model.k", SETTING_INT, "40", 1, 1000, NULL, "neighbours", "neighbours"},
    {"model.layers", SETTING_INT_LIST, "[64,32]", 1, 4096, NULL, NULL, "sizes"},
    {"trainer.lr", SETTING_REAL, "0.001", 0, 10, NULL, "lr", "step"},
    {"trainer.max_epochs", SETTING_INT, "20", 1, 1000, NULL, "epochs", "epochs"},
    {"note", SETTING_TEXT, "", 0, 0, NULL, NULL, "free text"},
    {"tags", SETTING_TEXT_LIST, "", 0, 0, NULL, NULL, "free texts"},
    {NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL},
};

struct fixture {
    struct arena arena;
    struct config config;
    struct settings *settings;
    struct error error;
    char folder[64];
};

static int set_up(void **state) {
    static struct fixture fixture;
    fixture = (struct fixture){.folder = "/tmp/matinee-config-XXXXXX"};
    assert_non_null(mkdtemp(fixture.folder));
    fixture.settings = settings_create(&fixture.arena);
    settings_add(fixture.settings, table);
    *state = &fixture;
    return 0;
}

static int tear_down(void **state) {
    struct fixture *fixture = *state;
    files_remove_folder(fixture->folder, &fixture->error);
    arena_release(&fixture->arena);
    return 0;
}

static enum status parse(struct fixture *f, const char *text) {
    f->config = (struct config){0};
    enum status status =
        config_parse(&f->config, "x.yaml", text, strlen(text), &f->arena, &f->error);
    return status == STATUS_OK ? config_apply(&f->config, f->settings, &f->error) : status;
}

static void taken(struct fixture *f, const char *text) {
    if (parse(f, text) != STATUS_OK)
        fail_msg("%s", f->error.text);
}

static void refused(struct fixture *f, const char *text, enum status status, const char *error) {
    assert_int_equal(parse(f, text), status);
    assert_string_equal(f->error.text, error);
}

static void shows(struct fixture *f, const char *key, const char *value) {
    assert_string_equal(settings_show(f->settings, key), value);
}

static const char *write_file(struct fixture *f, const char *name, const char *text) {
    const char *path = arena_format(&f->arena, "%s/%s", f->folder, name);
    assert_int_equal(files_make_parent(path, &f->error), STATUS_OK);
    assert_int_equal(files_write(path, text, strlen(text), &f->error), STATUS_OK);
    return path;
}

static void read_file(struct fixture *f, const char *path, const struct config_choices *choices) {
    f->config = (struct config){0};
    if (config_read(&f->config, path, choices, &f->arena, &f->error) != STATUS_OK ||
        config_apply(&f->config, f->settings, &f->error) != STATUS_OK)
        fail_msg("%s", f->error.text);
}

static void nested_maps_and_dotted_keys_are_the_same(void **state) {
    struct fixture *f = *state;
    taken(f, "model: neumf\nmodel.k: 7\ntrainer: {max_epochs: 30, lr: 1e-2}\n");
    shows(f, "model", "neumf");
    shows(f, "model.k", "7");
    shows(f, "trainer.max_epochs", "30");
    shows(f, "trainer.lr", "0.01");
}

static void flat_aliases_are_taken(void **state) {
    struct fixture *f = *state;
    taken(f, "epochs: 5\nlr: .5\n");
    shows(f, "trainer.max_epochs", "5");
    shows(f, "trainer.lr", "0.5");
}

static void lists_keep_their_elements(void **state) {
    struct fixture *f = *state;
    taken(f, "model.layers: [128, 64]\ntags:\n  - a, b\n  - '[c]'\n  - d\n");
    shows(f, "model.layers", "[128,64]");
    const char *const *tags;
    assert_int_equal(settings_text_list(f->settings, "tags", &tags), 3);
    assert_string_equal(tags[0], "a, b");
    assert_string_equal(tags[1], "[c]");
}

static void anchors_and_merging_work(void **state) {
    struct fixture *f = *state;
    taken(f, "trainer: &t {lr: 0.5, max_epochs: 3}\n");
    taken(f, "hydra: {a: &t {lr: 0.25, max_epochs: 3}}\ntrainer: {max_epochs: 9, <<: *t}\n");
    shows(f, "trainer.lr", "0.25");
    shows(f, "trainer.max_epochs", "9");
}

static void empty_files_and_null_set_nothing(void **state) {
    struct fixture *f = *state;
    taken(f, "");
    taken(f, "# nothing but a remark\n");
    taken(f, "---\n...\n");
    taken(f, "note: null\ntags: ~\n");
    shows(f, "note", "");
}

static void values_refer_to_others(void **state) {
    struct fixture *f = *state;
    setenv("MATINEE_TEST_NAME", "from outside", 1);
    unsetenv("MATINEE_TEST_NONE");
    taken(f, "model.k: 7\nnote: 'k=${model.k} lr=${trainer.lr}'\n");
    shows(f, "note", "k=7 lr=0.001");
    taken(f, "note: ${env:MATINEE_TEST_NAME}\n");
    shows(f, "note", "from outside");
    taken(f, "note: ${oc.env:MATINEE_TEST_NONE,otherwise}\n");
    shows(f, "note", "otherwise");
    taken(f, "note: ${now:%Y}\n");
    assert_int_equal(strlen(settings_show(f->settings, "note")), 4);
    taken(f, "trainer.max_epochs: ${model.k}\nmodel.k: 12\n");
    shows(f, "trainer.max_epochs", "12");
}

static void the_command_line_has_the_last_word(void **state) {
    struct fixture *f = *state;
    const char *path = write_file(f, "a.yaml", "model.k: 7\nnote: k${model.k}\n");
    config_read(&f->config, path, NULL, &f->arena, &f->error);
    config_set_pair(&f->config, "model.k=9", &f->arena, &f->error);
    assert_int_equal(config_apply(&f->config, f->settings, &f->error), STATUS_OK);
    shows(f, "model.k", "9");
    shows(f, "note", "k9");
}

static void defaults_are_composed(void **state) {
    struct fixture *f = *state;
    write_file(f, "config/base.yaml", "trainer.lr: 0.5\ntrainer.max_epochs: 3\n");
    write_file(f, "config/model/neumf.yaml", "name: neumf\nk: 11\n");
    write_file(f, "config/model/gmf.yaml", "# @package _global_\nmodel: gmf\nmodel.k: 12\n");
    const char *path = write_file(f, "config/recipes/x/a.yaml",
                                  "defaults: [base, {model: neumf}]\ntrainer.max_epochs: 4\n");
    read_file(f, path, NULL);
    shows(f, "model", "neumf");
    shows(f, "model.k", "11");
    shows(f, "trainer.lr", "0.5");
    shows(f, "trainer.max_epochs", "4");
    /* A file of a group that names its neighbour. */
    write_file(f, "config/model/wide.yaml", "defaults: [neumf]\nlayers: [7]\n");
    path = write_file(f, "config/w.yaml", "defaults: [model/wide]\n");
    read_file(f, path, NULL);
    shows(f, "model.k", "11");
    shows(f, "model.layers", "[7]");
    /* _self_ first: what is named later wins. */
    path = write_file(f, "config/b.yaml", "defaults: [_self_, base]\ntrainer.max_epochs: 4\n");
    read_file(f, path, NULL);
    shows(f, "trainer.max_epochs", "3");
    /* A choice made elsewhere takes the group's other file; without one the group is empty. */
    struct config_choice choice = {"model", "gmf", false};
    path = write_file(f, "config/c.yaml", "defaults: [{model: neumf}]\n");
    read_file(f, path, &(struct config_choices){&choice, 1});
    shows(f, "model", "gmf");
    shows(f, "model.k", "12");
    choice.option = "absent";
    read_file(f, path, &(struct config_choices){&choice, 1});
    assert_int_equal(f->config.count, 0);
}

static void what_cannot_be_composed_is_said(void **state) {
    struct fixture *f = *state;
    const char *path = write_file(f, "config/a.yaml", "\ndefaults: [absent]\n");
    assert_int_equal(config_read(&f->config, path, NULL, &f->arena, &f->error), STATUS_NOT_FOUND);
    assert_non_null(strstr(f->error.text, "config/a.yaml:2: defaults name \"absent\""));
    path = write_file(f, "config/b.yaml", "defaults: [b]\n");
    assert_int_equal(config_read(&f->config, path, NULL, &f->arena, &f->error), STATUS_LIMIT);
    assert_non_null(strstr(f->error.text, "is it a circle?"));
    path = write_file(f, "config/c.yaml", "defaults: {a: b}\n");
    assert_int_equal(config_read(&f->config, path, NULL, &f->arena, &f->error), STATUS_BAD_INPUT);
    assert_non_null(strstr(f->error.text, "expected a list after defaults:, found a map"));
    assert_int_equal(config_read(&f->config, f->folder, NULL, &f->arena, &f->error),
                     STATUS_BAD_INPUT);
    assert_int_equal(config_read(&f->config, "absent.yaml", NULL, &f->arena, &f->error),
                     STATUS_NOT_FOUND);
}

static void errors_name_file_and_line(void **state) {
    struct fixture *f = *state;
    refused(f, "model:\n  kk: 3\n", STATUS_BAD_USAGE,
            "x.yaml:2: unknown setting \"model.kk\"; did you mean \"model.k\"?");
    refused(f, "\n\nmodel.k: 0\n", STATUS_BAD_USAGE,
            "x.yaml:3: model.k must be between 1 and 1000, found \"0\"");
    refused(f, "a: 1\nb: 2\na: 3\n", STATUS_BAD_INPUT,
            "x.yaml:3: \"a\" stands twice in one map, first in line 1");
    refused(f, "- a\n", STATUS_BAD_INPUT, "x.yaml:1: expected a map of settings, found a list");
    refused(f, "just text\n", STATUS_BAD_INPUT,
            "x.yaml:1: expected a map of settings, found a value");
    refused(f, "tags: [[a]]\n", STATUS_BAD_INPUT,
            "x.yaml:1: expected a list of plain values, found a list in it");
    refused(f, "a: 1\n---\nb: 1\n", STATUS_BAD_INPUT,
            "x.yaml:3: expected one document, found a second one after \"---\"");
    refused(f, "a b: 1\n", STATUS_BAD_INPUT,
            "x.yaml:1: expected a key of letters, digits, \"_\", \"-\" and \".\", found another "
            "text");
    refused(f, "a: [1\n", STATUS_BAD_INPUT,
            "x.yaml:2: not YAML: did not find expected ',' or ']' while parsing a flow sequence");
    refused(f, "note: ${absent.key}\n", STATUS_BAD_INPUT,
            "x.yaml:1: ${absent.key}: there is no such setting");
    refused(f, "note: ${open\n", STATUS_BAD_INPUT, "x.yaml:1: \"${open\" has \"${\" without \"}\"");
    refused(f, "note: ${note}\n", STATUS_LIMIT,
            "x.yaml:1: ${note}: settings refer to each other in a circle");
}

static void hostile_files_are_refused(void **state) {
    struct fixture *f = *state;
    /* Aliases of aliases: 10^6 values in a few hundred bytes. */
    const char *bomb = "a0: &a0 {x: 1}\n";
    for (int level = 1; level <= 6; level++) {
        bomb = arena_format(&f->arena, "%sa%d: &a%d {", bomb, level, level);
        for (int i = 0; i < 10; i++)
            bomb = arena_format(&f->arena, "%sk%d: *a%d,", bomb, i, level - 1);
        bomb = arena_format(&f->arena, "%s}\n", bomb);
    }
    assert_int_equal(parse(f, bomb), STATUS_LIMIT);
    /* Depth. */
    const char *nested = "";
    for (int i = 0; i < 60; i++)
        nested = arena_format(&f->arena, "%s%*sa:\n", nested, i, "");
    assert_int_equal(parse(f, nested), STATUS_LIMIT);
    /* A node that contains itself. */
    assert_int_equal(parse(f, "a: &a {b: *a}\n"), STATUS_LIMIT);
    /* Doubling by reference. */
    assert_int_equal(parse(f, "note: ${a}${a}\na: ${b}${b}${b}\nb: ${c}${c}${c}${c}${c}\n"
                              "c: ${d}${d}${d}${d}${d}${d}\nd: ${e}${e}${e}${e}${e}${e}${e}\n"
                              "e: ''\n"),
                     STATUS_LIMIT);
    /* Size. */
    size_t size = (size_t)512 << 10;
    char *large = arena_alloc(&f->arena, size);
    memset(large, '#', size);
    assert_int_equal(config_parse(&f->config, "x.yaml", large, size, &f->arena, &f->error),
                     STATUS_LIMIT);
    /* Bytes that are no text. */
    assert_int_equal(config_parse(&f->config, "x.yaml", "a: \xff\xfe\x01", 6, &f->arena, &f->error),
                     STATUS_BAD_INPUT);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        CASE(nested_maps_and_dotted_keys_are_the_same),
        CASE(flat_aliases_are_taken),
        CASE(lists_keep_their_elements),
        CASE(anchors_and_merging_work),
        CASE(empty_files_and_null_set_nothing),
        CASE(values_refer_to_others),
        CASE(the_command_line_has_the_last_word),
        CASE(defaults_are_composed),
        CASE(what_cannot_be_composed_is_said),
        CASE(errors_name_file_and_line),
        CASE(hostile_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
