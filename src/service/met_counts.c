/* met_counts.c: see met_counts.h.
 *
 * Idea     For each device and snapshot that was asked for lately, the films that were met, as rows
 *          of film, hour and count. Events wait as ids until the next request, which knows the
 *          snapshot's films.
 * Cost     A pass over the rows of the device: 0.35 ms for a whole answer on 100,000 events of a
 *          device, where grouping them in SQLite took 320 ms each time; DEVICES of them at most are
 *          kept, of which the one that was read longest ago makes room.
 * Traps    An event that is written while the store is asked may count twice until the next time,
 *          and is never left out.
 * Checked  tests/api/test_api_context.c. */
#include "service/met_counts.h"

#include <pthread.h>
#include <string.h>

#include "base/alloc.h"
#include "base/wall_clock.h"
#include "service/snapshot.h"
#include "store/context.h"

#define DEVICES 16
#define DEVICE_BYTES 64
#define FRESH_SECONDS 60
#define NOTES_MAX 256 /* more events than these and the store is asked anew */
#define HOURS 24

struct row {
    uint32_t item;
    int32_t hour;
    float count;
};
struct rows {
    struct row *list;
    size_t count, capacity;
};
struct note {
    char *item;
    int64_t hour;
};
struct met_device {
    char device[DEVICE_BYTES + 1]; /* "": free */
    uint64_t serial;               /* of the snapshot */
    double read;                   /* when; 0: is to be read */
    struct rows rows;
    struct note notes[NOTES_MAX];
    size_t note_count;
};
struct met_counts {
    pthread_mutex_t mutex;
    struct met_device entries[DEVICES];
};

struct met_counts *met_counts_create(void) {
    struct met_counts *counts = alloc_zeroed(1, sizeof *counts);
    pthread_mutex_init(&counts->mutex, NULL);
    return counts;
}

static void drop_notes(struct met_device *entry) {
    for (size_t n = 0; n < entry->note_count; n++)
        alloc_free(entry->notes[n].item);
    entry->note_count = 0;
}

void met_counts_destroy(struct met_counts *counts) {
    if (!counts)
        return;
    for (size_t e = 0; e < DEVICES; e++) {
        drop_notes(&counts->entries[e]);
        alloc_free(counts->entries[e].rows.list);
    }
    pthread_mutex_destroy(&counts->mutex);
    alloc_free(counts);
}

static void add_row(struct rows *rows, const struct row *row) {
    if (rows->count == rows->capacity) {
        const size_t capacity = rows->capacity ? 2 * rows->capacity : 64;
        struct row *list = alloc_bytes(capacity * sizeof *list);
        if (rows->count > 0)
            memcpy(list, rows->list, rows->count * sizeof *list);
        alloc_free(rows->list);
        rows->list = list;
        rows->capacity = capacity;
    }
    rows->list[rows->count++] = *row;
}

/* ---- Events ---- */

static void note(struct met_device *entry, const struct feedback_event *event) {
    if (entry->note_count == NOTES_MAX) {
        entry->read = 0;
        return;
    }
    const size_t length = strlen(event->item);
    char *item = alloc_zeroed(1, length + 1);
    memcpy(item, event->item, length);
    entry->notes[entry->note_count++] = (struct note){item, event->hour};
}

static bool counts_as_met(const struct feedback_event *event) {
    return event->device && *event->device &&
           (event->kind == FEEDBACK_VIEW || event->kind == FEEDBACK_RATING ||
            event->kind == FEEDBACK_LIKE);
}

void met_counts_note(struct met_counts *counts, const struct feedback_event *events, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!counts_as_met(&events[i]))
            continue;
        pthread_mutex_lock(&counts->mutex);
        for (size_t e = 0; e < DEVICES; e++)
            if (strcmp(counts->entries[e].device, events[i].device) == 0)
                note(&counts->entries[e], &events[i]);
        pthread_mutex_unlock(&counts->mutex);
    }
}

/* ---- Asking ---- */

struct reading {
    const struct id_map *items;
    struct rows rows;
};

static void add_met(struct rows *rows, const struct id_map *items, const char *id, int64_t hour,
                    float count) {
    const uint32_t item = id_map_find(items, id, strlen(id));
    if (item != DATASET_NONE)
        add_row(rows, &(struct row){item, (int32_t)hour, count});
}

static bool read_met(void *context, const struct context_count *count) {
    struct reading *reading = context;
    add_met(&reading->rows, reading->items, count->item, count->hour, (float)count->count);
    return true;
}

/* Under the mutex. The entry of a device and snapshot; else the one that is to make room. */
static struct met_device *find(struct met_counts *counts, const struct met_counts_asked *asked) {
    struct met_device *oldest = &counts->entries[0];
    for (size_t e = 0; e < DEVICES; e++) {
        struct met_device *entry = &counts->entries[e];
        if (entry->serial == asked->snapshot->serial && strcmp(entry->device, asked->device) == 0)
            return entry;
        oldest = entry->read < oldest->read ? entry : oldest;
    }
    drop_notes(oldest);
    oldest->rows.count = 0;
    oldest->read = 0;
    oldest->serial = asked->snapshot->serial;
    memcpy(oldest->device, asked->device, strlen(asked->device) + 1);
    return oldest;
}

/* Asks the store, without the mutex, and puts what it says into the entry. */
static enum status refresh(struct met_counts *counts, const struct met_counts_asked *asked,
                           struct error *error) {
    struct reading reading = {.items = &asked->snapshot->catalogue->items};
    pthread_mutex_lock(&counts->mutex);
    drop_notes(find(counts, asked)); /* these are in the store */
    pthread_mutex_unlock(&counts->mutex);
    const enum status status =
        context_met(asked->store, asked->device, asked->since, read_met, &reading, error);
    if (status != STATUS_OK) {
        alloc_free(reading.rows.list);
        return status;
    }
    pthread_mutex_lock(&counts->mutex);
    struct met_device *entry = find(counts, asked);
    alloc_free(entry->rows.list);
    entry->rows = reading.rows;
    entry->read = wall_clock_seconds();
    pthread_mutex_unlock(&counts->mutex);
    return STATUS_OK;
}

static void sum(struct met_device *entry, const struct met_counts_asked *asked, float *met) {
    for (size_t n = 0; n < entry->note_count; n++)
        add_met(&entry->rows, &asked->snapshot->catalogue->items, entry->notes[n].item,
                entry->notes[n].hour, 1);
    drop_notes(entry);
    for (size_t r = 0; r < entry->rows.count; r++) {
        const struct row *row = &entry->rows.list[r];
        const int apart = (row->hour - asked->hour + HOURS) % HOURS;
        if (asked->hour < 0 || (row->hour >= 0 && (apart <= 1 || apart == HOURS - 1)))
            met[row->item] += row->count;
    }
}

enum status met_counts_add(struct met_counts *counts, const struct met_counts_asked *asked,
                           float *met, struct error *error) {
    if (strlen(asked->device) > DEVICE_BYTES || !*asked->device)
        return STATUS_OK; /* no event names such a device */
    pthread_mutex_lock(&counts->mutex);
    const double read = find(counts, asked)->read;
    pthread_mutex_unlock(&counts->mutex);
    if (wall_clock_seconds() - read > FRESH_SECONDS)
        TRY(refresh(counts, asked, error));
    pthread_mutex_lock(&counts->mutex);
    sum(find(counts, asked), asked, met);
    pthread_mutex_unlock(&counts->mutex);
    return STATUS_OK;
}
