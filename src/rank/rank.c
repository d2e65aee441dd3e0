/* rank.c: filters, preference, top-k selection, diversity.
 *
 * Idea of rank_top_k: a heap of the best k so far whose root is the worst of them. Blocks of
 * scores are held against the root by their maximum first, and nearly all blocks have nothing to
 * offer: for 3,706 items and k = 20 about a hundred items reach the heap.
 * Traps: items come in ascending order, so an equal score never displaces one that is in the heap:
 * ties go to the lower item. Minus infinity is below every root, so a masked item cannot enter a
 * full heap; while the heap fills it is passed over.
 * Checked by tests/rank/test_rank.c against a full sort, with ties and masks. */
#include "rank/rank.h"

#include <math.h>
#include <stdbool.h>

#include "base/arena.h"
#include "base/assert.h"
#include "kernels/kernels.h"

#define BLOCK 128

void rank_exclude(float *scores, const uint32_t *items, size_t count) {
    for (size_t i = 0; i < count; i++)
        scores[items[i]] = -INFINITY;
}

void rank_filter_genres(float *scores, const uint64_t *genres, size_t item_count,
                        const struct rank_genres *filter) {
    for (size_t i = 0; i < item_count; i++) {
        bool passes = (!filter->any || (genres[i] & filter->any)) &&
                      (genres[i] & filter->all) == filter->all && !(genres[i] & filter->none);
        if (!passes)
            scores[i] = -INFINITY;
    }
}

/* The allowed scores: minus infinity is not among them. */
struct range {
    float low, high;
};

static struct range range_of(const float *scores, size_t item_count) {
    struct range range = {INFINITY, -INFINITY};
    for (size_t i = 0; i < item_count; i++) {
        const float score = scores[i];
        range.high = score > range.high ? score : range.high;
        range.low = score < range.low && score > -INFINITY ? score : range.low;
    }
    return range;
}

void rank_min_max(float *scores, size_t item_count) {
    const struct range of = range_of(scores, item_count);
    const float low = of.low;
    /* The difference of two floats may be larger than a float. */
    double range = (double)of.high - (double)low;
    for (size_t i = 0; i < item_count; i++)
        if (scores[i] > -INFINITY)
            scores[i] = range > 0 ? (float)(((double)scores[i] - (double)low) / range) : 0.0f;
}

void rank_prefer(float *scores, const uint64_t *genres, size_t item_count, uint64_t wanted,
                 float bonus) {
    for (size_t i = 0; i < item_count; i++)
        if (genres[i] & wanted)
            scores[i] += bonus;
}

void rank_demote(float *scores, size_t item_count, const uint32_t *items, size_t count,
                 float share) {
    const struct range range = range_of(scores, item_count);
    if (range.high > range.low)
        for (size_t i = 0; i < count; i++)
            scores[items[i]] -= share * (range.high - range.low);
}

static bool is_worse(struct ranked a, struct ranked b) {
    return a.score < b.score || (a.score == b.score && a.item > b.item);
}

/* Puts `entry` into the heap heap[0..count) in place of its root; the worst one is the root. */
static void sift_down(struct ranked *heap, size_t count, struct ranked entry) {
    size_t hole = 0;
    for (;;) {
        size_t child = 2 * hole + 1;
        if (child >= count)
            break;
        if (child + 1 < count && is_worse(heap[child + 1], heap[child]))
            child++;
        if (!is_worse(heap[child], entry))
            break;
        heap[hole] = heap[child];
        hole = child;
    }
    heap[hole] = entry;
}

static void sift_up(struct ranked *heap, size_t place, struct ranked entry) {
    while (place > 0 && is_worse(entry, heap[(place - 1) / 2])) {
        heap[place] = heap[(place - 1) / 2];
        place = (place - 1) / 2;
    }
    heap[place] = entry;
}

static void offer(struct ranked *heap, size_t k, const float *scores, size_t begin, size_t end) {
    for (size_t i = begin; i < end; i++)
        if (scores[i] > heap[0].score)
            sift_down(heap, k, (struct ranked){(uint32_t)i, scores[i]});
}

size_t rank_top_k(const float *scores, size_t item_count, size_t k, struct ranked *list) {
    size_t count = 0, i = 0;
    if (k == 0)
        return 0;
    for (; i < item_count && count < k; i++)
        if (scores[i] > -INFINITY)
            sift_up(list, count++, (struct ranked){(uint32_t)i, scores[i]});
    if (count == k) {
        for (; i + BLOCK <= item_count; i += BLOCK)
            if (kernels()->maximum(scores + i, BLOCK) > list[0].score)
                offer(list, k, scores, i, i + BLOCK);
        offer(list, k, scores, i, item_count);
    }
    /* The worst goes to the end, again and again: the heap becomes a list, best first. */
    for (size_t left = count; left > 1; left--) {
        struct ranked last = list[left - 1];
        list[left - 1] = list[0];
        sift_down(list, left - 1, last);
    }
    return count;
}

/* Moves the entry at `from` forward to `to`; those between keep their order. */
static void move_forward(struct ranked *list, double *nearest, size_t from, size_t to) {
    struct ranked entry = list[from];
    for (size_t i = from; i > to; i--) {
        list[i] = list[i - 1];
        nearest[i] = nearest[i - 1];
    }
    list[to] = entry;
}

void rank_diversify(struct ranked *list, size_t count, size_t k, const uint64_t *genres,
                    double diversity) {
    ASSERT(diversity >= 0 && diversity <= 1);
    if (count < 2 || diversity == 0)
        return;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    /* nearest[i]: the highest cosine of list[i] with an item that has its place already. */
    double *nearest = ARENA_ARRAY(scratch, double, count);
    double low = list[count - 1].score, range = list[0].score - low;
    for (size_t place = 1; place < k && place < count; place++) {
        size_t best = place;
        double best_value = -INFINITY;
        for (size_t i = place; i < count; i++) {
            double cosine = rank_genre_cosine(genres[list[i].item], genres[list[place - 1].item]);
            nearest[i] = fmax(nearest[i], cosine);
            double relevance = range > 0 ? (list[i].score - low) / range : 0;
            double value = (1 - diversity) * relevance - diversity * nearest[i];
            if (value > best_value) {
                best_value = value;
                best = i;
            }
        }
        move_forward(list, nearest, best, place);
    }
    arena_reset(scratch, mark);
}
