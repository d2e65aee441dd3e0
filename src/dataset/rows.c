/* rows.c: columns of a file in file order -> rows of users in the order of time. See rows.h.
 *
 * Idea     A stable counting sort by user gives every row its place; the places are written over
 *          the user column, and the rows are then moved along the cycles of that permutation, so
 *          that nothing is copied aside. Files that are sorted by user (MovieLens) skip it.
 * Cost     Sorted file: three passes. Unsorted: one random access to each column for each row.
 *          Sorting by time is a merge sort within each user; users that are in order are passed by.
 * Memory   As rows.h says, and 32 bytes for each row of the largest user while it is sorted.
 * Traps    Duplicates are judged in file order, before the sort by time: the last row of the file
 *          wins, whatever its time.
 * Checked  tests/dataset/test_rows.c against a plain sort of random rows. */
#include "dataset/rows.h"

#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

void rows_begin(struct rows *rows, size_t capacity, bool ratings, bool times, struct arena *arena) {
    capacity = capacity ? capacity : 1;
    *rows = (struct rows){.capacity = capacity};
    rows->users = alloc_reserve(capacity * sizeof *rows->users);
    rows->items = ARENA_ARRAY_RAW(arena, uint32_t, capacity);
    rows->times = times ? ARENA_ARRAY_RAW(arena, int64_t, capacity) : NULL;
    rows->before_ratings = arena_mark(arena);
    rows->ratings = ratings ? ARENA_ARRAY_RAW(arena, float, capacity) : NULL;
}

void rows_release(struct rows *rows) {
    alloc_unreserve(rows->users, rows->capacity * sizeof *rows->users);
    rows->users = NULL;
}

void rows_drop_ratings(struct rows *rows, struct arena *arena) {
    if (rows->ratings)
        arena_reset(arena, rows->before_ratings);
    rows->ratings = NULL;
}

void rows_renumber(struct rows *rows, const uint32_t *user_rank, const uint32_t *item_rank) {
    if (user_rank)
        for (size_t row = 0; row < rows->count; row++)
            rows->users[row] = user_rank[rows->users[row]];
    if (item_rank)
        for (size_t row = 0; row < rows->count; row++)
            rows->items[row] = item_rank[rows->items[row]];
}

static bool sorted_by_user(const struct rows *rows) {
    for (size_t row = 1; row < rows->count; row++)
        if (rows->users[row - 1] > rows->users[row])
            return false;
    return true;
}

/* One row on its way through the permutation. */
struct row {
    uint32_t place, item;
    float rating;
    int64_t time;
};

static struct row row_exchanged(struct rows *rows, size_t at, struct row incoming) {
    struct row outgoing = {rows->users[at], rows->items[at], rows->ratings ? rows->ratings[at] : 0,
                           rows->times ? rows->times[at] : 0};
    rows->users[at] = (uint32_t)at;
    rows->items[at] = incoming.item;
    if (rows->ratings)
        rows->ratings[at] = incoming.rating;
    if (rows->times)
        rows->times[at] = incoming.time;
    return outgoing;
}

/* Moves every row to its user's range, keeping the file's order there. */
static void group_by_user(struct rows *rows, const uint64_t *offsets, uint32_t user_count) {
    uint64_t *next = alloc_bytes(((size_t)user_count + 1) * sizeof *next);
    memcpy(next, offsets, ((size_t)user_count + 1) * sizeof *next);
    for (size_t row = 0; row < rows->count; row++)
        rows->users[row] = (uint32_t)next[rows->users[row]]++;
    alloc_free(next);
    for (size_t row = 0; row < rows->count; row++) {
        if (rows->users[row] == row)
            continue;
        /* Lift this row out, and let each row that is displaced displace the next. */
        struct row moving = row_exchanged(rows, row, (struct row){0});
        while (moving.place != row)
            moving = row_exchanged(rows, moving.place, moving);
        row_exchanged(rows, row, moving);
    }
}

static void move_row(struct rows *rows, size_t target, size_t source) {
    if (target == source)
        return;
    rows->items[target] = rows->items[source];
    if (rows->ratings)
        rows->ratings[target] = rows->ratings[source];
    if (rows->times)
        rows->times[target] = rows->times[source];
}

/* Leaves the last row of each item in [begin, end), in order, from `target` on; returns the new
 * end. last_seen[item] is scratch: a row number + 1, which no other user's row has. */
static size_t keep_last_of_each(struct rows *rows, size_t begin, size_t end, size_t target,
                                uint32_t *last_seen) {
    for (size_t row = begin; row < end; row++)
        last_seen[rows->items[row]] = (uint32_t)(row + 1);
    for (size_t row = begin; row < end; row++)
        if (last_seen[rows->items[row]] == row + 1)
            move_row(rows, target++, row);
    return target;
}

static void remove_duplicates(struct rows *rows, uint64_t *offsets, uint32_t user_count,
                              uint32_t item_count) {
    uint32_t *last_seen = alloc_zeroed(item_count, sizeof *last_seen);
    size_t target = 0, begin = 0;
    for (uint32_t user = 0; user < user_count; user++) {
        size_t end = offsets[user + 1];
        target = keep_last_of_each(rows, begin, end, target, last_seen);
        begin = end;
        offsets[user + 1] = target;
    }
    rows->count = target;
    alloc_free(last_seen);
}

struct timed_row {
    int64_t time;
    uint32_t item;
    float rating;
};

/* Stable: insertion sort of runs of RUN_ROWS, then merging of ever longer runs from one buffer to
 * the other; returns the buffer with the result. */
#define RUN_ROWS ((size_t)12)
static struct timed_row *merge_sort(struct timed_row *rows, struct timed_row *other, size_t count) {
    for (size_t begin = 0; begin < count; begin += RUN_ROWS) {
        size_t end = begin + RUN_ROWS < count ? begin + RUN_ROWS : count;
        for (size_t i = begin + 1; i < end; i++) {
            struct timed_row row = rows[i];
            size_t at = i;
            for (; at > begin && rows[at - 1].time > row.time; at--)
                rows[at] = rows[at - 1];
            rows[at] = row;
        }
    }
    for (size_t run = RUN_ROWS; run < count; run *= 2) {
        for (size_t begin = 0; begin < count; begin += 2 * run) {
            size_t i = begin, i_end = begin + run < count ? begin + run : count;
            size_t j = i_end, j_end = begin + 2 * run < count ? begin + 2 * run : count;
            for (size_t at = begin; at < j_end; at++)
                other[at] = j == j_end || (i < i_end && rows[i].time <= rows[j].time) ? rows[i++]
                                                                                      : rows[j++];
        }
        struct timed_row *swap = rows;
        rows = other;
        other = swap;
    }
    return rows;
}

static bool in_order(const int64_t *times, size_t begin, size_t end) {
    for (size_t row = begin + 1; row < end; row++)
        if (times[row - 1] > times[row])
            return false;
    return true;
}

static void sort_by_time(struct rows *rows, const uint64_t *offsets, uint32_t user_count) {
    size_t largest = 0;
    for (uint32_t user = 0; user < user_count; user++) {
        size_t count = offsets[user + 1] - offsets[user];
        largest = count > largest ? count : largest;
    }
    struct timed_row *buffer = alloc_bytes(2 * largest * sizeof *buffer);
    for (uint32_t user = 0; user < user_count; user++) {
        size_t begin = offsets[user], count = offsets[user + 1] - begin;
        if (in_order(rows->times, begin, begin + count))
            continue;
        for (size_t i = 0; i < count; i++)
            buffer[i] = (struct timed_row){rows->times[begin + i], rows->items[begin + i],
                                           rows->ratings ? rows->ratings[begin + i] : 0};
        const struct timed_row *sorted = merge_sort(buffer, buffer + largest, count);
        for (size_t i = 0; i < count; i++) {
            rows->times[begin + i] = sorted[i].time;
            rows->items[begin + i] = sorted[i].item;
            if (rows->ratings)
                rows->ratings[begin + i] = sorted[i].rating;
        }
    }
    alloc_free(buffer);
}

struct interactions rows_finish(struct rows *rows, uint32_t user_count, uint32_t item_count,
                                struct arena *arena, size_t *duplicates) {
    ASSERT(rows->count <= ROWS_COUNT_MAX);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)user_count + 1);
    for (size_t row = 0; row < rows->count; row++)
        offsets[rows->users[row] + 1]++;
    for (uint32_t user = 0; user < user_count; user++)
        offsets[user + 1] += offsets[user];
    if (!sorted_by_user(rows))
        group_by_user(rows, offsets, user_count);
    rows_release(rows);
    size_t before = rows->count;
    remove_duplicates(rows, offsets, user_count, item_count);
    *duplicates += before - rows->count;
    if (rows->times)
        sort_by_time(rows, offsets, user_count);
    return (struct interactions){.user_count = user_count,
                                 .item_count = item_count,
                                 .count = rows->count,
                                 .offsets = offsets,
                                 .items = rows->items,
                                 .ratings = rows->ratings,
                                 .times = rows->times};
}
