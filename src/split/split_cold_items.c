/* split_cold_items.c: some items' rows are test, all of them, others' validation: what a model
 * makes of items that it has never seen anybody have.
 *
 * Items that have rows are put into a random order; the first share is test, the next validation.
 * The test ships candidates: all items of the test but those that the user has there, so that
 * evaluation.candidates=given ranks new items among new ones. Without them (all) they stand among
 * items that people are known to have. */
#include "base/rng.h"
#include "split/split_internal.h"

#define ITEM_STREAM (UINT64_MAX - 1)
#define CANDIDATES_MAX ((size_t)1 << 27) /* in all: half a gigabyte */

/* The part of each item; *tests gets those of the test, *test_count how many. */
static uint8_t *draw_items(const struct split_job *job, const double shares[3], uint32_t **tests,
                           uint32_t *test_count) {
    const struct interactions *all = &job->data->interactions;
    uint32_t *counts = ARENA_ARRAY(job->scratch, uint32_t, all->item_count);
    uint32_t *order = ARENA_ARRAY(job->scratch, uint32_t, all->item_count), count = 0;
    uint8_t *parts = ARENA_ARRAY(job->scratch, uint8_t, all->item_count);
    interactions_item_counts(all, counts);
    for (uint32_t i = 0; i < all->item_count; i++)
        if (counts[i] > 0)
            order[count++] = i;
    struct rng rng;
    rng_init(&rng, job->seed, ITEM_STREAM);
    rng_shuffle(&rng, order, count);
    const size_t held = split_share_count(count, shares[SPLIT_TEST]);
    const size_t both =
        held + split_share_count(count - held, shares[SPLIT_VALIDATION] / (1 - shares[SPLIT_TEST]));
    for (size_t i = 0; i < both; i++)
        parts[order[i]] = i < held ? SPLIT_TEST : SPLIT_VALIDATION;
    *tests = order;
    *test_count = (uint32_t)held;
    return parts;
}

/* The items of the test for every user who has one, less his own. */
static void list_candidates(struct split *split, const uint32_t *tests, uint32_t test_count,
                            struct arena *arena) {
    const struct interactions *test = &split->test;
    const size_t users = split_users_with_rows(test);
    if (users * test_count > CANDIDATES_MAX)
        return;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)test->user_count + 1);
    uint32_t *candidates = ARENA_ARRAY_RAW(arena, uint32_t, users * test_count);
    struct arena work = {0};
    uint8_t *own = ARENA_ARRAY(&work, uint8_t, test->item_count);
    for (uint32_t user = 0; user < test->user_count; user++) {
        const struct history rows = interactions_history(test, user);
        offsets[user + 1] = offsets[user];
        for (size_t h = 0; h < rows.count; h++)
            own[rows.items[h]] = 1;
        for (uint32_t t = 0; t < test_count && rows.count > 0; t++)
            if (!own[tests[t]])
                candidates[offsets[user + 1]++] = tests[t];
        for (size_t h = 0; h < rows.count; h++)
            own[rows.items[h]] = 0;
    }
    split->candidate_offsets = offsets;
    split->candidates = candidates;
    arena_release(&work);
}

static enum status make(struct split *split, const struct split_job *job, struct error *error) {
    const struct interactions *all = &job->data->interactions;
    double shares[3];
    TRY(split_shares(job->settings, shares, error));
    uint32_t *tests, test_count;
    const uint8_t *of_item = draw_items(job, shares, &tests, &test_count);
    uint8_t *parts = ARENA_ARRAY_RAW(job->scratch, uint8_t, all->count);
    for (size_t row = 0; row < all->count; row++)
        parts[row] = of_item[all->items[row]];
    split_divide(split, all, parts, job->arena);
    list_candidates(split, tests, test_count, job->arena);
    return STATUS_OK;
}

const struct split_ops split_cold_items = {"cold_items", make};
