/* counter.h: what the running program counts, for whoever watches it: totals, gauges, probes and
 * histograms with names and labels, printed in Prometheus' text format at /metrics.
 *
 *     static struct counter *events;                        once, at the start
 *     events = counter_total("matinee_events_total", "events that were stored", "kind=\"view\"");
 *     counter_add(events, 1);                               anywhere, any thread, no lock
 *
 * The same name and labels are the same counter, and it lives as long as the process. Labels must
 * come from a small fixed set, never from what a stranger sends. Past COUNTER_MAX of them a counter
 * is given that nobody sees. */
#ifndef MATINEE_BASE_COUNTER_H
#define MATINEE_BASE_COUNTER_H

#include <stdint.h>

#include "base/buffer.h"

#define COUNTER_MAX 4096

struct counter;

/* Only grows; its name ends with "_total". */
struct counter *counter_total(const char *name, const char *help, const char *labels);
void counter_add(struct counter *counter, uint64_t more);
/* Goes up and down. */
struct counter *counter_gauge(const char *name, const char *help, const char *labels);
void counter_set(struct counter *counter, double value);
/* The value now, of either kind. */
double counter_value(const struct counter *counter);
/* Seconds, in buckets from a quarter of a millisecond to ten seconds. */
struct counter *counter_histogram(const char *name, const char *help, const char *labels);
void counter_observe(struct counter *counter, double seconds);
/* A gauge that is asked when somebody looks. `read` is called with a lock held: it may not use
 * counters. After counter_forget(context) it is not called again. */
void counter_probe(const char *name, const char *help, const char *labels,
                   double (*read)(void *context), void *context);
void counter_forget(void *context);

/* All of them as text: "# HELP", "# TYPE", "name{labels} value". */
void counter_print(struct buffer *to);

#endif
