/* candidates.c: see candidates.h.
 *
 * Sampling draws until it has enough that are not marked. Where a user has nearly everything that
 * would take long, so the free items are listed and the list's head is shuffled instead. Both draw
 * from the stream (evaluation.seed, user) and nothing else.
 * Checked by tests/experiment/test_evaluation.c. */
#include "experiment/candidates.h"

#include <stdlib.h>
#include <string.h>

#include "base/rng.h"

static size_t longest_given(const struct split *split) {
    size_t longest = 0;
    for (uint32_t u = 0; u < split->test.user_count; u++) {
        size_t length = (size_t)(split->candidate_offsets[u + 1] - split->candidate_offsets[u]);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static void sample(struct candidates *candidates, uint32_t count, struct arena *arena) {
    candidates->kind = CANDIDATES_SAMPLED;
    candidates->sample_count = count;
    candidates->longest = count;
    candidates->label =
        arena_format(arena, "%u sampled (seed %llu)", count, (unsigned long long)candidates->seed);
}

static enum status read_given(struct candidates *candidates, const struct split *split,
                              bool validation, struct arena *arena, struct error *error) {
    if (!split->candidate_offsets)
        return error_set(error, STATUS_BAD_USAGE,
                         "evaluation.candidates=given: this data set or split ships no lists of "
                         "candidates; use all or a number to sample");
    if (validation) {
        sample(candidates, CANDIDATES_VALIDATION_SAMPLE, arena);
        return STATUS_OK;
    }
    candidates->kind = CANDIDATES_GIVEN;
    candidates->offsets = split->candidate_offsets;
    candidates->items = split->candidates;
    candidates->longest = longest_given(split);
    candidates->label = arena_format(arena, "given (%zu)", candidates->longest);
    return STATUS_OK;
}

enum status candidates_read(struct candidates *candidates, const struct settings *settings,
                            const struct split *split, bool validation, struct arena *arena,
                            struct error *error) {
    const char *text = settings_text(settings, "evaluation.candidates");
    *candidates = (struct candidates){
        .item_count = split->test.item_count,
        .longest = split->test.item_count,
        .seed = (uint64_t)settings_int(settings, "evaluation.seed"),
        .label = "all",
    };
    if (!strcmp(text, "all"))
        return STATUS_OK;
    if (!strcmp(text, "given"))
        return read_given(candidates, split, validation, arena, error);
    char *end;
    unsigned long long count = strtoull(text, &end, 10);
    if (*end || end == text || *text == '-' || count < 1 || count > candidates->item_count)
        return error_set(error, STATUS_BAD_USAGE,
                         "evaluation.candidates: expected all, given or a number to sample from 1 "
                         "to %u (the items), found \"%.64s\"",
                         candidates->item_count, text);
    sample(candidates, (uint32_t)count, arena);
    return STATUS_OK;
}

static void mark(uint8_t *marks, const uint32_t *items, size_t count, uint8_t value) {
    for (size_t i = 0; i < count; i++)
        marks[items[i]] = value;
}

static size_t draw(const struct candidates *candidates, struct rng *rng, uint8_t *marks,
                   uint32_t *out) {
    size_t count = 0;
    while (count < candidates->sample_count) {
        uint32_t item = rng_below(rng, candidates->item_count);
        if (marks[item])
            continue;
        marks[item] = 1;
        out[count++] = item;
    }
    return count;
}

static size_t shuffle(const struct candidates *candidates, struct rng *rng, const uint8_t *marks,
                      uint32_t *out) {
    struct arena *scratch = arena_scratch();
    struct arena_position position = arena_mark(scratch);
    uint32_t *free_items = ARENA_ARRAY_RAW(scratch, uint32_t, candidates->item_count), count = 0;
    for (uint32_t i = 0; i < candidates->item_count; i++)
        if (!marks[i])
            free_items[count++] = i;
    rng_shuffle(rng, free_items, count);
    count = count < candidates->sample_count ? count : candidates->sample_count;
    memcpy(out, free_items, count * sizeof *out);
    arena_reset(scratch, position);
    return count;
}

static size_t sampled_of(const struct candidates *candidates, const struct candidates_user *user,
                         uint8_t *marks, uint32_t *out) {
    size_t taken = user->test_count;
    mark(marks, user->tests, user->test_count, 1);
    for (int i = 0; i < 2; i++) {
        mark(marks, user->has[i].items, user->has[i].count, 1);
        taken += user->has[i].count;
    }
    struct rng rng;
    rng_init(&rng, candidates->seed, user->user);
    size_t count;
    if (taken + 2 * (size_t)candidates->sample_count <= candidates->item_count)
        count = draw(candidates, &rng, marks, out);
    else
        count = shuffle(candidates, &rng, marks, out);
    mark(marks, out, count, 0);
    mark(marks, user->tests, user->test_count, 0);
    for (int i = 0; i < 2; i++)
        mark(marks, user->has[i].items, user->has[i].count, 0);
    return count;
}

size_t candidates_of(const struct candidates *candidates, const struct candidates_user *user,
                     uint8_t *marks, uint32_t *out) {
    if (candidates->kind == CANDIDATES_SAMPLED)
        return sampled_of(candidates, user, marks, out);
    size_t count = 0;
    mark(marks, user->tests, user->test_count, 1);
    for (uint64_t i = candidates->offsets[user->user]; i < candidates->offsets[user->user + 1]; i++)
        if (!marks[candidates->items[i]])
            out[count++] = candidates->items[i];
    mark(marks, user->tests, user->test_count, 0);
    return count;
}
