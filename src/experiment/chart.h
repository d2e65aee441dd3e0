/* chart.h: charts as SVG that stand in a page: lines, bars, intervals. Colours and fonts are the
 * page's: series i has the class "s0" ... "s7", text and axes the classes "t" and "a". */
#ifndef MATINEE_EXPERIMENT_CHART_H
#define MATINEE_EXPERIMENT_CHART_H

#include <stddef.h>

#include "base/buffer.h"

#define CHART_SERIES_MAX 8

struct chart_series {
    const char *label;
    const double *x, *y;      /* [count]; a y that is NaN is passed over */
    const double *low, *high; /* a band around y, or NULL */
    size_t count;
};

struct chart {
    const char *title, *x_label;
    const struct chart_series *series; /* the first CHART_SERIES_MAX are drawn */
    size_t series_count;
    double width; /* in units of about a pixel: letters have 12 of them */
};

/* Text that may hold anything, made safe for HTML. */
void chart_escape(struct buffer *out, const char *text);

/* Lines over a common x; dots where there are few points. Nothing finite: draws nothing. */
void chart_lines(struct buffer *out, const struct chart *chart);
/* Groups of bars: series[s].y[g] is the height of bar s in group g, shares of 1; x is not read. The
 * first series is drawn as the ground that the others stand before. */
void chart_bars(struct buffer *out, const struct chart *chart, const char *const *groups);
/* A row for each series: y[0] with low[0] ... high[0] as a whisker. */
void chart_intervals(struct buffer *out, const struct chart *chart);

#endif
