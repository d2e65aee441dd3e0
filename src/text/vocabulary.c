/* vocabulary.c: vocab.txt as a hash table. See vocabulary.h.
 *
 * Cost     30,522 pieces are read in about a millisecond.
 * Trap     a piece that continues a word and one that begins it may have the same bytes: their
 *          hashes differ from the start, and the "##" in the text decides.
 * Checked  tests/text/test_wordpiece.c, fuzz/fuzz_wordpiece.c. */
#include "text/vocabulary.h"

#include <string.h>

#define LINES_MAX 4000000u

static const char *const special_texts[VOCABULARY_SPECIALS] = {
    [VOCABULARY_PAD] = "[PAD]", [VOCABULARY_UNK] = "[UNK]",   [VOCABULARY_CLS] = "[CLS]",
    [VOCABULARY_SEP] = "[SEP]", [VOCABULARY_MASK] = "[MASK]",
};

const char *vocabulary_special_text(enum vocabulary_special which) { return special_texts[which]; }

/* The hash as the table uses it: FNV-1a leaves its low bits poor. */
static uint64_t spread(uint64_t hash) {
    hash ^= hash >> 32;
    hash *= UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

struct vocabulary_piece vocabulary_piece(const struct vocabulary *vocabulary, uint32_t id) {
    const char *line = vocabulary->text + vocabulary->starts[id];
    size_t length = vocabulary->starts[id + 1] - vocabulary->starts[id];
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    return (struct vocabulary_piece){line, length};
}

/* Whether it continues a word. */
static bool is_rest(struct vocabulary_piece piece) {
    return piece.length > 2 && piece.bytes[0] == '#' && piece.bytes[1] == '#';
}

uint32_t vocabulary_find(const struct vocabulary *vocabulary, const char *bytes, size_t length,
                         uint64_t hash, bool rest) {
    hash = spread(hash);
    const uint32_t check = (uint32_t)(hash >> 32);
    for (uint32_t at = (uint32_t)hash & vocabulary->mask; vocabulary->slots[at] != 0;
         at = (at + 1) & vocabulary->mask) {
        const uint32_t id = vocabulary->slots[at] - 1;
        if (vocabulary->checks[at] != check || vocabulary->lengths[id] != length)
            continue;
        const struct vocabulary_piece piece = vocabulary_piece(vocabulary, id);
        if (is_rest(piece) == rest && memcmp(piece.bytes + 2 * rest, bytes, length) == 0)
            return id;
    }
    return VOCABULARY_NONE;
}

static uint32_t count_lines(const char *text, size_t size) {
    uint32_t count = 0;
    const char *end = text + size;
    while (text < end && count <= LINES_MAX) {
        const char *stop = memchr(text, '\n', (size_t)(end - text));
        text = stop ? stop + 1 : end;
        count++;
    }
    return count;
}

static void find_lines(struct vocabulary *vocabulary, size_t size, struct arena *arena) {
    uint32_t *starts = ARENA_ARRAY_RAW(arena, uint32_t, vocabulary->count + 1);
    const char *at = vocabulary->text, *end = at + size;
    for (uint32_t id = 0; id < vocabulary->count; id++) {
        starts[id] = (uint32_t)(at - vocabulary->text);
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        at = stop ? stop + 1 : end;
    }
    starts[vocabulary->count] = (uint32_t)size;
    vocabulary->starts = starts;
}

/* Of two equal lines the later one counts. Longer pieces than any word has are left out. */
static void insert(struct vocabulary *vocabulary, uint8_t *lengths, uint32_t id) {
    const struct vocabulary_piece piece = vocabulary_piece(vocabulary, id);
    const bool rest = is_rest(piece);
    const char *bytes = piece.bytes + 2 * rest;
    const size_t length = piece.length - 2 * (size_t)rest;
    if (length == 0 || length > UINT8_MAX)
        return;
    uint64_t hash = vocabulary_hash_begin(rest);
    for (size_t i = 0; i < length; i++)
        hash = vocabulary_hash_step(hash, (unsigned char)bytes[i]);
    lengths[id] = (uint8_t)length;
    const uint32_t earlier = vocabulary_find(vocabulary, bytes, length, hash, rest);
    hash = spread(hash);
    uint32_t at = (uint32_t)hash & vocabulary->mask;
    while (vocabulary->slots[at] != 0 && vocabulary->slots[at] != earlier + 1)
        at = (at + 1) & vocabulary->mask;
    vocabulary->slots[at] = id + 1;
    vocabulary->checks[at] = (uint32_t)(hash >> 32);
    vocabulary->longest = length > vocabulary->longest ? length : vocabulary->longest;
}

static uint32_t find_text(const struct vocabulary *vocabulary, const char *text) {
    uint64_t hash = vocabulary_hash_begin(0);
    for (const char *at = text; *at; at++)
        hash = vocabulary_hash_step(hash, (unsigned char)*at);
    return vocabulary_find(vocabulary, text, strlen(text), hash, false);
}

enum status vocabulary_read(struct vocabulary *vocabulary, const char *text, size_t size,
                            const char *name, struct arena *arena, struct error *error) {
    *vocabulary = (struct vocabulary){.text = text};
    if (size >= UINT32_MAX || (vocabulary->count = count_lines(text, size)) > LINES_MAX)
        return error_set(error, STATUS_LIMIT, "%s: more than %u lines", name, LINES_MAX);
    find_lines(vocabulary, size, arena);
    uint32_t slots = 64;
    while (slots < 2 * vocabulary->count)
        slots *= 2;
    vocabulary->mask = slots - 1;
    vocabulary->slots = ARENA_ARRAY(arena, uint32_t, slots);
    vocabulary->checks = ARENA_ARRAY(arena, uint32_t, slots);
    uint8_t *lengths = ARENA_ARRAY(arena, uint8_t, vocabulary->count + 1);
    vocabulary->lengths = lengths;
    for (uint32_t id = 0; id < vocabulary->count; id++)
        insert(vocabulary, lengths, id);
    for (int i = 0; i < VOCABULARY_SPECIALS; i++)
        vocabulary->special[i] = find_text(vocabulary, special_texts[i]);
    for (int i = VOCABULARY_UNK; i <= VOCABULARY_SEP; i++)
        if (vocabulary->special[i] == VOCABULARY_NONE)
            return error_set(error, STATUS_BAD_INPUT,
                             "%s: it has no line \"%s\"; expected the vocab.txt of a BERT model",
                             name, special_texts[i]);
    return STATUS_OK;
}
