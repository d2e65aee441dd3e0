/* interactions.c: rows of users and what is done to them as a whole. See interactions.h.
 *
 * Cost: each function passes over the rows once or twice; interactions_merge passes over both
 * operands in step. Checked by tests/dataset/test_interactions.c. */
#include "dataset/interactions.h"

#include <string.h>

#include "base/assert.h"

struct history interactions_history(const struct interactions *interactions, uint32_t user) {
    ASSERT(user < interactions->user_count);
    size_t begin = interactions->offsets[user], end = interactions->offsets[user + 1];
    return (struct history){
        .count = end - begin,
        .items = interactions->items + begin,
        .ratings = interactions->ratings ? interactions->ratings + begin : NULL,
        .times = interactions->times ? interactions->times + begin : NULL,
    };
}

/* The columns of a result while they are filled. */
struct columns {
    uint64_t *offsets;
    uint32_t *items;
    float *ratings;
    int64_t *times;
    size_t count;
};

static struct columns columns_for(uint32_t user_count, size_t count, bool ratings, bool times,
                                  struct arena *arena) {
    return (struct columns){
        .offsets = ARENA_ARRAY(arena, uint64_t, (size_t)user_count + 1),
        .items = ARENA_ARRAY_RAW(arena, uint32_t, count),
        .ratings = ratings ? ARENA_ARRAY_RAW(arena, float, count) : NULL,
        .times = times ? ARENA_ARRAY_RAW(arena, int64_t, count) : NULL,
    };
}

static void columns_take(struct columns *columns, const struct interactions *from, size_t row) {
    columns->items[columns->count] = from->items[row];
    if (columns->ratings)
        columns->ratings[columns->count] = interactions_rating(from, row);
    if (columns->times)
        columns->times[columns->count] = from->times[row];
    columns->count++;
}

static struct interactions columns_finished(const struct columns *columns,
                                            const struct interactions *like) {
    return (struct interactions){.user_count = like->user_count,
                                 .item_count = like->item_count,
                                 .count = columns->count,
                                 .offsets = columns->offsets,
                                 .items = columns->items,
                                 .ratings = columns->ratings,
                                 .times = columns->times};
}

struct interactions interactions_filter(const struct interactions *all,
                                        bool (*keep)(void *context, uint32_t user, size_t row),
                                        void *context, struct arena *arena) {
    /* Asked twice, because the arena is to hold only what is kept. */
    size_t kept = 0;
    for (uint32_t user = 0; user < all->user_count; user++)
        for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
            kept += keep(context, user, row);
    struct columns columns =
        columns_for(all->user_count, kept, all->ratings != NULL, all->times != NULL, arena);
    for (uint32_t user = 0; user < all->user_count; user++) {
        for (size_t row = all->offsets[user]; row < all->offsets[user + 1]; row++)
            if (keep(context, user, row))
                columns_take(&columns, all, row);
        columns.offsets[user + 1] = columns.count;
    }
    ASSERT(columns.count == kept);
    return columns_finished(&columns, all);
}

struct interactions interactions_merge(const struct interactions *a, const struct interactions *b,
                                       struct arena *arena) {
    ASSERT(a->user_count == b->user_count && a->item_count == b->item_count);
    bool times = a->times && b->times;
    struct columns columns =
        columns_for(a->user_count, a->count + b->count, a->ratings || b->ratings, times, arena);
    for (uint32_t user = 0; user < a->user_count; user++) {
        size_t i = a->offsets[user], i_end = a->offsets[user + 1];
        size_t j = b->offsets[user], j_end = b->offsets[user + 1];
        while (i < i_end || j < j_end) {
            bool from_a = j == j_end || (i < i_end && (!times || a->times[i] <= b->times[j]));
            columns_take(&columns, from_a ? a : b, from_a ? i++ : j++);
        }
        columns.offsets[user + 1] = columns.count;
    }
    return columns_finished(&columns, a);
}

struct interactions_by_item interactions_by_item(const struct interactions *interactions,
                                                 struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)interactions->item_count + 1);
    uint32_t *users = ARENA_ARRAY_RAW(arena, uint32_t, interactions->count);
    float *ratings =
        interactions->ratings ? ARENA_ARRAY_RAW(arena, float, interactions->count) : NULL;
    for (size_t row = 0; row < interactions->count; row++)
        offsets[interactions->items[row] + 1]++;
    for (uint32_t item = 0; item < interactions->item_count; item++)
        offsets[item + 1] += offsets[item];
    /* offsets[item] moves to the item's end while it is filled, and is moved back afterwards. */
    for (uint32_t user = 0; user < interactions->user_count; user++)
        for (size_t row = interactions->offsets[user]; row < interactions->offsets[user + 1];
             row++) {
            uint64_t at = offsets[interactions->items[row]]++;
            users[at] = user;
            if (ratings)
                ratings[at] = interactions->ratings[row];
        }
    memmove(offsets + 1, offsets, (size_t)interactions->item_count * sizeof *offsets);
    offsets[0] = 0;
    return (struct interactions_by_item){offsets, users, ratings};
}

void interactions_item_counts(const struct interactions *interactions, uint32_t *counts) {
    memset(counts, 0, (size_t)interactions->item_count * sizeof *counts);
    for (size_t row = 0; row < interactions->count; row++)
        counts[interactions->items[row]]++;
}

bool interactions_contains(const struct interactions *interactions, uint32_t user, uint32_t item) {
    struct history history = interactions_history(interactions, user);
    for (size_t i = 0; i < history.count; i++)
        if (history.items[i] == item)
            return true;
    return false;
}

void interactions_digest(const struct interactions *interactions,
                         uint8_t sum[DIGEST_SHA256_BYTES]) {
    const uint64_t counts[] = {interactions->user_count, interactions->item_count,
                               interactions->count, interactions->ratings != NULL};
    struct digest digest;
    digest_begin(&digest, DIGEST_SHA256);
    digest_update(&digest, counts, sizeof counts);
    digest_update(&digest, interactions->offsets,
                  ((size_t)interactions->user_count + 1) * sizeof *interactions->offsets);
    if (interactions->count > 0)
        digest_update(&digest, interactions->items,
                      interactions->count * sizeof *interactions->items);
    if (interactions->count > 0 && interactions->ratings)
        digest_update(&digest, interactions->ratings,
                      interactions->count * sizeof *interactions->ratings);
    digest_end(&digest, sum);
}
