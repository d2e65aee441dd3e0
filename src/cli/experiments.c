/* experiments.c: `matinee experiments`: A/B experiments in the store of what people do: begun,
 * looked at, ended. A server that runs on the store knows of it some seconds later. Checked by
 * tests/cli/experiments.t. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/arm_parameters.h"
#include "cli/people.h"
#include "cli/table.h"
#include "service/ab_test.h"

#define ACTIONS "list|start|show|end|rm"

static const char *name_of(const struct arguments *arguments) {
    return command_operand(arguments, 1);
}

static const char *day(int64_t seconds, struct arena *arena) {
    const time_t time = (time_t)seconds;
    struct tm parts;
    char text[32] = "";
    if (seconds > 0 && gmtime_r(&time, &parts))
        strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts);
    return arena_copy(arena, text);
}

static enum status list(struct feedback *store, const struct arguments *arguments,
                        struct error *error) {
    struct arena *arena = arguments->arena;
    struct experiments_record *records;
    struct table table;
    size_t count;
    TRY(experiments_list(store, arena, &records, &count, error));
    if (count == 0) {
        puts("no experiments; matinee experiments start NAME control=als other=ease");
        return STATUS_OK;
    }
    table_init(&table, "llllrL", arena);
    table_row(&table, "experiment", "started", "ended", "layer", "share", "arms", NULL);
    for (size_t i = 0; i < count; i++) {
        const char *arms = "";
        for (size_t a = 0; a < records[i].arm_count; a++)
            arms = arena_format(arena, "%s%s%s", arms, a > 0 ? " " : "", records[i].arms[a].name);
        table_row(&table, records[i].name, day(records[i].started, arena),
                  records[i].ended ? day(records[i].ended, arena) : "runs", records[i].layer,
                  arena_format(arena, "%g %%", 100 * records[i].share), arms, NULL);
    }
    table_print(&table, stdout);
    return STATUS_OK;
}

/* ---- Starting ---- */

/* "0.3", "true", or a text. */
static json_t *value_of(const char *text) {
    char *end;
    const double number = strtod(text, &end);
    if (strcmp(text, "true") == 0 || strcmp(text, "false") == 0)
        return json_boolean(*text == 't');
    if (*text == '\0' || *end != '\0')
        return json_string(text);
    const bool is_whole = number == floor(number) && fabs(number) < 1e15;
    return is_whole ? json_integer((json_int_t)number) : json_real(number);
}

/* "weight=2" and the like, behind the model; what is no weight goes into `set`. */
static enum status read_option(struct experiments_arm *arm, char *word, json_t *set,
                               struct error *error) {
    char *value = strchr(word, '=');
    char *end;
    if (!value)
        return error_set(error, STATUS_BAD_USAGE,
                         "arm \"%s\": expected weight=NUMBER or a parameter such as diversity=0.3, "
                         "found \"%.64s\"",
                         arm->name, word);
    *value++ = '\0';
    if (strcmp(word, "weight") != 0) {
        json_object_set_new(set, word, value_of(value));
        return STATUS_OK;
    }
    arm->weight = strtod(value, &end);
    if (end > value && *end == '\0')
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE, "arm \"%s\": a weight is a number, found \"%.64s\"",
                     arm->name, value);
}

static enum status read_options(struct experiments_arm *arm, char *next, json_t *set,
                                struct error *error) {
    while (next) {
        char *option = next;
        next = strchr(option, ',');
        if (next)
            *next++ = '\0';
        TRY(read_option(arm, option, set, error));
    }
    return STATUS_OK;
}

static const char *text_of(const json_t *value, struct arena *arena) {
    const size_t flags = JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(7);
    const size_t length = json_dumpb(value, NULL, 0, flags);
    char *text = arena_alloc(arena, length + 1);
    json_dumpb(value, text, length, flags);
    return text;
}

/* The object as text, if there is anything in it and it is good. */
static enum status take_set(struct experiments_arm *arm, const json_t *set, struct arena *arena,
                            struct error *error) {
    if (json_object_size(set) == 0)
        return STATUS_OK;
    arm->parameters = text_of(set, arena);
    if (arm_parameters_check(arm->parameters, error) == STATUS_OK)
        return STATUS_OK;
    error_prefix(error, "arm \"%s\"", arm->name);
    return error->status = STATUS_BAD_USAGE;
}

/* "NAME=MODEL,weight=2,diversity=0.3": the model may be empty, for the default. */
static enum status read_arm(struct experiments_arm *arm, const char *word, struct arena *arena,
                            struct error *error) {
    char *text = arena_copy(arena, word);
    char *model = strchr(text, '=');
    if (!model)
        return error_set(error, STATUS_BAD_USAGE,
                         "an arm is NAME=MODEL[,weight=2][,diversity=0.3], found \"%.64s\"", word);
    *model++ = '\0';
    char *next = strchr(model, ',');
    if (next)
        *next++ = '\0';
    *arm = (struct experiments_arm){.name = text, .model = *model ? model : NULL, .weight = 1};
    json_t *set = json_object();
    enum status status = read_options(arm, next, set, error);
    if (status == STATUS_OK)
        status = take_set(arm, set, arena, error);
    json_decref(set);
    return status;
}

static enum status start(struct feedback *store, const struct arguments *arguments,
                         struct error *error) {
    struct experiments_record record = {
        .name = name_of(arguments),
        .layer = command_text(arguments, "--layer"),
        .share = settings_real(arguments->options, "--share"),
    };
    if (arguments->operand_count < 2)
        return error_set(error, STATUS_BAD_USAGE, "which name, and which arms?");
    for (size_t i = 2; i < arguments->operand_count; i++) {
        if (record.arm_count == EXPERIMENTS_ARMS_MAX)
            return error_set(error, STATUS_BAD_USAGE, "an experiment has at most %d arms",
                             EXPERIMENTS_ARMS_MAX);
        TRY(read_arm(&record.arms[record.arm_count++], arguments->operands[i], arguments->arena,
                     error));
    }
    TRY(ab_test_begin(store, &record, error));
    printf("%s runs, with %zu arms; matinee experiments show %s\n", record.name, record.arm_count,
           record.name);
    return STATUS_OK;
}

/* ---- Looking ---- */

static const char *rate(const struct ab_test_metric *metric, struct arena *arena) {
    if (isnan(metric->rate.share))
        return "";
    return arena_format(arena, "%.1f %% (%.1f-%.1f)", 100 * metric->rate.share,
                        100 * metric->rate.low, 100 * metric->rate.high);
}

/* "als, diversity 0.3, tiers false" */
static const char *model_of(const struct experiments_arm *arm, struct arena *arena) {
    const char *text = arm->model ? arm->model : "the default", *key;
    json_t *set = arm->parameters ? json_loads(arm->parameters, 0, NULL) : NULL, *value;
    json_object_foreach(set, key, value) {
        const char *shown =
            json_is_string(value) ? json_string_value(value) : text_of(value, arena);
        text = arena_format(arena, "%s, %s %s", text, key, shown);
    }
    json_decref(set);
    return text;
}

static void print_tests(const struct experiments_record *record,
                        const struct ab_test_result *results) {
    const char *before = "\n";
    for (size_t a = 1; a < record->arm_count; a++)
        for (size_t m = 0; m < AB_TEST_METRICS; m++) {
            const struct sequential_test *test = &results[a].metrics[m].test;
            if (isnan(test->difference) ||
                results[a].metrics[m].people + results[0].metrics[m].people == 0)
                continue;
            printf("%s%s against %s, %s: %+.1f points (%+.1f to %+.1f), p %.3g%s\n", before,
                   record->arms[a].name, record->arms[0].name,
                   feedback_kind_name(ab_test_metrics[m]), 100 * test->difference, 100 * test->low,
                   100 * test->high, test->p,
                   test->is_decided  ? ": decided"
                   : test->is_enough ? ": not decided"
                                     : ": too few people yet");
            before = "";
        }
}

static enum status show(struct feedback *store, const struct arguments *arguments,
                        struct error *error) {
    struct arena *arena = arguments->arena;
    struct experiments_record record;
    struct ab_test_result results[EXPERIMENTS_ARMS_MAX];
    struct table table;
    TRY(experiments_find(store, name_of(arguments), arena, &record, error));
    TRY(ab_test_results(store, &record, results, error));
    printf("%s, since %s%s%s\n", record.name, day(record.started, arena),
           record.ended ? ", ended " : ": it runs", record.ended ? day(record.ended, arena) : "");
    printf("%g %% of the people, layer %s\n\n", 100 * record.share, record.layer);
    table_init(&table, "lLrrrrrr", arena);
    table_row(&table, "arm", "model", "people", "shown", "click", "like", "rating", "view", NULL);
    for (size_t a = 0; a < record.arm_count; a++)
        table_row(&table, record.arms[a].name, model_of(&record.arms[a], arena),
                  arena_format(arena, "%lld", (long long)results[a].people),
                  arena_format(arena, "%lld", (long long)results[a].impressions),
                  rate(&results[a].metrics[0], arena), rate(&results[a].metrics[1], arena),
                  rate(&results[a].metrics[2], arena), rate(&results[a].metrics[3], arena), NULL);
    table_print(&table, stdout);
    print_tests(&record, results);
    return STATUS_OK;
}

/* ---- Ending ---- */

static enum status end(struct feedback *store, const struct arguments *arguments,
                       struct error *error) {
    TRY(experiments_end(store, name_of(arguments), error));
    printf("%s has ended\n", name_of(arguments));
    return STATUS_OK;
}

static enum status take_away(struct feedback *store, const struct arguments *arguments,
                             struct error *error) {
    TRY(experiments_remove(store, name_of(arguments), error));
    printf("%s is gone, with all that was written down for it\n", name_of(arguments));
    return STATUS_OK;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    static const struct {
        const char *name;
        enum status (*run)(struct feedback *store, const struct arguments *arguments,
                           struct error *error);
    } actions[] = {
        {"list", list}, {"start", start}, {"show", show}, {"end", end}, {"rm", take_away}};
    const char *action = command_operand(arguments, 0);
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++) {
        if (strcmp(action, actions[i].name) != 0)
            continue;
        if (i > 0 && !name_of(arguments))
            return error_set(error, STATUS_BAD_USAGE, "which experiment? Give its name");
        struct feedback *store;
        TRY(people_open(&store, arguments, error));
        const enum status status = actions[i].run(store, arguments, error);
        feedback_close(store);
        return status;
    }
    return error_set(error, STATUS_BAD_USAGE,
                     "unknown action \"%.64s\"; expected list, start, show, end or rm", action);
}

static const struct command_operand operands[] = {
    {"ACTION", "list, start, show, end or rm", WORD_CHOICE, ACTIONS},
    {"NAME", "of the experiment", WORD_NONE, NULL},
    {"ARM",
     "start: NAME=MODEL[,weight=2][,diversity=0.3][,demote_shown=true]...; the first is what "
     "the others are compared with",
     WORD_NONE, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    PEOPLE_STORE_OPTION,
    {{"--layer", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "start: experiments of one layer share no people; what they set no other layer sets"},
     "NAME",
     NULL,
     WORD_NONE},
    {{"--share", SETTING_REAL, "1", 0.001, 1, NULL, NULL, "start: of the people of the layer"},
     "X",
     NULL,
     WORD_NONE},
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee experiments start als-or-ease control=als ease=ease",
     "Half of the people get lists of als, half of ease."},
    {"matinee experiments start variety plain= wide=,diversity=0.3 --layer lists --share 0.5",
     "Beside it, half of all people, a quarter of them with more variety."},
    {"matinee experiments show als-or-ease", "What came of it so far."},
    {NULL, NULL},
};

const struct command experiments_command = {
    .name = "experiments",
    .summary = "A/B experiments over served models, and what came of them",
    .usage =
        "list [--store STORE]\nstart NAME ARM ARM ... [--layer NAME] [--share X] [--store STORE]\n"
        "show|end|rm NAME [--store STORE]",
    .about =
        "People are spread over the arms by a hash of their ids, so that each stays in one and "
        "every server agrees. A list that names no model comes from the person's arm, with any "
        "number, flag or choice among the parameters of /api/recommend that the arm sets. "
        "Experiments of one layer share nobody; a person may be in one of each layer. The "
        "shares of people who clicked, liked, rated or saw a film are compared by a test that "
        "may be looked at at any time. A server on the same store knows of a start or an end "
        "some seconds later.",
    .operand_least = 1,
    .operand_repeats = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
