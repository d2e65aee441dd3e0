/* figures.c: see figures.h. Checked by the exact output of tests/cli. */
#include "cli/figures.h"

#include <math.h>
#include <string.h>

#include "cli/paired.h"
#include "cli/style.h"
#include "cli/table.h"

#define EVOLUTION_COLUMNS 4 /* figures beside the number of ratings */

const char *figures_number(double value, struct arena *arena) {
    if (isnan(value))
        return "";
    return arena_format(arena, fabs(value) < 10 ? "%.4f" : "%.5g", value);
}

const char *figures_interval(const struct metric_value *value, struct arena *arena) {
    if (isnan(value->low))
        return figures_number(value->value, arena);
    return arena_format(arena, "%s ±%s", figures_number(value->value, arena),
                        figures_number(value->high - value->value, arena));
}

const struct metric_value *figures_find(const struct experiment_report *report, const char *name) {
    for (size_t i = 0; i < report->metric_count; i++)
        if (strcmp(report->metrics[i].name, name) == 0)
            return &report->metrics[i];
    return NULL;
}

const char *figures_label(const struct experiment_report *report, struct arena *arena) {
    const char *seeds = arena_format(arena, "seed %llu", (unsigned long long)report->seed);
    if (report->run_count > 1)
        seeds = arena_format(arena, "%zu %s", report->run_count,
                             report->runs[0].fold ? "folds" : "seeds");
    return arena_format(arena, "%s, split %s, fitted on %s, candidates %s, %s, %s", report->data,
                        report->split, report->fitted_on, report->candidates, seeds,
                        report->order_aware ? "order-aware" : "order-blind");
}

static void add_row(struct table *table, const struct experiment_report *report, size_t index,
                    const struct experiment_report *rival, struct arena *arena) {
    const struct metric_value *mine = &report->metrics[index];
    if (!rival) {
        const char *interval =
            isnan(mine->low) ? ""
                             : arena_format(arena, "%s to %s", figures_number(mine->low, arena),
                                            figures_number(mine->high, arena));
        table_row(table, mine->name, figures_number(mine->value, arena), interval, NULL);
        return;
    }
    const struct metric_value *other = figures_find(rival, mine->name);
    if (!other) {
        table_row(table, mine->name, figures_interval(mine, arena), NULL);
        return;
    }
    struct interval_difference paired = paired_difference(report, rival, mine->name);
    const char *difference = arena_format(arena, "%+.4f", mine->value - other->value);
    const char *verdict = isnan(paired.p) ? "" : paired.p < 0.05 ? "" : "noise";
    table_row(table, mine->name, figures_interval(mine, arena), figures_interval(other, arena),
              difference, verdict, NULL);
}

/* Of several runs the file holds the first. */
static const char *which_run(const struct experiment_report *report, struct arena *arena) {
    const struct experiment_run *first = &report->runs[0];
    if (report->run_count == 1 || settings_bool(report->settings, "trainer.final_fit"))
        return "";
    return first->fold ? arena_format(arena, " (of fold %u)", first->fold)
                       : arena_format(arena, " (of seed %llu)", (unsigned long long)first->seed);
}

static void print_costs(const struct experiment_report *report, FILE *out, struct arena *arena) {
    const struct style *style = style_of(out);
    fprintf(out, "\n  %s", style->dim);
    if (report->fit_seconds > 0)
        fprintf(out, "fit %s, ", style_seconds(report->fit_seconds).text);
    fprintf(out, "evaluate %s", style_seconds(report->evaluate_seconds).text);
    if (report->run_count == 1 && report->runs[0].fit.best_epoch)
        fprintf(out, ", best epoch %u of %zu", report->runs[0].fit.best_epoch,
                report->runs[0].fit.epoch_count);
    if (report->parameter_count)
        fprintf(out, ", %s parameters", style_count(report->parameter_count).text);
    fprintf(out, ", peak memory %s%s\n", style_bytes(report->peak_rss_bytes).text, style->off);
    if (report->model_file)
        fprintf(out, "  Model file: %s%s\n", report->model_file, which_run(report, arena));
}

/* The cold-start curve: a row for each length of history. */
static void print_evolution(const struct experiment_report *report, FILE *out,
                            struct arena *arena) {
    const struct experiment_evolution *evolution = &report->evolution;
    const char *cells[TABLE_COLUMNS_MAX] = {"ratings"};
    char alignment[TABLE_COLUMNS_MAX + 1] = "r";
    size_t columns = 0, chosen[TABLE_COLUMNS_MAX];
    for (size_t m = 0; m < evolution->metric_count && columns < EVOLUTION_COLUMNS; m++) {
        const char *at = strchr(evolution->points[0].metrics[m].name, '@');
        if (at && strcmp(at, "@10") != 0)
            continue;
        chosen[columns++] = m;
        cells[columns] = evolution->points[0].metrics[m].name;
        alignment[columns] = 'l';
    }
    struct table table;
    table_init(&table, alignment, arena);
    table_add(&table, cells);
    for (size_t i = 0; i < evolution->count; i++) {
        const struct experiment_evolution_point *point = &evolution->points[i];
        cells[0] = arena_format(arena, "%u", point->ratings);
        for (size_t c = 0; c < columns; c++)
            cells[c + 1] = figures_interval(&point->metrics[chosen[c]], arena);
        table_add(&table, cells);
    }
    fprintf(out, "\n%sAfter so many ratings%s, tested on the next five; the same %zu people\n\n",
            style_of(out)->bold, style_of(out)->off, evolution->points[0].users);
    table_print(&table, out);
    style_paragraph(out,
                    "  The model was fitted on rows of these people: compare points, not with "
                    "other tables.",
                    0, 2);
}

static const char *mean_text(const struct interval *interval, struct arena *arena) {
    return isnan(interval->mean) ? "-" : arena_format(arena, "%.4f", interval->mean);
}

/* What variety costs: a row for each amount. */
static void print_tradeoff(const struct experiment_report *report, FILE *out, struct arena *arena) {
    const struct experiment_tradeoff *tradeoff = &report->tradeoff;
    struct table table;
    table_init(&table, "rlrrrr", arena);
    table_row(&table, "diversity", "ndcg@10", "diversity@10", "coverage@10", "novelty@10",
              "relevance kept", NULL);
    for (size_t i = 0; i < tradeoff->count; i++) {
        const struct experiment_tradeoff_point *point = &tradeoff->points[i];
        table_row(&table, arena_format(arena, "%g", point->amount),
                  arena_format(arena, "%.4f  %.4f to %.4f", point->ndcg.mean, point->ndcg.low,
                               point->ndcg.high),
                  mean_text(&point->diversity, arena), arena_format(arena, "%.4f", point->coverage),
                  mean_text(&point->novelty, arena), mean_text(&point->kept, arena), NULL);
    }
    fprintf(out, "\n%sWhat variety costs%s (%s), among all films, the same %zu people\n\n",
            style_of(out)->bold, style_of(out)->off, diversity_name(tradeoff->method),
            tradeoff->users);
    table_print(&table, out);
}

void figures_print(const struct experiment_report *report, const struct experiment_report *rival,
                   FILE *out, struct arena *arena) {
    const struct style *style = style_of(out);
    fprintf(out, "%s%s%s on %s\n", style->bold, report->model, style->off,
            figures_label(report, arena));
    if (report->metric_count > 0)
        fputc('\n', out);
    struct table table;
    table_init(&table, rival ? "llllr" : "lrl", arena);
    if (rival)
        table_row(&table, "metric", report->model, rival->model, "difference", "", NULL);
    else
        table_row(&table, "metric", "value", "95 % interval", NULL);
    for (size_t i = 0; i < report->metric_count; i++)
        add_row(&table, report, i, rival, arena);
    if (report->metric_count > 0)
        table_print(&table, out);
    else
        fputs("  Nothing was held back, so nothing was measured.\n", out);
    if (report->evolution.count > 0)
        print_evolution(report, out, arena);
    if (report->tradeoff.count > 0)
        print_tradeoff(report, out, arena);
    print_costs(report, out, arena);
}
