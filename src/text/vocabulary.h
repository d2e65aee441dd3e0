/* vocabulary.h: the pieces that a WordPiece tokenizer knows, and the id of each.
 *
 * File    vocab.txt: one piece a line, its id is the line's number from 0. "##ing" continues a
 *         word, any other piece begins one.
 * Table   open addressing over 64-bit hashes of the bytes, begun differently for pieces that
 *         continue a word; a prefix's hash grows by a byte at a time, so that the longest piece at
 *         a place is found with one pass over the bytes and one look-up for each length tried.
 * Trust   the file is read as bytes of any kind; what a tokenizer must have ([CLS], [SEP], [UNK])
 *         is asked for. */
#ifndef MATINEE_TEXT_VOCABULARY_H
#define MATINEE_TEXT_VOCABULARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define VOCABULARY_NONE UINT32_MAX

/* The pieces that stand for themselves wherever a text has them. */
enum vocabulary_special {
    VOCABULARY_PAD,
    VOCABULARY_UNK,
    VOCABULARY_CLS,
    VOCABULARY_SEP,
    VOCABULARY_MASK,
    VOCABULARY_SPECIALS
};

struct vocabulary {
    const char *text; /* borrowed: the file */
    uint32_t count;
    const uint32_t *starts; /* [count + 1]: where in the text a line begins */
    const uint8_t *lengths; /* [count]: bytes of a piece without its ##; 0: never found */
    uint32_t *slots;        /* [mask + 1]: id + 1, 0 where there is none */
    uint32_t *checks;       /* [mask + 1]: the upper half of the hash */
    uint32_t mask;
    size_t longest; /* bytes */
    uint32_t special[VOCABULARY_SPECIALS];
};

/* `text` must outlive the vocabulary, which lives in `arena`; `name` is for messages. Errors:
 * [CLS], [SEP] or [UNK] is missing, too many lines. */
enum status vocabulary_read(struct vocabulary *vocabulary, const char *text, size_t size,
                            const char *name, struct arena *arena, struct error *error);

/* The piece of a line as it stands there, "##ing"; not terminated. */
struct vocabulary_piece {
    const char *bytes;
    size_t length;
};
struct vocabulary_piece vocabulary_piece(const struct vocabulary *vocabulary, uint32_t id);

const char *vocabulary_special_text(enum vocabulary_special which); /* "[PAD]" */

/* Hash of no bytes, and of one more. */
static inline uint64_t vocabulary_hash_begin(bool rest) {
    return rest ? UINT64_C(0x9e3779b97f4a7c15) : UINT64_C(0xcbf29ce484222325);
}
static inline uint64_t vocabulary_hash_step(uint64_t hash, unsigned char byte) {
    return (hash ^ byte) * UINT64_C(0x100000001b3);
}
/* The id of the piece with these bytes and this hash that continues a word (rest) or begins one,
 * or VOCABULARY_NONE. */
uint32_t vocabulary_find(const struct vocabulary *vocabulary, const char *bytes, size_t length,
                         uint64_t hash, bool rest);

#endif
