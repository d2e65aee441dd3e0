/* service_person.c: see service_person.h.
 *
 * Idea     The rows of the fit without those that were said anew or taken back, and what was said
 *          since behind them, by time. Who said nothing new is left as the model knows him.
 * Traps    A view has no value. Where ratings count it gets the mean of what the person gave, which
 *          speaks neither way; a model that is fitted to ratings alone does not hear of it, and the
 *          film is only not shown again. A dislike is no interaction where nothing is rated.
 * Cost     A look-up of each row's film, and a mark for every film of the catalogue.
 * Checked  tests/service/test_service_person.c. */
#include "service/service_person.h"

#include <math.h>
#include <string.h>

#include "service/live.h"
#include "service/service_feedback.h"
#include "service/service_internal.h"

struct service_person service_person_known(const struct snapshot *snapshot, uint32_t user) {
    struct service_person person = {.user = user, .is_known = true};
    if (user < snapshot->catalogue->users.count)
        person.history = interactions_history(&snapshot->catalogue->interactions, user);
    return person;
}

/* A merge in the making. */
struct merge {
    const struct snapshot *snapshot;
    struct history base;
    uint32_t *place; /* [items] 1 + row of the base; 0: not there, or not any more */
    uint32_t *items; /* what is new, by time */
    float *values;
    int64_t *times;
    bool *views;
    size_t count;
    uint32_t *seen;
    size_t seen_count;
    float neutral; /* what a view counts for */
    bool has_changed;
};

float service_person_neutral(const struct dataset *catalogue, const struct history *base) {
    double sum = 0;
    for (size_t i = 0; base->ratings && i < base->count; i++)
        sum += (double)base->ratings[i];
    if (base->ratings && base->count > 0)
        return (float)(sum / (double)base->count);
    return catalogue->has_ratings ? (catalogue->rating_min + catalogue->rating_max) / 2 : 1;
}

static void take_new(struct merge *merge, uint32_t item, float value,
                     const struct feedback_row *row) {
    merge->items[merge->count] = item;
    merge->values[merge->count] = value;
    merge->views[merge->count] = row->kind == FEEDBACK_VIEW;
    merge->times[merge->count++] = row->time;
    merge->place[item] = 0;
    merge->has_changed = true;
}

static void take_seen(struct merge *merge, uint32_t item) {
    merge->seen[merge->seen_count++] = item;
    merge->place[item] = 0;
    merge->has_changed = true;
}

static void take_rating(struct merge *merge, uint32_t item, const struct feedback_row *row) {
    const struct dataset *catalogue = merge->snapshot->catalogue;
    const uint32_t place = merge->place[item];
    const float value = row->kind == FEEDBACK_LIKE      ? catalogue->rating_max
                        : row->kind == FEEDBACK_DISLIKE ? catalogue->rating_min
                                                        : (float)row->value;
    if (!merge->base.ratings && row->kind == FEEDBACK_DISLIKE && !catalogue->has_ratings)
        take_seen(merge, item);
    else if (place == 0 || (merge->base.ratings && merge->base.ratings[place - 1] != value))
        take_new(merge, item, value, row);
}

static void take_row(struct merge *merge, const struct feedback_row *row) {
    const struct id_map *items = &merge->snapshot->catalogue->items;
    const uint32_t item = id_map_find(items, row->item, strlen(row->item));
    if (item == DATASET_NONE)
        return;
    const bool is_there = merge->place[item] > 0;
    if (row->kind == FEEDBACK_REMOVE) {
        merge->has_changed = merge->has_changed || is_there;
        merge->place[item] = 0;
    } else if (row->kind != FEEDBACK_VIEW) {
        take_rating(merge, item, row);
    } else if (!is_there && (merge->snapshot->model->needs & MODEL_NEEDS_RATINGS)) {
        take_seen(merge, item);
    } else if (!is_there) {
        take_new(merge, item, merge->neutral, row);
    }
}

/* The rows that are left and those that are new; among equal times the old ones first. */
static void join(const struct merge *merge, struct arena *arena, struct service_person *person) {
    const struct dataset *catalogue = merge->snapshot->catalogue;
    const struct history *base = &merge->base;
    const size_t room = base->count + merge->count;
    uint32_t *items = ARENA_ARRAY_RAW(arena, uint32_t, room);
    float *values = ARENA_ARRAY_RAW(arena, float, room);
    int64_t *times = ARENA_ARRAY_RAW(arena, int64_t, room);
    bool *views = ARENA_ARRAY_RAW(arena, bool, room);
    const bool by_time = catalogue->interactions.times && catalogue->times_are_seconds;
    size_t count = 0, fresh = 0;
    for (size_t i = 0; i < base->count || fresh < merge->count;) {
        const bool is_old = i < base->count && (!by_time || fresh == merge->count ||
                                                base->times[i] <= merge->times[fresh]);
        const size_t from = is_old ? i++ : fresh++;
        if (is_old && merge->place[base->items[from]] == 0)
            continue;
        items[count] = is_old ? base->items[from] : merge->items[from];
        views[count] = !is_old && merge->views[from];
        values[count] = !is_old ? merge->values[from] : base->ratings ? base->ratings[from] : 1;
        times[count] =
            by_time ? (is_old ? base->times[from] : merge->times[from]) : (int64_t)count + 1;
        count++;
    }
    person->history = (struct history){.count = count,
                                       .items = items,
                                       .ratings = catalogue->interactions.ratings ? values : NULL,
                                       .times = catalogue->interactions.times ? times : NULL};
    person->is_view = views;
}

static void merge_rows(const struct snapshot *snapshot, const struct live_person *live,
                       struct arena *arena, struct service_person *person) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct merge merge = {
        .snapshot = snapshot,
        .base = person->history,
        .place = ARENA_ARRAY(scratch, uint32_t, snapshot->catalogue->items.count),
        .items = ARENA_ARRAY_RAW(scratch, uint32_t, live->count),
        .values = ARENA_ARRAY_RAW(scratch, float, live->count),
        .times = ARENA_ARRAY_RAW(scratch, int64_t, live->count),
        .views = ARENA_ARRAY_RAW(scratch, bool, live->count),
        .seen = ARENA_ARRAY_RAW(arena, uint32_t, live->count),
        .neutral = service_person_neutral(snapshot->catalogue, &person->history),
    };
    for (size_t i = 0; i < merge.base.count; i++)
        merge.place[merge.base.items[i]] = (uint32_t)i + 1;
    for (size_t i = 0; i < live->count; i++)
        take_row(&merge, &live->rows[i]);
    if (merge.has_changed) {
        join(&merge, arena, person);
        person->seen = merge.seen;
        person->seen_count = merge.seen_count;
        person->has_events = true;
    }
    arena_reset(scratch, mark);
}

struct history service_person_rated(const struct service_person *person, struct arena *arena) {
    const struct history *all = &person->history;
    if (!person->is_view || !all->ratings)
        return *all;
    uint32_t *items = ARENA_ARRAY_RAW(arena, uint32_t, all->count);
    float *ratings = ARENA_ARRAY_RAW(arena, float, all->count);
    int64_t *times = ARENA_ARRAY_RAW(arena, int64_t, all->count);
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++) {
        if (person->is_view[i])
            continue;
        items[count] = all->items[i];
        ratings[count] = all->ratings[i];
        times[count++] = all->times ? all->times[i] : 0;
    }
    return (struct history){count, items, ratings, all->times ? times : NULL};
}

static bool is_open_session(struct service *service, const char *id, struct arena *arena) {
    struct feedback_session session;
    struct error error;
    return strncmp(id, FEEDBACK_SESSION, sizeof FEEDBACK_SESSION - 1) == 0 &&
           service_session_find(service, id, arena, &session, &error) == STATUS_OK;
}

enum status service_person_find(struct service *service, const struct snapshot *snapshot,
                                const char *id, struct arena *arena, struct service_person *person,
                                struct error *error) {
    struct live *store = service_live(service);
    struct live_person live = {0};
    const bool has_rows = store && live_find(store, id, arena, &live);
    uint32_t user = id_map_find(&snapshot->catalogue->users, id, strlen(id));
    if (live.is_erased)
        user = DATASET_NONE;
    const bool is_nobody =
        user == DATASET_NONE && (!has_rows || (live.is_erased && live.count == 0));
    if (is_nobody && !is_open_session(service, id, arena))
        return error_set(error, STATUS_NOT_FOUND,
                         "there is no user \"%.80s\"; /users lists them, and POST /api/recommend "
                         "starts from nothing",
                         id);
    *person = (struct service_person){.user = DATASET_NONE, .has_events = true};
    if (user != DATASET_NONE)
        *person = service_person_known(snapshot, user);
    person->id = id;
    if (live.count > 0)
        merge_rows(snapshot, &live, arena, person);
    return STATUS_OK;
}
