/* program.c: finds the command, runs it, says what went wrong. See program.h. Checked by
 * tests/cli. */
#include "cli/program.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/version.h"
#include "dataset/dataset.h"
#include "kernels/kernels.h"

static void print_version(void) {
    printf("matinee %s\nkernels: %s\nbuilt-in data: %s\n", VERSION_TEXT, kernels()->name,
           dataset_has_builtin() ? "MovieLens latest-small (not for commercial use)" : "none");
}

static enum status run_command(const char *const *words, size_t word_count, struct arena *arena,
                               struct error *error) {
    const struct command *command;
    TRY(command_find(&command, words[0], error));
    struct arguments arguments;
    TRY(command_parse(&arguments, command, words + 1, word_count - 1, arena, error));
    if (arguments.wants_help) {
        help_command_text(command, stdout);
        return STATUS_OK;
    }
    return command->run(&arguments, error);
}

/* A full disk behind standard output shows here at the latest. */
static enum status close_output(struct error *error) {
    if (fflush(stdout) == 0 && !ferror(stdout))
        return STATUS_OK;
    return error_set(error, STATUS_IO, "standard output: %s", strerror(errno));
}

int program_run(const char *const *words, size_t word_count) {
    struct arena arena = {0};
    struct error error;
    enum status status = STATUS_OK;
    /* A write beyond the limit of file sizes then fails as on a full disk, and is cleaned up. */
    signal(SIGXFSZ, SIG_IGN);
    if (word_count == 0 || strcmp(words[0], "--help") == 0 || strcmp(words[0], "-h") == 0)
        help_overview(stdout);
    else if (strcmp(words[0], "--version") == 0 || strcmp(words[0], "-V") == 0)
        print_version();
    else
        status = run_command(words, word_count, &arena, &error);
    if (status == STATUS_OK)
        status = close_output(&error);
    if (status != STATUS_OK) {
        fflush(stdout);
        log_error("%s", error.text);
    }
    arena_release(&arena);
    return status == STATUS_OK ? 0 : status == STATUS_BAD_USAGE ? 2 : 1;
}
