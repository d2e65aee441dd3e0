/* people.c: see people.h. Checked by tests/cli/import.t. */
#include "cli/people.h"

#include "base/files.h"

enum status people_open(struct feedback **out, const struct arguments *arguments,
                        struct error *error) {
    const char *named = command_text(arguments, "--store");
    const char *address = named ? named : feedback_default(arguments->arena);
    if (!named)
        TRY(files_make_parent(address, error));
    return feedback_open(out, address, error);
}
