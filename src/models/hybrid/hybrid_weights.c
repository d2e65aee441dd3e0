/* hybrid_weights.c: see hybrid_weights.h.
 *
 * Source   The tiers that are used without model.weights are those of a content, collaborative and
 *          popularity hybrid as people know it: 70/20/10 below 5 ratings, 50/35/15 below 10, then
 *          30/60/10. Roles without a part leave their share to the others.
 * Checked  tests/models/test_hybrid.c. */
#include "models/hybrid/hybrid_weights.h"

#include <math.h>
#include <string.h>

static const char *const roles[] = {"content", "collaborative", "popularity"};
enum { ROLES = sizeof roles / sizeof *roles, DEFAULT_TIERS = 3 };

static const double default_tiers[DEFAULT_TIERS][ROLES] = {
    {0.7, 0.2, 0.1}, {0.5, 0.35, 0.15}, {0.3, 0.6, 0.1}};

static size_t role_of(const struct hybrid_part *part) {
    if (!strcmp(part->ops->family, "content"))
        return 0;
    return strcmp(part->ops->family, "baseline") ? 1 : 2;
}

static enum status read_thresholds(struct hybrid_weights *weights, const struct settings *settings,
                                   struct error *error) {
    const int64_t *thresholds;
    size_t count = settings_int_list(settings, "model.user_thresholds", &thresholds);
    if (count >= HYBRID_TIERS_MAX)
        return error_set(error, STATUS_BAD_USAGE, "model.user_thresholds: at most %d numbers",
                         HYBRID_TIERS_MAX - 1);
    for (size_t i = 0; i < count; i++) {
        if (i > 0 && thresholds[i] <= thresholds[i - 1])
            return error_set(error, STATUS_BAD_USAGE,
                             "model.user_thresholds must rise, found %lld after %lld",
                             (long long)thresholds[i], (long long)thresholds[i - 1]);
        weights->thresholds[i] = (double)thresholds[i];
    }
    weights->tier_count = count + 1;
    return STATUS_OK;
}

/* One word of model.weights: "NAME:.2/.35/.6" or without the name. */
struct word {
    const char *text;
    size_t name_length; /* 0: no name */
    double values[HYBRID_TIERS_MAX];
};

/* One number for all tiers, or one for each, between '/' (or ',' in a quoted word). */
static enum status read_word(struct word *word, const char *text, size_t tier_count,
                             struct error *error) {
    static const struct setting_spec table[] = {
        {"model.weights", SETTING_REAL_LIST, "[]", -1e6, 1e6, NULL, NULL, "one word's numbers"},
        {NULL, 0, NULL, 0, 0, NULL, NULL, NULL},
    };
    const char *colon = strrchr(text, ':');
    *word = (struct word){.text = text, .name_length = colon ? (size_t)(colon - text) : 0};
    struct arena arena = {0};
    struct settings *settings = settings_create(&arena);
    settings_add(settings, table);
    char *numbers = arena_copy(&arena, colon ? colon + 1 : text);
    for (char *at = numbers; (at = strchr(at, '/'));)
        *at = ',';
    const double *values;
    size_t count = 0;
    enum status status = settings_set(settings, table[0].key, numbers, NULL, error);
    if (status == STATUS_OK)
        count = settings_real_list(settings, table[0].key, &values);
    if (status == STATUS_OK && (count == 0 || (count != 1 && count != tier_count)))
        status =
            error_set(error, STATUS_BAD_USAGE,
                      "model.weights: \"%.64s\" has %zu numbers: expected one, or one for each "
                      "of the %zu tiers that model.user_thresholds makes, as in NAME:.5/.3",
                      text, count, tier_count);
    for (size_t t = 0; t < tier_count && status == STATUS_OK; t++)
        word->values[t] = values[count == 1 ? 0 : t];
    arena_release(&arena);
    return status;
}

static bool is_named(const struct word *word, const char *name) {
    return strlen(name) == word->name_length && !memcmp(name, word->text, word->name_length);
}

static void put(struct hybrid_weights *weights, size_t part, const double *values, double share) {
    for (size_t t = 0; t < weights->tier_count; t++)
        weights->values[t * weights->part_count + part] = share * values[t];
}

/* Gives the role's share to its parts that are not `taken`. */
static void put_role(struct hybrid_weights *weights, const struct hybrid_parts *parts,
                     const bool *taken, size_t role, const double *values) {
    size_t members = 0;
    for (size_t p = 0; p < parts->count; p++)
        members += !taken[p] && role_of(&parts->list[p]) == role;
    for (size_t p = 0; p < parts->count; p++)
        if (!taken[p] && role_of(&parts->list[p]) == role)
            put(weights, p, values, 1 / (double)members);
}

static enum status refuse_name(const struct word *word, struct error *error) {
    return error_set(error, STATUS_BAD_USAGE,
                     "model.weights: \"%.64s\": there is no part of this name in model.models, and "
                     "the roles are content, collaborative and popularity",
                     word->text);
}

static enum status read_named(struct hybrid_weights *weights, const struct hybrid_parts *parts,
                              const struct word *words, size_t count, struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    bool *taken = ARENA_ARRAY(scratch, bool, parts->count),
         *used = ARENA_ARRAY(scratch, bool, count);
    for (size_t w = 0; w < count; w++)
        for (size_t p = 0; p < parts->count; p++)
            if (is_named(&words[w], parts->list[p].label)) {
                put(weights, p, words[w].values, 1);
                taken[p] = used[w] = true;
            }
    enum status status = STATUS_OK;
    for (size_t w = 0; w < count && status == STATUS_OK; w++) {
        for (size_t r = 0; r < ROLES && !used[w]; r++)
            if (is_named(&words[w], roles[r])) {
                put_role(weights, parts, taken, r, words[w].values);
                used[w] = true;
            }
        if (!used[w])
            status = refuse_name(&words[w], error);
    }
    arena_reset(scratch, mark);
    return status;
}

static enum status read_words(struct hybrid_weights *weights, const struct hybrid_parts *parts,
                              const char *const *texts, size_t count, struct error *error) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct word *words = ARENA_ARRAY(scratch, struct word, count);
    enum status status = STATUS_OK;
    size_t named = 0;
    for (size_t w = 0; w < count && status == STATUS_OK; w++) {
        status = read_word(&words[w], texts[w], weights->tier_count, error);
        named += words[w].name_length > 0;
    }
    if (status == STATUS_OK && named == count)
        status = read_named(weights, parts, words, count, error);
    else if (status == STATUS_OK && (named > 0 || count != parts->count))
        status = error_set(error, STATUS_BAD_USAGE,
                           "model.weights: expected NAME:NUMBER for each, or %zu numbers in the "
                           "order of model.models, found %zu of which %zu are named",
                           parts->count, count, named);
    else if (status == STATUS_OK)
        for (size_t p = 0; p < count; p++)
            put(weights, p, words[p].values, 1);
    arena_reset(scratch, mark);
    return status;
}

static enum status put_defaults(struct hybrid_weights *weights, const struct hybrid_parts *parts,
                                bool by_role, struct error *error) {
    double ones[HYBRID_TIERS_MAX];
    for (size_t t = 0; t < weights->tier_count; t++)
        ones[t] = 1;
    if (by_role && weights->tier_count != DEFAULT_TIERS)
        return error_set(
            error, STATUS_BAD_USAGE,
            "model.user_thresholds makes %zu tiers: say with model.weights what counts "
            "in each, as in [item_knn:.2/.35/.6,popularity:.8/.65/.4]",
            weights->tier_count);
    bool none[HYBRID_PARTS_MAX] = {false};
    for (size_t r = 0; r < ROLES && by_role; r++) {
        double values[DEFAULT_TIERS];
        for (size_t t = 0; t < DEFAULT_TIERS; t++)
            values[t] = default_tiers[t][r];
        put_role(weights, parts, none, r, values);
    }
    for (size_t p = 0; p < parts->count && !by_role; p++)
        put(weights, p, ones, 1);
    return STATUS_OK;
}

static enum status settle(struct hybrid_weights *weights, struct error *error) {
    for (size_t t = 0; t < weights->tier_count; t++) {
        double *row = weights->values + t * weights->part_count, sum = 0;
        for (size_t p = 0; p < weights->part_count; p++)
            sum += fabs(row[p]);
        if (!(sum > 0))
            return error_set(error, STATUS_BAD_USAGE,
                             "model.weights: in tier %zu nothing counts; give a part a weight",
                             t + 1);
        for (size_t p = 0; p < weights->part_count; p++)
            row[p] /= sum;
    }
    return STATUS_OK;
}

enum status hybrid_weights_read(struct hybrid_weights *weights, const struct settings *settings,
                                const struct hybrid_parts *parts, bool by_role, struct arena *arena,
                                struct error *error) {
    const char *const *texts;
    size_t count = settings_text_list(settings, "model.weights", &texts);
    *weights = (struct hybrid_weights){.part_count = parts->count};
    TRY(read_thresholds(weights, settings, error));
    weights->values = ARENA_ARRAY(arena, double, weights->tier_count * parts->count);
    if (count > 0)
        TRY(read_words(weights, parts, texts, count, error));
    else
        TRY(put_defaults(weights, parts, by_role, error));
    return settle(weights, error);
}

size_t hybrid_weights_tier(const struct hybrid_weights *weights, size_t ratings) {
    size_t tier = 0;
    while (tier + 1 < weights->tier_count && (double)ratings >= weights->thresholds[tier])
        tier++;
    return tier;
}

const double *hybrid_weights_of(const struct hybrid_weights *weights, size_t ratings) {
    return weights->values + hybrid_weights_tier(weights, ratings) * weights->part_count;
}

enum status hybrid_weights_round(struct hybrid_weights *weights, struct error *error) {
    TRY(settle(weights, error));
    for (size_t i = 0; i < weights->tier_count * weights->part_count; i++)
        weights->values[i] = hybrid_weights_rounded(weights->values[i]);
    return settle(weights, error);
}

double hybrid_weights_rounded(double value) { return (double)llround(value * 1e9) / 1e9; }

const char *hybrid_weights_number(double value, struct arena *arena) {
    unsigned long long scaled = (unsigned long long)llround(fabs(value) * 1e9);
    return arena_format(arena, "%s%llu.%09llu", value < 0 ? "-" : "", scaled / 1000000000,
                        scaled % 1000000000);
}

const char *hybrid_weights_text(const struct hybrid_weights *weights,
                                const struct hybrid_parts *parts, struct arena *arena) {
    const char *text = "model.weights=[";
    for (size_t p = 0; p < parts->count; p++) {
        text = arena_format(arena, "%s%s%s:", text, p ? "," : "", parts->list[p].label);
        for (size_t t = 0; t < weights->tier_count; t++)
            text = arena_format(
                arena, "%s%s%s", text, t ? "/" : "",
                hybrid_weights_number(weights->values[t * weights->part_count + p], arena));
    }
    return arena_format(arena, "%s]", text);
}
