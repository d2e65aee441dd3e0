/* update.c: `matinee update`: a model file that learns new rows. Checked by tests/cli. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/style.h"
#include "experiment/update.h"

static void print_reason(size_t count, const char *reason) {
    if (count > 0)
        printf("  %s passed over: %s\n", style_count(count).text, reason);
}

static void print_report(const char *out, const struct update_report *report, struct arena *arena) {
    printf("%s: %s of %s row%s learnt", out, style_count(report->applied).text,
           style_count(report->rows).text, report->rows == 1 ? "" : "s");
    if (report->applied > 0)
        printf(", of %s user%s", style_count(report->users).text, report->users == 1 ? "" : "s");
    if (report->new_users > 0)
        printf(", %s of them new", style_count(report->new_users).text);
    if (report->new_items > 0)
        printf(", and of %s new film%s", style_count(report->new_items).text,
               report->new_items == 1 ? "" : "s");
    puts(report->applied > 0 ? "" : "; the model is as it was");
    print_reason(report->unknown, report->new_items > 0 ? "of films that wait for the next training"
                                                        : "of films that the model does not know");
    print_reason(report->known, "the person has the film already");
    print_reason(report->low, arena_format(arena, "rated below data.min_rating=%g of the fit",
                                           (double)report->min_rating));
    print_reason(report->out_of_range,
                 arena_format(arena, "rated outside %g to %g, the scale of the fit",
                              (double)report->rating_min, (double)report->rating_max));
    print_reason(report->repeated, "the same person and film come again further down");
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *file = command_operand(arguments, 0), *rows = command_text(arguments, "--ratings"),
               *out = command_text(arguments, "--out");
    if (!rows)
        return error_set(error, STATUS_BAD_USAGE,
                         "which rows? --ratings FILE, with lines of user,film[,rating[,time]]");
    out = out ? out : file;
    struct update_report report;
    const struct update_order order = {
        .file = file,
        .rows = rows,
        .out = out,
        .all_items = settings_bool(arguments->options, "--all-films"),
    };
    TRY(update_file(&order, &report, error));
    print_report(out, &report, arguments->arena);
    return STATUS_OK;
}

static const struct command_operand operands[] = {
    {"FILE", "a model file", WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--ratings", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "the new rows, in any form that data may have: user,film[,rating[,time]]"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "where the model goes; without it FILE itself is replaced"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--all-films", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "learn films that are new to the model even if nothing is written of them"},
     NULL,
     NULL,
     WORD_NONE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee update eals.safetensors --ratings today.csv",
     "What happened today, learnt in place."},
    {"matinee update als.safetensors --ratings today.csv --out next.safetensors",
     "The same into another file."},
    {NULL, NULL},
};

const struct command update_command = {
    .name = "update",
    .summary = "teach a trained model new ratings without training it again",
    .usage = "FILE --ratings FILE [--out FILE]",
    .about =
        "Adds new rows to a model that learns as they come (of one that does not, the error names "
        "those that do). People who are new to the model are added, and so are films of which the "
        "data's own files say a title, a year or genres; content, and models with genres among "
        "their settings, leave films for the next training, and so do rows that change a rating. "
        "The file is replaced "
        "when all is written, so a full disk leaves the old one. An updated file may have learnt "
        "what a test holds, and evaluate refuses it.",
    .operand_least = 1,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
