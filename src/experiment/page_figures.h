/* page_figures.h: the figures of runs side by side; only for page.c and page_text.c. */
#ifndef MATINEE_EXPERIMENT_PAGE_FIGURES_H
#define MATINEE_EXPERIMENT_PAGE_FIGURES_H

#include <stdbool.h>

#include "experiment/page.h"

#define PAGE_FIGURES_METRICS_MAX 128

/* A member as a text or a number; "" and NaN where there is none. */
const char *page_figures_text(const json_t *object, const char *key);
double page_figures_number(const json_t *object, const char *key);

/* Every metric that any of the runs has, in their order; returns how many. */
size_t page_figures_names(const struct page_run *runs, size_t count,
                          const char *names[PAGE_FIGURES_METRICS_MAX]);
struct page_figure {
    double value, low, high; /* NaN: not there */
};
struct page_figure page_figures_of(const struct page_run *run, const char *metric);
/* Index of the best run for a metric; `count`: none has it, or the runs cannot be held against each
 * other: measured in another way, or some by a model that uses the order of time. */
size_t page_figures_best(const struct page_run *runs, size_t count, const char *metric);
/* What the page is headed by: ndcg@10, rmse, or the first; NULL: nothing was measured. */
const char *page_figures_headline(const struct page_run *runs, size_t count);
/* "ml-100k, leave_one_out, candidates all": how a run was measured. */
const char *page_figures_protocol(const struct page_run *run, struct arena *arena);
/* Whether all were measured in the same way, so that figures may be compared. */
bool page_figures_comparable(const struct page_run *runs, size_t count);

#endif
