/* help.h: --help, from the tables of the commands. */
#ifndef MATINEE_CLI_HELP_H
#define MATINEE_CLI_HELP_H

#include <stdio.h>

#include "base/settings.h"
#include "cli/command.h"

/* Everything a command can do, with examples. */
void help_command_text(const struct command *command, FILE *out);
/* What matinee is, and its commands. */
void help_overview(FILE *out);
/* Rows of settings: key, default, what it is, bounds; those of the model or all others. */
void help_settings(const struct settings *settings, bool of_model, FILE *out);

#endif
