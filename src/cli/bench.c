/* bench.c: `matinee bench`: how well wishes in words find films (search), how fast requests are
 * answered (serve). Checked by tests/cli. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/bench_search.h"
#include "cli/bench_serve.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/model_folder.h"
#include "cli/style.h"
#include "cli/table.h"
#include "cli/wording.h"
#include "dataset/dataset.h"
#include "metrics/interval.h"

enum figure { FIGURE_MRR, FIGURE_RECALL_10, FIGURE_RECALL_100, FIGURES };
static const char *const figure_names[] = {"MRR", "recall@10", "recall@100"};
static const char *const ranker_names[] = {[BENCH_ENCODER] = "encoder alone",
                                           [BENCH_TFIDF] = "TF-IDF alone",
                                           [BENCH_CHAIN] = "the chain",
                                           [BENCH_PERSONAL] = "the chain, with the history"};

static const float *figure_of(const float *ranks, size_t count, enum figure figure,
                              struct arena *arena) {
    float *values = ARENA_ARRAY(arena, float, count);
    const float most = figure == FIGURE_RECALL_10 ? 10 : 100;
    for (size_t i = 0; i < count; i++)
        values[i] = figure == FIGURE_MRR ? 1 / ranks[i] : ranks[i] <= most;
    return values;
}

/* Who is held against the best of the others: the chain against each part, the personal one against
 * the impersonal. */
static const struct {
    enum bench_ranker better, worse;
} pairs[] = {
    {BENCH_CHAIN, BENCH_ENCODER}, {BENCH_CHAIN, BENCH_TFIDF}, {BENCH_PERSONAL, BENCH_CHAIN}};

static const char *interval_text(struct interval interval, struct arena *arena) {
    return arena_format(arena, "%.4f ± %.4f", interval.mean, (interval.high - interval.low) / 2);
}

static void print_ranks(const struct bench_ranks *ranks, struct arena *arena) {
    struct table table;
    table_init(&table, "lrrr", arena);
    table_row(&table, "ranked by", figure_names[0], figure_names[1], figure_names[2], NULL);
    for (size_t r = 0; r < BENCH_RANKERS; r++) {
        const char *cells[FIGURES];
        if (!ranks->ranks[r])
            continue;
        for (int f = 0; f < FIGURES; f++)
            cells[f] = interval_text(
                interval_of(figure_of(ranks->ranks[r], ranks->count, (enum figure)f, arena), NULL,
                            ranks->count),
                arena);
        table_row(&table, ranker_names[r], cells[0], cells[1], cells[2], NULL);
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const char *cells[FIGURES];
        const float *better = ranks->ranks[pairs[i].better], *worse = ranks->ranks[pairs[i].worse];
        if (!better)
            continue;
        for (int f = 0; f < FIGURES; f++) {
            const struct interval_difference paired = interval_paired(
                figure_of(better, ranks->count, (enum figure)f, arena),
                figure_of(worse, ranks->count, (enum figure)f, arena), ranks->count);
            cells[f] = arena_format(arena, "%+.4f ± %.4f", paired.difference.mean,
                                    (paired.difference.high - paired.difference.low) / 2);
        }
        table_row(&table,
                  arena_format(arena, "%s - %s", ranker_names[pairs[i].better],
                               ranker_names[pairs[i].worse]),
                  cells[0], cells[1], cells[2], NULL);
    }
    table_print(&table, stdout);
}

static json_t *interval_json(struct interval interval) {
    return isnan(interval.low) ? json_pack("{s:f}", "mean", interval.mean)
                               : json_pack("{s:f, s:f, s:f}", "mean", interval.mean, "low",
                                           interval.low, "high", interval.high);
}

static json_t *ranks_json(const struct bench_ranks *ranks, struct arena *arena) {
    json_t *rankers = json_object(), *differences = json_array();
    for (size_t r = 0; r < BENCH_RANKERS; r++) {
        json_t *figures = json_object();
        for (int f = 0; f < FIGURES && ranks->ranks[r]; f++)
            json_object_set_new(figures, figure_names[f],
                                interval_json(interval_of(
                                    figure_of(ranks->ranks[r], ranks->count, (enum figure)f, arena),
                                    NULL, ranks->count)));
        if (ranks->ranks[r])
            json_object_set(rankers, ranker_names[r], figures);
        json_decref(figures);
    }
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        for (int f = 0; f < FIGURES && ranks->ranks[pairs[i].better]; f++) {
            const struct interval_difference paired = interval_paired(
                figure_of(ranks->ranks[pairs[i].better], ranks->count, (enum figure)f, arena),
                figure_of(ranks->ranks[pairs[i].worse], ranks->count, (enum figure)f, arena),
                ranks->count);
            json_array_append_new(differences,
                                  json_pack("{s:s, s:s, s:s, s:o}", "of",
                                            ranker_names[pairs[i].better], "from",
                                            ranker_names[pairs[i].worse], "metric", figure_names[f],
                                            "difference", interval_json(paired.difference)));
        }
    return json_pack("{s:I, s:o, s:o}", "cases", (json_int_t)ranks->count, "rankers", rankers,
                     "differences", differences);
}

static enum status run_search(const struct dataset *data, const struct words *words,
                              const struct arguments *arguments, struct error *error) {
    const struct bench_options options = {
        .is_personal = settings_bool(arguments->options, "--personal"),
        .is_test = settings_choice(arguments->options, "--part") == 1,
        .model = settings_text(arguments->options, "--model"),
        .pairs = arguments->pairs,
        .pair_count = arguments->pair_count,
        .cases_most = (size_t)settings_int(arguments->options, "--cases"),
        .seed = (uint64_t)settings_int(arguments->options, "--seed")};
    struct bench_ranks ranks;
    TRY(bench_search_run(data, words, &options, arguments->arena, &ranks, error));
    const char *json = command_text(arguments, "--json");
    if (json)
        TRY(json_write(ranks_json(&ranks, arguments->arena), json, error));
    if (json && strcmp(json, "-") == 0)
        return STATUS_OK;
    const struct style *style = style_of(stdout);
    printf("%s%zu %s%s  %s(%s; %s; films of the %s half)%s\n\n", style->bold, ranks.count,
           options.is_personal ? "personal wishes" : "tags asked for", style->off, style->dim,
           data->name, words_encoder_name(words), options.is_test ? "test" : "validation",
           style->off);
    print_ranks(&ranks, arguments->arena);
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    struct dataset *data;
    struct words *words;
    const char *what = command_operand(arguments, 0);
    if (strcmp(what, "serve") == 0)
        return bench_serve_run(arguments, error);
    if (strcmp(what, "search") != 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "matinee bench has search and serve, but not \"%.64s\"", what);
    TRY(wording_words(&words, arguments, error));
    enum status status = dataset_open(&data, settings_text(arguments->options, "--data"), error);
    if (status == STATUS_OK) {
        status = run_search(data, words, arguments, error);
        dataset_close(data);
    }
    words_close(words);
    return status;
}

static const struct command_operand operands[] = {
    {"WHAT", "search or serve", WORD_CHOICE, "search|serve"},
    {"FILE", "serve: a model file; without one the newest of the data folder", WORD_FILE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--data", SETTING_TEXT, "built-in", 0, 0, NULL, NULL, "whose tags are asked for"},
     "NAME",
     NULL,
     WORD_DATA},
    {{"--personal", SETTING_BOOL, "false", 0, 0, NULL, NULL,
      "wishes of people for films that they liked and that were held out"},
     NULL,
     NULL,
     WORD_NONE},
    {{"--model", SETTING_TEXT, "ease", 0, 0, NULL, NULL, "whose scores are the person's"},
     "MODEL",
     NULL,
     WORD_MODEL},
    {{"--part", SETTING_TEXT, "validation", 0, 0, "validation|test", NULL,
      "which half of the films: values are chosen on validation"},
     "PART",
     NULL,
     WORD_CHOICE},
    {{"--cases", SETTING_INT, "0", 0, 1000000, NULL, NULL, "a sample of so many; 0: all"},
     "N",
     NULL,
     WORD_NONE},
    {{"--seed", SETTING_INT, "42", 0, UINT32_MAX, NULL, NULL, "of halves and samples"},
     "N",
     NULL,
     WORD_NONE},
    {{"--seconds", SETTING_REAL, "5", 0.1, 36000, NULL, NULL, "serve: how long each row is asked"},
     "N",
     NULL,
     WORD_NONE},
    {{"--connections", SETTING_INT, "16", 1, LOAD_CONNECTIONS_MAX, NULL, NULL, "serve: at a time"},
     "N",
     NULL,
     WORD_NONE},
    {{"--rate", SETTING_REAL, "0", 0, 1e7, NULL, NULL,
      "serve: requests begun a second whatever the answers do; 0: as soon as one is answered"},
     "N",
     NULL,
     WORD_NONE},
    {{"--synthetic", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "serve: a made-up model of so many films and numbers of a vector, such as 62423x64"},
     "NxD",
     NULL,
     WORD_NONE},
    WORDING_OPTIONS,
    MODEL_FOLDER_OPTION,
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "the figures as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee bench search", "Films by their tags, on the half that values are chosen on."},
    {"matinee bench search --personal --part test", "With people's histories, on the other half."},
    {"matinee bench serve als.safetensors", "Requests a second, and how long each takes."},
    {"matinee bench search model.intent_tower=true --personal --model neumf",
     "With a model that reads the wish too."},
    {NULL, NULL},
};

const struct command bench_command = {
    .name = "bench",
    .summary = "how well wishes find films, how fast requests are answered",
    .usage = "search [KEY=VALUE ...] [OPTIONS]\nserve [FILE] [OPTIONS]",
    .about =
        "search leaves a tag out of what is known of a film, asks with it, and ranks all films but "
        "those that have the tag as well. MRR, recall at 10 and 100 with their 95 % intervals, "
        "and paired differences. serve starts a server in this process and asks it over the "
        "loopback: closed loop, or with --rate open, where a request's time counts from when it "
        "should have begun.",
    .operand_least = 1,
    .takes_settings = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
