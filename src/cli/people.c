/* people.c: see people.h. Checked by tests/cli/import.t. */
#include "cli/people.h"

#include <string.h>

#include "base/files.h"

static const char *address_of(const struct arguments *arguments) {
    const char *named = command_text(arguments, "--store");
    return named ? named : feedback_default(arguments->arena);
}

enum status people_open(struct feedback **out, const struct arguments *arguments,
                        struct error *error) {
    const char *address = address_of(arguments);
    if (!command_text(arguments, "--store"))
        TRY(files_make_parent(address, error));
    return feedback_open(out, address, error);
}

enum status people_open_present(struct feedback **out, const struct arguments *arguments,
                                struct error *error) {
    const char *address = address_of(arguments);
    const bool is_file = strcmp(address, "none") != 0 && !strstr(address, "://");
    if (is_file && !files_exists(address))
        return error_set(error, STATUS_NOT_FOUND,
                         "%.300s: there is no such store; --store names another, and the first "
                         "`matinee serve` or `matinee import` makes one",
                         address);
    return people_open(out, arguments, error);
}
