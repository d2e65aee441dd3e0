/* context.h: of what people did, what lists look at beside their histories: which films somebody
 * was shown of late, and what is met at which hour and on which device. */
#ifndef MATINEE_STORE_CONTEXT_H
#define MATINEE_STORE_CONTEXT_H

#include "store/feedback.h"

/* False ends it. */
typedef bool context_visit_item(void *context, const char *item);
/* Each film that the person was shown (FEEDBACK_IMPRESSION) since then, once. */
enum status context_shown(struct feedback *feedback, const char *person, int64_t since,
                          context_visit_item *visit, void *context, struct error *error);

/* How often a film was met: viewed, rated, liked. */
struct context_count {
    const char *item;
    int64_t hour; /* -1: not said */
    int64_t count;
};
typedef bool context_visit_count(void *context, const struct context_count *count);
/* Counts since then, on a device. */
enum status context_met(struct feedback *feedback, const char *device, int64_t since,
                        context_visit_count *visit, void *context, struct error *error);

#endif
