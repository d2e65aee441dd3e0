/* page_text.c: runs as Markdown and as CSV. See page.h. Checked by tests/experiment/test_page.c. */
#include <math.h>
#include <string.h>

#include "base/buffer.h"
#include "experiment/page_figures.h"

static void put_figure(struct buffer *out, struct page_figure figure, bool is_best) {
    if (isnan(figure.value)) {
        buffer_text(out, " |");
        return;
    }
    buffer_format(out, is_best ? " **%.4f**" : " %.4f", figure.value);
    if (!isnan(figure.high))
        buffer_format(out, " ±%.4f", figure.high - figure.value);
    buffer_text(out, " |");
}

static void put_costs(struct buffer *out, const struct page_run *runs, size_t count) {
    buffer_text(out, "| fit, s |");
    for (size_t r = 0; r < count; r++)
        buffer_format(out, " %.2f |", page_figures_number(runs[r].report, "fit_seconds"));
    buffer_text(out, "\n| peak memory, MB |");
    for (size_t r = 0; r < count; r++)
        buffer_format(out, " %.0f |", page_figures_number(runs[r].report, "peak_rss_bytes") / 1e6);
    buffer_text(out, "\n");
}

const char *page_markdown(const struct page_run *runs, size_t count, struct arena *arena) {
    struct buffer out;
    const char *names[PAGE_FIGURES_METRICS_MAX];
    size_t used = page_figures_names(runs, count, names);
    buffer_init(&out, arena);
    if (page_figures_comparable(runs, count)) {
        buffer_format(&out, "%s\n\n", page_figures_protocol(&runs[0], arena));
    } else {
        buffer_text(&out, "These runs were not measured in the same way:\n\n");
        for (size_t r = 0; r < count; r++)
            buffer_format(&out, "- %s: %s\n", runs[r].title,
                          page_figures_protocol(&runs[r], arena));
        buffer_text(&out, "\n");
    }
    buffer_text(&out, "| metric |");
    for (size_t r = 0; r < count; r++)
        buffer_format(&out, " %s |", runs[r].title);
    buffer_text(&out, "\n|---|");
    for (size_t r = 0; r < count; r++)
        buffer_text(&out, "---|");
    buffer_text(&out, "\n");
    for (size_t m = 0; m < used; m++) {
        size_t best = page_figures_best(runs, count, names[m]);
        buffer_format(&out, "| %s |", names[m]);
        for (size_t r = 0; r < count; r++)
            put_figure(&out, page_figures_of(&runs[r], names[m]), r == best);
        buffer_text(&out, "\n");
    }
    put_costs(&out, runs, count);
    buffer_text(&out, "\n± is half a 95 % interval over users; bold is the best of its row.\n");
    return out.bytes;
}

/* In quotes where it needs them. */
static void put_field(struct buffer *out, const char *text) {
    if (!strpbrk(text, ",\"\r\n")) {
        buffer_text(out, text);
        return;
    }
    buffer_text(out, "\"");
    for (; *text; text++)
        buffer_format(out, *text == '"' ? "\"\"" : "%c", *text);
    buffer_text(out, "\"");
}

static void put_number(struct buffer *out, double value) {
    if (isnan(value))
        buffer_text(out, ",");
    else
        buffer_format(out, ",%.6g", value);
}

const char *page_csv(const struct page_run *runs, size_t count, struct arena *arena) {
    struct buffer out;
    const char *names[PAGE_FIGURES_METRICS_MAX];
    size_t used = page_figures_names(runs, count, names);
    buffer_init(&out, arena);
    buffer_text(&out, "run,model,data,split,candidates,metric,value,low,high\n");
    for (size_t r = 0; r < count; r++)
        for (size_t m = 0; m < used; m++) {
            static const char *const keys[] = {"model", "data", "split", "candidates"};
            struct page_figure figure = page_figures_of(&runs[r], names[m]);
            if (isnan(figure.value))
                continue;
            put_field(&out, runs[r].title);
            for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
                buffer_text(&out, ",");
                put_field(&out, page_figures_text(runs[r].report, keys[k]));
            }
            buffer_format(&out, ",%s", names[m]);
            put_number(&out, figure.value);
            put_number(&out, figure.low);
            put_number(&out, figure.high);
            buffer_text(&out, "\n");
        }
    return out.bytes;
}
