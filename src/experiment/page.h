/* page.h: runs as a page for the browser, as Markdown and as CSV.
 *
 * The page is one file that asks nothing of the network: the table of figures with their intervals,
 * curves of loss and validation, how popular what is shown is, the cold-start curve, costs and
 * settings; whatever the runs have of it. It follows the reader's choice of light or dark. */
#ifndef MATINEE_EXPERIMENT_PAGE_H
#define MATINEE_EXPERIMENT_PAGE_H

#include <jansson.h>
#include <stddef.h>

#include "base/arena.h"

/* A run: what it is called, and its report as JSON (experiment_report_json); members that are
 * missing, or not of their kind, are passed over. */
struct page_run {
    const char *title;
    const json_t *report;
};

#define PAGE_RUNS_MAX 8

/* Texts in the arena. At most PAGE_RUNS_MAX runs. */
const char *page_html(const struct page_run *runs, size_t count, struct arena *arena);
const char *page_markdown(const struct page_run *runs, size_t count, struct arena *arena);
const char *page_csv(const struct page_run *runs, size_t count, struct arena *arena);

#endif
