/* training_check.c: see training_check.h.
 *
 * Traps    A user that the model was fitted with is asked for as a bare history too: that is how
 *          people with events are answered, and how both models know the same of him.
 * Cost     One score() over all films for each event.
 * Checked  tests/service/test_training_rows.c, against lists worked out by hand. */
#include "service/training_check.h"

#include <math.h>
#include <string.h>

struct past {
    const struct snapshot *snapshot;
    uint32_t *items;
    float *ratings;
    int64_t *times;
    size_t count;
    float *scores;
    bool *has; /* [items of the model] */
};

static uint32_t find_item(const struct snapshot *snapshot, const char *id, size_t length) {
    return id_map_find(&snapshot->catalogue->items, id, length);
}

static void forget(struct past *past, uint32_t item) {
    for (size_t i = 0; i < past->count; i++) {
        if (past->items[i] != item)
            continue;
        const size_t rest = past->count - i - 1;
        memmove(past->items + i, past->items + i + 1, rest * sizeof *past->items);
        memmove(past->ratings + i, past->ratings + i + 1, rest * sizeof *past->ratings);
        memmove(past->times + i, past->times + i + 1, rest * sizeof *past->times);
        past->count--;
        past->has[item] = false;
        return;
    }
}

static void remember(struct past *past, uint32_t item, float rating, int64_t time) {
    if (past->has[item])
        forget(past, item);
    past->items[past->count] = item;
    past->ratings[past->count] = rating;
    past->times[past->count++] = time;
    past->has[item] = true;
}

/* The place of the film in the list, from 0; SIZE_MAX: the model does not know it. */
static size_t place_of(const struct past *past, uint32_t item) {
    const struct snapshot *snapshot = past->snapshot;
    const struct interactions *rows = &snapshot->catalogue->interactions;
    const struct model *model = snapshot->model;
    if (item == DATASET_NONE)
        return SIZE_MAX;
    const struct query query = {.user = MODEL_NO_USER,
                                .history = {.count = past->count,
                                            .items = past->items,
                                            .ratings = rows->ratings ? past->ratings : NULL,
                                            .times = rows->times ? past->times : NULL}};
    model->ops->score(model, &query, 1, NULL, model->item_count, past->scores);
    size_t before = 0;
    for (uint32_t i = 0; i < model->item_count; i++)
        before += i != item && !past->has[i] && past->scores[i] >= past->scores[item];
    return before;
}

static void count_event(struct training_figures *figures, size_t place) {
    figures->events++;
    if (place >= TRAINING_CHECK_K)
        return;
    figures->hit_rate += 1;
    figures->ndcg += 1 / log2((double)place + 2);
}

static bool has_event(const struct training_rows *rows, const struct training_person *person) {
    for (size_t i = 0; i < person->row_count; i++)
        if (person->rows[i].place >= rows->cut && person->rows[i].is_new &&
            person->rows[i].is_liked)
            return true;
    return false;
}

static void check_person(const struct training_rows *rows, const struct training_person *person,
                         struct past *past, struct arena *arena, struct training_figures *figures) {
    const size_t room = training_rows_room(rows, person->user, person);
    struct training_pair *pairs = ARENA_ARRAY_RAW(arena, struct training_pair, room);
    const size_t count = training_rows_pairs(rows, person->user, person, pairs);
    past->items = ARENA_ARRAY_RAW(arena, uint32_t, room + person->row_count);
    past->ratings = ARENA_ARRAY_RAW(arena, float, room + person->row_count);
    past->times = ARENA_ARRAY_RAW(arena, int64_t, room + person->row_count);
    past->count = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t item = find_item(past->snapshot, pairs[i].item, pairs[i].length);
        if (item != DATASET_NONE)
            remember(past, item, pairs[i].value, pairs[i].time);
    }
    for (size_t i = 0; i < person->row_count; i++) {
        const struct training_row *row = &person->rows[i];
        if (row->place < rows->cut)
            continue;
        const uint32_t item = find_item(past->snapshot, row->item, strlen(row->item));
        if (row->is_new && row->is_liked)
            count_event(figures, place_of(past, item));
        if (item != DATASET_NONE && row->removes)
            forget(past, item);
        else if (item != DATASET_NONE)
            remember(past, item, row->value, row->time);
    }
    for (size_t i = 0; i < past->count; i++)
        past->has[past->items[i]] = false;
}

void training_check_measure(const struct training_rows *rows, const struct snapshot *snapshot,
                            const atomic_bool *cancel, struct training_figures *figures) {
    struct arena arena = {0};
    const size_t items = snapshot->model->item_count;
    struct past past = {.snapshot = snapshot,
                        .scores = ARENA_ARRAY_RAW(&arena, float, items),
                        .has = ARENA_ARRAY(&arena, bool, items)};
    float *shares[3]; /* of each person: hits and gains of an event, and events */
    for (size_t i = 0; i < 3; i++)
        shares[i] = ARENA_ARRAY(&arena, float, rows->person_count);
    *figures = (struct training_figures){0};
    for (size_t i = 0; i < rows->person_count && !(cancel && atomic_load(cancel)); i++) {
        const struct training_person *person = &rows->persons[i];
        const struct arena_position mark = arena_mark(&arena);
        const struct training_figures before = *figures;
        if (has_event(rows, person))
            check_person(rows, person, &past, &arena, figures);
        arena_reset(&arena, mark);
        const double events = (double)(figures->events - before.events);
        shares[0][i] = events > 0 ? (float)((figures->hit_rate - before.hit_rate) / events) : NAN;
        shares[1][i] = events > 0 ? (float)((figures->ndcg - before.ndcg) / events) : NAN;
        shares[2][i] = (float)events;
    }
    if (figures->events > 0) {
        figures->hits = interval_of(shares[0], shares[2], rows->person_count);
        figures->gains = interval_of(shares[1], shares[2], rows->person_count);
        figures->hit_rate /= (double)figures->events;
        figures->ndcg /= (double)figures->events;
    }
    arena_release(&arena);
}
