/* models.c: `matinee models [NAME]`: what can be trained, and everything about one model. Checked
 * by tests/cli. */
#include "models/model.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/json.h"
#include "cli/model_folder.h"
#include "cli/style.h"
#include "cli/table.h"
#include "experiment/experiment.h"
#include "models/model_file.h"

struct flag {
    unsigned bit;
    const char *name, *says;
};

static const struct flag needs[] = {
    {MODEL_NEEDS_RATINGS, "ratings", "rating values"},
    {MODEL_NEEDS_ORDER, "order", "the order of time"},
    {MODEL_NEEDS_GENRES, "genres", "genres"},
    {MODEL_NEEDS_TEXT, "text", "text vectors"},
};
static const struct flag traits[] = {
    {MODEL_ORDER_AWARE, "order_aware", "uses the order of events"},
    {MODEL_PREDICTS_RATINGS, "predicts_ratings", "predicts ratings"},
    {MODEL_RANDOM, "random", "draws random numbers"},
    {MODEL_READS_GENRES, "reads_genres", "makes a list of liked genres alone"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof(array)[0])

static json_t *flags_json(unsigned bits, const struct flag *flags, size_t count) {
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        if (bits & flags[i].bit)
            json_array_append_new(list, json_string(flags[i].name));
    return list;
}

static json_t *model_json(const struct model_ops *ops) {
    json_t *settings = json_array();
    for (const struct setting_spec *spec = ops->settings; spec && spec->key; spec++)
        json_array_append_new(settings,
                              json_pack("{s:s, s:s, s:s}", "key", spec->key, "default",
                                        spec->value ? spec->value : "", "help", spec->help));
    return json_pack("{s:s, s:s?, s:s, s:s, s:s, s:o, s:o, s:o}", "name", ops->name, "aliases",
                     ops->aliases, "family", ops->family, "summary", ops->summary, "source",
                     ops->source, "needs", flags_json(ops->needs, needs, COUNT_OF(needs)), "traits",
                     flags_json(ops->traits, traits, COUNT_OF(traits)), "settings", settings);
}

static enum status write_json(const struct arguments *arguments, const struct model_ops *only,
                              struct error *error) {
    json_t *list = json_array();
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        if (!only || ops == only)
            json_array_append_new(list, model_json(ops));
    return json_write(json_pack("{s:o}", "models", list), command_text(arguments, "--json"), error);
}

static void print_trained(struct arena *arena) {
    const char *const *paths;
    size_t count = model_folder_list(model_folder_default(arena), &paths, arena);
    if (count == 0) {
        puts("\nNone is trained yet: matinee train item_knn");
        return;
    }
    struct table table;
    table_init(&table, "lLll", arena);
    table_row(&table, "trained", "data", "fitted on", "file", NULL);
    for (size_t i = 0; i < count; i++) {
        struct model_file *file;
        struct error error;
        if (model_file_open(&file, paths[i], &error) != STATUS_OK) {
            table_row(&table, "unreadable", "", "", files_base_name(arena, paths[i]), NULL);
            continue;
        }
        table_row(&table, file->model->ops->name, arena_copy(arena, file->data_name),
                  arena_copy(arena, file->fitted_on), files_base_name(arena, paths[i]), NULL);
        model_file_close(file);
    }
    putchar('\n');
    table_print(&table, stdout);
    printf("\nThe files lie in %s.\n", model_folder_default(arena));
}

static void print_list(struct arena *arena) {
    struct table table;
    table_init(&table, "lllL", arena);
    table_row(&table, "model", "aliases", "family", "what", NULL);
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        table_row(&table, ops->name, ops->aliases ? ops->aliases : "", ops->family, ops->summary,
                  NULL);
    table_print(&table, stdout);
    puts("\nmatinee models NAME says more; matinee train NAME trains one.");
}

static void print_flags(const char *label, unsigned bits, const struct flag *flags, size_t count) {
    const char *before = "";
    for (size_t i = 0; i < count; i++) {
        if (!(bits & flags[i].bit))
            continue;
        printf("%s%s", *before ? before : label, flags[i].says);
        before = ", ";
    }
    if (*before)
        putchar('\n');
}

static void print_model(const struct model_ops *ops, struct arena *arena) {
    const struct style *style = style_of(stdout);
    printf("%s%s%s: %s\n", style->bold, ops->name, style->off, ops->summary);
    printf("  family   %s\n", ops->family);
    if (ops->aliases)
        printf("  aliases  %s\n", ops->aliases);
    printf("  source   ");
    style_paragraph(stdout, ops->source, 11, 11);
    print_flags("  needs    ", ops->needs, needs, COUNT_OF(needs));
    print_flags("  traits   ", ops->traits, traits, COUNT_OF(traits));
    const struct settings *settings = experiment_settings_for(ops, arena);
    if (ops->settings && ops->settings->key) {
        printf("\n%sSettings%s\n", style->bold, style->off);
        help_settings(settings, true, stdout);
    }
    printf("\n%sSettings of every experiment with it%s\n", style->bold, style->off);
    help_settings(settings, false, stdout);
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *name = command_operand(arguments, 0);
    const struct model_ops *ops = NULL;
    if (name)
        TRY(model_find(&ops, name, error));
    if (command_text(arguments, "--json"))
        return write_json(arguments, ops, error);
    if (ops) {
        print_model(ops, arguments->arena);
        return STATUS_OK;
    }
    print_list(arguments->arena);
    print_trained(arguments->arena);
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    {"NAME", "a model's name", WORD_MODEL, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the same as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee models", "What can be trained, and what has been trained."},
    {"matinee models item_knn", "Its settings with defaults and bounds, source and needs."},
    {NULL, NULL},
};

const struct command models_command = {
    .name = "models",
    .summary = "what can be trained, and what has been trained",
    .usage = "[NAME] [--json FILE]",
    .about = "Lists the models, and those that lie trained in the data folder; with NAME, the "
             "settings of one.",
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
