/* people.c: see people.h. Checked by tests/cli/import.t. */
#include "cli/people.h"

#include <string.h>

#include "base/files.h"
#include "base/log.h"
#include "store/keys.h"

static const char *address_of(const struct arguments *arguments) {
    const char *named = command_text(arguments, "--store");
    return named ? named : feedback_default(arguments->arena);
}

static bool is_file(const char *address) {
    return strcmp(address, "none") != 0 && !strstr(address, "://");
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
    if (is_file(address) && !files_exists(address))
        return error_set(error, STATUS_NOT_FOUND,
                         "%.300s: there is no such store; --store names another, and the first "
                         "`matinee serve` or `matinee import` makes one",
                         address);
    return people_open(out, arguments, error);
}

enum status people_open_keys(struct feedback **out, const struct arguments *arguments,
                             struct error *error) {
    const char *address = command_text(arguments, "--keys");
    *out = NULL;
    return address ? feedback_open(out, address, error) : STATUS_OK;
}

const char *people_old_keys(struct arena *arena) {
    return files_join(arena, files_data_home(arena), "keys.db");
}

enum status people_take_keys(struct feedback *store, const struct arguments *arguments,
                             struct error *error) {
    const char *named = command_text(arguments, "--keys");
    const char *path = named ? named : people_old_keys(arguments->arena);
    size_t taken;
    if (!is_file(path) || !files_exists(path))
        return STATUS_OK;
    TRY(keys_take_file(store, path, &taken, error));
    if (taken > 0 && named)
        log_warning("%s: keys that were brought to the present form: %zu", path, taken);
    else if (taken > 0)
        log_warning("keys of earlier versions, taken over from %s into %s: %zu; remove the old "
                    "file when no other store needs it",
                    path, feedback_name(store), taken);
    return STATUS_OK;
}
