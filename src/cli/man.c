/* man.c: `matinee man`: the manual page in roff, made from the commands' tables. Checked by
 * tests/cli (man itself reads it without a warning, where there is one). */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/known.h"
#include "cli/reference.h"
#include "cli/reference_routes.h"
#include "cli/version.h"

/* Text with what roff would read as its own escaped. */
static void put(const char *text) {
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '\\')
            fputs("\\e", stdout);
        else if (*text == '-')
            fputs("\\-", stdout);
        else
            fputc(*text, stdout);
    }
}

static void put_line(const char *text) {
    put(text);
    fputc('\n', stdout);
}

static void put_term(const char *name, const char *value_name) {
    fputs(".TP\n\\fB", stdout);
    put(name);
    fputs("\\fR", stdout);
    if (value_name) {
        fputs(" \\fI", stdout);
        put(value_name);
        fputs("\\fR", stdout);
    }
    fputc('\n', stdout);
}

static void put_bounds(const struct setting_spec *spec) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    fputs("; ", stdout);
    put(known_values(spec, scratch));
    arena_reset(scratch, mark);
}

static void put_settings(void) {
    puts(".SH SETTINGS\nEach is given as \\fIkey=value\\fR, or in a YAML file. Those that begin "
         "with model. belong to one model: \\fBmatinee models\\fR \\fINAME\\fR lists them.");
    struct arena arena = {0};
    const struct settings *all = known_settings(NULL, &arena);
    struct setting_entry entry;
    for (size_t i = 0; settings_entry(all, i, &entry); i++) {
        if (known_is_models(entry.spec->key))
            continue;
        put_term(arena_format(&arena, "%s=%s", entry.spec->key, entry.value), NULL);
        put(entry.spec->help);
        put_bounds(entry.spec);
        putchar('\n');
    }
    arena_release(&arena);
}

static void put_options(const struct command *command) {
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++) {
        const struct setting_spec *spec = &option->spec;
        put_term(spec->key, option->value_name);
        put(spec->help);
        if (spec->min != 0 || spec->max != 0)
            put_bounds(spec);
        if (spec->kind != SETTING_BOOL && spec->value[0]) {
            fputs(" (default ", stdout);
            put(spec->value);
            fputc(')', stdout);
        }
        if (option->environment)
            printf("; from $%s when not given", option->environment);
        fputs(".\n", stdout);
    }
}

static void put_command(const struct command *command) {
    printf(".SS matinee %s\n", command->name);
    fputs(".nf\n", stdout);
    for (const char *line = command->usage; *line;) {
        size_t length = strcspn(line, "\n");
        char text[256];
        snprintf(text, sizeof text, "matinee %s %.*s", command->name, (int)length, line);
        put_line(text);
        line += length;
        line += *line == '\n';
    }
    fputs(".fi\n.PP\n", stdout);
    put_line(command->about);
    for (const struct command_operand *operand = command->operands; operand && operand->name;
         operand++) {
        put_term(operand->name, NULL);
        put_line(operand->help);
    }
    put_options(command);
}

static void put_examples(void) {
    puts(".SH EXAMPLES");
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        for (const struct command_example *example = command->examples; example && example->line;
             example++) {
            fputs(".TP\n.B ", stdout);
            put_line(example->line);
            put_line(example->says);
        }
}

static void put_page(void) {
    printf(".TH MATINEE 1 \"\" \"matinee %s\" \"User Commands\"\n", VERSION_TEXT);
    puts(".SH NAME\nmatinee \\- movie recommendations from ratings");
    puts(".SH SYNOPSIS\n.B matinee\n.I COMMAND\n[\\fIWORDS\\fR] [\\fIOPTIONS\\fR]");
    puts(".SH DESCRIPTION");
    puts("Matinee reads ratings, trains models, measures them honestly and serves the answers.");
    puts("Settings are given as \\fIkey=value\\fR; \\fBmatinee models\\fR \\fINAME\\fR lists those "
         "of a model.");
    puts(".SH COMMANDS");
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        put_command(command);
    put_settings();
    put_examples();
    puts(".SH FILES");
    put_term("~/.local/share/matinee/", NULL);
    puts("data sets that were downloaded, and in models/ what train wrote without \\-\\-out");
    put_term("*.safetensors", NULL);
    puts("a trained model with all that recommend, similar and serve need");
    put_term("*.safetensors.checkpoint", NULL);
    puts("beside a model that is being trained: what train \\-\\-resume goes on from");
    puts(".SH \"EXIT STATUS\"\n0 done, 1 failed, 2 used wrongly. Errors are one line on standard "
         "error.");
    puts(".SH ENVIRONMENT");
#define ENVIRONMENT(name, what)                                                                    \
    put_term(name, NULL);                                                                          \
    puts(what);
#include "cli/environment.def"
#undef ENVIRONMENT
}

static enum status run(const struct arguments *arguments, struct error *error) {
    (void)error;
    const char *page = command_text(arguments, "--markdown");
    if (page) {
        if (strcmp(page, "models") == 0)
            reference_models();
        else if (strcmp(page, "routes") == 0)
            reference_routes();
        else
            reference_settings();
        return STATUS_OK;
    }
    put_page();
    return STATUS_OK;
}

static const struct command_option options[] = {
    {{"--markdown", SETTING_TEXT, "", 0, 0, "models|settings|routes", NULL,
      "a page of docs/ instead"},
     "PAGE",
     NULL,
     WORD_CHOICE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee man | man -l -", "Read it at once."},
    {NULL, NULL},
};

const struct command man_command = {
    .name = "man",
    .summary = "the manual page",
    .usage = "[--markdown models|settings|routes]",
    .about = "Prints the manual page in roff.",
    .options = options,
    .examples = examples,
    .run = run,
};
