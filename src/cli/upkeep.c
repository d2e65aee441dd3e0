/* upkeep.c: see upkeep.h. Checked by tests/cli/keys.t and tests/cli/serve.t. */
#include "cli/upkeep.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/files.h"
#include "base/progress.h"
#include "cli/people.h"
#include "http/listener.h"
#include "service/service_feedback.h"

#define LOOK_INTERVAL_SECONDS 0.5

static atomic_bool reload_wanted;

static void on_hangup(int signal) {
    (void)signal;
    atomic_store(&reload_wanted, true);
}

/* Once there was a key, the service is closed to those without, also when the last was revoked. */
static enum status read_keys(struct upkeep *upkeep, struct error *error) {
    static const char *const scopes[] = {
        [ROUTE_OPEN] = "", [ROUTE_READ] = "read", [ROUTE_WRITE] = "write", [ROUTE_ADMIN] = "admin"};
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct key_row *rows;
    size_t count, good = 0;
    const enum status status = keys_list(upkeep->keys, &rows, &count, scratch, error);
    if (status == STATUS_OK) {
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
    return status;
}

void upkeep_tick(void *context) {
    struct upkeep *upkeep = context;
    const double now = progress_clock();
    if (upkeep->keys && now >= upkeep->next_look) {
        upkeep->next_look = now + LOOK_INTERVAL_SECONDS;
        struct error error; /* a store that is away is read the next time */
        read_keys(upkeep, &error);
    }
    if (atomic_exchange(&reload_wanted, false))
        served_reload(upkeep->served);
}

/* A store that is there and cannot be read may have keys: then they are demanded, and none fits. */
static enum status find_keys(struct upkeep *upkeep, const struct arguments *arguments,
                             struct error *error) {
    struct error none;
    TRY(people_open_keys(&upkeep->own, arguments, error));
    upkeep->keys = upkeep->own;
    if (!upkeep->keys)
        service_store(upkeep->served->service, &upkeep->keys, &none);
    if (!upkeep->keys) {
        const bool is_there = files_exists(feedback_default(arguments->arena)) ||
                              files_exists(people_old_keys(arguments->arena));
        keyring_replace(upkeep->keyring, NULL, 0, is_there);
        return STATUS_OK;
    }
    TRY(people_take_keys(upkeep->keys, arguments, error));
    return read_keys(upkeep, error);
}

void upkeep_begin(struct upkeep *upkeep) {
    const struct sigaction action = {.sa_handler = on_hangup, .sa_flags = SA_RESTART};
    sigaction(SIGHUP, &action, NULL);
    upkeep->keyring = keyring_create();
}

enum status upkeep_open_keys(struct upkeep *upkeep, const struct arguments *arguments,
                             struct error *error) {
    const char *host = settings_text(arguments->options, "--host");
    TRY(find_keys(upkeep, arguments, error));
    if (keyring_count(upkeep->keyring) > 0 || listener_is_local(host) ||
        settings_bool(arguments->options, "--insecure"))
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "--host %s lets others in, and there is no key; make one with `matinee keys "
                     "create NAME`, or say --insecure",
                     host);
}

void upkeep_end(struct upkeep *upkeep) {
    feedback_close(upkeep->own);
    keyring_destroy(upkeep->keyring);
}
