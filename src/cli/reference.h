/* reference.h: the reference pages of docs/ in Markdown, from the same tables as --help. tools/tidy
 * holds the files against what these functions print. */
#ifndef MATINEE_CLI_REFERENCE_H
#define MATINEE_CLI_REFERENCE_H

/* docs/models.md: every model with its source, traits and own settings. */
void reference_models(void);
/* docs/settings.md: the settings that all models share. */
void reference_settings(void);
/* Prints a text in a cell of a table, where a bar would end the cell. */
void reference_put_cell(const char *text);

#endif
