/* backup.c: `matinee backup`: a copy of the store while it is written to. Checked by
 * tests/cli/import.t. */
#include <stdio.h>

#include "base/files.h"
#include "cli/people.h"
#include "cli/style.h"

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *path = command_operand(arguments, 0);
    struct feedback *store;
    struct feedback_counts counts;
    TRY(people_open_present(&store, arguments, error));
    enum status status = feedback_count(store, &counts, error);
    if (status == STATUS_OK)
        status = feedback_backup(store, path, error);
    if (status == STATUS_OK)
        printf("%s: %s of %lld people, %lld ratings, %lld events\n", path,
               style_bytes((size_t)files_size(path)).text, (long long)counts.people,
               (long long)counts.ratings, (long long)counts.events);
    feedback_close(store);
    return status;
}

static const struct command_operand operands[] = {
    {"FILE", "where the copy goes; one that is there is replaced when the new one is whole",
     WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    PEOPLE_STORE_OPTION,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee backup friday.db", "A copy, made while the server runs."},
    {"matinee serve --store friday.db", "To go on from it."},
    {NULL, NULL},
};

const struct command backup_command = {
    .name = "backup",
    .summary = "a copy of the store while it is in use",
    .usage = "FILE [--store STORE]",
    .about = "Copies the store of what people do into one SQLite file, as it was at one moment, "
             "while a server goes on writing. The copy is itself a store to serve from. Who is "
             "erased later stays in copies that were made before: see docs/import.md. A store in "
             "PostgreSQL is backed up by pg_dump.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
