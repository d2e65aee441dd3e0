/* shown.c: see shown.h. Cost: one scoring of 500 users against all items. Checked by
 * tests/cli/train.t. */
#include "experiment/shown.h"

#include <string.h>

#include "base/assert.h"
#include "base/parallel.h"
#include "rank/rank.h"

#define BLOCK_USERS 16 /* scored at a time */
#define GROUPS_MAX 34

/* 0: nobody; 1: one; 2: two or three; 3: four to seven ... */
static unsigned group_of(uint32_t count) {
    unsigned group = 0;
    for (; count; count >>= 1)
        group++;
    return group;
}

struct showing {
    const struct evaluation *evaluation;
    const struct model *model;
    const uint32_t *users; /* [user_count] the chosen ones */
    size_t user_count;
    uint32_t *lists; /* [user_count][SHOWN_K] */
    size_t *lengths; /* [user_count] */
};

static void mask(const struct showing *showing, uint32_t user, float *scores) {
    for (int part = 0; part < 2; part++) {
        if (!showing->evaluation->has[part])
            continue;
        struct history has = interactions_history(showing->evaluation->has[part], user);
        rank_exclude(scores, has.items, has.count);
    }
}

static void show_block(void *context, size_t block) {
    const struct showing *showing = context;
    const struct model *model = showing->model;
    struct arena *scratch = arena_scratch();
    struct arena_position mark = arena_mark(scratch);
    size_t begin = block * BLOCK_USERS, end = begin + BLOCK_USERS;
    end = end < showing->user_count ? end : showing->user_count;
    struct query queries[BLOCK_USERS] = {{0}};
    float *scores = ARENA_ARRAY_RAW(scratch, float, (end - begin) * model->item_count);
    for (size_t i = begin; i < end; i++)
        queries[i - begin] = (struct query){
            .user = showing->evaluation->bare ? MODEL_NO_USER : showing->users[i],
            .history = interactions_history(showing->evaluation->histories, showing->users[i])};
    model->ops->score(model, queries, end - begin, NULL, model->item_count, scores);
    for (size_t i = begin; i < end; i++) {
        struct ranked list[SHOWN_K];
        float *row = scores + (i - begin) * model->item_count;
        mask(showing, showing->users[i], row);
        showing->lengths[i] = rank_top_k(row, model->item_count, SHOWN_K, list);
        for (size_t k = 0; k < showing->lengths[i]; k++)
            showing->lists[i * SHOWN_K + k] = list[k].item;
    }
    arena_reset(scratch, mark);
}

/* Every n-th user of those who are measured. */
static void choose_users(struct showing *showing, struct arena *arena) {
    const struct evaluation *evaluation = showing->evaluation;
    size_t all = evaluation->user_count;
    showing->user_count = all < SHOWN_USERS ? all : SHOWN_USERS;
    uint32_t *users = ARENA_ARRAY_RAW(arena, uint32_t, showing->user_count + 1);
    for (size_t i = 0; i < showing->user_count; i++)
        users[i] = evaluation->users[i * all / showing->user_count];
    showing->users = users;
}

/* Sums to shares; returns how many groups there are. */
static size_t count_groups(const struct showing *showing, const uint32_t *counts,
                           struct shown_group *groups) {
    double items = showing->model->item_count, rows = 0, places = 0;
    size_t used = 1;
    for (uint32_t i = 0; i < showing->model->item_count; i++) {
        unsigned group = group_of(counts[i]);
        groups[group].items += 1;
        groups[group].interactions += counts[i];
        rows += counts[i];
        used = group + 1 > used ? group + 1 : used;
    }
    for (size_t u = 0; u < showing->user_count; u++)
        for (size_t k = 0; k < showing->lengths[u]; k++, places++)
            groups[group_of(counts[showing->lists[u * SHOWN_K + k]])].shown += 1;
    for (size_t g = 0; g < used; g++) {
        groups[g].least = g == 0 ? 0 : 1u << (g - 1);
        groups[g].most = g == 0 ? 0 : (1u << (g - 1)) * 2 - 1;
        groups[g].items /= items;
        groups[g].interactions /= rows > 0 ? rows : 1;
        groups[g].shown /= places > 0 ? places : 1;
    }
    return used;
}

size_t shown_measure(const struct evaluation *evaluation, const struct model *model,
                     struct arena *arena, struct shown_group **groups) {
    ASSERT(model->item_count == evaluation->candidates.item_count);
    *groups = ARENA_ARRAY(arena, struct shown_group, GROUPS_MAX);
    struct arena own = {0};
    struct showing showing = {.evaluation = evaluation, .model = model};
    choose_users(&showing, &own);
    showing.lists = ARENA_ARRAY_RAW(&own, uint32_t, showing.user_count * SHOWN_K + 1);
    showing.lengths = ARENA_ARRAY(&own, size_t, showing.user_count + 1);
    uint32_t *counts = ARENA_ARRAY_RAW(&own, uint32_t, model->item_count);
    interactions_item_counts(evaluation->histories, counts);
    parallel_for((showing.user_count + BLOCK_USERS - 1) / BLOCK_USERS, show_block, &showing);
    size_t used = count_groups(&showing, counts, *groups);
    arena_release(&own);
    return used;
}
