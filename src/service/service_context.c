/* service_context.c: see service_context.h.
 *
 * Cost     A question to the database for each call but those for a device, whose counts are at
 *          hand (met_counts.h): a list that asks for none of these costs none.
 * Checked  tests/api/test_api_context.c. */
#include "service/service_context.h"

#include <string.h>
#include <time.h>

#include "service/live.h"
#include "service/met_counts.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"
#include "store/context.h"

#define DAY_SECONDS (24 * 3600)

/* A set of items while it is read. */
struct reading {
    const struct snapshot *snapshot;
    uint32_t *items;
    size_t count;
};

static void add_item(struct reading *reading, const char *id) {
    const struct id_map *items = &reading->snapshot->catalogue->items;
    const uint32_t item = id_map_find(items, id, strlen(id));
    if (item != DATASET_NONE && reading->count < items->count)
        reading->items[reading->count++] = item;
}

static bool read_library(void *context, const char *id, bool is_erased) {
    (void)is_erased;
    add_item(context, id);
    return true;
}

static bool read_shown(void *context, const char *id) {
    add_item(context, id);
    return true;
}

static struct reading begin(const struct snapshot *snapshot, struct arena *arena) {
    return (struct reading){.snapshot = snapshot,
                            .items =
                                ARENA_ARRAY_RAW(arena, uint32_t, snapshot->catalogue->items.count)};
}

enum status service_library(struct service *service, const struct snapshot *snapshot,
                            struct arena *arena, struct filter_set *set, struct error *error) {
    struct feedback *store;
    struct reading reading = begin(snapshot, arena);
    TRY(service_store(service, &store, error));
    TRY(feedback_library(store, read_library, &reading, error));
    *set = (struct filter_set){reading.items, reading.count};
    return STATUS_OK;
}

enum status service_shown(struct service *service, const struct snapshot *snapshot,
                          const char *person, struct arena *arena, struct filter_set *set,
                          struct error *error) {
    struct feedback *store;
    struct reading reading = begin(snapshot, arena);
    const int64_t since = (int64_t)time(NULL) - SERVICE_SHOWN_DAYS * DAY_SECONDS;
    TRY(service_store(service, &store, error));
    TRY(context_shown(store, person, since, read_shown, &reading, error));
    *set = (struct filter_set){reading.items, reading.count};
    return STATUS_OK;
}

enum status service_met(struct service *service, const struct snapshot *snapshot,
                        struct arena *arena, struct recommend_context *context,
                        struct error *error) {
    struct met_counts_asked asked = {.snapshot = snapshot,
                                     .device = context->device,
                                     .hour = context->hour,
                                     .since =
                                         (int64_t)time(NULL) - SERVICE_DEVICE_DAYS * DAY_SECONDS};
    float *met = ARENA_ARRAY(arena, float, snapshot->catalogue->items.count);
    TRY(service_store(service, &asked.store, error));
    TRY(met_counts_add(live_met(service_live(service)), &asked, met, error));
    context->met = met;
    return STATUS_OK;
}
