/* sweep.c: `matinee sweep`: settings looked for on validation, under a budget of time.
 *
 * Idea     Points are drawn at random from the lists and ranges given (all points of a product, in
 *          random order, if it is small enough) and tried in brackets of nine by successive
 *          halving (experiment/halving.h), by epochs for models that have some, by a share of the
 *          people for others. Brackets follow until the trials or the time are used up.
 * Source   Bergstra & Bengio 2012: random search; and halving.h.
 * Trap     The figures are those of the part that the choice was made on: the best of many is too
 *          good by what chance gave it. The test is not looked at; one training with the recipe
 *          is.
 * Checked  tests/cli/sweep.t. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/files.h"
#include "base/progress.h"
#include "base/settings_yaml.h"
#include "cli/command.h"
#include "cli/job.h"
#include "cli/record.h"
#include "cli/style.h"
#include "cli/trials.h"
#include "experiment/halving.h"
#include "experiment/space.h"
#include "metrics/metrics.h"

#define TRIALS_USUAL 27
#define TRIALS_MAX 20000 /* under a budget of time */
#define DRAWS_MAX 1000   /* in a row that were tried before: the space is used up */
#define STREAM_POINTS 0x5eeb
#define USERS_LEAST 200 /* fewer people say too little: a bracket then begins with more */

struct sweep {
    struct trials trials; /* `list` has room for every rung of every point */
    struct space space;   /* of the words that have several values */
    struct arena *arena;
    struct rng rng;
    const uint32_t *order; /* of the points of a product; NULL: they are drawn */
    size_t order_count, points_max, drawn;
    struct experiment_size size;
    int64_t ratings_max; /* data.max_ratings of all trials; 0: all there are */
    bool by_epochs, halves;
};

/* ---- Settings ---- */

static enum status read_budget(const char *text, double *seconds, struct error *error) {
    char *end;
    *seconds = strtod(text, &end);
    double unit = strcmp(end, "s") == 0   ? 1
                  : strcmp(end, "m") == 0 ? 60
                  : strcmp(end, "h") == 0 ? 3600
                                          : 0;
    *seconds *= unit;
    if (end > text && *seconds > 0 && *seconds < 1e8)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "--budget: expected a time such as 90s, 10m or 2h, found \"%.32s\"", text);
}

/* Words with one value hold for all trials; `evaluation.part` is ours. */
static enum status read_words(struct sweep *sweep, struct error *error) {
    const struct arguments *arguments = sweep->trials.arguments;
    struct space all;
    TRY(space_parse(&all, arguments->pairs, arguments->pair_count, sweep->arena, error));
    const char **words = ARENA_ARRAY(sweep->arena, const char *, all.count + 2);
    struct space_dimension *dimensions =
        ARENA_ARRAY(sweep->arena, struct space_dimension, all.count + 1);
    size_t word_count = 0;
    sweep->space = (struct space){dimensions, 0};
    for (size_t i = 0; i < all.count; i++) {
        const struct space_dimension *dimension = &all.dimensions[i];
        if (strcmp(dimension->key, "evaluation.part") == 0)
            return error_set(error, STATUS_BAD_USAGE,
                             "evaluation.part: a sweep measures on validation and never reads the "
                             "test; leave it out");
        if (dimension->kind == SPACE_LIST && dimension->value_count == 1)
            words[word_count++] = arguments->pairs[i];
        else
            dimensions[sweep->space.count++] = *dimension;
    }
    if (sweep->space.count == 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "nothing to look for: name a setting with values or a range, as in "
                         "model.k=10,20,40 or model.k=log:5..200");
    words[word_count++] = "evaluation.part=validation";
    sweep->trials.words = words;
    return STATUS_OK;
}

static bool is_swept(const struct sweep *sweep, const char *key) {
    for (size_t i = 0; i < sweep->space.count; i++)
        if (strcmp(sweep->space.dimensions[i].key, key) == 0)
            return true;
    return false;
}

/* The job of the words that all share, with some of a point put behind them. */
static enum status job_of(const struct sweep *sweep, const char *const *point, struct job *job,
                          struct error *error) {
    struct arguments arguments = *sweep->trials.arguments;
    size_t shared = 0, own = 0;
    while (sweep->trials.words[shared])
        shared++;
    while (point && point[own])
        own++;
    const char **pairs = ARENA_ARRAY(sweep->arena, const char *, shared + own + 1);
    for (size_t i = 0; i < shared + own; i++)
        pairs[i] = i < shared ? sweep->trials.words[i] : point[i - shared];
    arguments.pairs = pairs;
    arguments.pair_count = shared + own;
    return job_make(job, &arguments, command_operand(&arguments, 0), NULL, error);
}

/* Whether --metric is among what is measured; errors of ratings come unasked where they apply. */
static enum status check_metric(const struct sweep *sweep, const struct settings *settings,
                                struct error *error) {
    const char *wanted = sweep->trials.metric;
    struct metric_request request = {0};
    struct metric_list list;
    if (!wanted || strcmp(wanted, "rmse") == 0 || strcmp(wanted, "mae") == 0)
        return STATUS_OK;
    request.name_count = settings_text_list(settings, "evaluation.metrics", &request.names);
    request.k_count = settings_int_list(settings, "evaluation.k_values", &request.k_values);
    TRY(metrics_parse_list(&list, &request, sweep->arena, error));
    for (size_t i = 0; i < list.count; i++)
        if (strcmp(list.metrics[i].name, wanted) == 0)
            return STATUS_OK;
    return error_set(error, STATUS_BAD_USAGE,
                     "--metric %s is not among what is measured; add evaluation.metrics=[%s]",
                     wanted, wanted);
}

/* What a share is of: epochs, or people. */
static enum status measure_size(struct sweep *sweep, struct error *error) {
    struct job job;
    struct progress silent;
    progress_init(&silent, true);
    TRY(job_of(sweep, NULL, &job, error));
    job_start(&job);
    TRY(check_metric(sweep, job.settings, error));
    TRY(experiment_probe(job.settings, &silent, &sweep->size, error));
    sweep->ratings_max = settings_int(job.settings, "data.max_ratings");
    sweep->by_epochs = sweep->size.max_epochs >= HALVING_BRACKET &&
                       !is_swept(sweep, "trainer.max_epochs") && !is_swept(sweep, "epochs");
    return STATUS_OK;
}

static void plan_points(struct sweep *sweep) {
    const struct settings *options = sweep->trials.arguments->options;
    size_t size = space_size(&sweep->space);
    size_t trials = (size_t)settings_int(options, "--trials");
    sweep->points_max = trials ? trials : sweep->trials.deadline > 0 ? TRIALS_MAX : TRIALS_USUAL;
    rng_init(&sweep->rng, (uint64_t)settings_int(options, "--seed"), STREAM_POINTS);
    if (size == 0 || size > SPACE_POINTS_MAX)
        return;
    uint32_t *order = ARENA_ARRAY(sweep->arena, uint32_t, size);
    for (uint32_t i = 0; i < size; i++)
        order[i] = i;
    rng_shuffle(&sweep->rng, order, (uint32_t)size);
    sweep->order = order;
    sweep->order_count = size;
    sweep->points_max = sweep->points_max < size ? sweep->points_max : size;
}

/* ---- Points and rungs ---- */

static const char *join(const char *const *words, struct arena *arena) {
    const char *text = "";
    for (size_t i = 0; words[i]; i++)
        text = arena_format(arena, "%s%s%s", text, i ? " " : "", words[i]);
    return text;
}

static bool was_tried(const struct sweep *sweep, const char *label) {
    for (size_t i = 0; i < sweep->trials.count; i++)
        if (strcmp(sweep->trials.list[i].label, label) == 0)
            return true;
    return false;
}

/* The next point that is new; NULL: there is none. */
static const char *const *next_point(struct sweep *sweep) {
    if (sweep->drawn == sweep->points_max)
        return NULL;
    if (sweep->order)
        return space_point(&sweep->space, sweep->order[sweep->drawn++], sweep->arena);
    for (int i = 0; i < DRAWS_MAX; i++) {
        const char *const *point = space_draw(&sweep->space, &sweep->rng, sweep->arena);
        if (was_tried(sweep, join(point, sweep->arena)))
            continue;
        sweep->drawn++;
        return point;
    }
    return NULL;
}

static void add_trial(struct sweep *sweep, const char *const *point, const char *label,
                      double share) {
    size_t count = 0;
    while (point[count])
        count++;
    const char **words = ARENA_ARRAY(sweep->arena, const char *, count + 3);
    memcpy(words, point, count * sizeof *words);
    if (share < 1 && sweep->by_epochs) {
        double epochs = fmax(round((double)sweep->size.max_epochs * share), 1);
        words[count] = arena_format(sweep->arena, "trainer.max_epochs=%.0f", epochs);
    } else if (share < 1) {
        double users = round(sweep->size.users * share);
        words[count++] = arena_format(sweep->arena, "data.max_users=%.0f", users);
        /* A sample of ratings stays as thin as it is for everybody. */
        if (sweep->ratings_max > 0)
            words[count] = arena_format(sweep->arena, "data.max_ratings=%.0f",
                                        fmax(round((double)sweep->ratings_max * share), 1));
    }
    sweep->trials.list[sweep->trials.count++] =
        (struct trial){.words = words, .label = label, .share = share};
}

/* The point of a trial: its words without what its share added. */
static const char *const *point_of(const struct sweep *sweep, const struct trial *trial) {
    const char **words = ARENA_ARRAY(sweep->arena, const char *, sweep->space.count + 1);
    memcpy(words, trial->words, sweep->space.count * sizeof *words);
    return words;
}

/* The best of the trials from `first` on go on with a larger share. */
static void promote(struct sweep *sweep, size_t first, double share) {
    size_t count = sweep->trials.count - first, kept = halving_kept(count), added = 0;
    const size_t *order = trials_sorted(&sweep->trials);
    size_t all = sweep->trials.count;
    for (size_t i = 0; i < all && added < kept; i++) {
        const struct trial trial = sweep->trials.list[order[i]];
        if (order[i] < first || !trials_has_result(&trial))
            continue;
        add_trial(sweep, point_of(sweep, &trial), trial.label, share);
        added++;
    }
}

static bool is_late(const struct sweep *sweep) {
    return sweep->trials.deadline > 0 && progress_clock() > sweep->trials.deadline;
}

/* How many rungs a bracket of so many points has. */
static size_t rungs_of(const struct sweep *sweep, size_t points) {
    size_t rungs = sweep->halves ? halving_rungs(points) : 1;
    while (!sweep->by_epochs && rungs > 1 &&
           sweep->size.users * halving_share(0, rungs) < USERS_LEAST)
        rungs--;
    return rungs;
}

/* One bracket; *more: there may be another. */
static enum status run_bracket(struct sweep *sweep, bool *more, struct error *error) {
    size_t first = sweep->trials.count, wanted = sweep->halves ? HALVING_BRACKET : 1;
    const char *const *points[HALVING_BRACKET];
    size_t count = 0;
    while (count < wanted && (points[count] = next_point(sweep)))
        count++;
    *more = count == wanted;
    size_t rungs = rungs_of(sweep, count);
    for (size_t i = 0; i < count; i++)
        add_trial(sweep, points[i], join(points[i], sweep->arena), halving_share(0, rungs));
    for (size_t rung = 0; rung < rungs && count > 0; rung++) {
        TRY(trials_run(&sweep->trials, error));
        if (rung + 1 == rungs || is_late(sweep))
            break;
        size_t next = sweep->trials.count;
        promote(sweep, first, halving_share(rung + 1, rungs));
        first = next;
    }
    *more = *more && !is_late(sweep);
    return STATUS_OK;
}

/* ---- Result ---- */

/* The best settings as a file for matinee train --config, with what was measured as a remark. */
static enum status make_recipe(const struct sweep *sweep, const struct trial *best,
                               const char **text, struct error *error) {
    const struct runs_metric *figure = trials_headline(&sweep->trials, best);
    struct job job;
    TRY(job_of(sweep, point_of(sweep, best), &job, error));
    TRY(settings_set(job.settings, "evaluation.part", "test", NULL, error));
    struct buffer out, rows;
    buffer_init(&out, sweep->arena);
    buffer_init(&rows, sweep->arena);
    buffer_format(&out,
                  "# Found by matinee sweep on validation: the best of %zu points, %s %.4f there "
                  "(seed %lld).\n",
                  sweep->drawn, figure->name, figure->value,
                  (long long)settings_int(sweep->trials.arguments->options, "--seed"));
    settings_yaml(job.settings, SETTINGS_YAML_SET, &rows);
    /* The test is what a recipe is measured on anyway. */
    for (char *at = rows.bytes; *at;) {
        size_t length = strcspn(at, "\n") + 1;
        if (strncmp(at, "evaluation.part:", strlen("evaluation.part:")) != 0)
            buffer_bytes(&out, at, length);
        at += length;
    }
    *text = out.bytes;
    return STATUS_OK;
}

static enum status tell(const struct sweep *sweep, struct error *error) {
    const struct arguments *arguments = sweep->trials.arguments;
    const char *json = command_text(arguments, "--json"), *out = command_text(arguments, "--out");
    const char *recipe;
    TRY(trials_check(&sweep->trials, error));
    const struct trial *best = &sweep->trials.list[trials_sorted(&sweep->trials)[0]];
    if (!trials_headline(&sweep->trials, best))
        return error_set(error, STATUS_BAD_INPUT, "nothing was measured by which one is better");
    TRY(make_recipe(sweep, best, &recipe, error));
    if (out)
        TRY(files_write(out, recipe, strlen(recipe), error));
    if (json)
        TRY(trials_write_json(&sweep->trials, json, error));
    if (json && strcmp(json, "-") == 0)
        return STATUS_OK;
    trials_print(&sweep->trials);
    printf("\n%s%s%s\n%s", style_of(stdout)->bold,
           best->share < 1 ? "The best so far, which had no full training:" : "The best:",
           style_of(stdout)->off, recipe);
    return STATUS_OK;
}

static enum status sweep_all(struct sweep *sweep, struct error *error) {
    TRY(read_words(sweep, error));
    TRY(measure_size(sweep, error));
    plan_points(sweep);
    /* A bracket of nine has thirteen trials. */
    sweep->trials.list = ARENA_ARRAY(sweep->arena, struct trial, 2 * sweep->points_max + 8);
    TRY(trials_begin(&sweep->trials, error));
    enum status status = STATUS_OK;
    for (bool more = true; more && status == STATUS_OK;)
        status = run_bracket(sweep, &more, error);
    struct error second;
    if (status != STATUS_OK && status != STATUS_CANCELLED)
        return status;
    enum status told = tell(sweep, status == STATUS_OK ? error : &second);
    return status == STATUS_OK ? told : status;
}

static enum status run(const struct arguments *arguments, struct error *error) {
    const char *budget = command_text(arguments, "--budget");
    const char *metric = command_text(arguments, "--metric");
    struct sweep *sweep = ARENA_NEW(arguments->arena, struct sweep);
    struct metric known;
    double seconds = 0;
    if (budget)
        TRY(read_budget(budget, &seconds, error));
    if (metric)
        TRY(metrics_parse(&known, metric, arguments->arena, error));
    sweep->arena = arguments->arena;
    sweep->halves = settings_choice(arguments->options, "--method") == 0;
    sweep->trials = (struct trials){
        .arguments = arguments,
        .kind = "sweep",
        .metric = metric ? known.name : NULL,
        .jobs = (size_t)settings_int(arguments->options, "--jobs"),
        .deadline = budget ? progress_clock() + seconds : 0,
        .quiet = settings_bool(arguments->options, "--quiet"),
    };
    enum status status = sweep_all(sweep, error);
    trials_end(&sweep->trials, status);
    return status;
}

static const struct command_operand operands[] = {
    {"MODEL", "what to find settings for", WORD_MODEL, NULL},
    {NULL, NULL, WORD_NONE, NULL},
};

static const struct command_option options[] = {
    {{"--config", SETTING_TEXT, "", 0, 0, NULL, NULL, "settings of all trials from a YAML file"},
     "FILE",
     "CONFIG_PATH",
     WORD_FILE},
    {{"--budget", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "how long it may take, as in 90s, 10m or 2h; what runs then is stopped"},
     "TIME",
     NULL,
     WORD_NONE},
    {{"--trials", SETTING_INT, "0", 0, TRIALS_MAX, NULL, NULL,
      "how many points; 0: 27, or as many as the budget of time allows"},
     "N",
     NULL,
     WORD_NONE},
    {{"--method", SETTING_TEXT, "halving", 0, 0, "halving|random", NULL,
      "whether points begin with a share of the epochs or of the people, or have all at once"},
     "METHOD",
     NULL,
     WORD_CHOICE},
    {{"--metric", SETTING_TEXT, "", 0, 0, NULL, NULL,
      "what is to be good on validation; ndcg@10, or rmse where ratings are predicted"},
     "NAME",
     NULL,
     WORD_NONE},
    {{"--seed", SETTING_INT, "42", 0, 9e15, NULL, NULL, "of the points that are drawn"},
     "N",
     NULL,
     WORD_NONE},
    {{"--jobs", SETTING_INT, "1", 1, 1024, NULL, NULL,
      "so many trials at a time, which share the threads"},
     "N",
     NULL,
     WORD_NONE},
    {{"--out", SETTING_TEXT, "", 0, 0, NULL, NULL, "the best settings as a recipe"},
     "FILE",
     NULL,
     WORD_FILE},
    {{"--json", SETTING_TEXT, "", 0, 0, NULL, NULL, "all trials as JSON; - is standard output"},
     "FILE",
     NULL,
     WORD_FILE},
    RECORD_OPTIONS,
    JOB_WORK_OPTIONS,
    {{NULL, SETTING_INT, NULL, 0, 0, NULL, NULL, NULL}, NULL, NULL, WORD_NONE},
};

static const struct command_example examples[] = {
    {"matinee sweep item_knn data=ml-100k model.k=log:5..500 model.shrinkage=0,10,100",
     "Twenty-seven points in three brackets."},
    {"matinee sweep neumf data=ml-1m-ncf trainer.learning_rate=log:1e-4..1e-2 --budget 30m --out "
     "neumf.yaml",
     "As many as half an hour allows; the best go into a recipe."},
    {NULL, NULL},
};

const struct command sweep_command = {
    .name = "sweep",
    .summary = "find settings on validation, under a budget of time",
    .usage = "MODEL [data=NAME|PATH] key=a,b,c|LOW..HIGH|log:LOW..HIGH ... [OPTIONS]",
    .about = "Draws settings at random from the lists and ranges given and tries them by "
             "successive halving: many with little, the best with more. Everything is measured on "
             "validation; the test is never read. A sweep that was stopped goes on with the same "
             "command: what is done is in the store of runs.",
    .takes_settings = true,
    .operands = operands,
    .options = options,
    .examples = examples,
    .run = run,
};
