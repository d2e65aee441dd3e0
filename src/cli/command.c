/* command.c: the list of commands, and reading a command line by a command's table. See command.h.
 *
 * Forms    --name VALUE, --name=VALUE, --switch, --no-switch; "--" ends the options; what holds a
 *          "=" is a setting where the command takes settings; anything else is an operand.
 * Checked  tests/cli. */
#include "cli/command.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/assert.h"

#define COMMAND(name) extern const struct command name##_command;
#include "cli/commands.def"
#undef COMMAND

static const struct command *const commands[] = {
#define COMMAND(name) &name##_command,
#include "cli/commands.def"
#undef COMMAND
};

const struct command *command_at(size_t index) {
    return index < sizeof commands / sizeof commands[0] ? commands[index] : NULL;
}

static const char *name_at(void *context, size_t index) {
    (void)context;
    const struct command *command = command_at(index);
    return command ? command->name : NULL;
}

enum status command_find(const struct command **out, const char *name, struct error *error) {
    for (size_t i = 0; (*out = command_at(i)); i++)
        if (strcmp((*out)->name, name) == 0)
            return STATUS_OK;
    const char *nearest = settings_nearest(name, name_at, NULL);
    if (nearest)
        return error_set(error, STATUS_BAD_USAGE, "unknown command \"%.64s\"; did you mean \"%s\"?",
                         name, nearest);
    return error_set(error, STATUS_BAD_USAGE,
                     "unknown command \"%.64s\"; matinee --help lists them", name);
}

struct reading {
    struct arguments *arguments;
    const char *const *words;
    size_t word_count, at;
    const char **operands, **pairs;
    struct error *error;
};

static const struct command_option *option_of(const struct command *command, const char *name,
                                              size_t length) {
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++) {
        if (strncmp(option->spec.key, name, length) == 0 && option->spec.key[length] == '\0')
            return option;
        const char *alias = option->spec.aliases;
        if (alias && strncmp(alias, name, length) == 0 && alias[length] == '\0')
            return option;
    }
    return NULL;
}

static bool is_list(const struct command_option *option) {
    return option->spec.kind == SETTING_TEXT_LIST;
}

/* A list grows with every --name VALUE. */
static enum status set_option(const struct reading *reading, const struct command_option *option,
                              const char *value) {
    const struct arguments *arguments = reading->arguments;
    const char *key = option->spec.key;
    if (is_list(option) && settings_is_set(arguments->options, key)) {
        const char *before = settings_show(arguments->options, key);
        value = arena_format(arguments->arena, "%.*s,%s]", (int)strlen(before) - 1, before, value);
    }
    return settings_set(arguments->options, key, value, NULL, reading->error);
}

static enum status read_option(struct reading *reading) {
    const struct command *command = reading->arguments->command;
    const char *word = reading->words[reading->at++];
    size_t length = strcspn(word, "=");
    const struct command_option *option = option_of(command, word, length);
    if (!option && strncmp(word, "--no-", 5) == 0 && word[length] == '\0') {
        const char *positive = arena_format(reading->arguments->arena, "--%s", word + 5);
        option = option_of(command, positive, strlen(positive));
        if (option && option->spec.kind == SETTING_BOOL)
            return settings_set(reading->arguments->options, positive, "false", NULL,
                                reading->error);
        option = NULL;
    }
    if (!option) {
        const char *name = arena_copy_length(reading->arguments->arena, word, length);
        settings_set(reading->arguments->options, name, "", NULL, reading->error);
        return STATUS_BAD_USAGE;
    }
    if (word[length] == '=')
        return set_option(reading, option, word + length + 1);
    if (option->spec.kind == SETTING_BOOL)
        return set_option(reading, option, "true");
    if (reading->at == reading->word_count)
        return error_set(reading->error, STATUS_BAD_USAGE, "%s needs a value: %s %s",
                         option->spec.key, option->spec.key, option->value_name);
    return set_option(reading, option, reading->words[reading->at++]);
}

static size_t operand_most(const struct command *command) {
    size_t count = 0;
    while (command->operands && command->operands[count].name)
        count++;
    return command->operand_repeats ? SIZE_MAX : count;
}

/* A key=value word whose key is an option's alias is that option. */
static enum status read_operand(struct reading *reading, const char *word) {
    struct arguments *arguments = reading->arguments;
    const char *equals = strchr(word, '=');
    const struct command_option *option =
        equals ? option_of(arguments->command, word, (size_t)(equals - word)) : NULL;
    if (option)
        return set_option(reading, option, equals + 1);
    if (arguments->command->takes_settings && equals && equals > word) {
        reading->pairs[arguments->pair_count++] = word;
        return STATUS_OK;
    }
    if (arguments->operand_count == operand_most(arguments->command))
        return error_set(reading->error, STATUS_BAD_USAGE,
                         "\"%.64s\" is one word too many; matinee %s --help shows the form", word,
                         arguments->command->name);
    reading->operands[arguments->operand_count++] = word;
    return STATUS_OK;
}

static enum status read_words(struct reading *reading) {
    bool options_ended = false;
    while (reading->at < reading->word_count) {
        const char *word = reading->words[reading->at];
        if (!options_ended && strcmp(word, "--") == 0) {
            options_ended = true;
            reading->at++;
        } else if (!options_ended && (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)) {
            reading->arguments->wants_help = true;
            return STATUS_OK;
        } else if (!options_ended && word[0] == '-' && word[1] != '\0') {
            TRY(read_option(reading));
        } else {
            TRY(read_operand(reading, word));
            reading->at++;
        }
    }
    return STATUS_OK;
}

static enum status read_environment(const struct reading *reading) {
    const struct arguments *arguments = reading->arguments;
    for (const struct command_option *option = arguments->command->options;
         option && option->spec.key; option++) {
        const char *value = option->environment ? getenv(option->environment) : NULL;
        if (!value || !*value || settings_is_set(arguments->options, option->spec.key))
            continue;
        const char *origin = arena_format(arguments->arena, "$%s", option->environment);
        TRY(settings_set(arguments->options, option->spec.key, value, origin, reading->error));
    }
    return STATUS_OK;
}

static enum status check_operands(const struct reading *reading) {
    const struct arguments *arguments = reading->arguments;
    const struct command *command = arguments->command;
    if (arguments->operand_count < command->operand_least)
        return error_set(reading->error, STATUS_BAD_USAGE,
                         "%s is missing; matinee %s --help shows the form",
                         command->operands[arguments->operand_count].name, command->name);
    return STATUS_OK;
}

/* The options' rows as a table of settings. */
static struct settings *options_of(const struct command *command, struct arena *arena) {
    size_t count = 0;
    while (command->options && command->options[count].spec.key)
        count++;
    struct setting_spec *table = ARENA_ARRAY(arena, struct setting_spec, count + 1);
    for (size_t i = 0; i < count; i++)
        table[i] = command->options[i].spec;
    struct settings *settings = settings_create(arena);
    settings_add(settings, table);
    return settings;
}

enum status command_parse(struct arguments *arguments, const struct command *command,
                          const char *const *words, size_t word_count, struct arena *arena,
                          struct error *error) {
    *arguments = (struct arguments){
        .arena = arena, .command = command, .options = options_of(command, arena)};
    struct reading reading = {.arguments = arguments,
                              .words = words,
                              .word_count = word_count,
                              .operands = ARENA_ARRAY(arena, const char *, word_count + 1),
                              .pairs = ARENA_ARRAY(arena, const char *, word_count + 1),
                              .error = error};
    arguments->operands = reading.operands;
    arguments->pairs = reading.pairs;
    TRY(read_words(&reading));
    if (arguments->wants_help)
        return STATUS_OK;
    TRY(read_environment(&reading));
    return check_operands(&reading);
}

const char *command_operand(const struct arguments *arguments, size_t index) {
    return index < arguments->operand_count ? arguments->operands[index] : NULL;
}

const char *command_text(const struct arguments *arguments, const char *option) {
    const char *text = settings_text(arguments->options, option);
    return *text ? text : NULL;
}
