/* upkeep.c: see upkeep.h. Checked by tests/cli/keys.t and tests/cli/serve.t. */
#include "cli/upkeep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/progress.h"
#include "http/listener.h"

#define LOOK_INTERVAL_SECONDS 0.5

static atomic_bool reload_wanted;

static void on_hangup(int signal) {
    (void)signal;
    atomic_store(&reload_wanted, true);
}

/* Once there was a key, the service is closed to those without, also when the last was revoked. */
static void read_keys(struct upkeep *upkeep) {
    static const char *const scopes[] = {
        [ROUTE_OPEN] = "", [ROUTE_READ] = "read", [ROUTE_WRITE] = "write", [ROUTE_ADMIN] = "admin"};
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct key_row *rows;
    struct error error; /* a file that is busy is read the next time */
    size_t count, good = 0;
    if (keys_list(upkeep->keys, &rows, &count, scratch, &error) == STATUS_OK) {
        struct keyring_key *keys = ARENA_ARRAY(scratch, struct keyring_key, count);
        for (size_t i = 0; i < count; i++) {
            if (rows[i].revoked > 0)
                continue;
            struct keyring_key *key = &keys[good++];
            memcpy(key->digest, rows[i].digest, sizeof key->digest);
            snprintf(key->name, sizeof key->name, "%s", rows[i].name);
            for (int scope = ROUTE_READ; scope <= ROUTE_ADMIN; scope++)
                if (strcmp(rows[i].scope, scopes[scope]) == 0)
                    key->scope = (enum route_scope)scope;
        }
        keyring_replace(upkeep->keyring, keys, good, count > 0);
    }
    arena_reset(scratch, mark);
}

void upkeep_tick(void *context) {
    struct upkeep *upkeep = context;
    const double now = progress_clock();
    if (upkeep->keys && now >= upkeep->next_look) {
        upkeep->next_look = now + LOOK_INTERVAL_SECONDS;
        read_keys(upkeep);
    }
    if (atomic_exchange(&reload_wanted, false))
        served_reload(upkeep->served);
}

enum status upkeep_begin(struct upkeep *upkeep, const struct arguments *arguments,
                         struct error *error) {
    const char *given = command_text(arguments, "--keys");
    const char *path = given ? given : keys_default_path(arguments->arena);
    const char *host = settings_text(arguments->options, "--host");
    const struct sigaction action = {.sa_handler = on_hangup, .sa_flags = SA_RESTART};
    sigaction(SIGHUP, &action, NULL);
    upkeep->keyring = keyring_create();
    /* A file that was not asked for and cannot be made does not keep films from being served. */
    const enum status status = keys_open(&upkeep->keys, path, error);
    if (status != STATUS_OK && (given || files_exists(path)))
        return status;
    if (status == STATUS_OK)
        read_keys(upkeep);
    if (keyring_count(upkeep->keyring) > 0 || listener_is_local(host) ||
        settings_bool(arguments->options, "--insecure"))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "--host %s lets others in, and there is no key; make one with `matinee keys "
                     "create NAME`, or say --insecure",
                     host);
}

void upkeep_end(struct upkeep *upkeep) {
    keys_close(upkeep->keys);
    keyring_destroy(upkeep->keyring);
}
