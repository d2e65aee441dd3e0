/* wordpiece.c: see wordpiece.h.
 *
 * Shape    one pass: characters go into a word of at most 100 of them; whatever ends it flushes it
 *          into pieces. Letters and digits of ASCII take a short way.
 * Trap     decomposition orders marks by their class. Nearly all of them are then removed; those
 *          that stay (spacing marks, marks that the reference does not know) are put in their place
 *          by order_mark.
 * Trap     a piece of the vocabulary is whole characters, so a longest match never cuts one.
 * Checked  tests/text/test_wordpiece.c: ids of the reference for texts of every kind, and the class
 *          of every code point; fuzz/fuzz_wordpiece.c. */
#include "text/wordpiece.h"

#include <string.h>

#include "text/characters.h"

#define WORD_CHARACTERS 100
#define WORD_BYTES (4 * WORD_CHARACTERS)

struct reader {
    const struct vocabulary *vocabulary;
    uint32_t *ids;
    size_t count, limit; /* without [SEP] */
    char word[WORD_BYTES];
    size_t bytes, characters; /* of the word; more than 100 are only counted */
};

static void emit(struct reader *reader, uint32_t id) {
    if (reader->count < reader->limit)
        reader->ids[reader->count++] = id;
}

/* The longest piece at the start of `bytes`; its length in *taken. */
static uint32_t longest_piece(const struct vocabulary *vocabulary, const char *bytes, size_t length,
                              bool rest, size_t *taken) {
    uint64_t hashes[UINT8_MAX + 1];
    const size_t most = length < vocabulary->longest ? length : vocabulary->longest;
    hashes[0] = vocabulary_hash_begin(rest);
    for (size_t i = 0; i < most; i++)
        hashes[i + 1] = vocabulary_hash_step(hashes[i], (unsigned char)bytes[i]);
    for (size_t i = most; i > 0; i--) {
        const uint32_t id = vocabulary_find(vocabulary, bytes, i, hashes[i], rest);
        if (id != VOCABULARY_NONE) {
            *taken = i;
            return id;
        }
    }
    return VOCABULARY_NONE;
}

/* The word as pieces, and the next one begins. */
static void flush(struct reader *reader) {
    const size_t first = reader->count, bytes = reader->bytes;
    const bool too_long = reader->characters > WORD_CHARACTERS;
    reader->bytes = reader->characters = 0;
    if (bytes == 0)
        return;
    size_t taken = 0;
    for (size_t at = 0; at < bytes && !too_long; at += taken) {
        const uint32_t id =
            longest_piece(reader->vocabulary, reader->word + at, bytes - at, at > 0, &taken);
        if (id == VOCABULARY_NONE)
            break;
        emit(reader, id);
        if (at + taken == bytes)
            return;
    }
    reader->count = first;
    emit(reader, reader->vocabulary->special[VOCABULARY_UNK]);
}

/* Puts a mark before those of a higher class that the word ends with; returns where. */
static size_t order_mark(struct reader *reader, unsigned class) {
    size_t at = reader->bytes;
    while (at > 0) {
        size_t before = at - 1;
        while (before > 0 && (reader->word[before] & 0xc0) == 0x80)
            before--;
        const char *character = reader->word + before;
        if (characters_class(characters_next(&character, reader->word + at)) <= class)
            break;
        at = before;
    }
    return at;
}

static void append(struct reader *reader, uint32_t character) {
    if (++reader->characters > WORD_CHARACTERS)
        return;
    char bytes[4];
    const size_t length = characters_write(character, bytes);
    const unsigned class = characters_class(character);
    const size_t at = class > 0 ? order_mark(reader, class) : reader->bytes;
    memmove(reader->word + at + length, reader->word + at, reader->bytes - at);
    memcpy(reader->word + at, bytes, length);
    reader->bytes += length;
}

static void take(struct reader *reader, uint32_t character) {
    if (characters_is_removed(character))
        return;
    if (characters_is_space(character)) {
        flush(reader);
        return;
    }
    const bool alone = characters_is_ideograph(character);
    if (alone)
        flush(reader);
    uint32_t parts[CHARACTERS_PARTS];
    const size_t count = characters_decompose(character, parts);
    for (size_t i = 0; i < count; i++) {
        if (characters_is_mark(parts[i]))
            continue;
        const uint32_t lower = characters_lower(parts[i]);
        const bool punctuation = characters_is_punctuation(lower);
        if (punctuation)
            flush(reader);
        append(reader, lower);
        if (punctuation)
            flush(reader);
    }
    if (alone)
        flush(reader);
}

/* The special token that is typed at `at`, or VOCABULARY_NONE. */
static uint32_t special_at(const struct vocabulary *vocabulary, const char *at, const char *end,
                           size_t *length) {
    for (int i = 0; i < VOCABULARY_SPECIALS; i++) {
        const char *text = vocabulary_special_text((enum vocabulary_special)i);
        *length = strlen(text);
        if ((size_t)(end - at) >= *length && memcmp(at, text, *length) == 0)
            return vocabulary->special[i];
    }
    return VOCABULARY_NONE;
}

/* Small letters and digits as they are, capitals lowered; returns where they end. */
static const char *take_plain(struct reader *reader, const char *at, const char *end) {
    while (at < end && reader->characters < WORD_CHARACTERS) {
        const unsigned char byte = (unsigned char)*at;
        const bool capital = byte >= 'A' && byte <= 'Z';
        if (!capital && !(byte >= 'a' && byte <= 'z') && !(byte >= '0' && byte <= '9'))
            break;
        reader->word[reader->bytes++] = (char)(capital ? byte + ('a' - 'A') : byte);
        reader->characters++;
        at++;
    }
    return at;
}

size_t wordpiece_encode(const struct vocabulary *vocabulary, const char *bytes, size_t length,
                        uint32_t *ids, size_t limit) {
    struct reader reader;
    reader.vocabulary = vocabulary;
    reader.ids = ids;
    reader.count = 1;
    reader.limit = limit - 1;
    reader.bytes = reader.characters = 0;
    ids[0] = vocabulary->special[VOCABULARY_CLS];
    const char *at = bytes, *end = bytes + length;
    while (at < end && reader.count < reader.limit) {
        size_t taken;
        const uint32_t special =
            *at == '[' ? special_at(vocabulary, at, end, &taken) : VOCABULARY_NONE;
        if (special != VOCABULARY_NONE) {
            flush(&reader);
            emit(&reader, special);
            at += taken;
            continue;
        }
        const char *plain = take_plain(&reader, at, end);
        if (plain > at) {
            at = plain;
            continue;
        }
        const uint32_t character = characters_next(&at, end);
        if (character != CHARACTERS_INVALID)
            take(&reader, character);
    }
    flush(&reader);
    ids[reader.count++] = vocabulary->special[VOCABULARY_SEP];
    return reader.count;
}
