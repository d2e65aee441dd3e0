/* split.c: the settings, the choice of a protocol, and what protocols share.
 *
 * Idea: a protocol marks each row as train, validation or test; split_divide filters the rows three
 * times, so that every part keeps the order of the rows (users, then time, then file order).
 * Traps: all draws come from (data.split.seed, stream) where the stream is the user or a fixed
 * number, so one user's draw does not depend on how many others there are.
 * Checked by tests/split/test_split.c. */
#include "split/split.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/rng.h"
#include "split/split_internal.h"

#define ROW_STREAM UINT64_MAX /* no user has it */
#define DEFAULT_FOLDS 5

const struct setting_spec split_settings[] = {
    {"data.split.strategy", SETTING_TEXT, "auto", 0, 0,
     "auto|given|leave_one_out|random|temporal|cold_items|folds|none", "data.split|split",
     "how test and validation are held out; auto: given if the data ship a test, else "
     "leave_one_out if times order the rows, else random"},
    {"data.split.train_ratio", SETTING_REAL, "0.8", 0, 1, NULL, "train_ratio",
     "share of train (random, temporal, cold_items)"},
    {"data.split.val_ratio", SETTING_REAL, "0.1", 0, 1, NULL, "val_ratio",
     "share of validation (random, temporal, cold_items; given without order and folds: of train)"},
    {"data.split.test_ratio", SETTING_REAL, "0.1", 0, 1, NULL, "test_ratio",
     "share of test (random, temporal, cold_items)"},
    {"data.split.per_user", SETTING_BOOL, "false", 0, 0, NULL, "per_user",
     "shares of each user's rows instead of all rows (random, temporal)"},
    {"data.split.folds", SETTING_INT, "", 2, 100, NULL, "folds",
     "number of random folds; not set: the folds that ship with the data, else 5"},
    {"data.split.seed", SETTING_INT, "42", 0, 9e15, NULL, "split_seed",
     "seed of everything random in the split, whatever the model's seed"},
    {"data.leave_one_out.num_test_items", SETTING_INT, "1", 1, 1000, NULL, "num_test_items",
     "last interactions of each user held out as test (leave_one_out)"},
    {"data.leave_one_out.num_val_items", SETTING_INT, "1", 0, 1000, NULL, "num_val_items",
     "interactions before those held out as validation (leave_one_out, given)"},
    {0}};

/* By enum split_part. */
static const char *const share_keys[] = {"data.split.train_ratio", "data.split.val_ratio",
                                         "data.split.test_ratio"};

static const struct split_ops *const protocols[] = {
#define SPLIT(name) &split_##name,
#include "split/splits.def"
#undef SPLIT
};

static const struct split_ops *choose(const struct dataset *data, const struct settings *settings) {
    const char *name = settings_text(settings, "data.split.strategy");
    if (!strcmp(name, "auto"))
        name = data->given.test ? "given" : data->has_order ? "leave_one_out" : "random";
    for (size_t i = 0; i < sizeof protocols / sizeof *protocols; i++)
        if (!strcmp(protocols[i]->name, name))
            return protocols[i];
    ASSERT(!"a choice of data.split.strategy that splits.def does not have");
    return NULL;
}

enum status split_settle(struct settings *settings, const struct dataset *data,
                         struct error *error) {
    double shares[3];
    TRY(split_shares(settings, shares, error));
    char text[32];
    for (int i = 0; i < 3; i++) {
        snprintf(text, sizeof text, "%.6g", shares[i]);
        settings_default(settings, share_keys[i], text);
    }
    settings_default(settings, "data.split.strategy", choose(data, settings)->name);
    return STATUS_OK;
}

bool split_folds_are_shipped(const struct dataset *data, const struct settings *settings) {
    return data->folds.count > 0 && settings_int(settings, "data.split.folds") == 0;
}

uint32_t split_fold_count(const struct dataset *data, const struct settings *settings) {
    if (choose(data, settings) != &split_folds)
        return 0;
    if (split_folds_are_shipped(data, settings))
        return data->folds.count;
    int64_t asked = settings_int(settings, "data.split.folds");
    return asked ? (uint32_t)asked : DEFAULT_FOLDS;
}

uint32_t split_users_with_rows(const struct interactions *interactions) {
    uint32_t count = 0;
    for (uint32_t u = 0; interactions->count && u < interactions->user_count; u++)
        count += interactions->offsets[u + 1] > interactions->offsets[u];
    return count;
}

static size_t longest_history(const struct interactions *all) {
    size_t longest = 0;
    for (uint32_t u = 0; u < all->user_count; u++)
        if (all->offsets[u + 1] - all->offsets[u] > longest)
            longest = (size_t)(all->offsets[u + 1] - all->offsets[u]);
    return longest;
}

static enum status check_parts(const struct split *split, const struct dataset *data,
                               struct error *error) {
    const struct interactions *all = &data->interactions;
    if (split_users_with_rows(&split->test) == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s: the split %s leaves no user with a test item (%u users, %zu "
                         "interactions, at most %zu of one user); use more data or another "
                         "data.split.strategy",
                         data->name, split->strategy, all->user_count, all->count,
                         longest_history(all));
    if (split->train.count == 0)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s: the split %s leaves nothing to train on (%u users, %zu "
                         "interactions); use more data or another data.split.strategy",
                         data->name, split->strategy, all->user_count, all->count);
    return STATUS_OK;
}

enum status split_make(struct split *split, const struct dataset *data,
                       const struct settings *settings, uint32_t fold, struct arena *arena,
                       struct error *error) {
    const struct split_ops *protocol = choose(data, settings);
    struct split_job job = {
        .data = data,
        .settings = settings,
        .seed = (uint64_t)settings_int(settings, "data.split.seed"),
        .fold = fold,
        .arena = arena,
        .scratch = arena_scratch(),
    };
    ASSERT(arena != job.scratch);
    *split = (struct split){.strategy = protocol->name};
    if (protocol == &split_none)
        return protocol->make(split, &job, error);
    if (data->interactions.user_count < 2)
        return error_set(error, STATUS_BAD_INPUT,
                         "data set %s has %u user%s: nobody to learn from and to compare with; at "
                         "least 2 are needed",
                         data->name, data->interactions.user_count,
                         data->interactions.user_count == 1 ? " only" : "s");
    struct arena_position mark = arena_mark(job.scratch);
    enum status status = protocol->make(split, &job, error);
    arena_reset(job.scratch, mark);
    return status == STATUS_OK ? check_parts(split, data, error) : status;
}

enum status split_shares(const struct settings *settings, double shares[3], struct error *error) {
    double set = 0, defaults = 0;
    for (int i = 0; i < 3; i++) {
        shares[i] = settings_real(settings, share_keys[i]);
        *(settings_is_set(settings, share_keys[i]) ? &set : &defaults) += shares[i];
    }
    for (int i = 0; i < 3 && defaults > 0; i++)
        if (!settings_is_set(settings, share_keys[i]))
            shares[i] *= fmax(0, 1 - set) / defaults;
    double total = shares[0] + shares[1] + shares[2];
    if (fabs(total - 1) > 1e-4)
        return error_set(error, STATUS_BAD_USAGE,
                         "data.split.train_ratio + val_ratio + test_ratio must be 1, found %g + %g "
                         "+ %g = %g",
                         shares[0], shares[1], shares[2], total);
    if (shares[SPLIT_TRAIN] <= 0 || shares[SPLIT_TEST] <= 0)
        return error_set(error, STATUS_BAD_USAGE,
                         "data.split.train_ratio and test_ratio must be above 0, found %g and %g",
                         shares[SPLIT_TRAIN], shares[SPLIT_TEST]);
    return STATUS_OK;
}

size_t split_share_count(size_t count, double share) {
    size_t wanted = (size_t)(share * (double)count + 0.5);
    return wanted < count ? wanted : count ? count - 1 : 0;
}

struct wanted_part {
    const uint8_t *parts;
    uint8_t part;
};

static bool is_wanted(void *context, uint32_t user, size_t row) {
    (void)user;
    const struct wanted_part *wanted = context;
    return wanted->parts[row] == wanted->part;
}

void split_divide(struct split *split, const struct interactions *all, const uint8_t *parts,
                  struct arena *arena) {
    struct interactions *targets[] = {&split->train, &split->validation, &split->test};
    for (unsigned part = SPLIT_TRAIN; part <= SPLIT_TEST; part++)
        *targets[part] =
            interactions_filter(all, is_wanted, &(struct wanted_part){parts, (uint8_t)part}, arena);
}

uint32_t *split_order_scratch(const struct interactions *all, struct arena *arena) {
    return ARENA_ARRAY_RAW(arena, uint32_t, longest_history(all));
}

size_t split_user_order(const struct split_job *job, const struct interactions *all, uint32_t user,
                        bool shuffled, uint32_t *order) {
    size_t count = (size_t)(all->offsets[user + 1] - all->offsets[user]);
    for (size_t i = 0; i < count; i++)
        order[i] = (uint32_t)i;
    if (shuffled || !job->data->has_order) {
        struct rng rng;
        rng_init(&rng, job->seed, user);
        rng_shuffle(&rng, order, (uint32_t)count);
    }
    return count;
}

uint32_t *split_row_order(const struct split_job *job, const struct interactions *all) {
    ASSERT(all->count < UINT32_MAX);
    uint32_t *order = ARENA_ARRAY_RAW(job->scratch, uint32_t, all->count);
    for (size_t i = 0; i < all->count; i++)
        order[i] = (uint32_t)i;
    struct rng rng;
    rng_init(&rng, job->seed, ROW_STREAM);
    rng_shuffle(&rng, order, (uint32_t)all->count);
    return order;
}

void split_carve_by_user(struct split *split, const struct split_job *job) {
    struct interactions all = split->train;
    size_t last = (size_t)settings_int(job->settings, "data.leave_one_out.num_val_items");
    double share = settings_real(job->settings, "data.split.val_ratio");
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all.count);
    uint32_t *order = split_order_scratch(&all, job->scratch);
    for (uint32_t u = 0; u < all.user_count; u++) {
        size_t count = split_user_order(job, &all, u, false, order);
        size_t held = job->data->has_order ? last : split_share_count(count, share);
        for (size_t i = count - held; count > held && i < count; i++)
            parts[all.offsets[u] + order[i]] = SPLIT_VALIDATION;
    }
    struct interactions test = split->test;
    split_divide(split, &all, parts, job->arena);
    split->test = test;
}
