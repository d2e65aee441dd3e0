/* phrases.c: see phrases.h.
 *
 * Idea     64-bit hashes of the words in a sorted list: 10,000 titles make two different ones
 *          meet with a chance of 1 in 10^11, and then a wrong film is named, no more.
 * Cost     One search in the list for each length that is tried.
 * Checked  tests/intent/test_rules.c. */
#include "intent/phrases.h"

#include <stdlib.h>
#include <string.h>

#define HASH_START 14695981039346656037u
#define HASH_FACTOR 1099511628211u

static uint64_t add_word(uint64_t hash, const char *word) {
    for (; *word; word++)
        hash = (hash ^ (unsigned char)*word) * HASH_FACTOR;
    return (hash ^ ' ') * HASH_FACTOR;
}

void phrases_add(struct phrases *phrases, const struct token *tokens, size_t count,
                 const struct phrase *as, struct arena *arena) {
    uint64_t hash = HASH_START;
    size_t words = 0;
    for (size_t i = 0; i < count; i++)
        if (tokens[i].is_word) {
            hash = add_word(hash, tokens[i].word);
            words++;
        }
    if (words == 0 || words > PHRASES_WORDS_MAX)
        return;
    if (phrases->count == phrases->capacity) {
        phrases->capacity = phrases->capacity ? 2 * phrases->capacity : 1024;
        struct phrase *list = ARENA_ARRAY_RAW(arena, struct phrase, phrases->capacity);
        if (phrases->count > 0)
            memcpy(list, phrases->list, phrases->count * sizeof *list);
        phrases->list = list;
    }
    phrases->list[phrases->count++] = (struct phrase){hash, as->value, as->rank, as->weight};
}

/* By hash, the heavier first, then the lower value. */
static int by_hash(const void *a, const void *b) {
    const struct phrase *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->value < y->value ? -1 : x->value > y->value;
}

void phrases_finish(struct phrases *phrases) {
    size_t kept = 0;
    if (phrases->count == 0)
        return;
    qsort(phrases->list, phrases->count, sizeof *phrases->list, by_hash);
    for (size_t i = 0; i < phrases->count; i++)
        if (kept == 0 || phrases->list[i].hash != phrases->list[kept - 1].hash ||
            phrases->list[i].rank > phrases->list[kept - 1].rank)
            phrases->list[kept++] = phrases->list[i];
    phrases->count = kept;
}

/* What is kept of one hash is falling in weight and rising in rank. */
static const struct phrase *find(const struct phrases *phrases, uint64_t hash,
                                 uint32_t least_rank) {
    size_t low = 0, high = phrases->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (phrases->list[middle].hash < hash)
            low = middle + 1;
        else
            high = middle;
    }
    while (low < phrases->count && phrases->list[low].hash == hash &&
           phrases->list[low].rank < least_rank)
        low++;
    return low < phrases->count && phrases->list[low].hash == hash ? &phrases->list[low] : NULL;
}

size_t phrases_longest(const struct phrases *phrases, const struct token *tokens, size_t count,
                       uint32_t least_rank, uint32_t *value) {
    uint64_t hash = HASH_START;
    size_t longest = 0, words = 0;
    if (phrases->count == 0 || count == 0 || !tokens[0].is_word)
        return 0;
    for (size_t i = 0; i < count && words < PHRASES_WORDS_MAX; i++) {
        if (!tokens[i].is_word)
            continue;
        hash = add_word(hash, tokens[i].word);
        words++;
        const struct phrase *found = find(phrases, hash, least_rank);
        if (found) {
            *value = found->value;
            longest = i + 1;
        }
    }
    return longest;
}
