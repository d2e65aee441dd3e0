/* reference.c: see reference.h. `matinee man --markdown PAGE` prints a page on standard output.
 *
 * Which settings exist is asked of known_settings(), so that a new table needs no line here. A key
 * that begins with "model." belongs to its model's page; any other is shared and listed once, under
 * what stands before its first dot. */
#include "cli/reference.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/settings.h"
#include "cli/command.h"
#include "cli/known.h"
#include "models/model.h"
#include "service/words.h"

#define SHARED_MAX 512

void reference_put_cell(const char *text) {
    for (; *text; text++) {
        if (*text == '|')
            fputs("\\|", stdout);
        else
            putchar(*text);
    }
}

/* "a|b|c" as code words with commas between them. */
static void put_words(const char *words) {
    for (const char *at = words; *at;) {
        size_t length = strcspn(at, "|");
        printf("%s`%.*s`", at == words ? "" : ", ", (int)length, at);
        at += length;
        at += *at == '|';
    }
}

static void put_bounds(const struct setting_spec *spec) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    fputs(known_values(spec, scratch), stdout);
    arena_reset(scratch, mark);
}

static void put_row(const struct setting_spec *spec) {
    printf("| `%s` | ", spec->key);
    if (spec->value && spec->value[0])
        printf("`%s`", spec->value);
    fputs(" | ", stdout);
    if (spec->choices)
        put_words(spec->choices);
    else
        put_bounds(spec);
    fputs(" | ", stdout);
    reference_put_cell(spec->help);
    if (spec->aliases) {
        fputs("; also ", stdout);
        put_words(spec->aliases);
    }
    fputs(" |\n", stdout);
}

static void put_table_head(void) { puts("| key | default | values | what |\n|---|---|---|---|"); }

static void put_traits(const struct model_ops *ops) {
    static const struct {
        unsigned bit;
        const char *text;
    } needs[] = {{MODEL_NEEDS_RATINGS, "needs ratings"},
                 {MODEL_NEEDS_ORDER, "needs the order of events"},
                 {MODEL_NEEDS_GENRES, "needs genres"},
                 {MODEL_NEEDS_TEXT, "needs text"}},
      traits[] = {{MODEL_ORDER_AWARE, "uses the order of events"},
                  {MODEL_PREDICTS_RATINGS, "predicts ratings"},
                  {MODEL_RANDOM, "draws random numbers"},
                  {MODEL_READS_GENRES, "makes a list of liked genres alone"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (ops->needs & needs[i].bit)
            printf(" · %s", needs[i].text);
    for (size_t i = 0; i < sizeof traits / sizeof *traits; i++)
        if (ops->traits & traits[i].bit)
            printf(" · %s", traits[i].text);
    if (ops->explain)
        fputs(" · explains itself", stdout);
    if (ops->update)
        fputs(" · learns new rows", stdout);
}

static void put_model(const struct model_ops *ops) {
    printf("\n## %s\n\n%c%s.\n\n", ops->name, toupper((unsigned char)ops->summary[0]),
           ops->summary + 1);
    printf("Family %s", ops->family);
    put_traits(ops);
    if (ops->aliases) {
        fputs(" · also called ", stdout);
        put_words(ops->aliases);
    }
    printf(".\nSource: %s.\n", ops->source);
    const struct setting_spec *spec = ops->settings;
    if (!spec || !spec->key) {
        puts("\nIt has no settings of its own.");
        return;
    }
    putchar('\n');
    put_table_head();
    for (; spec->key; spec++)
        put_row(spec);
}

void reference_models(void) {
    puts("# Models\n\nWritten by `matinee man --markdown models`; `make docs` writes it anew.\n\n"
         "Defaults may be replaced by ones that suit the data's size and density; the report's\n"
         "`settings` say what was used. Settings that all models share are in "
         "[settings.md](settings.md).");
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        put_model(ops);
}

/* The rows that are no model's own, each key once, in the order of adding. */
static size_t collect_shared(const struct setting_spec **shared, struct arena *arena) {
    size_t count = 0;
    const struct settings *settings = known_settings(NULL, arena);
    struct setting_entry entry;
    for (size_t k = 0; settings_entry(settings, k, &entry); k++)
        if (!known_is_models(entry.spec->key) && count < SHARED_MAX)
            shared[count++] = entry.spec;
    return count;
}

/* What stands before the first dot; "" for a key without one. */
static size_t group_length(const char *key) {
    const char *dot = strchr(key, '.');
    return dot ? (size_t)(dot - key) : 0;
}

static bool same_group(const char *a, const char *b) {
    size_t length = group_length(a);
    return length == group_length(b) && strncmp(a, b, length) == 0;
}

static void put_group(const struct setting_spec *const *shared, size_t count, size_t first) {
    const char *key = shared[first]->key;
    if (group_length(key))
        printf("\n## %.*s\n\n", (int)group_length(key), key);
    else
        puts("\n## The run\n");
    put_table_head();
    for (size_t s = first; s < count; s++)
        if (same_group(shared[s]->key, key))
            put_row(shared[s]);
}

/* The rows of config/intent.yaml with the values that are in the program. */
static void put_intent(void) {
    struct arena arena = {0};
    struct setting_entry entry;
    const struct settings *settings = intent_values_settings(&arena);
    puts(
        "\n## Wishes in words\n\nNot settings of a run: `--intent KEY=VALUE` or `--intent FILE` of "
        "`search`, `serve`\nand `bench search`; [config/intent.yaml](../config/intent.yaml) tells "
        "what they are for.\n");
    put_table_head();
    for (size_t i = 0; settings_entry(settings, i, &entry); i++) {
        struct setting_spec spec = *entry.spec;
        spec.value = entry.value;
        put_row(&spec);
    }
    arena_release(&arena);
}

/* Each variable once that stands for an option, with the option. */
static void put_variables(void) {
    const struct command *command, *other;
    puts("\n## Environment\n\n| variable | what |\n|---|---|");
#define ENVIRONMENT(name, what) puts("| `" name "` | " what " |");
#include "cli/environment.def"
#undef ENVIRONMENT
    for (size_t c = 0; (command = command_at(c)); c++)
        for (const struct command_option *option = command->options; option && option->spec.key;
             option++) {
            bool is_new = option->environment != NULL;
            for (size_t b = 0; is_new && b < c && (other = command_at(b)); b++)
                for (const struct command_option *old = other->options;
                     is_new && old && old->spec.key; old++)
                    is_new =
                        !old->environment || strcmp(old->environment, option->environment) != 0;
            if (is_new)
                printf("| `%s` | the option `%s` |\n", option->environment, option->spec.key);
        }
}

void reference_settings(void) {
    puts("# Settings\n\nWritten by `matinee man --markdown settings`; `make docs` writes it anew.\n"
         "\nOn the command line as `key=value`; in a YAML file or recipe nested or with dots. An\n"
         "unknown key or a value out of range is an error that names the nearest key or the\n"
         "bounds. Settings of one model are in [models.md](models.md).");
    struct arena arena = {0};
    const struct setting_spec *shared[SHARED_MAX];
    size_t count = collect_shared(shared, &arena);
    for (size_t s = 0; s < count; s++) {
        bool begins = true;
        for (size_t before = 0; before < s && begins; before++)
            begins = !same_group(shared[before]->key, shared[s]->key);
        if (begins)
            put_group(shared, count, s);
    }
    arena_release(&arena);
    put_intent();
    put_variables();
}
