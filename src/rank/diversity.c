/* diversity.c: see diversity.h. */
#include "rank/diversity.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

#define POOL_FACTOR 10
#define POOL_LEAST 100
#define POOL_MOST 2000
#define NEW_GENRE_BONUS 0.1
#define SMOOTHING 0.01 /* Steck's alpha */

static const char *const names[DIVERSITY_METHODS] = {[DIVERSITY_MMR] = "mmr",
                                                     [DIVERSITY_CALIBRATED] = "calibrated",
                                                     [DIVERSITY_NEW_GENRES] = "new_genres",
                                                     [DIVERSITY_POPULARITY] = "popularity"};

const char *diversity_name(enum diversity_method method) { return names[method]; }

bool diversity_find(const char *name, enum diversity_method *method) {
    for (int m = 0; m < DIVERSITY_METHODS; m++)
        if (strcmp(names[m], name) == 0) {
            *method = (enum diversity_method)m;
            return true;
        }
    return false;
}

size_t diversity_pool(size_t k) {
    const size_t most = k > POOL_MOST ? k : POOL_MOST;
    const size_t pool = k * POOL_FACTOR > POOL_LEAST ? k * POOL_FACTOR : POOL_LEAST;
    return pool < most ? pool : most;
}

void diversity_mix(const uint64_t *genres, const uint32_t *items, size_t count, float *mix) {
    for (size_t i = 0; i < count; i++) {
        const float part =
            genres[items[i]] ? 1.0f / (float)__builtin_popcountll(genres[items[i]]) : 0;
        for (uint64_t left = genres[items[i]]; left; left &= left - 1)
            mix[__builtin_ctzll(left)] += part;
    }
}

/* A list while its places are given. */
struct choice {
    const struct diversity *diversity;
    struct ranked *list;
    size_t count, k;
    double low, range;                 /* of the scores */
    uint64_t shown;                    /* genres of the places that are given */
    double wanted[DATASET_GENRES_MAX]; /* p */
    double given[DATASET_GENRES_MAX];  /* parts of the places that are given, for q */
    uint64_t wanted_genres;            /* where p is above 0 */
};

static double relevance(const struct choice *choice, size_t at) {
    return choice->range > 0 ? (choice->list[at].score - choice->low) / choice->range : 0;
}

/* KL(p || q) if the item took the next place, which is number `place` from 0. */
static double divergence(const struct choice *choice, uint64_t genres, size_t place) {
    const double part = genres ? 1.0 / __builtin_popcountll(genres) : 0;
    const double length = (double)place + 1;
    double sum = 0;
    for (uint64_t left = choice->wanted_genres; left; left &= left - 1) {
        const int g = __builtin_ctzll(left);
        const double p = choice->wanted[g];
        const double q = (choice->given[g] + (genres >> g & 1 ? part : 0)) / length;
        sum += p * log(p / ((1 - SMOOTHING) * q + SMOOTHING * p));
    }
    return sum;
}

static double value_calibrated(const struct choice *choice, size_t at, size_t place) {
    const double amount = choice->diversity->amount;
    return (1 - amount) * relevance(choice, at) -
           amount * divergence(choice, choice->diversity->genres[choice->list[at].item], place);
}

static double value_new_genres(const struct choice *choice, size_t at, size_t place) {
    const uint64_t genres = choice->diversity->genres[choice->list[at].item];
    const int unknown = __builtin_popcountll(genres & ~choice->diversity->familiar);
    const double value =
        relevance(choice, at) * (1 + NEW_GENRE_BONUS * choice->diversity->amount * unknown);
    /* Whatever adds a genre stands above whatever adds none. */
    const bool adds = (genres & ~choice->shown) != 0;
    const size_t page = choice->diversity->page ? choice->diversity->page : choice->k;
    return 2 * (place % page) >= page && adds ? value + 1 + DATASET_GENRES_MAX : value;
}

static double value_popularity(const struct choice *choice, size_t at, size_t place) {
    (void)place;
    const double amount = choice->diversity->amount;
    const double popularity = (double)choice->diversity->popularity[choice->list[at].item];
    return (1 - amount) * relevance(choice, at) - amount * popularity;
}

static double (*const values[DIVERSITY_METHODS])(const struct choice *, size_t, size_t) = {
    [DIVERSITY_CALIBRATED] = value_calibrated,
    [DIVERSITY_NEW_GENRES] = value_new_genres,
    [DIVERSITY_POPULARITY] = value_popularity,
};

/* The item at `from` takes the place `to`; those between keep their order. */
static void place_item(struct choice *choice, size_t from, size_t to) {
    const struct ranked entry = choice->list[from];
    memmove(&choice->list[to + 1], &choice->list[to], (from - to) * sizeof entry);
    choice->list[to] = entry;
    const uint64_t genres = choice->diversity->genres[entry.item];
    choice->shown |= genres;
    for (uint64_t left = genres; left; left &= left - 1)
        choice->given[__builtin_ctzll(left)] += 1.0 / __builtin_popcountll(genres);
}

static void prepare_mix(struct choice *choice) {
    const float *mix = choice->diversity->mix;
    double sum = 0;
    for (int g = 0; mix && g < DATASET_GENRES_MAX; g++)
        sum += (double)mix[g];
    for (int g = 0; sum > 0 && g < DATASET_GENRES_MAX; g++) {
        choice->wanted[g] = (double)mix[g] / sum;
        if (mix[g] > 0)
            choice->wanted_genres |= (uint64_t)1 << g;
    }
}

void diversity_apply(const struct diversity *diversity, struct ranked *list, size_t count,
                     size_t k) {
    if (diversity->method == DIVERSITY_MMR) {
        rank_diversify(list, count, k, diversity->genres, diversity->amount);
        return;
    }
    if (count < 2 || diversity->amount == 0)
        return;
    struct choice choice = {.diversity = diversity,
                            .list = list,
                            .count = count,
                            .k = k < count ? k : count,
                            .low = (double)list[count - 1].score};
    choice.range = (double)list[0].score - choice.low;
    prepare_mix(&choice);
    for (size_t place = 0; place < choice.k; place++) {
        size_t best = place;
        double best_value = -INFINITY;
        for (size_t at = place; at < count; at++) {
            const double value = values[diversity->method](&choice, at, place);
            if (value > best_value) {
                best_value = value;
                best = at;
            }
        }
        place_item(&choice, best, place);
    }
}

double diversity_kept(const struct ranked *plain, size_t count, const struct ranked *list,
                      size_t k) {
    const double low = count > 0 ? (double)plain[count - 1].score : 0;
    double most = 0, kept = 0;
    for (size_t i = 0; i < k && i < count; i++) {
        most += (double)plain[i].score - low;
        kept += (double)list[i].score - low;
    }
    return most > 0 ? kept / most : 1;
}
