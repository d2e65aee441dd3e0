/* update.c: see update.h.
 *
 * Idea     New rows are brought into the ids of the model file: users who are not there are added
 *          behind the others, and so are items, with what the rows' files say of them, if the model
 *          takes them in (MODEL_LEARNS_ITEMS); rows that cannot be learnt are counted by reason.
 * The model's update() gets the histories of the file and the new rows; the file then holds both,
 * so that lists leave out what is new and the next update knows it. Time     Rows are put among the
 * known ones by their time, where both have one of the same kind; else they stand behind them, in
 * the order of the file. Trust    The rows may be those of a test: the file says that it was
 * updated, and evaluate refuses it. The figures in the file were those of the model before, and go.
 * Checked  tests/experiment/test_update.c, tests/cli/update.t. */
#include "experiment/update.h"

#include <string.h>

#include "base/buffer.h"
#include "dataset/id_builder.h"
#include "models/model_file.h"

struct update {
    const struct model_file *file;
    const struct dataset *rows;
    struct arena *arena;
    uint32_t *users; /* of the rows' users: the model's, or a new one, or DATASET_NONE: no row */
    uint32_t *items; /* the same of items */
    struct interactions known, fresh;
    struct dataset catalogue; /* the file's, with the new users and items */
    struct update_report *report;
    bool all_items;
};

static enum status refuse_model(const struct model_file *file, struct error *error) {
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    struct buffer names;
    buffer_init(&names, scratch);
    for (size_t i = 0; model_at(i); i++)
        if (model_at(i)->update)
            buffer_format(&names, "%s%s", names.size ? ", " : "", model_at(i)->name);
    error_set(error, STATUS_BAD_USAGE,
              "%s: %s does not learn row by row; train it again on all the data, or take one that "
              "does: %s",
              file->tensors.path, file->model->ops->name, names.bytes);
    arena_reset(scratch, mark);
    return STATUS_BAD_USAGE;
}

static enum status check_ratings(const struct update *update, struct error *error) {
    const struct dataset *known = &update->file->catalogue;
    if (!known->interactions.ratings || update->rows->interactions.ratings)
        return STATUS_OK;
    return error_set(error, STATUS_BAD_INPUT,
                     "%s: has no ratings, or all are 1; %s was fitted on ratings from %g to %g",
                     update->rows->source, update->file->tensors.path, (double)known->rating_min,
                     (double)known->rating_max);
}

/* ---- Which rows ------------------------------------------------------------------------------ */

/* Why a row's rating keeps it from being learnt; NULL: it does not. */
static size_t *fault_of_rating(const struct update *update, size_t row) {
    struct update_report *report = update->report;
    const struct dataset *catalogue = &update->file->catalogue;
    const struct interactions *rows = &update->rows->interactions;
    const float rating = interactions_rating(rows, row);
    if (rows->ratings && rating < report->min_rating)
        return &report->low;
    if (update->known.ratings && (rating < catalogue->rating_min || rating > catalogue->rating_max))
        return &report->out_of_range;
    return NULL;
}

/* Counts the reason if the row cannot be learnt. */
static bool is_learnt(const struct update *update, uint32_t user, size_t row) {
    struct update_report *report = update->report;
    const struct dataset *catalogue = &update->file->catalogue;
    const struct interactions *rows = &update->rows->interactions;
    const uint32_t item = update->items[rows->items[row]], known_user = update->users[user];
    size_t *reason = item == DATASET_NONE ? &report->unknown : fault_of_rating(update, row);
    if (reason)
        ++*reason;
    else if (known_user < catalogue->users.count &&
             interactions_contains(&catalogue->interactions, known_user, item))
        ++*(reason = &report->known);
    return !reason;
}

static uint32_t *map_ids(const struct id_map *from, const struct id_map *to, struct arena *arena) {
    uint32_t *map = ARENA_ARRAY_RAW(arena, uint32_t, from->count);
    for (uint32_t i = 0; i < from->count; i++) {
        const struct text_slice name = id_map_name(from, i);
        map[i] = id_map_find(to, name.start, name.length);
    }
    return map;
}

/* The known ids and, behind them in the order of the rows, those that have a count; indices[from]
 * of these are filled. */
static struct id_map extend_ids(const struct id_map *known, const struct id_map *from,
                                const size_t *counts, uint32_t *indices, struct arena *arena) {
    struct id_builder builder;
    id_builder_init(&builder);
    for (uint32_t i = 0; i < known->count; i++) {
        const struct text_slice name = id_map_name(known, i);
        id_builder_add(&builder, name.start, name.length);
    }
    for (uint32_t i = 0; i < from->count; i++) {
        const struct text_slice name = id_map_name(from, i);
        if (counts[i] > 0)
            indices[i] = id_builder_add(&builder, name.start, name.length);
    }
    return id_builder_finish(&builder, NULL, arena);
}

/* ---- Items that are new ---------------------------------------------------------------------- */

static bool is_described(const struct dataset *rows, uint32_t item) {
    const struct movie *movie = &rows->movies[item];
    const struct text_slice id = id_map_name(&rows->items, item);
    const bool has_title = movie->title && (strlen(movie->title) != id.length ||
                                            memcmp(movie->title, id.start, id.length) != 0);
    return has_title || movie->year != 0 || movie->genres != 0;
}

/* counts[items of the rows]: rows that can be learnt of an item that is new and is to be learnt. */
static size_t *count_new_items(const struct update *update) {
    const struct dataset *rows = update->rows;
    const struct interactions *all = &rows->interactions;
    size_t *counts = ARENA_ARRAY(update->arena, size_t, all->item_count + 1);
    if (!(update->file->model->traits & MODEL_LEARNS_ITEMS))
        return counts;
    for (size_t row = 0; row < all->count; row++)
        if (update->items[all->items[row]] == DATASET_NONE && !fault_of_rating(update, row))
            counts[all->items[row]]++;
    const int64_t least = settings_knows(update->file->settings, "data.min_item_interactions")
                              ? settings_int(update->file->settings, "data.min_item_interactions")
                              : 0;
    for (uint32_t item = 0; item < all->item_count; item++)
        if ((int64_t)counts[item] < least || !(update->all_items || is_described(rows, item)))
            counts[item] = 0;
    return counts;
}

/* The bit of a genre by its name, which is added where there is room; 0: there is none. */
static uint64_t genre_bit(struct dataset *catalogue, const char *name) {
    uint32_t genre = dataset_genre(catalogue, name);
    if (genre == DATASET_NONE && catalogue->genre_count < DATASET_GENRES_MAX) {
        genre = catalogue->genre_count++;
        catalogue->genres[genre] = name;
    }
    return genre == DATASET_NONE ? 0 : (uint64_t)1 << genre;
}

static struct movie describe(struct dataset *catalogue, const struct dataset *rows, uint32_t item) {
    struct movie movie = rows->movies[item];
    movie.genres = 0;
    for (uint32_t g = 0; g < rows->genre_count; g++)
        if (rows->movies[item].genres >> g & 1)
            movie.genres |= genre_bit(catalogue, rows->genres[g]);
    return movie;
}

/* The catalogue's films with those that are new; they have no tags. */
static void take_items(struct update *update) {
    const struct dataset *known = &update->file->catalogue, *rows = update->rows;
    struct dataset *to = &update->catalogue;
    const size_t *counts = count_new_items(update);
    const size_t old = known->items.count;
    to->items = extend_ids(&known->items, &rows->items, counts, update->items, update->arena);
    const size_t count = to->items.count;
    update->report->new_items = (uint32_t)(count - old);
    if (count == old)
        return;
    to->movies = ARENA_ARRAY(update->arena, struct movie, count);
    memcpy(to->movies, known->movies, old * sizeof *to->movies);
    to->genres = ARENA_ARRAY(update->arena, const char *, DATASET_GENRES_MAX);
    for (uint32_t g = 0; g < known->genre_count; g++)
        to->genres[g] = known->genres[g];
    for (uint32_t item = 0; item < rows->items.count; item++)
        if (counts[item] > 0)
            to->movies[update->items[item]] = describe(to, rows, item);
    if (!known->tag_offsets)
        return;
    uint64_t *offsets = ARENA_ARRAY_RAW(update->arena, uint64_t, count + 1);
    for (size_t i = 0; i <= count; i++)
        offsets[i] = known->tag_offsets[i < old ? i : old];
    to->tag_offsets = offsets;
}

/* ---- The rows in the model's ids ------------------------------------------------------------- */

/* The known rows over all users and items. */
static struct interactions widen(const struct interactions *rows, const struct dataset *catalogue,
                                 struct arena *arena) {
    struct interactions wide = *rows;
    const uint32_t user_count = catalogue->users.count;
    uint64_t *offsets = ARENA_ARRAY_RAW(arena, uint64_t, (size_t)user_count + 1);
    for (uint32_t user = 0; user <= user_count; user++)
        offsets[user] = rows->offsets[user < rows->user_count ? user : rows->user_count];
    wide.offsets = offsets;
    wide.user_count = user_count;
    wide.item_count = catalogue->items.count;
    return wide;
}

/* The time of a new row: its own, or the next after all that the user has. */
static int64_t time_of(const struct update *update, const struct history *known, size_t row,
                       size_t place) {
    const struct dataset *rows = update->rows;
    if (rows->interactions.times &&
        rows->times_are_seconds == update->file->catalogue.times_are_seconds)
        return rows->interactions.times[row];
    return (known->count > 0 ? known->times[known->count - 1] : 0) + (int64_t)place + 1;
}

struct columns {
    uint32_t *items;
    float *ratings;
    int64_t *times;
};

static void take_rows(const struct update *update, uint32_t user, const bool *learnt, size_t at,
                      const struct columns *to) {
    const struct interactions *rows = &update->rows->interactions;
    const struct history known = interactions_history(&update->known, update->users[user]);
    size_t place = 0;
    for (size_t row = rows->offsets[user]; row < rows->offsets[user + 1]; row++) {
        if (!learnt[row])
            continue;
        to->items[at + place] = update->items[rows->items[row]];
        if (to->ratings)
            to->ratings[at + place] = interactions_rating(rows, row);
        if (to->times)
            to->times[at + place] = time_of(update, &known, row, place);
        place++;
    }
}

static void make_fresh(struct update *update, const bool *learnt, const size_t *counts) {
    const uint32_t user_count = update->catalogue.users.count;
    const size_t applied = update->report->applied;
    uint64_t *offsets = ARENA_ARRAY(update->arena, uint64_t, (size_t)user_count + 1);
    for (uint32_t i = 0; i < update->rows->users.count; i++)
        if (counts[i] > 0)
            offsets[update->users[i] + 1] = counts[i];
    for (uint32_t user = 0; user < user_count; user++)
        offsets[user + 1] += offsets[user];
    const struct columns columns = {
        .items = ARENA_ARRAY_RAW(update->arena, uint32_t, applied),
        .ratings = update->known.ratings ? ARENA_ARRAY_RAW(update->arena, float, applied) : NULL,
        .times = update->known.times ? ARENA_ARRAY_RAW(update->arena, int64_t, applied) : NULL,
    };
    for (uint32_t i = 0; i < update->rows->users.count; i++)
        if (counts[i] > 0)
            take_rows(update, i, learnt, offsets[update->users[i]], &columns);
    update->fresh = (struct interactions){.user_count = user_count,
                                          .item_count = update->known.item_count,
                                          .count = applied,
                                          .offsets = offsets,
                                          .items = columns.items,
                                          .ratings = columns.ratings,
                                          .times = columns.times};
}

static void take_rows_in(struct update *update) {
    const struct dataset *known = &update->file->catalogue;
    const struct interactions *rows = &update->rows->interactions;
    struct update_report *report = update->report;
    bool *learnt = ARENA_ARRAY(update->arena, bool, rows->count);
    size_t *counts = ARENA_ARRAY(update->arena, size_t, rows->user_count);
    update->known = known->interactions;
    update->users = map_ids(&update->rows->users, &known->users, update->arena);
    update->items = map_ids(&update->rows->items, &known->items, update->arena);
    update->catalogue = *known;
    take_items(update);
    for (uint32_t user = 0; user < rows->user_count; user++) {
        for (size_t row = rows->offsets[user]; row < rows->offsets[user + 1]; row++)
            counts[user] += learnt[row] = is_learnt(update, user, row);
        report->applied += counts[user];
        report->users += counts[user] > 0;
        report->new_users += counts[user] > 0 && update->users[user] == DATASET_NONE;
    }
    update->catalogue.users =
        extend_ids(&known->users, &update->rows->users, counts, update->users, update->arena);
    update->known = widen(&known->interactions, &update->catalogue, update->arena);
    make_fresh(update, learnt, counts);
}

/* ---- The file -------------------------------------------------------------------------------- */

static enum status learn(struct update *update, const char *out, struct error *error) {
    const struct model_file *file = update->file;
    struct update_report *report = update->report;
    TRY(check_ratings(update, error));
    report->repeated = update->rows->duplicate_count;
    report->rows = update->rows->interactions.count + report->repeated;
    report->min_rating = (float)settings_real(file->settings, "data.min_rating");
    report->rating_min = file->catalogue.rating_min;
    report->rating_max = file->catalogue.rating_max;
    take_rows_in(update);
    if (report->applied == 0 && strcmp(out, file->tensors.path) == 0)
        return STATUS_OK;
    struct model *model;
    const struct model_events events = {.known = &update->known, .fresh = &update->fresh};
    TRY(file->model->ops->update(&model, file->model, &events, error));
    const struct interactions all =
        interactions_merge(&update->known, &update->fresh, update->arena);
    const struct model_file_content content = {.catalogue = &update->catalogue,
                                               .histories = &all,
                                               .settings = file->settings,
                                               .fitted_on = MODEL_FILE_UPDATED};
    const enum status status = model_file_save(out, model, &content, error);
    model_destroy(model);
    return status;
}

enum status update_file(const struct update_order *order, struct update_report *report,
                        struct error *error) {
    *report = (struct update_report){0};
    struct model_file *opened;
    struct dataset *dataset = NULL;
    TRY(model_file_open(&opened, order->file, error));
    enum status status = opened->model->ops->update ? STATUS_OK : refuse_model(opened, error);
    if (status == STATUS_OK)
        status = dataset_open_rows(&dataset, order->rows, error);
    struct arena arena = {0};
    struct update update = {.file = opened,
                            .rows = dataset,
                            .arena = &arena,
                            .report = report,
                            .all_items = order->all_items};
    if (status == STATUS_OK)
        status = learn(&update, order->out, error);
    arena_release(&arena);
    dataset_close(dataset);
    model_file_close(opened);
    return status;
}
