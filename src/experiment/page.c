/* page.c: runs as one page for the browser. See page.h. Checked by tests/experiment/test_page.c and
 * by eye, in light and dark. */
#include "experiment/page.h"

#include <math.h>
#include <string.h>

#include "base/assert.h"
#include "base/buffer.h"
#include "experiment/chart.h"
#include "experiment/page_figures.h"

#define POINTS_MAX 4096 /* of a curve */
#define WIDE 1000.0     /* pixels of a chart across the page, */
#define HALF 470.0      /* and of one beside another */

static const char style[] =
    ":root{color-scheme:light dark;--ground:#fbfaf8;--card:#fff;--ink:#1d1d1f;--soft:#6a6a72;"
    "--line:#e6e4df;--bar:#dddad3;--c0:#2563a8;--c1:#c8512b;--c2:#2f8a5b;--c3:#8a5fb0;--c4:#b98a17;"
    "--c5:#1b8a97;--c6:#b3446c;--c7:#6b7280}\n"
    "@media(prefers-color-scheme:dark){:root{--ground:#141518;--card:#1c1e22;--ink:#ececee;"
    "--soft:#9b9ca5;--line:#2d3037;--bar:#3a3e47;--c0:#6ba8e8;--c1:#f0875f;--c2:#62c492;"
    "--c3:#bb95dd;--c4:#e0b64a;--c5:#58c3cf;--c6:#e581a5;--c7:#a3a9b4}}\n"
    "*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);"
    "font:15px/1.5 system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",sans-serif}\n"
    "main{max-width:1080px;margin:0 auto;padding:40px 24px 64px}\n"
    "h1{font-size:28px;line-height:1.2;margin:0 0 6px;letter-spacing:-.01em}"
    "h2{font-size:15px;margin:0 0 14px;font-weight:600}p{margin:0 0 8px}"
    ".soft,figcaption{color:var(--soft)}figcaption{font-size:13px;margin-top:10px}\n"
    ".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(440px,1fr));gap:18px;"
    "margin-top:18px}.card{background:var(--card);border:1px solid var(--line);border-radius:12px;"
    "padding:20px 22px;margin:0;min-width:0}.wide{grid-column:1/-1}\n"
    "@media(max-width:540px){.cards{grid-template-columns:1fr}main{padding:24px 14px}}\n"
    ".legend{display:flex;flex-wrap:wrap;gap:4px 18px;margin:18px 0 0;padding:0;list-style:none}"
    ".legend i,.swatch{display:inline-block;width:11px;height:11px;border-radius:3px;"
    "margin-right:7px;background:currentColor}.legend b{color:var(--ink);font-weight:500}\n"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:14px;"
    "font-variant-numeric:tabular-nums}th,td{padding:6px 14px 6px 0;text-align:left;"
    "border-bottom:1px solid var(--line);white-space:nowrap;vertical-align:baseline}"
    "tr:last-child td{border-bottom:0}th{font-weight:600}td small{color:var(--soft);"
    "margin-left:5px}td.best{font-weight:700}td.set{white-space:normal;word-break:break-word}\n"
    ".wide{overflow-x:auto}.wide svg{min-width:640px}"
    "svg{width:100%;height:auto;display:block;overflow:visible}svg text{font-size:12px;"
    "fill:var(--soft)}svg .e{text-anchor:end}svg .m{text-anchor:middle}svg .r,svg .v{"
    "fill:var(--ink);font-size:13px}svg .g{stroke:var(--line)}svg .a{stroke:var(--soft)}\n"
    "svg .n{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}"
    "svg .d{fill:currentColor}svg .b{fill:currentColor;opacity:.13}svg .f{fill:currentColor}"
    "svg .k{fill:var(--bar)}svg .w{stroke:currentColor;stroke-width:3;stroke-linecap:round}\n"
    ".s0{color:var(--c0)}.s1{color:var(--c1)}.s2{color:var(--c2)}.s3{color:var(--c3)}"
    ".s4{color:var(--c4)}.s5{color:var(--c5)}.s6{color:var(--c6)}.s7{color:var(--c7)}"
    ".ground{color:var(--bar)}\n"
    "details summary{cursor:pointer;font-weight:600}details[open] summary{margin-bottom:10px}"
    ".note{border-left:3px solid var(--c4);padding:2px 0 2px 12px;margin:14px 0 0}\n";

struct page {
    struct buffer *out;
    const struct page_run *runs;
    size_t count;
    struct arena *arena;
};

static void put(const struct page *page, const char *text) { buffer_text(page->out, text); }

static void put_safe(const struct page *page, const char *text) { chart_escape(page->out, text); }

static void begin_card(const struct page *page, const char *title, bool wide) {
    buffer_format(page->out, "<figure class=\"card%s\"><h2>%s</h2>\n", wide ? " wide" : "", title);
}

static void end_card(const struct page *page, const char *caption) {
    if (caption) {
        put(page, "<figcaption>");
        put_safe(page, caption);
        put(page, "</figcaption>");
    }
    put(page, "</figure>\n");
}

/* ---- Head ---- */

static void put_legend(const struct page *page) {
    if (page->count < 2)
        return;
    put(page, "<ul class=\"legend\">\n");
    for (size_t r = 0; r < page->count; r++) {
        buffer_format(page->out, "<li class=\"s%zu\"><i></i><b>", r);
        put_safe(page, page->runs[r].title);
        put(page, "</b></li>\n");
    }
    put(page, "</ul>\n");
}

static void put_head(const struct page *page) {
    put(page, "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
              "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
    const char *title = page->count == 1
                            ? arena_format(page->arena, "Run %s", page->runs[0].title)
                            : arena_format(page->arena, "%zu runs compared", page->count);
    put_safe(page, title);
    put(page, " · Matinee</title><style>\n");
    put(page, style);
    put(page, "</style></head><body><main>\n<h1>");
    put_safe(page, title);
    put(page, "</h1>\n");
    if (page_figures_comparable(page->runs, page->count)) {
        put(page, "<p class=\"soft\">");
        put_safe(page, page_figures_protocol(&page->runs[0], page->arena));
        put(page, "</p>\n");
    } else {
        put(page, "<p class=\"note\">These runs were not measured in the same way; their figures "
                  "are no comparison:</p>\n");
        for (size_t r = 0; r < page->count; r++) {
            buffer_format(page->out, "<p class=\"soft\"><span class=\"swatch s%zu\"></span>", r);
            put_safe(page, page_figures_protocol(&page->runs[r], page->arena));
            put(page, "</p>\n");
        }
    }
    put_legend(page);
    put(page, "<div class=\"cards\">\n");
}

/* ---- Figures ---- */

static void put_intervals(const struct page *page) {
    const char *metric = page_figures_headline(page->runs, page->count);
    struct chart_series series[PAGE_RUNS_MAX];
    struct page_figure figures[PAGE_RUNS_MAX];
    size_t used = 0;
    if (!metric || page->count < 2)
        return;
    for (size_t r = 0; r < page->count; r++) {
        figures[r] = page_figures_of(&page->runs[r], metric);
        series[used++] = (struct chart_series){
            page->runs[r].title, NULL, &figures[r].value, &figures[r].low, &figures[r].high, 1};
        /* A run without a figure keeps its colour, so it may not be left out. */
        if (isnan(figures[r].value))
            return;
    }
    const struct chart chart = {metric, NULL, series, used, WIDE};
    begin_card(page, metric, true);
    chart_intervals(page->out, &chart);
    end_card(page, "With 95 % intervals over users. Whether a difference is more than noise is a "
                   "question of pairs: matinee compare tests it user by user.");
}

static void put_cell(const struct page *page, struct page_figure figure, bool is_best) {
    if (isnan(figure.value)) {
        put(page, "<td></td>");
        return;
    }
    buffer_format(page->out, "<td%s>%.4f", is_best ? " class=\"best\"" : "", figure.value);
    if (!isnan(figure.high))
        buffer_format(page->out, "<small>±%.4f</small>", figure.high - figure.value);
    put(page, "</td>");
}

static void put_heading(const struct page *page, const char *first) {
    buffer_format(page->out, "<div class=\"scroll\"><table><tr><th>%s</th>", first);
    for (size_t r = 0; r < page->count; r++) {
        buffer_format(page->out, "<th><span class=\"swatch s%zu\"></span>", r);
        put_safe(page, page->runs[r].title);
        put(page, "</th>");
    }
    put(page, "</tr>\n");
}

static void put_table(const struct page *page) {
    const char *names[PAGE_FIGURES_METRICS_MAX];
    size_t used = page_figures_names(page->runs, page->count, names);
    if (used == 0)
        return;
    begin_card(page, "Figures", true);
    put_heading(page, "");
    for (size_t m = 0; m < used; m++) {
        size_t best = page_figures_best(page->runs, page->count, names[m]);
        put(page, "<tr><td>");
        put_safe(page, names[m]);
        put(page, "</td>");
        for (size_t r = 0; r < page->count; r++)
            put_cell(page, page_figures_of(&page->runs[r], names[m]), r == best);
        put(page, "</tr>\n");
    }
    put(page, "</table></div>");
    end_card(page, page->count > 1 && page_figures_comparable(page->runs, page->count)
                       ? "± is half a 95 % interval over users; bold is the best of its row."
                       : "± is half a 95 % interval over users.");
}

/* ---- Curves ---- */

/* A list of objects as points: x and y are members of each, `inner` NULL, or y is in its member
 * `inner`. */
struct source {
    const char *list, *x, *inner, *y;
};

static struct chart_series read_series(const struct page *page, size_t run,
                                       const struct source *source) {
    const json_t *list = json_object_get(page->runs[run].report, source->list);
    size_t count = json_array_size(list);
    count = count < POINTS_MAX ? count : POINTS_MAX;
    double *x = ARENA_ARRAY(page->arena, double, count + 1);
    double *y = ARENA_ARRAY(page->arena, double, count + 1);
    double *low = ARENA_ARRAY(page->arena, double, count + 1);
    double *high = ARENA_ARRAY(page->arena, double, count + 1);
    bool has_band = source->inner && count > 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *point = json_array_get(list, i);
        x[i] = page_figures_number(point, source->x);
        y[i] = page_figures_number(source->inner ? json_object_get(point, source->inner) : point,
                                   source->y);
        if (isnan(x[i]))
            y[i] = NAN;
        const json_t *interval = json_object_get(json_object_get(point, "intervals"), source->y);
        low[i] = json_number_value(json_array_get(interval, 0));
        high[i] = json_number_value(json_array_get(interval, 1));
        has_band = has_band && json_array_size(interval) == 2;
    }
    return (struct chart_series){page->runs[run].title,  x,    y, has_band ? low : NULL,
                                 has_band ? high : NULL, count};
}

static void put_curves(const struct page *page, const char *title, const struct source *source,
                       const char *caption) {
    struct chart_series series[PAGE_RUNS_MAX];
    size_t finite = 0;
    for (size_t r = 0; r < page->count; r++) {
        series[r] = read_series(page, r, source);
        for (size_t i = 0; i < series[r].count; i++)
            finite += isfinite(series[r].y[i]) != 0;
    }
    if (finite == 0)
        return;
    const char *x_label = strcmp(source->x, "epoch") == 0 ? "epoch" : "ratings given";
    const struct chart chart = {title, x_label, series, page->count, source->inner ? WIDE : HALF};
    begin_card(page, title, source->inner != NULL);
    chart_lines(page->out, &chart);
    end_card(page, caption);
}

/* ---- Popularity ---- */

static const char *group_label(const struct page *page, const json_t *group) {
    double least = page_figures_number(group, "least"), most = page_figures_number(group, "most");
    return least == most ? arena_format(page->arena, "%.0f", least)
                         : arena_format(page->arena, "%.0f–%.0f", least, most);
}

/* The run's shares over `count` groups; beyond its own it has nothing. */
static struct chart_series read_shares(const struct page *page, const char *label,
                                       const json_t *groups, const char *key, size_t count) {
    double *y = ARENA_ARRAY(page->arena, double, count + 1);
    for (size_t g = 0; g < count; g++) {
        double share = page_figures_number(json_array_get(groups, g), key);
        y[g] = isfinite(share) ? share : 0;
    }
    return (struct chart_series){.label = label, .y = y, .count = count};
}

static void put_popularity(const struct page *page) {
    struct chart_series series[PAGE_RUNS_MAX + 1];
    const json_t *widest = NULL;
    for (size_t r = 0; r < page->count; r++) {
        const json_t *groups = json_object_get(page->runs[r].report, "shown");
        if (json_array_size(groups) > json_array_size(widest))
            widest = groups;
    }
    size_t count = json_array_size(widest);
    if (count == 0)
        return;
    const char **labels = ARENA_ARRAY(page->arena, const char *, count);
    for (size_t g = 0; g < count; g++)
        labels[g] = group_label(page, json_array_get(widest, g));
    series[0] = read_shares(page, "people's own choices", widest, "interactions", count);
    size_t bars = page->count < CHART_SERIES_MAX ? page->count : CHART_SERIES_MAX - 1;
    for (size_t r = 0; r < bars; r++)
        series[r + 1] = read_shares(page, page->runs[r].title,
                                    json_object_get(page->runs[r].report, "shown"), "shown", count);
    const struct chart chart = {"How popular what is shown is", "people who have the film", series,
                                bars + 1, WIDE};
    begin_card(page, chart.title, true);
    chart_bars(page->out, &chart, labels);
    put(page, "<figcaption><span class=\"swatch ground\"></span>grey: what people chose "
              "themselves. Colour: places in lists of ten.</figcaption>");
    end_card(page, NULL);
}

/* ---- Costs and settings ---- */

struct cost {
    const char *label, *key, *format;
    double scale;
};

static void put_costs(const struct page *page) {
    static const struct cost costs[] = {{"fit, s", "fit_seconds", "%.2f", 1},
                                        {"evaluate, s", "evaluate_seconds", "%.2f", 1},
                                        {"peak memory, MB", "peak_rss_bytes", "%.0f", 1e-6},
                                        {"parameters", "parameters", "%.0f", 1},
                                        {"best epoch", "best_epoch", "%.0f", 1},
                                        {"threads", "threads", "%.0f", 1},
                                        {"seed", "seed", "%.0f", 1}};
    begin_card(page, "Costs", true);
    put_heading(page, "");
    for (size_t c = 0; c < sizeof costs / sizeof *costs; c++) {
        buffer_format(page->out, "<tr><td>%s</td>", costs[c].label);
        for (size_t r = 0; r < page->count; r++) {
            double value = page_figures_number(page->runs[r].report, costs[c].key);
            put(page, "<td>");
            if (isfinite(value)) {
                static const char *const formats[] = {"%.2f", "%.0f"};
                bool is_whole = strcmp(costs[c].format, formats[1]) == 0;
                buffer_format(page->out, is_whole ? "%.0f" : "%.2f", value * costs[c].scale);
            }
            put(page, "</td>");
        }
        put(page, "</tr>\n");
    }
    put(page, "</table></div>");
    end_card(page, NULL);
}

static const char *setting_text(const struct page *page, size_t run, const char *key) {
    const json_t *value = json_object_get(json_object_get(page->runs[run].report, "settings"), key);
    if (json_is_string(value))
        return json_string_value(value);
    if (!value || json_is_null(value))
        return "";
    size_t flags = JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(9);
    size_t length = json_dumpb(value, NULL, 0, flags);
    char *text = arena_alloc(page->arena, length + 1);
    json_dumpb(value, text, length, flags);
    return text;
}

static bool differs(const struct page *page, const char *key) {
    for (size_t r = 1; r < page->count; r++)
        if (strcmp(setting_text(page, r, key), setting_text(page, 0, key)) != 0)
            return true;
    return false;
}

/* Every setting that a run has and no earlier one, that differs or does not. */
static void put_settings_rows(const struct page *page, bool differing) {
    for (size_t r = 0; r < page->count; r++) {
        json_t *settings = json_object_get(page->runs[r].report, "settings"), *value;
        const char *key;
        json_object_foreach(settings, key, value) {
            bool is_new = true;
            for (size_t before = 0; before < r; before++)
                is_new = is_new && !json_object_get(
                                       json_object_get(page->runs[before].report, "settings"), key);
            if (!is_new || differs(page, key) != differing)
                continue;
            put(page, "<tr><td>");
            put_safe(page, key);
            put(page, "</td>");
            for (size_t c = 0; c < page->count; c++) {
                put(page, "<td class=\"set\">");
                put_safe(page, setting_text(page, c, key));
                put(page, "</td>");
            }
            put(page, "</tr>\n");
        }
    }
}

static void put_settings(const struct page *page) {
    for (int differing = page->count > 1; differing >= 0; differing--) {
        buffer_format(page->out, "<figure class=\"card wide\"><details%s><summary>%s</summary>\n",
                      differing ? " open" : "",
                      differing         ? "Settings that differ"
                      : page->count > 1 ? "Settings that all have in common"
                                        : "Settings");
        put_heading(page, "");
        put_settings_rows(page, differing);
        put(page, "</table></div></details></figure>\n");
    }
}

/* ---- The page ---- */

const char *page_html(const struct page_run *runs, size_t count, struct arena *arena) {
    ASSERT(count > 0 && count <= PAGE_RUNS_MAX);
    static const struct source loss = {"epochs", "epoch", NULL, "loss"};
    static const struct source validation = {"epochs", "epoch", NULL, "validation"};
    struct buffer out;
    buffer_init(&out, arena);
    const struct page page = {&out, runs, count, arena};
    const char *headline = page_figures_headline(runs, count);
    put_head(&page);
    put_intervals(&page);
    put_table(&page);
    put_curves(&page, "Loss", &loss, "Mean over the training rows of an epoch.");
    put_curves(&page, "Validation", &validation,
               "What early stopping watches; the best epoch is the one that is kept.");
    put_popularity(&page);
    if (headline) {
        const struct source evolution = {"evolution", "ratings", "metrics", headline};
        put_curves(&page, arena_format(arena, "Cold start: %s", headline), &evolution,
                   "Lists from the first ratings of a person alone, tested on the next five. The "
                   "model was fitted on rows of these people: compare points with each other.");
    }
    put_costs(&page);
    put_settings(&page);
    put(&page, "</div></main></body></html>\n");
    return out.bytes;
}
