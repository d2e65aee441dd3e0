/* two_tower_features.c: see two_tower_features.h.
 *
 * A profile is a history summed up, [2 * G + 3]: for each genre the sum of weight * rating, then
 * for each the sum of weights; then both over all genres, then the number of rows. */
#include "models/neural/two_tower_features.h"

#include <math.h>
#include <string.h>

#define SECONDS_A_DAY 86400.0

size_t two_tower_features_user_columns(size_t genre_count) { return genre_count + 2; }
size_t two_tower_features_item_columns(size_t genre_count) { return genre_count + 3; }

static size_t profile_columns(const struct two_tower_features *features) {
    return 2 * features->genre_count + 3;
}

/* Adds a row of the past; a negative weight takes it out again. */
struct past {
    uint32_t item;
    float rating, weight;
};

static void profile_add(const struct two_tower_features *features, struct past past,
                        float *profile) {
    size_t genre_count = features->genre_count;
    const float *genres = features->genres + past.item * genre_count;
    for (size_t g = 0; g < genre_count; g++) {
        profile[g] += genres[g] * past.weight * past.rating;
        profile[genre_count + g] += genres[g] * past.weight;
    }
    float *totals = profile + 2 * genre_count;
    totals[0] += past.weight * past.rating;
    totals[1] += past.weight;
    totals[2] += past.weight > 0 ? 1 : -1;
}

/* Row i of a history; ratings that are missing are average ones. */
static struct past past_of(const struct two_tower_features *features, const struct history *history,
                           size_t i) {
    struct past past = {history->items[i], 1, 1};
    size_t newest = history->count - 1;
    double age = 0;
    if (features->age == TWO_TOWER_POSITIONS)
        age = (double)(newest - i);
    else if (history->times)
        age = (double)(history->times[newest] - history->times[i]) / SECONDS_A_DAY;
    if (features->half_life > 0)
        past.weight = (float)exp2(-age / features->half_life);
    /* A row that counts for nothing would not be a row. */
    past.weight = past.weight < 1e-6f ? 1e-6f : past.weight;
    if (features->rated)
        past.rating =
            history->ratings ? history->ratings[i] : features->user_scale[features->genre_count];
    return past;
}

/* Sums of small decayed weights lose digits when a row is taken out again. */
static float mean_rating(const struct two_tower_features *features, float sum, float weight) {
    if (!features->rated)
        return 1;
    return fminf(fmaxf(sum / weight, features->rating_min), features->rating_max);
}

/* Unscaled; NaN: unknown. */
static void profile_features(const struct two_tower_features *features, const float *profile,
                             float *row) {
    size_t genre_count = features->genre_count;
    const float *weights = profile + genre_count, *totals = weights + genre_count;
    for (size_t g = 0; g < genre_count; g++) {
        if (features->rated)
            row[g] = weights[g] > 0 ? mean_rating(features, profile[g], weights[g]) : NAN;
        else
            row[g] = totals[2] > 0 ? weights[g] / totals[1] : NAN;
    }
    row[genre_count] = totals[2] > 0 ? mean_rating(features, totals[0], totals[1]) : NAN;
    row[genre_count + 1] = totals[2] > 0 ? log1pf(totals[2]) : NAN;
}

static float scaled(const float *scale, size_t columns, size_t column, float value) {
    return isnan(value) ? 0 : (value - scale[column]) * scale[columns + column];
}

static void scale_user(const struct two_tower_features *features, const float *raw, real *row) {
    size_t columns = two_tower_features_user_columns(features->genre_count);
    for (size_t k = 0; k < columns; k++)
        row[k] = (real)scaled(features->user_scale, columns, k, raw[k]);
}

/* ---- fit ------------------------------------------------------------------------------------ */

/* Mean and one over the deviation of each column over the rows where it is known. */
static void measure_columns(const float *rows, size_t count, size_t columns, float *scale) {
    for (size_t k = 0; k < columns; k++) {
        double sum = 0, squares = 0, known = 0;
        for (size_t r = 0; r < count; r++)
            if (!isnan(rows[r * columns + k])) {
                sum += (double)rows[r * columns + k];
                known++;
            }
        double mean = known > 0 ? sum / known : 0;
        for (size_t r = 0; r < count; r++)
            if (!isnan(rows[r * columns + k]))
                squares += pow((double)rows[r * columns + k] - mean, 2);
        double deviation = known > 0 ? sqrt(squares / known) : 0;
        scale[k] = (float)mean;
        scale[columns + k] = deviation > 1e-6 * (1 + fabs(mean)) ? (float)(1 / deviation) : 0;
    }
}

static void fit_users(struct two_tower_features *features, struct two_tower_sums *sums,
                      struct arena *arena) {
    const struct interactions *train = sums->train;
    size_t columns = two_tower_features_user_columns(features->genre_count);
    size_t width = profile_columns(features);
    sums->users = ARENA_ARRAY(arena, float, train->user_count *width);
    float *raw = ARENA_ARRAY_RAW(arena, float, train->user_count *columns);
    for (uint32_t user = 0; user < train->user_count; user++) {
        struct history history = interactions_history(train, user);
        float *profile = sums->users + user * width;
        for (size_t i = 0; i < history.count; i++)
            profile_add(features, past_of(features, &history, i), profile);
        profile_features(features, profile, raw + user * columns);
    }
    measure_columns(raw, train->user_count, columns, features->user_scale);
}

static float item_mean(const struct two_tower_sums *sums, uint32_t item, float less, int rows) {
    float count = sums->item_counts[item] - (float)rows;
    return count > 0 ? (sums->item_sums[item] - less) / count : NAN;
}

static void fit_items(struct two_tower_features *features, const float *years,
                      struct two_tower_sums *sums, struct arena *arena) {
    const struct interactions *train = sums->train;
    size_t genre_count = features->genre_count, items = features->item_count;
    size_t columns = two_tower_features_item_columns(genre_count);
    sums->item_sums = ARENA_ARRAY(arena, float, items);
    sums->item_counts = ARENA_ARRAY(arena, float, items);
    for (size_t row = 0; row < train->count; row++) {
        sums->item_sums[train->items[row]] += interactions_rating(train, row);
        sums->item_counts[train->items[row]]++;
    }
    for (uint32_t item = 0; item < items; item++) {
        float *row = features->items + item * columns;
        memcpy(row, features->genres + item * genre_count, genre_count * sizeof *row);
        row[genre_count] = years && years[item] != 0 ? years[item] : NAN;
        row[genre_count + 1] = item_mean(sums, item, 0, 0);
        row[genre_count + 2] = log1pf(sums->item_counts[item]);
    }
    measure_columns(features->items, items, columns, features->item_scale);
    for (size_t i = 0; i < items * columns; i++)
        features->items[i] = scaled(features->item_scale, columns, i % columns, features->items[i]);
}

void two_tower_features_fit(struct two_tower_features *features, const float *years,
                            const struct interactions *train, struct two_tower_sums *sums,
                            struct arena *arena) {
    *sums = (struct two_tower_sums){.train = train};
    fit_users(features, sums, arena);
    fit_items(features, years, sums, arena);
}

/* ---- rows ----------------------------------------------------------------------------------- */

/* A preference of 1 to 5 on the scale of the ratings. */
static float as_rating(const struct two_tower_features *features, float preference) {
    float share = (preference - 1) / 4;
    return features->rating_min + share * (features->rating_max - features->rating_min);
}

static void add_preference(const struct two_tower_features *features, const float *preference,
                           float *raw) {
    size_t genre_count = features->genre_count;
    size_t columns = two_tower_features_user_columns(genre_count);
    float sum = 0, said = 0;
    for (size_t g = 0; g < genre_count; g++) {
        if (!(preference[g] > 0))
            continue;
        const float mean = features->user_scale[g], narrow = features->user_scale[columns + g];
        raw[g] = features->rated ? as_rating(features, preference[g])
                                 : mean + (preference[g] - 3) * (narrow > 0 ? 1 / narrow : 0);
        sum += as_rating(features, preference[g]);
        said++;
    }
    if (said > 0 && isnan(raw[genre_count]))
        raw[genre_count] = sum / said;
}

void two_tower_features_of_history(const struct two_tower_features *features,
                                   const struct history *history, const float *preference,
                                   real *row) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t columns = two_tower_features_user_columns(features->genre_count);
    float *profile = ARENA_ARRAY(scratch, float, profile_columns(features));
    float *raw = ARENA_ARRAY_RAW(scratch, float, columns);
    for (size_t i = 0; i < history->count; i++)
        profile_add(features, past_of(features, history, i), profile);
    profile_features(features, profile, raw);
    if (preference)
        add_preference(features, preference, raw);
    scale_user(features, raw, row);
    arena_reset(scratch, mark);
}

/* What a row of the past adds to the features times `slope`, for the profile that it is part of. */
static double past_share(const struct two_tower_features *features, const float *profile,
                         struct past past, const float *slope) {
    const size_t genre_count = features->genre_count;
    const size_t columns = two_tower_features_user_columns(genre_count);
    const float *weights = profile + genre_count, *totals = weights + genre_count;
    const float *genres = features->genres + past.item * genre_count;
    const float *mean = features->user_scale, *narrow = features->user_scale + columns;
    double share = 0;
    for (size_t g = 0; g < genre_count; g++) {
        const float own =
            features->rated ? genres[g] * (past.rating - mean[g]) : genres[g] - mean[g];
        const float all = features->rated ? weights[g] : totals[1];
        if (all > 0)
            share += (double)(slope[g] * narrow[g] * past.weight * own / all);
    }
    const float rating = features->rated ? past.rating : 1;
    share += (double)(slope[genre_count] * narrow[genre_count] * past.weight *
                      (rating - mean[genre_count]) / totals[1]);
    share += (double)(slope[genre_count + 1] * narrow[genre_count + 1] *
                      (log1pf(totals[2]) - mean[genre_count + 1]) / totals[2]);
    return share;
}

void two_tower_features_shares(const struct two_tower_features *features,
                               const struct history *history, const float *slope, float *shares) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    float *profile = ARENA_ARRAY(scratch, float, profile_columns(features));
    for (size_t h = 0; h < history->count; h++)
        profile_add(features, past_of(features, history, h), profile);
    for (size_t h = 0; h < history->count; h++)
        shares[h] += (float)past_share(features, profile, past_of(features, history, h), slope);
    arena_reset(scratch, mark);
}

void two_tower_features_of_item(const struct two_tower_features *features, uint32_t item,
                                real *row) {
    size_t columns = two_tower_features_item_columns(features->genre_count);
    for (size_t k = 0; k < columns; k++)
        row[k] = (real)features->items[item * columns + k];
}

void two_tower_features_of_pair(const struct two_tower_features *features,
                                const struct two_tower_sums *sums, struct two_tower_pair pair,
                                real *user_row, real *item_row) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t genre_count = features->genre_count, width = profile_columns(features);
    size_t item_columns = two_tower_features_item_columns(genre_count);
    float *profile = ARENA_ARRAY_RAW(scratch, float, width);
    float *raw = ARENA_ARRAY_RAW(scratch, float, two_tower_features_user_columns(genre_count));
    memcpy(profile, sums->users + pair.user * width, width * sizeof *profile);
    two_tower_features_of_item(features, pair.item, item_row);
    struct history history = interactions_history(sums->train, pair.user);
    for (size_t i = 0; i < history.count; i++) {
        if (history.items[i] != pair.item)
            continue;
        struct past past = past_of(features, &history, i);
        float mean = item_mean(sums, pair.item, features->rated ? past.rating : 1, 1);
        item_row[genre_count + 1] =
            (real)scaled(features->item_scale, item_columns, genre_count + 1, mean);
        past.weight = -past.weight;
        profile_add(features, past, profile);
        break;
    }
    profile_features(features, profile, raw);
    scale_user(features, raw, user_row);
    arena_reset(scratch, mark);
}
