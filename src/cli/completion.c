/* completion.c: `matinee completion bash|zsh`: a script for the shell, made from the commands'
 * tables.
 *
 * Idea     One function of cases for bash: by command, what follows the word before, else options
 *          and operands. zsh runs the same cases through a short function of its own, so that there
 *          is one truth. Models and data sets are listed when the script is made.
 * Checked  tests/cli (exact output, and bash itself completes with it). */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/known.h"
#include "dataset/catalogue.h"
#include "models/model.h"

static void print_models(void) {
    const struct model_ops *ops;
    for (size_t i = 0; (ops = model_at(i)); i++)
        printf(" %s", ops->name);
}

static void print_data(void) {
    const struct catalogue_entry *entry;
    fputs(" built-in", stdout);
    for (size_t i = 0; (entry = catalogue_at(i)); i++)
        printf(" %s", entry->name);
}

static void print_commands(void) {
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        printf(" %s", command->name);
}

static void print_choices(const char *choices) {
    fputc(' ', stdout);
    for (const char *at = choices; *at; at++)
        fputc(*at == '|' ? ' ' : *at, stdout);
}

/* The shell's words for what may stand in a place; files and folders are the shell's own matter. */
static void print_words(enum command_word word, const char *choices) {
    switch (word) {
    case WORD_MODEL:
        print_models();
        break;
    case WORD_DATA:
        print_data();
        break;
    case WORD_COMMAND:
        print_commands();
        break;
    case WORD_CHOICE:
        print_choices(choices);
        break;
    default:
        break;
    }
}

static void print_values(const struct command *command) {
    puts("        case $before in");
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++) {
        if (option->spec.kind == SETTING_BOOL)
            continue;
        printf("        %s) choices=\"", option->spec.key);
        print_words(option->word, option->spec.choices);
        bool is_path = option->word == WORD_FILE || option->word == WORD_FOLDER;
        printf("\"; files=%d; return ;;\n", is_path);
    }
    puts("        esac");
}

/* Every key, and what may follow "key=". */
static void print_settings(void) {
    struct arena arena = {0};
    const struct settings *all = known_settings(NULL, &arena);
    struct setting_entry entry;
    fputs("_matinee_settings=\"models=", stdout);
    for (size_t i = 0; settings_entry(all, i, &entry); i++)
        printf(" %s=", entry.spec->key);
    puts("\"\n_matinee_values() {\n    case $1 in");
    fputs("    data=) files=1; choices=\"", stdout);
    print_data();
    fputs("\" ;;\n    model=|models=) choices=\"", stdout);
    print_models();
    puts("\" ;;");
    for (size_t i = 0; settings_entry(all, i, &entry); i++) {
        bool is_bool = entry.spec->kind == SETTING_BOOL;
        if (!is_bool && !entry.spec->choices)
            continue;
        printf("    %s=) choices=\"", entry.spec->key);
        print_choices(is_bool ? "true|false" : entry.spec->choices);
        puts("\" ;;");
    }
    puts("    esac\n}");
    arena_release(&arena);
}

static void print_command(const struct command *command) {
    bool files = false;
    printf("    %s)\n", command->name);
    print_values(command);
    fputs("        choices=\"--help", stdout);
    for (const struct command_option *option = command->options; option && option->spec.key;
         option++)
        printf(" %s", option->spec.key);
    for (const struct command_operand *operand = command->operands; operand && operand->name;
         operand++) {
        print_words(operand->word, operand->choices);
        files = files || operand->word == WORD_FILE || operand->word == WORD_FOLDER ||
                operand->word == WORD_DATA;
    }
    if (command->takes_settings)
        fputs(" $_matinee_settings", stdout);
    printf("\"; files=%d ;;\n", files);
}

static void print_cases(void) {
    puts("# Sets choices and files for: command, the word before the cursor.");
    puts("_matinee_words() {");
    puts("    local command=$1 before=$2");
    puts("    choices=; files=0");
    /* bash takes "data=ml" for three words; the one before the value is the "=" itself. */
    puts("    [[ $before == *= ]] && { _matinee_values \"$before\"; return; }");
    puts("    case $command in");
    const struct command *command;
    for (size_t i = 0; (command = command_at(i)); i++)
        print_command(command);
    fputs("    *) choices=\"--help --version", stdout);
    print_commands();
    puts("\" ;;");
    puts("    esac");
    puts("}");
}

static const char bash_end[] =
    "_matinee() {\n"
    "    local choices files current=${COMP_WORDS[COMP_CWORD]} command=\n"
    "    local before=${COMP_WORDS[COMP_CWORD-1]}\n"
    "    [[ $current == = ]] && before=${before}= && current=\n"
    "    [[ $before == = ]] && before=${COMP_WORDS[COMP_CWORD-2]}=\n"
    "    (( COMP_CWORD > 1 )) && command=${COMP_WORDS[1]}\n"
    "    _matinee_words \"$command\" \"$before\"\n"
    "    COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))\n"
    "    (( files )) && COMPREPLY+=($(compgen -f -- \"$current\"))\n"
    "    [[ ${COMPREPLY[0]-} == *= ]] && compopt -o nospace\n"
    "    return 0\n"
    "}\n"
    "complete -o filenames -F _matinee matinee\n";

static const char zsh_end[] = "_matinee() {\n"
                              "    local choices files command=\n"
                              "    (( CURRENT > 2 )) && command=$words[2]\n"
                              "    _matinee_words \"$command\" \"$words[CURRENT-1]\"\n"
                              "    compadd -- ${=choices}\n"
                              "    (( files )) && _files\n"
                              "    return 0\n"
                              "}\n"
                              "compdef _matinee matinee\n";

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *shell = command_operand(arguments, 0);
    bool is_zsh = strcmp(shell, "zsh") == 0;
    if (!is_zsh && strcmp(shell, "bash") != 0)
        return error_set(error, STATUS_BAD_USAGE, "the shell must be bash or zsh, found \"%.64s\"",
                         shell);
    puts(is_zsh ? "#compdef matinee" : "# bash completion for matinee");
    print_settings();
    print_cases();
    fputs(is_zsh ? zsh_end : bash_end, stdout);
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    {"SHELL", "bash or zsh", WORD_CHOICE, "bash|zsh"},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_example examples[] = {
    {"matinee completion bash > ~/.local/share/bash-completion/completions/matinee",
     "For bash, from the next shell on."},
    {"matinee completion zsh > ~/.zfunc/_matinee",
     "For zsh, where ~/.zfunc is in fpath before compinit runs."},
    {NULL, NULL},
};

const struct command completion_command = {
    .name = "completion",
    .summary = "a completion script for bash or zsh",
    .usage = "bash|zsh",
    .about =
        "Prints a script that completes commands, options, settings, models, data sets and files.",
    .operand_least = 1,
    .operands = operands,
    .examples = examples,
    .run = run,
};
