/* keys.c: `matinee keys`: who may call the API. Checked by tests/cli/keys.t. */
#include "store/keys.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/people.h"

static enum status create(struct feedback *store, const struct arguments *arguments,
                          struct error *error) {
    const char *name = command_operand(arguments, 1);
    const char *scope = command_text(arguments, "--scope");
    char key[KEYS_TEXT_BYTES];
    if (!name)
        return error_set(error, STATUS_BAD_USAGE, "which key? matinee keys create NAME");
    TRY(keys_make(store, name, scope, key, error));
    printf("%s\n", key);
    fprintf(stderr, "This is the only time that it is shown. Callers send \"Authorization: Bearer "
                    "KEY\".\n");
    return STATUS_OK;
}

static enum status list(struct feedback *store, const struct arguments *arguments,
                        struct error *error) {
    struct key_row *rows;
    size_t count;
    TRY(keys_list(store, &rows, &count, arguments->arena, error));
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

static enum status revoke(struct feedback *store, const struct arguments *arguments,
                          struct error *error) {
    const char *name = command_operand(arguments, 1);
    if (!name)
        return error_set(error, STATUS_BAD_USAGE, "which key? matinee keys revoke NAME");
    TRY(keys_revoke(store, name, error));
    printf("%s is revoked; servers know within a second\n", name);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    static const struct {
        const char *name;
        enum status (*run)(struct feedback *, const struct arguments *, struct error *);
    } verbs[] = {{"create", create}, {"list", list}, {"revoke", revoke}};
    const char *verb = command_operand(arguments, 0);
    struct feedback *store;
    size_t at = 0;
    while (at < 3 && strcmp(verb, verbs[at].name) != 0)
        at++;
    if (at == 3)
        return error_set(error, STATUS_BAD_USAGE,
                         "keys knows create, list and revoke, found \"%s\"", verb);
    TRY(people_open_keys(&store, arguments, error));
    if (!store)
        TRY(people_open(&store, arguments, error));
    enum status status = people_take_keys(store, arguments, error);
    if (status == STATUS_OK)
        status = verbs[at].run(store, arguments, error);
    feedback_close(store);
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
    PEOPLE_STORE_OPTION,
    PEOPLE_KEYS_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee keys create page --scope write", "A key, shown once; only its SHA-256 is kept."},
    {"matinee keys create page --store postgresql://localhost/films",
     "A key for all servers that share a database."},
    {"matinee keys revoke page", "Servers refuse it from the next second on."},
    {NULL, NULL},
};

const struct command keys_command = {
    .name = "keys",
    .summary = "keys that callers of the API show",
    .usage = "create NAME [--scope read|write|admin]\nlist\nrevoke NAME",
    .about =
        "While there is no key, everybody who reaches the service may do everything, which is "
        "why it listens on this machine alone. As soon as there is one, writing and "
        "administration take a key, and with `matinee serve --require-keys` reading too. Keys are "
        "kept in the store, so that servers that share one share them; a keys.db of earlier "
        "versions is taken over when it is found.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
