/* evolution.c: see evolution.h. A point is a measurement like any other, on a split that is made
 * for it. Checked by tests/cli/report.t. */
#include "experiment/evolution.h"

#include <string.h>

#include "base/progress.h"

struct part {
    const struct interactions *all;
    uint64_t first, last; /* rows of a user's own: first <= place < last */
    uint64_t needed;      /* rows a user must have */
};

static bool is_in(void *context, uint32_t user, size_t row) {
    const struct part *part = context;
    uint64_t begin = part->all->offsets[user], place = row - begin;
    return part->all->offsets[user + 1] - begin >= part->needed && place >= part->first &&
           place < part->last;
}

static struct interactions cut(struct part part, uint64_t first, uint64_t last,
                               struct arena *arena) {
    part.first = first;
    part.last = last;
    return interactions_filter(part.all, is_in, &part, arena);
}

static uint64_t longest_of(const struct interactions *all) {
    uint64_t longest = 0;
    for (uint32_t u = 0; u < all->user_count; u++) {
        uint64_t length = all->offsets[u + 1] - all->offsets[u];
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* Everybody asks as a bare history; candidates that ship belong to another test. */
static enum status settings_for(const struct experiment_job *job, struct settings **out,
                                struct error *error) {
    *out = settings_copy(job->settings, job->arena);
    if (strcmp(settings_text(*out, "evaluation.candidates"), "given") == 0)
        TRY(settings_set(*out, "evaluation.candidates",
                         arena_format(job->arena, "%d", CANDIDATES_VALIDATION_SAMPLE), NULL,
                         error));
    return settings_set(*out, "evaluation.query", "history", NULL, error);
}

static enum status measure_point(const struct experiment_job *job, const struct model *model,
                                 struct part part, uint32_t length,
                                 struct experiment_evolution_point *point, struct error *error) {
    struct arena arena = {0};
    struct settings *settings;
    TRY(settings_for(job, &settings, error));
    const struct split split = {
        .strategy = "evolution",
        .train = cut(part, 0, length, &arena),
        .validation = cut(part, 0, 0, &arena),
        .test = cut(part, length, length + EVOLUTION_NEXT, &arena),
    };
    const struct evaluation_input input = {
        .data = job->data,
        .split = &split,
        .settings = settings,
        .histories = &split.train,
        .metrics = &job->metrics,
        .ratings = experiment_ratings(job),
    };
    struct evaluation evaluation;
    struct sheet sheet;
    enum status status = evaluation_init(&evaluation, &input, &arena, error);
    if (status == STATUS_OK) {
        evaluation_run(&evaluation, model, &sheet, &arena);
        struct metric_value *values =
            ARENA_ARRAY(job->arena, struct metric_value, job->metrics.count);
        for (size_t m = 0; m < job->metrics.count; m++)
            values[m] = sheet_value(&sheet, m);
        *point = (struct experiment_evolution_point){length, sheet_measured_users(&sheet), values};
    }
    arena_release(&arena);
    return status;
}

enum status evolution_measure(const struct experiment_job *job, const struct model *model,
                              const int64_t *lengths, size_t count,
                              struct experiment_evolution *evolution, struct error *error) {
    const struct interactions *all = &job->data->interactions;
    uint64_t longest = longest_of(all);
    size_t used = count;
    while (used > 0 && (uint64_t)lengths[used - 1] + EVOLUTION_NEXT > longest)
        used--;
    if (used == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "--evolution: nobody in %s has %lld interactions and %d more to be found; "
                         "the longest history has %llu",
                         job->data->name, count ? (long long)lengths[0] : 0, EVOLUTION_NEXT,
                         (unsigned long long)longest);
    struct experiment_evolution_point *points =
        ARENA_ARRAY(job->arena, struct experiment_evolution_point, used);
    struct part part = {.all = all, .needed = (uint64_t)lengths[used - 1] + EVOLUTION_NEXT};
    progress_begin(job->options->progress, "evolution", (double)used);
    for (size_t i = 0; i < used; i++) {
        TRY(measure_point(job, model, part, (uint32_t)lengths[i], &points[i], error));
        progress_update(job->options->progress, (double)i + 1);
    }
    *evolution = (struct experiment_evolution){points, used, job->metrics.count};
    return STATUS_OK;
}
