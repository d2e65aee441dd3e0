/* plot.c: see plot.h.
 *
 * Idea     A canvas of 2 x 4 dots a character, the dots of a braille letter (U+2800 + bits); lines
 *          between points are drawn dot by dot. Without braille a character is one dot.
 * Checked  tests/cli/runs.t by what it draws. */
#include "cli/plot.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/terminal.h"
#include "cli/style.h"

#define ROWS 12
#define COLUMNS_MOST 100
#define COLUMNS_LEAST 20
#define LABEL_COLUMNS 10

struct canvas {
    size_t columns, rows;  /* in characters */
    unsigned across, down; /* dots of a character */
    uint8_t *dots;         /* [rows][columns] bits of braille */
    uint8_t *owner;        /* [rows][columns] 1 + the series that was last there */
    double x_low, x_high, y_low, y_high;
};

/* ---- Drawing ---- */

static void put_dot(struct canvas *canvas, double x, double y, size_t series) {
    /* Bits of a braille letter by column and row of the dot. */
    static const uint8_t bits[2][4] = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    if (x < 0 || y < 0)
        return;
    size_t dot_x = (size_t)x, dot_y = (size_t)y;
    size_t column = dot_x / canvas->across, row = dot_y / canvas->down;
    if (column >= canvas->columns || row >= canvas->rows)
        return;
    canvas->dots[row * canvas->columns + column] |=
        bits[dot_x % canvas->across][dot_y % canvas->down];
    canvas->owner[row * canvas->columns + column] = (uint8_t)(series + 1);
}

struct dot {
    double x, y;
};

static struct dot dot_of(const struct canvas *canvas, double x, double y) {
    double wide = (double)(canvas->columns * canvas->across - 1);
    double high = (double)(canvas->rows * canvas->down - 1);
    return (struct dot){
        round((x - canvas->x_low) / (canvas->x_high - canvas->x_low) * wide),
        round((canvas->y_high - y) / (canvas->y_high - canvas->y_low) * high),
    };
}

static void draw_line(struct canvas *canvas, struct dot from, struct dot to, size_t series) {
    size_t steps = (size_t)fmax(fmax(fabs(to.x - from.x), fabs(to.y - from.y)), 1);
    for (size_t i = 0; i <= steps; i++) {
        double share = (double)i / (double)steps;
        put_dot(canvas, round(from.x + (to.x - from.x) * share),
                round(from.y + (to.y - from.y) * share), series);
    }
}

static void draw_series(struct canvas *canvas, const struct plot_series *series, size_t index) {
    bool has_last = false;
    struct dot last = {0, 0};
    for (size_t i = 0; i < series->count; i++) {
        if (!isfinite(series->y[i]))
            continue;
        struct dot dot = dot_of(canvas, series->x[i], series->y[i]);
        draw_line(canvas, has_last ? last : dot, dot, index);
        last = dot;
        has_last = true;
    }
}

/* ---- Axes ---- */

/* The ranges of everything finite; false: there is nothing. */
static bool find_ranges(struct canvas *canvas, const struct plot_series *series, size_t count) {
    canvas->x_low = canvas->y_low = INFINITY;
    canvas->x_high = canvas->y_high = -INFINITY;
    for (size_t s = 0; s < count; s++)
        for (size_t i = 0; i < series[s].count; i++) {
            if (!isfinite(series[s].y[i]))
                continue;
            canvas->x_low = fmin(canvas->x_low, series[s].x[i]);
            canvas->x_high = fmax(canvas->x_high, series[s].x[i]);
            canvas->y_low = fmin(canvas->y_low, series[s].y[i]);
            canvas->y_high = fmax(canvas->y_high, series[s].y[i]);
        }
    if (canvas->y_low > canvas->y_high)
        return false;
    if (canvas->y_low == canvas->y_high) {
        double around = fabs(canvas->y_low) > 0 ? fabs(canvas->y_low) / 2 : 0.5;
        canvas->y_low -= around;
        canvas->y_high += around;
    }
    if (canvas->x_low == canvas->x_high)
        canvas->x_high += 1;
    return true;
}

static const char *colour_of(size_t series, FILE *out) {
    const struct style *style = style_of(out);
    const char *const colours[] = {style->cyan, style->yellow, style->green, style->bold};
    return colours[series % (sizeof colours / sizeof *colours)];
}

static void print_cell(const struct canvas *canvas, size_t cell, bool braille, FILE *out) {
    static const char letters[] = "*ox+abcd";
    uint8_t dots = canvas->dots[cell];
    if (!dots) {
        fputc(' ', out);
        return;
    }
    size_t series = canvas->owner[cell] - 1u;
    const char *colour = colour_of(series, out);
    fputs(colour, out);
    if (braille)
        fprintf(out, "\xe2%c%c", 0xa0 | dots >> 6, 0x80 | (dots & 0x3f));
    else
        fputc(letters[series % (sizeof letters - 1)], out);
    if (*colour)
        fputs(style_of(out)->off, out);
}

/* The last column of a row that has a dot, plus one. */
static size_t row_length(const struct canvas *canvas, size_t row) {
    size_t length = canvas->columns;
    while (length > 0 && !canvas->dots[row * canvas->columns + length - 1])
        length--;
    return length;
}

static void print_canvas(const struct canvas *canvas, bool braille, FILE *out) {
    const char *side = terminal_has_unicode() ? "│" : "|";
    for (size_t row = 0; row < canvas->rows; row++) {
        double y = canvas->y_high -
                   (canvas->y_high - canvas->y_low) * (double)row / (double)(canvas->rows - 1);
        if (row % 4 == 0 || row + 1 == canvas->rows)
            fprintf(out, "%*.4g %s", LABEL_COLUMNS, y, side);
        else
            fprintf(out, "%*s %s", LABEL_COLUMNS, "", side);
        size_t length = row_length(canvas, row);
        for (size_t column = 0; column < length; column++)
            print_cell(canvas, row * canvas->columns + column, braille, out);
        fputc('\n', out);
    }
    fprintf(out, "%*s %s", LABEL_COLUMNS, "", terminal_has_unicode() ? "└" : "+");
    for (size_t column = 0; column < canvas->columns; column++)
        fputs(terminal_has_unicode() ? "─" : "-", out);
    fprintf(out, "\n%*s  %-*.4g%*.4g\n", LABEL_COLUMNS, "", (int)canvas->columns / 2, canvas->x_low,
            (int)(canvas->columns - canvas->columns / 2), canvas->x_high);
}

static void print_legend(const struct plot_series *series, size_t count, bool braille, FILE *out) {
    static const char letters[] = "*ox+abcd";
    for (size_t s = 0; s < count && count > 1; s++)
        fprintf(out, "%*s  %s%c%s %s\n", LABEL_COLUMNS, "", colour_of(s, out),
                braille ? '-' : letters[s % (sizeof letters - 1)], style_of(out)->off,
                series[s].label);
}

void plot_draw(const char *title, const struct plot_series *series, size_t count, FILE *out,
               struct arena *arena) {
    count = count < PLOT_SERIES_MAX ? count : PLOT_SERIES_MAX;
    bool braille = terminal_has_unicode() && (count == 1 || terminal_has_colour(fileno(out)));
    size_t width = terminal_width(fileno(out));
    width = width < COLUMNS_MOST ? width : COLUMNS_MOST;
    struct canvas canvas = {
        .columns =
            width > LABEL_COLUMNS + 3 + COLUMNS_LEAST ? width - LABEL_COLUMNS - 3 : COLUMNS_LEAST,
        .rows = ROWS,
        .across = braille ? 2 : 1,
        .down = braille ? 4 : 1,
    };
    fprintf(out, "%*s  %s%s%s\n", LABEL_COLUMNS, "", style_of(out)->bold, title,
            style_of(out)->off);
    if (!find_ranges(&canvas, series, count)) {
        fprintf(out, "%*s  nothing to draw\n", LABEL_COLUMNS, "");
        return;
    }
    canvas.dots = ARENA_ARRAY(arena, uint8_t, canvas.rows * canvas.columns);
    canvas.owner = ARENA_ARRAY(arena, uint8_t, canvas.rows * canvas.columns);
    for (size_t s = 0; s < count; s++)
        draw_series(&canvas, &series[s], s);
    print_canvas(&canvas, braille, out);
    print_legend(series, count, braille, out);
}
