/* fusion.c: see fusion.h.
 *
 * Source   Reciprocal rank fusion: Cormack, Clarke & Buettcher, SIGIR 2009 (k = 60). Borda count:
 *          Aslam & Montague, SIGIR 2001.
 * Cost     a map is two passes over the scores; places are a radix sort of three passes.
 * Traps    Places jump where scores are nearly the same: two numberings of the same items may sum
 *          a part's scores in another order and so place neighbours otherwise.
 * Checked  tests/models/test_hybrid.c by hand. */
#include "models/hybrid/fusion.h"

#include <math.h>
#include <string.h>

#include "base/arena.h"

static struct fusion_map min_max(const float *scores, const uint8_t *seen, size_t count) {
    float low = INFINITY, high = -INFINITY;
    for (size_t i = 0; i < count; i++) {
        low = !seen[i] && scores[i] < low ? scores[i] : low;
        high = !seen[i] && scores[i] > high ? scores[i] : high;
    }
    if (!(high > low))
        return (struct fusion_map){0, 0};
    float scale = 1 / (high - low);
    return (struct fusion_map){scale, -low * scale};
}

static struct fusion_map z_score(const float *scores, const uint8_t *seen, size_t count) {
    double sum = 0, squares = 0, largest = 0;
    size_t unseen = 0;
    for (size_t i = 0; i < count; i++)
        if (!seen[i]) {
            sum += (double)scores[i];
            unseen++;
        }
    double mean = unseen ? sum / (double)unseen : 0;
    for (size_t i = 0; i < count; i++)
        if (!seen[i]) {
            double apart = (double)scores[i] - mean;
            squares += apart * apart;
            largest = fmax(largest, fabs((double)scores[i]));
        }
    double deviation = unseen ? sqrt(squares / (double)unseen) : 0;
    /* What is left by rounding where all scores are the same is no difference. */
    if (!(deviation > 1e-6 * largest))
        return (struct fusion_map){0, 0};
    return (struct fusion_map){(float)(1 / deviation), (float)(-mean / deviation)};
}

struct fusion_map fusion_map(enum fusion_normalization normalization, const float *scores,
                             const uint8_t *seen, size_t count) {
    struct fusion_map map = normalization == FUSION_MIN_MAX ? min_max(scores, seen, count)
                                                            : z_score(scores, seen, count);
    if (!isfinite(map.scale) || !isfinite(map.shift))
        return (struct fusion_map){0, 0};
    return map;
}

/* ---- Places ---------------------------------------------------------------------------------- */

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, PASSES = 3 };

struct keyed {
    uint32_t key; /* the larger the score the smaller */
    uint32_t item;
};

static uint32_t key_of(float score) {
    float value = score + 0.0f; /* -0 is 0 */
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits & 0x80000000u ? bits : ~bits & 0x7fffffffu;
}

/* Sorts by key; `other` is room for as many. The sorted ones are in *list. */
static void sort(struct keyed **list, struct keyed *other, size_t count) {
    for (int pass = 0; pass < PASSES; pass++) {
        uint32_t starts[DIGITS] = {0};
        const int shift = pass * DIGIT_BITS;
        struct keyed *from = *list;
        for (size_t i = 0; i < count; i++)
            starts[from[i].key >> shift & (DIGITS - 1)]++;
        uint32_t sum = 0;
        for (size_t d = 0; d < DIGITS; d++) {
            uint32_t here = starts[d];
            starts[d] = sum;
            sum += here;
        }
        for (size_t i = 0; i < count; i++)
            other[starts[from[i].key >> shift & (DIGITS - 1)]++] = from[i];
        *list = other;
        other = from;
    }
}

/* How many have a smaller key, or with `equal` also the same one. */
static size_t count_before(const struct keyed *sorted, size_t count, uint32_t key, int equal) {
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (sorted[middle].key < key || (equal && sorted[middle].key == key))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

size_t fusion_places(const float *scores, const uint8_t *seen, size_t count, float *places) {
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    struct keyed *sorted = ARENA_ARRAY_RAW(scratch, struct keyed, count),
                 *other = ARENA_ARRAY_RAW(scratch, struct keyed, count);
    size_t unseen = 0;
    for (size_t i = 0; i < count; i++)
        if (!seen[i])
            sorted[unseen++] = (struct keyed){key_of(scores[i]), (uint32_t)i};
    sort(&sorted, other, unseen);
    for (size_t first = 0, end; first < unseen; first = end) {
        for (end = first + 1; end < unseen && sorted[end].key == sorted[first].key;)
            end++;
        for (size_t i = first; i < end; i++) /* the seen ones' scores are still to be read */
            places[sorted[i].item] = (float)(first + 1 + end) / 2;
    }
    for (size_t i = 0; i < count; i++)
        if (seen[i]) {
            uint32_t key = key_of(scores[i]);
            places[i] = 1 + (float)(count_before(sorted, unseen, key, 0) +
                                    count_before(sorted, unseen, key, 1)) /
                                2;
        }
    arena_reset(scratch, mark);
    return unseen;
}

void fusion_normalize(enum fusion_normalization normalization, float *scores, const uint8_t *seen,
                      size_t count) {
    if (normalization == FUSION_LOG_PLACE) {
        fusion_places(scores, seen, count, scores);
        for (size_t i = 0; i < count; i++)
            scores[i] = -logf(scores[i]);
        return;
    }
    struct fusion_map map = fusion_map(normalization, scores, seen, count);
    for (size_t i = 0; i < count; i++)
        scores[i] = map.scale * scores[i] + map.shift;
}

void fusion_add_rrf(float *sums, const float *places, size_t count, float weight, float k) {
    for (size_t i = 0; i < count; i++)
        sums[i] += weight / (k + places[i]);
}

void fusion_add_borda(float *sums, const float *places, size_t count, float weight, size_t unseen) {
    float step = unseen > 1 ? 1 / (float)(unseen - 1) : 0;
    for (size_t i = 0; i < count; i++)
        sums[i] += weight * (1 - step * (places[i] - 1));
}
