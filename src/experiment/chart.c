/* chart.c: see chart.h.
 *
 * Idea     Everything is drawn in a box of chart->width units that the page scales; ticks are at 1,
 * 2 or 5 times a power of ten. A point's title is its value, which browsers show under the pointer.
 * Checked  tests/experiment/test_page.c, and by eye. */
#include "experiment/chart.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define HEIGHT 280.0
#define LEFT 58.0
#define RIGHT 16.0
#define TOP 12.0
#define BOTTOM 40.0
#define TICKS_WANTED 5
#define TICKS_MAX 100
#define DOTS_MOST 40 /* a line of more points has none */
#define ROW_HEIGHT 30.0
#define LABEL_WIDTH 190.0

struct range {
    double low, high;
};

/* From values to places in the box. */
struct axes {
    struct range x, y;
    double width;
};

void chart_escape(struct buffer *out, const char *text) {
    for (; *text; text++) {
        if (*text == '<')
            buffer_text(out, "&lt;");
        else if (*text == '>')
            buffer_text(out, "&gt;");
        else if (*text == '&')
            buffer_text(out, "&amp;");
        else if (*text == '"')
            buffer_text(out, "&quot;");
        else
            buffer_bytes(out, text, 1);
    }
}

/* ---- Axes ---- */

static void widen(struct range *range, double value) {
    if (!isfinite(value))
        return;
    range->low = fmin(range->low, value);
    range->high = fmax(range->high, value);
}

/* 1, 2 or 5 times a power of ten, so that about TICKS_WANTED fit. */
static double tick_step(struct range range) {
    double raw = (range.high - range.low) / TICKS_WANTED;
    double power = pow(10, floor(log10(raw))), rest = raw / power;
    return power * (rest > 7 ? 10 : rest > 3 ? 5 : rest > 1.5 ? 2 : 1);
}

/* The ticks within a range: `count` of them from `first` on. */
struct ticks {
    double first, step;
    size_t count;
};

static struct ticks ticks_of(struct range range, double step) {
    double first = ceil(range.low / step) * step;
    double count = floor((range.high - first) / step + 1e-6) + 1;
    return (struct ticks){first, step, count > 0 && count < TICKS_MAX ? (size_t)count : 0};
}

/* Without what is left of a zero that was summed up. */
static double tick_at(const struct ticks *ticks, size_t index) {
    double value = ticks->first + ticks->step * (double)index;
    return fabs(value) < ticks->step / 1e6 ? 0 : value;
}

static void open_up(struct range *range) {
    if (range->low < range->high)
        return;
    double around = range->low == 0 ? 1 : fabs(range->low) / 10;
    range->low -= around;
    range->high += around;
}

static double place_x(const struct axes *axes, double x) {
    return LEFT + (x - axes->x.low) / (axes->x.high - axes->x.low) * (axes->width - LEFT - RIGHT);
}

static double place_y(const struct axes *axes, double y) {
    return HEIGHT - BOTTOM -
           (y - axes->y.low) / (axes->y.high - axes->y.low) * (HEIGHT - TOP - BOTTOM);
}

static void begin(struct buffer *out, const struct chart *chart, double height) {
    buffer_format(out, "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"", chart->width,
                  height);
    chart_escape(out, chart->title);
    buffer_text(out, "\">\n");
}

static void put_y_ticks(struct buffer *out, const struct axes *axes, const char *unit,
                        double scale) {
    struct ticks ticks = ticks_of(axes->y, tick_step(axes->y));
    for (size_t i = 0; i < ticks.count; i++) {
        double y = tick_at(&ticks, i);
        buffer_format(out,
                      "<line class=\"g\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                      "<text class=\"t e\" x=\"%.1f\" y=\"%.1f\">%.4g%s</text>\n",
                      LEFT, axes->width - RIGHT, place_y(axes, y), place_y(axes, y), LEFT - 8,
                      place_y(axes, y) + 4, y * scale, unit);
    }
}

static void put_x_ticks(struct buffer *out, const struct axes *axes, const char *label) {
    /* Epochs and ratings are whole. */
    struct ticks ticks = ticks_of(axes->x, fmax(tick_step(axes->x), 1));
    for (size_t i = 0; i < ticks.count; i++)
        buffer_format(out, "<text class=\"t m\" x=\"%.1f\" y=\"%.1f\">%.4g</text>\n",
                      place_x(axes, tick_at(&ticks, i)), HEIGHT - BOTTOM + 18, tick_at(&ticks, i));
    buffer_format(out,
                  "<line class=\"a\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<text class=\"t m l\" x=\"%.1f\" y=\"%.1f\">%s</text>\n",
                  LEFT, axes->width - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM,
                  (LEFT + axes->width - RIGHT) / 2, HEIGHT - 5, label);
}

static size_t drawn_series(const struct chart *chart) {
    return chart->series_count < CHART_SERIES_MAX ? chart->series_count : CHART_SERIES_MAX;
}

/* ---- Lines ---- */

static void put_band(struct buffer *out, const struct axes *axes, const struct chart_series *series,
                     size_t index) {
    if (!series->low)
        return;
    buffer_format(out, "<path class=\"b s%zu\" d=\"", index);
    for (size_t i = 0; i < series->count; i++)
        buffer_format(out, "%c%.1f %.1f", i ? 'L' : 'M', place_x(axes, series->x[i]),
                      place_y(axes, series->high[i]));
    for (size_t i = series->count; i-- > 0;)
        buffer_format(out, "L%.1f %.1f", place_x(axes, series->x[i]),
                      place_y(axes, series->low[i]));
    buffer_text(out, "Z\"/>\n");
}

static void put_line(struct buffer *out, const struct axes *axes, const struct chart_series *series,
                     size_t index) {
    char letter = 'M';
    buffer_format(out, "<path class=\"n s%zu\" d=\"", index);
    for (size_t i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i]))
            continue;
        buffer_format(out, "%c%.1f %.1f", letter, place_x(axes, series->x[i]),
                      place_y(axes, series->y[i]));
        letter = 'L';
    }
    buffer_text(out, "\"/>\n");
    for (size_t i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i]))
            continue;
        buffer_format(out, "<circle class=\"d s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"%s\"><title>",
                      index, place_x(axes, series->x[i]), place_y(axes, series->y[i]),
                      series->count > DOTS_MOST ? "1.5" : "3");
        chart_escape(out, series->label);
        buffer_format(out, ", %.4g: %.4g</title></circle>\n", series->x[i], series->y[i]);
    }
}

void chart_lines(struct buffer *out, const struct chart *chart) {
    struct axes axes = {{DBL_MAX, -DBL_MAX}, {DBL_MAX, -DBL_MAX}, chart->width};
    for (size_t s = 0; s < drawn_series(chart); s++)
        for (size_t i = 0; i < chart->series[s].count; i++) {
            const struct chart_series *series = &chart->series[s];
            if (!isfinite(series->y[i]))
                continue;
            widen(&axes.x, series->x[i]);
            widen(&axes.y, series->y[i]);
            widen(&axes.y, series->low ? series->low[i] : NAN);
            widen(&axes.y, series->high ? series->high[i] : NAN);
        }
    if (axes.y.low > axes.y.high)
        return;
    open_up(&axes.x);
    open_up(&axes.y);
    double margin = (axes.y.high - axes.y.low) * 0.04;
    axes.y.low -= margin;
    axes.y.high += margin;
    begin(out, chart, HEIGHT);
    put_y_ticks(out, &axes, "", 1);
    put_x_ticks(out, &axes, chart->x_label);
    for (size_t s = 0; s < drawn_series(chart); s++)
        put_band(out, &axes, &chart->series[s], s);
    for (size_t s = 0; s < drawn_series(chart); s++)
        put_line(out, &axes, &chart->series[s], s);
    buffer_text(out, "</svg>\n");
}

/* ---- Bars ---- */

static void put_bar(struct buffer *out, const struct axes *axes, struct range across,
                    const struct chart_series *series, size_t group) {
    double value = series->y[group];
    buffer_format(out, " x=\"%.1f\" width=\"%.1f\" y=\"%.1f\" height=\"%.1f\"><title>", across.low,
                  across.high - across.low, place_y(axes, value),
                  HEIGHT - BOTTOM - place_y(axes, value));
    chart_escape(out, series->label);
    buffer_format(out, ": %.1f %%</title></rect>\n", 100 * value);
}

static void put_group(struct buffer *out, const struct axes *axes, const struct chart *chart,
                      size_t group, struct range across) {
    size_t bars = drawn_series(chart) - 1;
    double gap = (across.high - across.low) * 0.1;
    struct range inner = {across.low + gap, across.high - gap};
    buffer_text(out, "<rect class=\"k\"");
    put_bar(out, axes, inner, &chart->series[0], group);
    double space = (inner.high - inner.low) * 0.12;
    double width = (inner.high - inner.low - 2 * space) / (double)(bars ? bars : 1);
    width = fmin(width, 26);
    double start = (inner.low + inner.high - width * (double)bars) / 2;
    for (size_t s = 0; s < bars; s++) {
        double from = start + width * (double)s;
        buffer_format(out, "<rect class=\"f s%zu\" rx=\"2\"", s);
        put_bar(out, axes, (struct range){from + 1, from + width - 1}, &chart->series[s + 1],
                group);
    }
}

void chart_bars(struct buffer *out, const struct chart *chart, const char *const *groups) {
    struct axes axes = {{0, 1}, {0, 0.01}, chart->width};
    size_t count = chart->series_count ? chart->series[0].count : 0;
    if (count == 0)
        return;
    for (size_t s = 0; s < drawn_series(chart); s++)
        for (size_t g = 0; g < count; g++)
            widen(&axes.y, chart->series[s].y[g]);
    axes.y.high *= 1.05;
    double width = (chart->width - LEFT - RIGHT) / (double)count;
    begin(out, chart, HEIGHT);
    put_y_ticks(out, &axes, " %", 100);
    for (size_t g = 0; g < count; g++) {
        double from = LEFT + width * (double)g;
        put_group(out, &axes, chart, g, (struct range){from, from + width});
        buffer_format(out, "<text class=\"t m\" x=\"%.1f\" y=\"%.1f\">", from + width / 2,
                      HEIGHT - BOTTOM + 18);
        chart_escape(out, groups[g]);
        buffer_text(out, "</text>\n");
    }
    buffer_format(out,
                  "<line class=\"a\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<text class=\"t m l\" x=\"%.1f\" y=\"%.1f\">",
                  LEFT, chart->width - RIGHT, HEIGHT - BOTTOM, HEIGHT - BOTTOM,
                  (LEFT + chart->width - RIGHT) / 2, HEIGHT - 5);
    chart_escape(out, chart->x_label);
    buffer_text(out, "</text></svg>\n");
}

/* ---- Intervals ---- */

static double place_value(const struct chart *chart, struct range range, double value) {
    return LABEL_WIDTH + (value - range.low) / (range.high - range.low) *
                             (chart->width - LABEL_WIDTH - RIGHT - 60);
}

static void put_whisker(struct buffer *out, const struct chart *chart, struct range range,
                        size_t index) {
    const struct chart_series *series = &chart->series[index];
    double y = TOP + ROW_HEIGHT * ((double)index + 0.5);
    double low = isfinite(series->low[0]) ? series->low[0] : series->y[0];
    double high = isfinite(series->high[0]) ? series->high[0] : series->y[0];
    buffer_format(out, "<text class=\"t e r\" x=\"%.1f\" y=\"%.1f\">", LABEL_WIDTH - 14, y + 4);
    chart_escape(out, series->label);
    buffer_format(out,
                  "</text><line class=\"g\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<line class=\"w s%zu\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  "<circle class=\"d s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"/>"
                  "<text class=\"t v\" x=\"%.1f\" y=\"%.1f\">%.4f</text>\n",
                  LABEL_WIDTH, chart->width - RIGHT - 60, y, y, index,
                  place_value(chart, range, low), place_value(chart, range, high), y, y, index,
                  place_value(chart, range, series->y[0]), y, chart->width - RIGHT - 50, y + 4,
                  series->y[0]);
}

void chart_intervals(struct buffer *out, const struct chart *chart) {
    struct range range = {DBL_MAX, -DBL_MAX};
    for (size_t s = 0; s < drawn_series(chart); s++) {
        widen(&range, chart->series[s].y[0]);
        widen(&range, chart->series[s].low[0]);
        widen(&range, chart->series[s].high[0]);
    }
    if (range.low > range.high)
        return;
    open_up(&range);
    double margin = (range.high - range.low) * 0.05;
    range.low -= margin;
    range.high += margin;
    double bottom = TOP + ROW_HEIGHT * (double)drawn_series(chart);
    begin(out, chart, bottom + 34);
    for (size_t s = 0; s < drawn_series(chart); s++)
        put_whisker(out, chart, range, s);
    struct ticks ticks = ticks_of(range, tick_step(range));
    for (size_t i = 0; i < ticks.count; i++)
        buffer_format(out, "<text class=\"t m\" x=\"%.1f\" y=\"%.1f\">%.4g</text>\n",
                      place_value(chart, range, tick_at(&ticks, i)), bottom + 20,
                      tick_at(&ticks, i));
    buffer_text(out, "</svg>\n");
}
