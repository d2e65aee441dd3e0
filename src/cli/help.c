/* help.c: see help.h; and `matinee help [COMMAND]`. Checked by the exact output of tests/cli. */
#include "cli/help.h"

#include <string.h>

#include "base/terminal.h"
#include "cli/known.h"
#include "cli/style.h"

#define OVERVIEW_COLUMNS 10  /* the longest command's name */
#define NAME_COLUMNS_MOST 30 /* a longer name has its explanation on the next line */
#define SETTING_COLUMNS_MOST 40

static void print_heading(const char *text, FILE *out) {
    const struct style *style = style_of(out);
    fprintf(out, "\n%s%s%s\n", style->bold, text, style->off);
}

static void print_entry(const char *name, size_t name_columns, const char *help, FILE *out) {
    const struct style *style = style_of(out);
    size_t width = terminal_text_width(name);
    fprintf(out, "  %s%s%s", style->cyan, name, style->off);
    if (width > name_columns)
        fprintf(out, "\n%*s", (int)name_columns + 4, "");
    else
        fprintf(out, "%*s", (int)(name_columns - width) + 2, "");
    style_paragraph(out, help, name_columns + 4, name_columns + 4);
}

static void print_usage(const struct command *command, FILE *out) {
    for (const char *line = command->usage; *line;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, "  matinee %s%s%.*s\n", command->name, length ? " " : "", (int)length, line);
        line += length;
        line += *line == '\n';
    }
}

static const char *option_form(const struct command_option *option, char *room, size_t size) {
    snprintf(room, size, "%s%s%s", option->spec.key, option->value_name ? " " : "",
             option->value_name ? option->value_name : "");
    return room;
}

/* The help text with its bounds, choices, default and variable. */
static const char *option_help(const struct command_option *option, char *room, size_t size) {
    const struct setting_spec *spec = &option->spec;
    int length = snprintf(room, size, "%s", spec->help);
    bool is_number = spec->kind == SETTING_INT || spec->kind == SETTING_REAL;
    bool has_default = spec->kind != SETTING_BOOL && spec->value[0];
    if (is_number && (spec->min != 0 || spec->max != 0))
        length += snprintf(room + length, size - (size_t)length, ", %.10g to %.10g", spec->min,
                           spec->max);
    if (has_default)
        length += snprintf(room + length, size - (size_t)length, " (default %s)", spec->value);
    if (option->environment)
        snprintf(room + length, size - (size_t)length, " [$%s]", option->environment);
    return room;
}

static void print_options(const struct command *command, FILE *out) {
    char form[128], text[512];
    size_t columns = strlen("--help");
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++) {
        size_t width = terminal_text_width(option_form(option, form, sizeof form));
        columns = width > columns && width <= NAME_COLUMNS_MOST ? width : columns;
    }
    print_heading("Options", out);
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++)
        print_entry(option_form(option, form, sizeof form), columns,
                    option_help(option, text, sizeof text), out);
    print_entry("--help", columns, "this page", out);
}

static void print_operands(const struct command *command, FILE *out) {
    if (!command->operands)
        return;
    size_t columns = 0;
    for (const struct command_operand *operand = command->operands; operand->name; operand++)
        columns = strlen(operand->name) > columns ? strlen(operand->name) : columns;
    print_heading("Words", out);
    for (const struct command_operand *operand = command->operands; operand->name; operand++)
        print_entry(operand->name, columns, operand->help, out);
}

static void print_examples(const struct command *command, FILE *out) {
    if (!command->examples)
        return;
    const struct style *style = style_of(out);
    print_heading("Examples", out);
    for (const struct command_example *example = command->examples; example->line; example++) {
        fprintf(out, "  %s\n      %s", example->line, style->dim);
        style_paragraph(out, example->says, 6, 6);
        fputs(style->off, out);
    }
}

void help_command_text(const struct command *command, FILE *out) {
    const struct style *style = style_of(out);
    fprintf(out, "%smatinee %s%s: %s\n", style->bold, command->name, style->off, command->summary);
    print_heading("Usage", out);
    print_usage(command, out);
    fputc('\n', out);
    style_paragraph(out, command->about, 0, 0);
    print_operands(command, out);
    print_options(command, out);
    if (command->takes_settings) {
        print_heading("Settings", out);
        style_paragraph(out,
                        "  key=value; matinee models NAME lists every setting that a model takes, "
                        "with its default and bounds.",
                        0, 2);
    }
    print_examples(command, out);
}

void help_overview(FILE *out) {
    const struct style *style = style_of(out);
    fprintf(out, "%sMatinee%s", style->bold, style->off);
    style_paragraph(out,
                    " recommends films: it reads ratings, trains models, measures them honestly "
                    "and serves the answers.",
                    strlen("Matinee"), 0);
    print_heading("Usage", out);
    fputs("  matinee COMMAND [WORDS] [OPTIONS]\n", out);
    print_heading("Commands", out);
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        print_entry(command->name, OVERVIEW_COLUMNS, command->summary, out);
    print_heading("Options", out);
    print_entry("--version", OVERVIEW_COLUMNS, "version, kernels in use, built-in data", out);
    print_entry("--help", OVERVIEW_COLUMNS,
                "this page; matinee COMMAND --help says everything about one command", out);
    print_heading("First steps", out);
    fputs("  matinee train item_knn              a model of the built-in data, with its figures\n"
          "  matinee recommend --user 1 --explain\n"
          "  matinee serve\n",
          out);
}

void help_settings(const struct settings *settings, bool of_model, FILE *out) {
    struct arena arena = {0};
    struct setting_entry entry;
    size_t columns = 0;
    for (size_t i = 0; settings_entry(settings, i, &entry); i++) {
        size_t width = terminal_text_width(entry.spec->key) + 1 + strlen(entry.value);
        bool counts = known_is_models(entry.spec->key) == of_model && width <= SETTING_COLUMNS_MOST;
        columns = counts && width > columns ? width : columns;
    }
    for (size_t i = 0; settings_entry(settings, i, &entry); i++)
        if (known_is_models(entry.spec->key) == of_model)
            print_entry(
                arena_format(&arena, "%s=%s", entry.spec->key, entry.value), columns,
                arena_format(&arena, "%s (%s)", entry.spec->help, known_values(entry.spec, &arena)),
                out);
    arena_release(&arena);
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *name = command_operand(arguments, 0);
    if (!name) {
        help_overview(stdout);
        return STATUS_OK;
    }
    const struct command *command;
    TRY(command_find(&command, name, error));
    help_command_text(command, stdout);
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    {"COMMAND", "one of those that matinee --help lists", WORD_COMMAND, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_example examples[] = {
    {"matinee help recommend", "The same as matinee recommend --help."},
    {NULL, NULL},
};

const struct command help_command = {
    .name = "help",
    .summary = "what matinee, or one of its commands, can do",
    .usage = "[COMMAND]",
    .about = "Shows the list of commands, or everything about one of them.",
    .operands = operands,
    .examples = examples,
    .run = run,
};
