/* report.c: see report.h. Checked by the exact output of tests/cli. */
#include "cli/report.h"

#include <math.h>
#include <string.h>

#include "cli/paired.h"
#include "cli/style.h"
#include "cli/table.h"

const char *report_number(double value, struct arena *arena) {
    if (isnan(value))
        return "";
    return arena_format(arena, fabs(value) < 10 ? "%.4f" : "%.5g", value);
}

const char *report_interval(const struct metric_value *value, struct arena *arena) {
    if (isnan(value->low))
        return report_number(value->value, arena);
    return arena_format(arena, "%s ±%s", report_number(value->value, arena),
                        report_number(value->high - value->value, arena));
}

const struct metric_value *report_find(const struct experiment_report *report, const char *name) {
    for (size_t i = 0; i < report->metric_count; i++)
        if (strcmp(report->metrics[i].name, name) == 0)
            return &report->metrics[i];
    return NULL;
}

const char *report_label(const struct experiment_report *report, struct arena *arena) {
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
                             : arena_format(arena, "%s to %s", report_number(mine->low, arena),
                                            report_number(mine->high, arena));
        table_row(table, mine->name, report_number(mine->value, arena), interval, NULL);
        return;
    }
    const struct metric_value *other = report_find(rival, mine->name);
    if (!other) {
        table_row(table, mine->name, report_interval(mine, arena), NULL);
        return;
    }
    struct interval_difference paired = paired_difference(report, rival, mine->name);
    const char *difference = arena_format(arena, "%+.4f", mine->value - other->value);
    const char *verdict = isnan(paired.p) ? "" : paired.p < 0.05 ? "" : "noise";
    table_row(table, mine->name, report_interval(mine, arena), report_interval(other, arena),
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

void report_print(const struct experiment_report *report, const struct experiment_report *rival,
                  FILE *out, struct arena *arena) {
    const struct style *style = style_of(out);
    fprintf(out, "%s%s%s on %s\n", style->bold, report->model, style->off,
            report_label(report, arena));
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
    print_costs(report, out, arena);
}
