/* training_rows.c: see training_rows.h.
 *
 * Idea     The snapshot's rows stay where they are; only what the store has is taken into memory
 *          (one row for a person and a film: what counts now), and numbered by time.
 * Traps    A view has no value: where ratings count it gets the mean of what the person gave, and
 *          a model that is fitted to ratings alone does not hear of it. A dislike is no interaction
 *          where nothing is rated. As service_person.c has it for the answers.
 * Checked  tests/service/test_training_rows.c. */
#include "service/training_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "service/service_person.h"

#define HELD_SHARE 5 /* one in so many */

/* ---- Reading the store ---- */

struct people {
    struct arena *arena;
    struct training_person *list;
    size_t count, capacity;
};

static bool take_person(void *context, const char *id, bool is_erased) {
    struct people *people = context;
    if (strncmp(id, FEEDBACK_SESSION, strlen(FEEDBACK_SESSION)) == 0)
        return true;
    if (people->count == people->capacity) {
        const size_t capacity = people->capacity ? 2 * people->capacity : 256;
        struct training_person *list =
            ARENA_ARRAY_RAW(people->arena, struct training_person, capacity);
        if (people->count)
            memcpy(list, people->list, people->count * sizeof *list);
        people->list = list;
        people->capacity = capacity;
    }
    people->list[people->count++] = (struct training_person){
        .id = arena_copy(people->arena, id), .user = DATASET_NONE, .is_erased = is_erased};
    return true;
}

static int by_id(const void *a, const void *b) {
    return strcmp(((const struct training_person *)a)->id, ((const struct training_person *)b)->id);
}

/* The store may name somebody more than once. */
static void keep_once(struct people *people) {
    size_t count = 0;
    if (people->count > 0)
        qsort(people->list, people->count, sizeof *people->list, by_id);
    for (size_t i = 0; i < people->count; i++) {
        if (count > 0 && strcmp(people->list[count - 1].id, people->list[i].id) == 0)
            people->list[count - 1].is_erased |= people->list[i].is_erased;
        else
            people->list[count++] = people->list[i];
    }
    people->count = count;
}

static float rating_of(const struct dataset *catalogue, const struct feedback_row *row,
                       float neutral) {
    if (row->kind == FEEDBACK_LIKE)
        return catalogue->has_ratings ? catalogue->rating_max : 1;
    if (row->kind == FEEDBACK_DISLIKE)
        return catalogue->has_ratings ? catalogue->rating_min : 0;
    if (row->kind != FEEDBACK_RATING || isnan(row->value))
        return neutral;
    const float value = (float)row->value;
    if (!catalogue->has_ratings)
        return value;
    return fminf(fmaxf(value, catalogue->rating_min), catalogue->rating_max);
}

/* False: it is nothing to be learnt. */
static bool take_row(struct training_row *out, const struct snapshot *snapshot,
                     const struct history *base, float neutral, const struct feedback_row *row) {
    const struct dataset *catalogue = snapshot->catalogue;
    const bool rates = catalogue->interactions.ratings != NULL;
    const bool is_view = row->kind == FEEDBACK_VIEW;
    if (row->kind == FEEDBACK_CLICK || row->kind == FEEDBACK_IMPRESSION)
        return false;
    if ((is_view && (snapshot->model->needs & MODEL_NEEDS_RATINGS)) ||
        (row->kind == FEEDBACK_DISLIKE && !rates))
        return false;
    *out =
        (struct training_row){.item = row->item,
                              .index = id_map_find(&catalogue->items, row->item, strlen(row->item)),
                              .time = row->time,
                              .removes = row->kind == FEEDBACK_REMOVE,
                              .is_new = row->kind != FEEDBACK_REMOVE};
    for (size_t i = 0; out->index != DATASET_NONE && out->is_new && i < base->count; i++)
        out->is_new = base->items[i] != out->index;
    if (is_view && !out->is_new)
        return false;
    out->value = rating_of(catalogue, row, neutral);
    out->is_liked =
        !rates || is_view || out->value >= (catalogue->rating_min + catalogue->rating_max) / 2;
    return true;
}

static enum status read_person(struct training_rows *rows, struct training_person *person,
                               struct feedback *store, struct arena *arena, struct error *error) {
    const struct snapshot *snapshot = rows->snapshot;
    struct feedback_row *list;
    size_t count;
    TRY(feedback_rows(store, person->id, arena, &list, &count, error));
    person->user = id_map_find(&snapshot->catalogue->users, person->id, strlen(person->id));
    struct history base = {0};
    if (person->user != DATASET_NONE && !person->is_erased)
        base = interactions_history(&snapshot->catalogue->interactions, person->user);
    person->rows = ARENA_ARRAY_RAW(arena, struct training_row, count);
    const float neutral = service_person_neutral(snapshot->catalogue, &base);
    for (size_t i = 0; i < count; i++)
        person->row_count +=
            take_row(&person->rows[person->row_count], snapshot, &base, neutral, &list[i]);
    rows->row_count += person->row_count;
    return STATUS_OK;
}

/* ---- What is held out ---- */

static int by_time(const void *a, const void *b) {
    const struct training_row *const *left = a, *const *right = b;
    if ((*left)->time != (*right)->time)
        return (*left)->time < (*right)->time ? -1 : 1;
    return (*left)->place < (*right)->place ? -1 : (*left)->place > (*right)->place;
}

static void hold_out(struct training_rows *rows, struct training_hold hold) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct training_row **all = ARENA_ARRAY_RAW(scratch, struct training_row *, rows->row_count);
    size_t count = 0;
    for (size_t p = 0; p < rows->person_count; p++)
        for (size_t i = 0; i < rows->persons[p].row_count; i++) {
            struct training_row *row = &rows->persons[p].rows[i];
            row->place = count;
            all[count++] = row;
            rows->new_count += row->is_new;
            rows->liked_count += row->is_new && row->is_liked;
        }
    qsort(all, count, sizeof *all, by_time);
    for (size_t i = 0; i < count; i++)
        all[i]->place = i;
    size_t wanted = (rows->liked_count + HELD_SHARE - 1) / HELD_SHARE;
    wanted = wanted > hold.least ? wanted : hold.least;
    wanted = wanted < hold.most ? wanted : hold.most;
    rows->cut = count;
    /* At least as many are left to learn from. */
    if (wanted > 0 && 2 * wanted <= rows->liked_count)
        while (rows->held_count < wanted) {
            const struct training_row *row = all[--rows->cut];
            rows->held_count += row->is_new && row->is_liked;
        }
    arena_reset(scratch, mark);
}

enum status training_rows_read(struct training_rows *rows, const struct snapshot *snapshot,
                               struct feedback *store, struct training_hold hold,
                               struct arena *arena, struct error *error) {
    struct people people = {.arena = arena};
    uint32_t *person_of = ARENA_ARRAY(arena, uint32_t, snapshot->catalogue->users.count);
    if (store)
        TRY(feedback_people(store, take_person, &people, error));
    keep_once(&people);
    *rows = (struct training_rows){.snapshot = snapshot,
                                   .person_count = people.count,
                                   .persons = people.list,
                                   .person_of = person_of};
    for (size_t i = 0; i < people.count; i++) {
        TRY(read_person(rows, &people.list[i], store, arena, error));
        if (people.list[i].user != DATASET_NONE)
            person_of[people.list[i].user] = (uint32_t)i + 1;
    }
    hold_out(rows, hold);
    return STATUS_OK;
}

/* ---- What is to be learnt ---- */

static struct history base_of(const struct training_rows *rows, uint32_t user,
                              const struct training_person *person) {
    if (user == DATASET_NONE || (person && person->is_erased))
        return (struct history){0};
    return interactions_history(&rows->snapshot->catalogue->interactions, user);
}

size_t training_rows_room(const struct training_rows *rows, uint32_t user,
                          const struct training_person *person) {
    return base_of(rows, user, person).count + (person ? person->row_count : 0);
}

/* The row that says something else of a film of the snapshot, or NULL. */
static const struct training_row *row_on(const struct training_rows *rows,
                                         const struct training_person *person, uint32_t index) {
    for (size_t i = 0; person && i < person->row_count; i++)
        if (person->rows[i].index == index && person->rows[i].place < rows->cut)
            return &person->rows[i];
    return NULL;
}

size_t training_rows_pairs(const struct training_rows *rows, uint32_t user,
                           const struct training_person *person, struct training_pair *pairs) {
    const struct dataset *catalogue = rows->snapshot->catalogue;
    const struct history base = base_of(rows, user, person);
    const bool by_seconds = catalogue->times_are_seconds && base.times;
    size_t count = 0;
    for (size_t i = 0; i < base.count; i++) {
        if (row_on(rows, person, base.items[i]))
            continue;
        const struct text_slice name = id_map_name(&catalogue->items, base.items[i]);
        pairs[count++] = (struct training_pair){name.start, name.length, base.items[i],
                                                base.ratings ? base.ratings[i] : 1,
                                                base.times ? base.times[i] : (int64_t)i + 1};
    }
    const size_t old = count;
    for (size_t i = 0; person && i < person->row_count; i++) {
        const struct training_row *row = &person->rows[i];
        if (row->place >= rows->cut || row->removes)
            continue;
        int64_t time = row->time;
        if (!catalogue->times_are_seconds)
            time = (count > 0 ? pairs[count - 1].time : 0) + 1;
        pairs[count++] =
            (struct training_pair){row->item, strlen(row->item), row->index, row->value, time};
    }
    /* The store's rows are later than the snapshot's, but for what somebody brought along. */
    for (size_t i = old; by_seconds && i < count; i++) {
        const struct training_pair pair = pairs[i];
        size_t at = i;
        for (; at > 0 && pairs[at - 1].time > pair.time; at--)
            pairs[at] = pairs[at - 1];
        pairs[at] = pair;
    }
    return count;
}
