/* service_context.h: what the store has for a list beside the person's history: the library, films
 * shown of late, what is watched on a device. Sets are of items of the snapshot, in the arena;
 * films that it does not know are passed over. Errors (STATUS_IO): no store is open, or it cannot
 * be asked. */
#ifndef MATINEE_SERVICE_SERVICE_CONTEXT_H
#define MATINEE_SERVICE_SERVICE_CONTEXT_H

#include "service/service.h"

/* The films that the household has. */
enum status service_library(struct service *service, const struct snapshot *snapshot,
                            struct arena *arena, struct filter_set *set, struct error *error);
/* The films that a person was shown in the last SERVICE_SHOWN_DAYS. */
#define SERVICE_SHOWN_DAYS 7
enum status service_shown(struct service *service, const struct snapshot *snapshot,
                          const char *person, struct arena *arena, struct filter_set *set,
                          struct error *error);
/* Fills context->met from what was watched on context->device in the last SERVICE_DEVICE_DAYS, in
 * and beside context->hour if one is said. */
#define SERVICE_DEVICE_DAYS 90
enum status service_met(struct service *service, const struct snapshot *snapshot,
                        struct arena *arena, struct recommend_context *context,
                        struct error *error);

#endif
