/* met_counts.h: how often films were met on a device, hour by hour, at hand for every request: the
 * store is asked once a minute for each device, and what is written here in between counts at once;
 * what another server writes, within that minute. */
#ifndef MATINEE_SERVICE_MET_COUNTS_H
#define MATINEE_SERVICE_MET_COUNTS_H

#include "service/service.h"
#include "store/feedback.h"

struct met_counts;

struct met_counts *met_counts_create(void);
void met_counts_destroy(struct met_counts *counts); /* NULL is fine */
/* Events that are on the disk. Quick: nothing is asked. */
void met_counts_note(struct met_counts *counts, const struct feedback_event *events, size_t count);

struct met_counts_asked {
    struct feedback *store;
    const struct snapshot *snapshot;
    const char *device;
    int hour;      /* in it and beside it; -1: at any */
    int64_t since; /* seconds since 1970 */
};
/* Adds to met[items] of the snapshot. Error (STATUS_IO): the store cannot be asked. */
enum status met_counts_add(struct met_counts *counts, const struct met_counts_asked *asked,
                           float *met, struct error *error);

#endif
