/* service_hours.c: popularity by the hour of the day and by device, for those of whom nothing else
 * is known.
 *
 * Idea     How many people met each film in each hour of the day (UTC). At an hour h a film counts
 *              (1 - BLEND) * people + BLEND * people of h * all people / all people of h
 *          where half of the hours before and after are of h too, since watching has no sharp
 *          hours.
 *          What was watched on a device (service_context.h) is blended in likewise, the less the
 *          fewer times that was: BLEND * times / (times + DOUBT).
 * Cost     One pass over the histories and 24 numbers a film, the first time somebody says an hour.
 * Checked  tests/service/test_service_wishes.c, tests/api/test_api_context.c. */
#include <pthread.h>

#include "base/alloc.h"
#include "service/service_internal.h"

#define HOURS 24
#define BLEND 0.5f
#define BESIDE 0.5f
#define DOUBT 100.0f

struct service_hours {
    pthread_mutex_t mutex;
    struct arena arena;
    const float *shares; /* [HOURS][items] people of the hour, scaled; NULL: not asked for yet */
};

struct service_hours *service_hours_create(void) {
    struct service_hours *hours = alloc_zeroed(1, sizeof *hours);
    pthread_mutex_init(&hours->mutex, NULL);
    return hours;
}

void service_hours_destroy(struct service_hours *hours) {
    if (!hours)
        return;
    pthread_mutex_destroy(&hours->mutex);
    arena_release(&hours->arena);
    alloc_free(hours);
}

static int hour_of(int64_t seconds) {
    const int64_t day = 24 * 3600, into = (seconds % day + day) % day;
    return (int)(into / 3600);
}

static const float *make_shares(const struct interactions *known, struct arena *arena) {
    const size_t items = known->item_count;
    float *shares = ARENA_ARRAY(arena, float, HOURS *items);
    double totals[HOURS] = {0};
    for (size_t row = 0; row < known->count; row++) {
        const int hour = hour_of(known->times[row]);
        for (int apart = -1; apart <= 1; apart++) {
            const int near = (hour + apart + HOURS) % HOURS;
            const float weight = apart == 0 ? 1 : BESIDE;
            shares[(size_t)near * items + known->items[row]] += weight;
            totals[near] += (double)weight;
        }
    }
    for (size_t h = 0; h < HOURS; h++)
        for (size_t i = 0; totals[h] > 0 && i < items; i++)
            shares[h * items + i] *= (float)((double)known->count / totals[h]);
    return shares;
}

/* False: no hour was said, or the data do not tell. */
static bool blend_hour(const struct snapshot *snapshot, int hour, float *raw) {
    /* Films that were added nobody has met yet. */
    const struct dataset *catalogue = snapshot->origin->catalogue;
    const struct interactions *known = &catalogue->interactions;
    if (hour < 0 || hour >= HOURS || !known->times || !catalogue->times_are_seconds ||
        known->count == 0)
        return false;
    struct service_hours *hours = snapshot->hours;
    pthread_mutex_lock(&hours->mutex);
    if (!hours->shares)
        hours->shares = make_shares(known, &hours->arena);
    const float *shares = hours->shares + (size_t)hour * known->item_count;
    pthread_mutex_unlock(&hours->mutex);
    for (size_t i = 0; i < known->item_count; i++)
        raw[i] = (1 - BLEND) * raw[i] + BLEND * shares[i];
    return true;
}

/* False: nothing was watched so. */
static bool blend_met(const struct snapshot *snapshot, const float *met, float *raw) {
    const size_t item_count = snapshot->catalogue->items.count;
    double times = 0, people = 0;
    for (size_t i = 0; met && i < item_count; i++) {
        times += (double)met[i];
        people += (double)raw[i];
    }
    if (times == 0)
        return false;
    const float share = BLEND * (float)times / ((float)times + DOUBT);
    for (size_t i = 0; i < item_count; i++)
        raw[i] = (1 - share) * raw[i] + share * met[i] * (float)(people / times);
    return true;
}

const char *service_hours_blend(const struct snapshot *snapshot,
                                const struct recommend_context *context, float *raw) {
    if (!context->is_given)
        return NULL;
    const bool by_hour = blend_hour(snapshot, context->hour, raw);
    const bool by_device = blend_met(snapshot, context->met, raw);
    return by_hour && by_device ? "popularity by hour and device"
           : by_hour            ? "popularity by hour"
           : by_device          ? "popularity by device"
                                : NULL;
}
