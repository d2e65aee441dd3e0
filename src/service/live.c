/* live.c: see live.h.
 *
 * Idea     A table of everybody of whom the store has something, each with a count of changes and,
 *          where he was asked for lately, his rows as one block. Rows count while they were read at
 *          the present count of changes; a change is counted after its commit and before its
 *          answer, so that whoever was told of it reads rows that have it. Who reads while that
 *          happens keeps what he read for himself.
 * Cost     A look-up under one mutex; a copy of the rows. CACHE_BYTES of rows at most: who was
 *          asked for longest ago goes. A person takes some 100 bytes beside them.
 * Checked  tests/service/test_service_person.c; test_service_threads.c (ThreadSanitizer). */
#include "service/live.h"

#include <pthread.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/wall_clock.h"
#include "dataset/id_hash.h"
#include "service/met_counts.h"

#define CACHE_BYTES ((size_t)32 << 20)
#define SLOTS_FIRST 1024
#define SWEEP_SECONDS 60
#define TOLD_SECONDS 1
#define TOLD_SHARE 20

/* The rows of a person and their texts, in one block. */
struct block {
    size_t count, bytes;
    struct feedback_row rows[];
};

struct entry {
    struct entry *next;              /* of the same slot */
    struct entry *newer, *older;     /* those who have a block */
    struct block *block;             /* NULL: not remembered */
    uint64_t changes, block_changes; /* block_changes: when the block was read */
    uint32_t hash;
    bool is_erased;  /* what models know of him is not to be used, for good */
    uint64_t listed; /* the reading of everybody that he was last in; 0: there is nothing of him */
    char id[];
};

struct live {
    struct feedback *store;
    struct met_counts *met;
    pthread_mutex_t mutex;
    struct entry **slots;
    uint32_t slot_count, count;
    struct entry *newest, *oldest;
    size_t bytes;
    uint64_t readings; /* of everybody, so far */
    double swept;
    bool has_warned;
    live_films *films;
    void *films_context;
    atomic_bool is_rated; /* somebody has rated something that `films` was not told of */
    double next_told;     /* when it may be: the listening thread's own */
};

/* ---- The table; all under the mutex ---- */

static struct entry *find(const struct live *live, const char *id) {
    const uint32_t hash = id_hash(id, strlen(id));
    struct entry *entry = live->slots[hash & (live->slot_count - 1)];
    while (entry && (entry->hash != hash || strcmp(entry->id, id) != 0))
        entry = entry->next;
    return entry;
}

static void grow(struct live *live) {
    const uint32_t count = 2 * live->slot_count;
    struct entry **slots = alloc_zeroed(count, sizeof(struct entry *));
    for (uint32_t s = 0; s < live->slot_count; s++)
        for (struct entry *entry = live->slots[s], *next; entry; entry = next) {
            next = entry->next;
            entry->next = slots[entry->hash & (count - 1)];
            slots[entry->hash & (count - 1)] = entry;
        }
    alloc_free(live->slots);
    live->slots = slots;
    live->slot_count = count;
}

static struct entry *find_or_add(struct live *live, const char *id) {
    struct entry *entry = find(live, id);
    if (entry)
        return entry;
    if (live->count >= live->slot_count)
        grow(live);
    const size_t length = strlen(id);
    entry = alloc_zeroed(1, sizeof *entry + length + 1);
    memcpy(entry->id, id, length);
    entry->hash = id_hash(id, length);
    struct entry **slot = &live->slots[entry->hash & (live->slot_count - 1)];
    entry->next = *slot;
    *slot = entry;
    live->count++;
    return entry;
}

static void unlink_entry(struct live *live, struct entry *entry) {
    *(entry->newer ? &entry->newer->older : &live->newest) = entry->older;
    *(entry->older ? &entry->older->newer : &live->oldest) = entry->newer;
    entry->newer = entry->older = NULL;
}

static void link_newest(struct live *live, struct entry *entry) {
    entry->older = live->newest;
    *(live->newest ? &live->newest->newer : &live->oldest) = entry;
    live->newest = entry;
}

static void drop_block(struct live *live, struct entry *entry) {
    if (!entry->block)
        return;
    unlink_entry(live, entry);
    live->bytes -= entry->block->bytes;
    alloc_free(entry->block);
    entry->block = NULL;
}

static void keep_block(struct live *live, struct entry *entry, struct block *block) {
    drop_block(live, entry);
    entry->block = block;
    live->bytes += block->bytes;
    link_newest(live, entry);
    while (live->bytes > CACHE_BYTES && live->oldest != entry)
        drop_block(live, live->oldest);
}

static void forget(struct live *live, const char *id) {
    struct entry *entry = find(live, id);
    if (!entry || entry->is_erased)
        return;
    drop_block(live, entry);
    struct entry **at = &live->slots[entry->hash & (live->slot_count - 1)];
    while (*at != entry)
        at = &(*at)->next;
    *at = entry->next;
    alloc_free(entry);
    live->count--;
}

/* ---- Blocks ---- */

static struct block *block_of(const struct feedback_row *rows, size_t count) {
    size_t bytes = sizeof(struct block) + count * sizeof *rows;
    for (size_t i = 0; i < count; i++)
        bytes += strlen(rows[i].item) + 1;
    struct block *block = alloc_bytes(bytes);
    *block = (struct block){.count = count, .bytes = bytes};
    char *text = (char *)(block->rows + count);
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(rows[i].item) + 1;
        block->rows[i] = rows[i];
        block->rows[i].item = memcpy(text, rows[i].item, length);
        text += length;
    }
    return block;
}

static void copy_block(const struct block *block, struct arena *arena, struct live_person *person) {
    struct block *copy = arena_alloc_raw(arena, block->bytes);
    memcpy(copy, block, block->bytes);
    for (size_t i = 0; i < copy->count; i++)
        copy->rows[i].item = (const char *)copy + (block->rows[i].item - (const char *)block);
    person->count = copy->count;
    person->rows = copy->rows;
}

/* ---- Asking ---- */

/* Under the mutex, which it gives back while the database is asked. */
static void read_rows(struct live *live, const char *id, struct arena *arena,
                      struct live_person *person) {
    struct error error;
    const uint64_t changes = find(live, id)->changes;
    pthread_mutex_unlock(&live->mutex);
    const enum status status =
        feedback_rows(live->store, id, arena, &person->rows, &person->count, &error);
    struct block *block = status == STATUS_OK ? block_of(person->rows, person->count) : NULL;
    pthread_mutex_lock(&live->mutex);
    struct entry *entry = find(live, id);
    const bool must_warn = status != STATUS_OK && !live->has_warned;
    live->has_warned = status != STATUS_OK;
    if (must_warn)
        log_warning("the store cannot be asked; people are answered from what is remembered: %s",
                    error.text);
    if (block && entry && entry->changes == changes) {
        keep_block(live, entry, block);
        entry->block_changes = changes;
    } else {
        alloc_free(block);
        if (status != STATUS_OK && entry && entry->block)
            copy_block(entry->block, arena, person);
    }
}

bool live_find(struct live *live, const char *id, struct arena *arena, struct live_person *person) {
    pthread_mutex_lock(&live->mutex);
    struct entry *entry = find(live, id);
    if (entry) {
        *person = (struct live_person){.is_erased = entry->is_erased};
        if (entry->block && entry->block_changes == entry->changes) {
            copy_block(entry->block, arena, person);
            unlink_entry(live, entry);
            link_newest(live, entry);
        } else {
            read_rows(live, id, arena, person);
        }
    }
    pthread_mutex_unlock(&live->mutex);
    return entry != NULL;
}

bool live_is_erased(struct live *live, const char *id) {
    pthread_mutex_lock(&live->mutex);
    const struct entry *entry = find(live, id);
    const bool is_erased = entry && entry->is_erased;
    pthread_mutex_unlock(&live->mutex);
    return is_erased;
}

size_t live_people(struct live *live, struct arena *arena, const char *const **ids) {
    pthread_mutex_lock(&live->mutex);
    const char **list = ARENA_ARRAY(arena, const char *, live->count);
    size_t count = 0;
    for (uint32_t s = 0; s < live->slot_count; s++)
        for (const struct entry *entry = live->slots[s]; entry; entry = entry->next)
            if (entry->listed > 0 &&
                strncmp(entry->id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) != 0)
                list[count++] = arena_copy(arena, entry->id);
    pthread_mutex_unlock(&live->mutex);
    *ids = list;
    return count;
}

/* ---- Changing ---- */

void live_changed(struct live *live, const char *id) {
    atomic_store(&live->is_rated, true);
    pthread_mutex_lock(&live->mutex);
    struct entry *entry = find_or_add(live, id);
    entry->listed = live->readings;
    entry->changes++;
    pthread_mutex_unlock(&live->mutex);
}

static void all_changed(struct live *live, const struct feedback_event *events, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (i == 0 || strcmp(events[i].person, events[i - 1].person) != 0)
            live_changed(live, events[i].person);
    met_counts_note(live->met, events, count);
}

enum status live_append(struct live *live, const struct feedback_event *events, size_t count,
                        struct error *error) {
    TRY(feedback_append(live->store, events, count, error));
    all_changed(live, events, count);
    return STATUS_OK;
}

struct pending {
    struct live *live;
    const struct feedback_event *events;
    size_t count;
    feedback_done *done;
    void *context;
};

static void pending_done(void *context, enum status status, const struct error *error) {
    const struct pending *pending = context;
    if (status == STATUS_OK)
        all_changed(pending->live, pending->events, pending->count);
    pending->done(pending->context, status, error);
}

void live_append_later(struct live *live, const struct feedback_event *events, size_t count,
                       struct arena *arena, feedback_done *done, void *context) {
    struct pending *pending = ARENA_NEW(arena, struct pending);
    *pending = (struct pending){live, events, count, done, context};
    feedback_append_later(live->store, events, count, arena, pending_done, pending);
}

/* Nothing of him is remembered, and what models know of him counts no more. */
static void forget_erased(struct live *live, const char *id) {
    pthread_mutex_lock(&live->mutex);
    struct entry *entry = find_or_add(live, id);
    entry->is_erased = true;
    entry->listed = 0;
    entry->changes++;
    drop_block(live, entry);
    pthread_mutex_unlock(&live->mutex);
}

enum status live_erase(struct live *live, const char *id, struct error *error) {
    TRY(feedback_erase(live->store, id, error));
    forget_erased(live, id);
    return STATUS_OK;
}

struct sweep {
    struct live *live;
    struct arena arena;
    const char **ids;
    size_t count, capacity;
};

static bool note_session(void *context, const char *id, bool is_erased) {
    struct sweep *sweep = context;
    (void)is_erased;
    if (sweep->count == sweep->capacity) {
        const size_t capacity = sweep->capacity ? 2 * sweep->capacity : 64;
        const char **ids = ARENA_ARRAY(&sweep->arena, const char *, capacity);
        memcpy(ids, sweep->ids, sweep->count * sizeof *ids);
        sweep->ids = ids;
        sweep->capacity = capacity;
    }
    sweep->ids[sweep->count++] = arena_copy(&sweep->arena, id);
    return true;
}

static enum status sweep_sessions(struct live *live, struct error *error) {
    struct sweep sweep = {.live = live};
    pthread_mutex_lock(&live->mutex);
    const double now = wall_clock_seconds();
    const bool is_due = now - live->swept >= SWEEP_SECONDS;
    if (is_due)
        live->swept = now;
    pthread_mutex_unlock(&live->mutex);
    if (!is_due)
        return STATUS_OK;
    enum status status = feedback_sessions_over(live->store, note_session, &sweep, error);
    for (size_t i = 0; i < sweep.count && status == STATUS_OK; i++)
        status = live_end_session(live, sweep.ids[i], error);
    arena_release(&sweep.arena);
    return status;
}

enum status live_end_session(struct live *live, const char *id, struct error *error) {
    if (!id)
        return sweep_sessions(live, error);
    TRY(feedback_session_end(live->store, id, error));
    pthread_mutex_lock(&live->mutex);
    forget(live, id);
    pthread_mutex_unlock(&live->mutex);
    return STATUS_OK;
}

/* ---- Opening ---- */

static bool note_person(void *context, const char *id, bool is_erased) {
    struct live *live = context;
    struct entry *entry = find_or_add(live, id);
    entry->changes++;
    entry->is_erased = entry->is_erased || is_erased;
    if (!is_erased)
        entry->listed = live->readings;
    return true;
}

static bool hear_of_person(void *context, const char *id, bool is_erased) {
    struct live *live = context;
    pthread_mutex_lock(&live->mutex);
    note_person(live, id, is_erased);
    pthread_mutex_unlock(&live->mutex);
    return true;
}

/* As often as a twentieth of the thread's time allows. */
static void tell_of_ratings(struct live *live) {
    const double now = progress_clock();
    if (now < live->next_told || !atomic_exchange(&live->is_rated, false))
        return;
    live->films(live->films_context, true);
    const double pause = TOLD_SHARE * (progress_clock() - now);
    live->next_told = now + (pause > TOLD_SECONDS ? pause : TOLD_SECONDS);
}

/* By the store's thread: another program has written. */
static void hear(void *context, enum sql_news news, const char *id) {
    struct live *live = context;
    if (news == SQL_NEWS_FILMS || news == SQL_NEWS_ANYTHING)
        live->films(live->films_context, false);
    if (news == SQL_NEWS_NOTHING)
        tell_of_ratings(live);
    if (news == SQL_NEWS_ANYTHING)
        live_reread(live); /* messages were missed, or there are none */
    else if (news == SQL_NEWS_ERASED)
        forget_erased(live, id);
    else if (news == SQL_NEWS_PERSON)
        live_changed(live, id);
}

void live_reread(struct live *live) {
    struct error error; /* a store that is away is read again when it is back */
    pthread_mutex_lock(&live->mutex);
    const uint64_t reading = ++live->readings;
    for (uint32_t s = 0; s < live->slot_count; s++)
        for (struct entry *entry = live->slots[s]; entry; entry = entry->next)
            entry->changes++;
    pthread_mutex_unlock(&live->mutex);
    if (feedback_people(live->store, hear_of_person, live, &error) != STATUS_OK)
        return;
    pthread_mutex_lock(&live->mutex);
    for (uint32_t s = 0; s < live->slot_count; s++)
        for (struct entry *entry = live->slots[s]; entry; entry = entry->next)
            if (entry->listed < reading)
                entry->listed = 0;
    pthread_mutex_unlock(&live->mutex);
}

static enum status begin(struct live *live, const char *address, struct error *error) {
    TRY(feedback_open(&live->store, address, error));
    TRY(feedback_people(live->store, note_person, live, error));
    return feedback_listen(live->store, hear, live, error);
}

enum status live_open(struct live **out, const char *address, live_films *films, void *context,
                      struct error *error) {
    struct live *live = alloc_zeroed(1, sizeof *live);
    live->films = films;
    live->films_context = context;
    pthread_mutex_init(&live->mutex, NULL);
    live->met = met_counts_create();
    live->slot_count = SLOTS_FIRST;
    live->readings = 1;
    live->slots = alloc_zeroed(live->slot_count, sizeof(struct entry *));
    const enum status status = begin(live, address, error);
    if (status != STATUS_OK) {
        live_close(live);
        return status;
    }
    *out = live;
    return STATUS_OK;
}

void live_close(struct live *live) {
    if (!live)
        return;
    feedback_close(live->store);
    for (uint32_t s = 0; s < live->slot_count; s++)
        for (struct entry *entry = live->slots[s], *next; entry; entry = next) {
            next = entry->next;
            alloc_free(entry->block);
            alloc_free(entry);
        }
    alloc_free(live->slots);
    met_counts_destroy(live->met);
    pthread_mutex_destroy(&live->mutex);
    alloc_free(live);
}

struct met_counts *live_met(struct live *live) {
    return live->met;
}

struct feedback *live_store(struct live *live) {
    return live->store;
}
