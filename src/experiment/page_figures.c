/* page_figures.c: see page_figures.h. Checked by tests/experiment/test_page.c. */
#include "experiment/page_figures.h"

#include <math.h>
#include <string.h>

#include "base/names.h"
#include "metrics/metrics.h"

const char *page_figures_text(const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

double page_figures_number(const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : NAN;
}

size_t page_figures_names(const struct page_run *runs, size_t count,
                          const char *names[PAGE_FIGURES_METRICS_MAX]) {
    size_t used = 0;
    for (size_t r = 0; r < count; r++) {
        json_t *metrics = json_object_get(runs[r].report, "metrics"), *value;
        const char *name;
        json_object_foreach(metrics, name, value) {
            if (used < PAGE_FIGURES_METRICS_MAX && json_is_number(value) &&
                !names_have(names, used, name))
                names[used++] = name;
        }
    }
    return used;
}

struct page_figure page_figures_of(const struct page_run *run, const char *metric) {
    const json_t *interval = json_object_get(json_object_get(run->report, "intervals"), metric);
    const json_t *low = json_array_get(interval, 0), *high = json_array_get(interval, 1);
    return (struct page_figure){
        page_figures_number(json_object_get(run->report, "metrics"), metric),
        json_is_number(low) ? json_number_value(low) : NAN,
        json_is_number(high) ? json_number_value(high) : NAN,
    };
}

static bool lower_is_better(const char *name) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct metric metric;
    struct error ignored; /* a name that is not known is better the higher it is */
    bool lower =
        metrics_parse(&metric, name, scratch, &ignored) == STATUS_OK && metric.ops->lower_is_better;
    arena_reset(scratch, mark);
    return lower;
}

size_t page_figures_best(const struct page_run *runs, size_t count, const char *metric) {
    size_t best = count;
    if (count < 2 || !page_figures_comparable(runs, count))
        return count;
    bool lower = lower_is_better(metric);
    double held = NAN;
    for (size_t r = 0; r < count; r++) {
        double value = page_figures_of(&runs[r], metric).value;
        if (isnan(value) || (!isnan(held) && (lower ? value >= held : value <= held)))
            continue;
        held = value;
        best = r;
    }
    return best;
}

const char *page_figures_headline(const struct page_run *runs, size_t count) {
    static const char *const usual[] = {"ndcg@10", "rmse"};
    const char *names[PAGE_FIGURES_METRICS_MAX];
    size_t used = page_figures_names(runs, count, names);
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        if (names_have(names, used, usual[i]))
            return usual[i];
    return used > 0 ? names[0] : NULL;
}

const char *page_figures_protocol(const struct page_run *run, struct arena *arena) {
    return arena_format(
        arena, "%s, %s, candidates %s%s", page_figures_text(run->report, "data"),
        page_figures_text(run->report, "split"), page_figures_text(run->report, "candidates"),
        json_is_true(json_object_get(run->report, "order_aware")) ? ", order-aware" : "");
}

bool page_figures_comparable(const struct page_run *runs, size_t count) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    bool same = true;
    for (size_t r = 1; r < count; r++)
        same = same && strcmp(page_figures_protocol(&runs[r], scratch),
                              page_figures_protocol(&runs[0], scratch)) == 0;
    arena_reset(scratch, mark);
    return same;
}
