/* command.h: what a sub-command is: one table from which parsing, --help, shell completion and the
 * man page come.
 *
 * To add a command: one file src/cli/NAME.c whose only exported symbol is `const struct command
 * NAME_command`, one line in commands.def. */
#ifndef MATINEE_CLI_COMMAND_H
#define MATINEE_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/settings.h"

/* What may stand in a place, for shell completion. */
enum command_word {
    WORD_NONE,
    WORD_FILE,
    WORD_FOLDER,
    WORD_MODEL,   /* a registered model */
    WORD_DATA,    /* a data set */
    WORD_COMMAND, /* a sub-command */
    WORD_CHOICE,  /* the row's choices */
};

/* One option. The spec's key is what is typed, "--top-k"; a bool takes no value. */
struct command_option {
    struct setting_spec spec;
    const char *value_name;  /* "N"; NULL for a switch */
    const char *environment; /* variable that is read when the option is not given, or NULL */
    enum command_word word;
    /* A list may be given several times and grows each time. */
};

struct command_operand {
    const char *name; /* "FILE" */
    const char *help;
    enum command_word word;
    const char *choices; /* with WORD_CHOICE: "list|info" */
};

struct command_example {
    const char *line, *says;
};

struct arguments;

struct command {
    const char *name;
    const char *summary;                    /* one line, no capital, no full stop */
    const char *usage;                      /* lines behind "matinee NAME", separated by '\n' */
    const char *about;                      /* one paragraph */
    bool takes_settings;                    /* key=value words are settings of the experiment */
    size_t operand_least;                   /* how many operands must be given */
    bool operand_repeats;                   /* the last one may be given several times */
    const struct command_operand *operands; /* ends with a row without name; NULL: none */
    const struct command_option *options;   /* the same */
    const struct command_example *examples; /* the same */
    enum status (*run)(const struct arguments *arguments, struct error *error);
};

/* A command line that was read. Lives in `arena`; words are borrowed from argv. */
struct arguments {
    struct arena *arena;
    const struct command *command;
    struct settings *options;
    const char *const *operands;
    size_t operand_count;
    const char *const *pairs; /* "key=value", where the command takes settings */
    size_t pair_count;
    bool wants_help;
};

/* Every command in the order of commands.def; NULL after the last. */
const struct command *command_at(size_t index);
/* Errors (STATUS_BAD_USAGE): unknown, names the nearest. */
enum status command_find(const struct command **out, const char *name, struct error *error);
/* Reads the words after the command's name. Errors (STATUS_BAD_USAGE) name what was wrong and what
 * was expected. */
enum status command_parse(struct arguments *arguments, const struct command *command,
                          const char *const *words, size_t word_count, struct arena *arena,
                          struct error *error);

/* The operand of that index, or NULL. */
const char *command_operand(const struct arguments *arguments, size_t index);
/* An option's text, NULL if it was neither given nor has a default. */
const char *command_text(const struct arguments *arguments, const char *option);

#endif
