/* largest.c: selection by quickselect, then a sort of the front. See largest.h.
 *
 * The pivot is the median of three, the order is total (value, then index), so the result is unique
 * and needs no random numbers. Checked by tests/sparse/test_largest.c against a full sort. */
#include "sparse/largest.h"

#include <stdbool.h>
#include <stdlib.h>

static bool stands_before(struct entry a, struct entry b) {
    return a.value > b.value || (a.value == b.value && a.index < b.index);
}

static int by_rank(const void *a, const void *b) {
    return stands_before(*(const struct entry *)a, *(const struct entry *)b) ? -1 : 1;
}

static void swap(struct entry *a, struct entry *b) {
    struct entry kept = *a;
    *a = *b;
    *b = kept;
}

static struct entry median_of_three(struct entry a, struct entry b, struct entry c) {
    if (stands_before(b, a)) {
        struct entry kept = a;
        a = b;
        b = kept;
    }
    if (stands_before(c, a))
        return a;
    return stands_before(c, b) ? c : b;
}

size_t largest_select(struct entry *entries, size_t count, size_t k) {
    if (k > count)
        k = count;
    if (k == 0)
        return 0;
    size_t begin = 0, end = count;
    /* The k largest stand before k once the part that holds the boundary has shrunk to nothing. */
    while (end - begin > 1 && begin < k && k < end) {
        struct entry pivot =
            median_of_three(entries[begin], entries[begin + (end - begin) / 2], entries[end - 1]);
        size_t left = begin, right = end - 1;
        for (;;) {
            while (stands_before(entries[left], pivot))
                left++;
            while (stands_before(pivot, entries[right]))
                right--;
            if (left >= right)
                break;
            swap(&entries[left++], &entries[right--]);
        }
        /* They met at the pivot, which is then in its place, or crossed between the two parts. */
        if (k <= right)
            end = left;
        else
            begin = left == right ? left + 1 : left;
    }
    qsort(entries, k, sizeof *entries, by_rank);
    return k;
}

/* An equal value that comes later has a higher index and stands behind, so the floor itself may be
 * turned away. */
void largest_cut(struct largest *largest) {
    largest->count = largest_select(largest->room, largest->count, largest->k);
    if (largest->count == largest->k && largest->k > 0)
        largest->floor = largest->room[largest->k - 1].value;
}
