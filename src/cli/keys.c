/* keys.c: `matinee keys`: who may call the API. Checked by tests/cli/keys.t. */
#include "store/keys.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/command.h"

static enum status create(struct keys *keys, const struct arguments *arguments,
                          struct error *error) {
    const char *name = command_operand(arguments, 1);
    const char *scope = command_text(arguments, "--scope");
    char key[KEYS_TEXT_BYTES];
    if (!name)
        return error_set(error, STATUS_BAD_USAGE, "which key? matinee keys create NAME");
    TRY(keys_make(keys, name, scope, key, error));
    printf("%s\n", key);
    fprintf(stderr, "This is the only time that it is shown. Callers send \"Authorization: Bearer "
                    "KEY\".\n");
    return STATUS_OK;
}

static enum status list(struct keys *keys, const struct arguments *arguments, struct error *error) {
    struct key_row *rows;
    size_t count;
    TRY(keys_list(keys, &rows, &count, arguments->arena, error));
    if (count == 0)
        puts("No keys: the service is open to whoever reaches it.");
    for (size_t i = 0; i < count; i++) {
        char day[32] = "";
        const time_t when = (time_t)(rows[i].revoked > 0 ? rows[i].revoked : rows[i].created);
        struct tm parts;
        gmtime_r(&when, &parts);
        strftime(day, sizeof day, "%Y-%m-%d", &parts);
        printf("%-20s %-6s %s %s\n", rows[i].name, rows[i].scope,
               rows[i].revoked > 0 ? "revoked" : "since", day);
    }
    return STATUS_OK;
}

static enum status revoke(struct keys *keys, const struct arguments *arguments,
                          struct error *error) {
    const char *name = command_operand(arguments, 1);
    if (!name)
        return error_set(error, STATUS_BAD_USAGE, "which key? matinee keys revoke NAME");
    TRY(keys_revoke(keys, name, error));
    printf("%s is revoked; servers know within a second\n", name);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *verb = command_operand(arguments, 0), *path = command_text(arguments, "--keys");
    struct keys *keys;
    TRY(keys_open(&keys, path ? path : keys_default_path(arguments->arena), error));
    enum status status;
    if (strcmp(verb, "create") == 0)
        status = create(keys, arguments, error);
    else if (strcmp(verb, "list") == 0)
        status = list(keys, arguments, error);
    else if (strcmp(verb, "revoke") == 0)
        status = revoke(keys, arguments, error);
    else
        status = error_set(error, STATUS_BAD_USAGE,
                           "keys knows create, list and revoke, found \"%s\"", verb);
    keys_close(keys);
    return status;
}

static const struct command_operand operands[] = {
    {"VERB", "create, list or revoke", WORD_CHOICE, "create|list|revoke"},
    {"NAME", "what the key is called in logs", WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--scope", SETTING_TEXT, "write", 0, 0, "read|write|admin", NULL,
      "what it allows; each includes the ones before"},
     "SCOPE",
     NULL,
     WORD_CHOICE},
    {{"--keys", SETTING_TEXT, "", 0, 0, NULL, NULL, "the file of keys"},
     "FILE",
     "MATINEE_KEYS",
     WORD_FILE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee keys create page --scope write", "A key, shown once; only its SHA-256 is kept."},
    {"matinee keys revoke page", "Servers refuse it from the next second on."},
    {NULL, NULL},
};

const struct command keys_command = {
    .name = "keys",
    .summary = "keys that callers of the API show",
    .usage = "create NAME [--scope read|write|admin]\nlist\nrevoke NAME",
    .about = "While there is no key, everybody who reaches the service may do everything, which is "
             "why it listens on this machine alone. As soon as there is one, writing and "
             "administration take a key, and with `matinee serve --require-keys` reading too.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
