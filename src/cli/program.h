/* program.h: the whole command line: words in, exit code out. */
#ifndef MATINEE_CLI_PROGRAM_H
#define MATINEE_CLI_PROGRAM_H

#include <stddef.h>

/* `words` are what follows the program's name. Returns the exit code: 0 done, 1 failed, 2 used
 * wrongly. */
int program_run(const char *const *words, size_t word_count);

#endif
