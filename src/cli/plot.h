/* plot.h: curves drawn with characters. */
#ifndef MATINEE_CLI_PLOT_H
#define MATINEE_CLI_PLOT_H

#include <stddef.h>
#include <stdio.h>

#include "base/arena.h"

struct plot_series {
    const char *label;
    const double *x, *y; /* [count]; x ascending; a y that is NaN is passed over */
    size_t count;
};

#define PLOT_SERIES_MAX 8

/* Draws up to PLOT_SERIES_MAX curves on common axes, as wide as the terminal (100 columns at most),
 * with a legend below if there is more than one. Dots of braille where the environment is UTF-8,
 * one letter a curve where it is not or where several curves cannot be told apart by colour.
 * Nothing to draw (no finite point): says so. */
void plot_draw(const char *title, const struct plot_series *series, size_t count, FILE *out,
               struct arena *arena);

#endif
