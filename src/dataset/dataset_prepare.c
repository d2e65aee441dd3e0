/* dataset_prepare.c: what of a data set is kept. dataset_prepare and the settings data.* of
 * dataset.h.
 *
 * Order    Minimum rating, then the sample, then the k-core; then ratings are forgotten if the data
 *          are to be used as implicit.
 * k-core   Rows of users with fewer than min_user_interactions rows or items with fewer than
 *          min_item_interactions go, again and again until none is left to go: the result is unique
 *          whatever the order (Seidman 1983).
 * Memory   In place: the columns of `interactions` are compacted where they stand.
 * Checked  tests/dataset/test_prepare.c by hand-made sets and against a plain implementation. */
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/rng.h"
#include "dataset/dataset.h"

#define SAMPLE_SEED 42
#define SAMPLE_STREAM 0x5a3b1e
#define SAMPLE_USERS_STREAM 0x5a3b1f
#define LIMIT 1e15

const struct setting_spec dataset_settings[] = {
    {"data.min_rating", SETTING_REAL, "0", 0, 1e6, NULL, "data.preprocessing.min_rating|min_rating",
     "keep only ratings of at least this value (0: all)"},
    {"data.min_user_interactions", SETTING_INT, "0", 0, 1e9, NULL,
     "data.preprocessing.min_user_interactions",
     "keep only users with at least so many interactions, as a k-core (0: all)"},
    {"data.min_item_interactions", SETTING_INT, "0", 0, 1e9, NULL,
     "data.preprocessing.min_item_interactions",
     "keep only items with at least so many interactions, as a k-core (0: all)"},
    {"data.feedback", SETTING_TEXT, "auto", 0, 0, "auto|implicit|explicit",
     "data.preprocessing.feedback",
     "implicit forgets rating values, explicit demands them, auto takes what the data have"},
    {"data.max_ratings", SETTING_INT, "0", 0, LIMIT, NULL,
     "data.train_size|data.preprocessing.max_ratings",
     "a random sample of so many interactions, for quick tries (0: all; seed 42)"},
    {"data.max_users", SETTING_INT, "0", 0, LIMIT, NULL, "data.preprocessing.max_users",
     "a random sample of so many users with all that they have (0: all; seed 42)"},
    {0},
};

/* What is to go: a flag for each row, and how many rows are left to each user and item. */
struct selection {
    const struct interactions *all;
    uint8_t *kept;               /* [count] */
    uint32_t *of_user, *of_item; /* rows kept */
    size_t count;
};

static void drop_row(struct selection *selection, uint32_t user, size_t row) {
    selection->kept[row] = 0;
    selection->of_user[user]--;
    selection->of_item[selection->all->items[row]]--;
    selection->count--;
}

static struct selection select_all(const struct interactions *all) {
    struct selection selection = {
        .all = all,
        .kept = alloc_bytes(all->count),
        .of_user = alloc_zeroed(all->user_count, sizeof(uint32_t)),
        .of_item = alloc_zeroed(all->item_count, sizeof(uint32_t)),
        .count = all->count,
    };
    memset(selection.kept, 1, all->count);
    interactions_item_counts(all, selection.of_item);
    for (uint32_t user = 0; user < all->user_count; user++)
        selection.of_user[user] = (uint32_t)(all->offsets[user + 1] - all->offsets[user]);
    return selection;
}

static void selection_release(struct selection *selection) {
    alloc_free(selection->kept);
    alloc_free(selection->of_user);
    alloc_free(selection->of_item);
}

static void drop_low_ratings(struct selection *selection, double min_rating) {
    const struct interactions *all = selection->all;
    for (uint32_t user = 0; user < all->user_count; user++)
        for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
            if (all->ratings[row] < (float)min_rating)
                drop_row(selection, user, row);
}

/* Each row with the probability that is still needed: exactly `wanted` rows, every set of them
 * equally likely (Knuth, TAOCP 2, algorithm S). */
static void sample(struct selection *selection, size_t wanted) {
    const struct interactions *all = selection->all;
    struct rng rng;
    rng_init(&rng, SAMPLE_SEED, SAMPLE_STREAM);
    size_t left = selection->count, needed = wanted < left ? wanted : left;
    for (uint32_t user = 0; user < all->user_count; user++)
        for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++) {
            if (!selection->kept[row])
                continue;
            bool taken = rng_uniform(&rng) * (double)left < (double)needed;
            left--;
            if (taken)
                needed--;
            else
                drop_row(selection, user, row);
        }
}

static uint32_t users_left(const struct selection *selection) {
    uint32_t count = 0;
    for (uint32_t user = 0; user < selection->all->user_count; user++)
        count += selection->of_user[user] > 0;
    return count;
}

/* The same with users who have a row. */
static void sample_users(struct selection *selection, size_t wanted) {
    const struct interactions *all = selection->all;
    struct rng rng;
    rng_init(&rng, SAMPLE_SEED, SAMPLE_USERS_STREAM);
    size_t left = users_left(selection), needed = wanted < left ? wanted : left;
    for (uint32_t user = 0; user < all->user_count; user++) {
        if (selection->of_user[user] == 0)
            continue;
        bool taken = rng_uniform(&rng) * (double)left < (double)needed;
        left--;
        needed -= taken;
        for (size_t row = all->offsets[user]; !taken && row < all->offsets[user + 1]; row++)
            if (selection->kept[row])
                drop_row(selection, user, row);
    }
}

static void drop_below_core(struct selection *selection, uint32_t min_user, uint32_t min_item) {
    const struct interactions *all = selection->all;
    for (size_t before = SIZE_MAX; before != selection->count;) {
        before = selection->count;
        for (uint32_t user = 0; user < all->user_count; user++) {
            bool all_rows = selection->of_user[user] < min_user;
            for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
                if (selection->kept[row] &&
                    (all_rows || selection->of_item[all->items[row]] < min_item))
                    drop_row(selection, user, row);
        }
    }
}

/* New numbers in the old order; DATASET_NONE where nothing is left. */
static uint32_t *new_numbers(const uint32_t *left, uint32_t count, uint32_t *new_count) {
    uint32_t *numbers = alloc_bytes(count * sizeof *numbers);
    *new_count = 0;
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = left[i] > 0 ? (*new_count)++ : DATASET_NONE;
    return numbers;
}

struct renumbering {
    uint32_t *users, *items; /* old -> new */
    uint32_t user_count, item_count;
};

/* The columns belong to the data set's arena, which dataset_prepare may change as nobody else can.
 */
static void *writable(const void *column) { return (void *)(uintptr_t)column; }

/* Keeps the rows whose flag is set, in place, under their new numbers. */
static void compact(struct interactions *rows, const uint8_t *kept,
                    const struct renumbering *renumbering) {
    uint64_t *offsets = writable(rows->offsets);
    uint32_t *items = writable(rows->items);
    float *ratings = writable(rows->ratings);
    int64_t *times = writable(rows->times);
    size_t target = 0, begin = 0;
    for (uint32_t user = 0; user < rows->user_count; user++) {
        size_t end = offsets[user + 1];
        for (size_t row = begin; row < end; row++) {
            if (!kept[row])
                continue;
            items[target] = renumbering->items[items[row]];
            if (ratings)
                ratings[target] = ratings[row];
            if (times)
                times[target] = times[row];
            target++;
        }
        begin = end;
        if (renumbering->users[user] != DATASET_NONE)
            offsets[renumbering->users[user] + 1] = target;
    }
    rows->count = target;
    rows->user_count = renumbering->user_count;
    rows->item_count = renumbering->item_count;
}

/* Of a part (train, test, a fold) those rows stay that stay in the whole. */
static void compact_part(struct interactions *part, const struct selection *selection,
                         const struct renumbering *renumbering) {
    const struct interactions *all = selection->all;
    uint8_t *kept = alloc_zeroed(part->count, 1);
    uint32_t *stamps = alloc_zeroed(all->item_count, sizeof *stamps);
    for (uint32_t user = 0; user < all->user_count; user++) {
        for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
            if (selection->kept[row])
                stamps[all->items[row]] = user + 1;
        for (size_t row = part->offsets[user]; row < part->offsets[user + 1]; row++)
            kept[row] = stamps[part->items[row]] == user + 1;
    }
    compact(part, kept, renumbering);
    alloc_free(stamps);
    alloc_free(kept);
}

static void compact_parts(struct dataset *dataset, const struct selection *selection,
                          const struct renumbering *renumbering) {
    if (dataset->given.train) {
        compact_part(writable(dataset->given.train), selection, renumbering);
        compact_part(writable(dataset->given.test), selection, renumbering);
    }
    for (uint32_t fold = 0; fold < dataset->folds.count; fold++) {
        compact_part(writable(&dataset->folds.train[fold]), selection, renumbering);
        compact_part(writable(&dataset->folds.test[fold]), selection, renumbering);
    }
}

static void renumber_candidates(struct given_split *given, uint32_t user_count,
                                const struct renumbering *renumbering) {
    if (!given->candidate_offsets)
        return;
    uint64_t *offsets = writable(given->candidate_offsets);
    uint32_t *candidates = writable(given->candidates);
    uint64_t target = 0, begin = 0;
    for (uint32_t user = 0; user < user_count; user++) {
        uint64_t end = offsets[user + 1];
        for (uint64_t i = begin; i < end && renumbering->users[user] != DATASET_NONE; i++)
            if (renumbering->items[candidates[i]] != DATASET_NONE)
                candidates[target++] = renumbering->items[candidates[i]];
        begin = end;
        if (renumbering->users[user] != DATASET_NONE)
            offsets[renumbering->users[user] + 1] = target;
    }
}

static struct id_map renumber_ids(const struct id_map *map, const uint32_t *numbers, uint32_t count,
                                  struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)count + 1);
    char *text = arena_alloc_raw(arena, (size_t)map->offsets[map->count]);
    for (uint32_t old = 0; old < map->count; old++) {
        if (numbers[old] == DATASET_NONE)
            continue;
        struct text_slice name = id_map_name(map, old);
        memcpy(text + offsets[numbers[old]], name.start, name.length);
        offsets[numbers[old] + 1] = offsets[numbers[old]] + name.length;
    }
    struct id_map result = {.count = count, .offsets = offsets, .text = text};
    id_map_index(&result, arena);
    return result;
}

static void renumber_features(struct dataset *dataset, size_t old, size_t item) {
    for (size_t f = 0; f < dataset->feature_count; f++) {
        const struct item_feature *feature = &dataset->features[f];
        float *dense = writable(feature->dense);
        memmove(dense + item * feature->columns, dense + old * feature->columns,
                feature->columns * sizeof *dense);
    }
}

static void renumber_movies(struct dataset *dataset, const struct renumbering *renumbering) {
    uint64_t *tag_offsets = writable(dataset->tag_offsets);
    struct movie_tag *tags = writable(dataset->movie_tags);
    uint64_t target = 0, begin = 0;
    for (uint32_t old = 0; old < dataset->items.count; old++) {
        uint32_t item = renumbering->items[old];
        uint64_t end = tag_offsets ? tag_offsets[old + 1] : 0;
        if (item != DATASET_NONE) {
            dataset->movies[item] = dataset->movies[old];
            renumber_features(dataset, old, item);
            for (uint64_t i = begin; i < end; i++)
                tags[target++] = tags[i];
            if (tag_offsets)
                tag_offsets[item + 1] = target;
        }
        begin = end;
    }
}

static void apply(struct dataset *dataset, const struct selection *selection) {
    struct renumbering renumbering;
    uint32_t user_count = dataset->users.count;
    renumbering.users = new_numbers(selection->of_user, user_count, &renumbering.user_count);
    renumbering.items =
        new_numbers(selection->of_item, dataset->items.count, &renumbering.item_count);
    compact_parts(dataset, selection, &renumbering);
    renumber_candidates(&dataset->given, user_count, &renumbering);
    renumber_movies(dataset, &renumbering);
    dataset->users =
        renumber_ids(&dataset->users, renumbering.users, renumbering.user_count, &dataset->arena);
    dataset->items =
        renumber_ids(&dataset->items, renumbering.items, renumbering.item_count, &dataset->arena);
    compact(&dataset->interactions, selection->kept, &renumbering);
    alloc_free(renumbering.users);
    alloc_free(renumbering.items);
}

static void forget_ratings(struct dataset *dataset) {
    dataset->interactions.ratings = NULL;
    if (dataset->given.train) {
        ((struct interactions *)writable(dataset->given.train))->ratings = NULL;
        ((struct interactions *)writable(dataset->given.test))->ratings = NULL;
    }
    for (uint32_t fold = 0; fold < dataset->folds.count; fold++) {
        ((struct interactions *)writable(&dataset->folds.train[fold]))->ratings = NULL;
        ((struct interactions *)writable(&dataset->folds.test[fold]))->ratings = NULL;
    }
}

static void measure_ratings(struct dataset *dataset) {
    const struct interactions *all = &dataset->interactions;
    dataset->has_ratings = all->ratings != NULL;
    dataset->rating_min = dataset->rating_max = interactions_rating(all, 0);
    for (size_t row = 1; all->ratings && row < all->count; row++) {
        float rating = all->ratings[row];
        dataset->rating_min = rating < dataset->rating_min ? rating : dataset->rating_min;
        dataset->rating_max = rating > dataset->rating_max ? rating : dataset->rating_max;
    }
}

enum status dataset_prepare(struct dataset *dataset, const struct settings *settings,
                            struct error *error) {
    double min_rating = settings_real(settings, "data.min_rating");
    uint32_t min_user = (uint32_t)settings_int(settings, "data.min_user_interactions");
    uint32_t min_item = (uint32_t)settings_int(settings, "data.min_item_interactions");
    size_t max_ratings = (size_t)settings_int(settings, "data.max_ratings");
    size_t max_users = (size_t)settings_int(settings, "data.max_users");
    const char *feedback = settings_text(settings, "data.feedback");
    if (!dataset->has_ratings && (min_rating > 1 || strcmp(feedback, "explicit") == 0))
        return error_set(error, STATUS_BAD_USAGE,
                         "%s has no rating values, so %s cannot be used with it", dataset->name,
                         min_rating > 1 ? "data.min_rating" : "data.feedback=explicit");
    struct selection selection = select_all(&dataset->interactions);
    if (min_rating > 0 && dataset->has_ratings)
        drop_low_ratings(&selection, min_rating);
    size_t after_rating = selection.count;
    if (max_users > 0)
        sample_users(&selection, max_users);
    if (max_ratings > 0)
        sample(&selection, max_ratings);
    size_t after_sample = selection.count;
    drop_below_core(&selection, min_user, min_item);
    size_t before = dataset->interactions.count;
    enum status status = STATUS_OK;
    if (users_left(&selection) < 2)
        status = error_set(
            error, STATUS_BAD_USAGE,
            "%s: nothing to learn from is left: of %zu interactions %zu have a rating of at least "
            "%g, %zu are in the sample, %zu are in the core of %u for users and %u for items (%u "
            "users); lower data.min_rating or the minimum numbers of interactions",
            dataset->name, before, after_rating, min_rating, after_sample, selection.count,
            min_user, min_item, users_left(&selection));
    else if (selection.count < before)
        apply(dataset, &selection);
    selection_release(&selection);
    if (status != STATUS_OK)
        return status;
    if (strcmp(feedback, "implicit") == 0)
        forget_ratings(dataset);
    measure_ratings(dataset);
    return STATUS_OK;
}
