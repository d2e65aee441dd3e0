/* tokens.c: see tokens.h.
 *
 * Idea     One pass over the bytes; what is beyond ASCII belongs to words, except the few marks
 *          that people's keyboards put in: curly quotes, apostrophes and dashes.
 * Traps    The text need not be UTF-8: at most the bytes that are there are looked at.
 * Checked  tests/intent/test_rules.c. */
#include "intent/tokens.h"

#include <ctype.h>
#include <string.h>

/* U+00C0 ... U+00FF without their accents; ' ' where there is no such letter. */
static const char LATIN[] = "aaaaaaaceeeeiiii"
                            "dnooooo ouuuuy s"
                            "aaaaaaaceeeeiiii"
                            "dnooooo ouuuuy y";

enum mark { MARK_NONE, MARK_APOSTROPHE, MARK_QUOTE, MARK_DASH };

/* The curly or long mark that begins here; its three bytes are E2 80 xx. */
static enum mark long_mark(const unsigned char *at, size_t left) {
    if (left < 3 || at[0] != 0xe2 || at[1] != 0x80)
        return MARK_NONE;
    return at[2] == 0x98 || at[2] == 0x99   ? MARK_APOSTROPHE
           : at[2] == 0x9c || at[2] == 0x9d ? MARK_QUOTE
           : at[2] == 0x93 || at[2] == 0x94 ? MARK_DASH
                                            : MARK_NONE;
}

struct reader {
    const unsigned char *text;
    size_t length, at;
    char *room; /* for the words, as long as the text and a '\0' for each */
};

static bool is_word_byte(const struct reader *reader) {
    const unsigned char byte = reader->text[reader->at];
    if (byte < 0x80)
        return isalnum(byte) != 0;
    return long_mark(reader->text + reader->at, reader->length - reader->at) == MARK_NONE;
}

/* Length of the apostrophe here if a letter follows it; 0: none. "don't", "'90s" */
static size_t apostrophe(const struct reader *reader) {
    const size_t left = reader->length - reader->at;
    const unsigned char *at = reader->text + reader->at;
    const size_t size = *at == '\'' ? 1 : long_mark(at, left) == MARK_APOSTROPHE ? 3 : 0;
    return size > 0 && left > size && isalnum(at[size]) ? size : 0;
}

/* One byte or one Latin letter of two bytes goes into the word; returns the place behind it. */
static char *fold(struct reader *reader, char *to) {
    const unsigned char byte = reader->text[reader->at];
    const bool has_next = reader->at + 1 < reader->length;
    if (byte == 0xc3 && has_next && (reader->text[reader->at + 1] & 0xc0) == 0x80) {
        const char plain = LATIN[reader->text[reader->at + 1] & 0x3f];
        reader->at += 2;
        if (plain != ' ')
            *to++ = plain;
        return to;
    }
    *to++ = (char)tolower(byte);
    reader->at++;
    return to;
}

static void read_word(struct reader *reader, struct token *token) {
    char *to = reader->room;
    token->is_word = true;
    token->begin = reader->at;
    token->word = to;
    token->is_capital = isupper(reader->text[reader->at]) || isdigit(reader->text[reader->at]) ||
                        reader->text[reader->at] == 0xc3;
    while (reader->at < reader->length) {
        const size_t skipped = apostrophe(reader);
        reader->at += skipped;
        if (!skipped && !is_word_byte(reader))
            break;
        to = fold(reader, to);
    }
    *to++ = '\0';
    reader->room = to;
    token->end = reader->at;
}

/* A mark of punctuation that rules look at; false: it is passed over. */
static bool read_mark(struct reader *reader, struct token *token, bool *dash) {
    const unsigned char *at = reader->text + reader->at;
    const enum mark mark = long_mark(at, reader->length - reader->at);
    token->begin = reader->at;
    reader->at += mark == MARK_NONE ? 1 : 3;
    token->end = reader->at;
    *dash = *at == '-' || mark == MARK_DASH;
    if (*at == '&') {
        token->word = "and";
        token->is_word = true;
        return true;
    }
    static const char marks[] = ",.;:!?()\"/";
    static const char *const words[] = {",", ".", ";", ":", "!", "?", "(", ")", "\"", "/"};
    const char *found = *at ? strchr(marks, *at) : NULL;
    token->word = mark == MARK_QUOTE ? "\"" : found ? words[found - marks] : "";
    return *token->word != '\0';
}

size_t tokens_of(const char *text, size_t length, struct token *tokens, size_t room,
                 struct arena *arena) {
    struct reader reader = {.text = (const unsigned char *)text, .length = length};
    reader.room = arena_alloc_raw(arena, 2 * length + 2);
    size_t count = 0;
    bool dash = false;
    while (reader.at < length && count < room) {
        struct token token = {0};
        const size_t before = reader.at;
        const size_t skipped = apostrophe(&reader);
        reader.at += skipped;
        if (skipped || is_word_byte(&reader)) {
            read_word(&reader, &token);
            token.begin = before;
            token.is_after_dash = dash && count > 0;
            dash = false;
            tokens[count++] = token;
        } else if (read_mark(&reader, &token, &dash)) {
            tokens[count++] = token;
        }
    }
    return count;
}

bool tokens_equal(const struct token *token, const char *word) {
    return strcmp(token->word, word) == 0;
}

bool tokens_among(const struct token *token, const char *words, size_t length) {
    const size_t size = strlen(token->word);
    for (const char *at = words, *end = words + length; at < end;) {
        const char *bar = memchr(at, '|', (size_t)(end - at));
        const size_t width = (size_t)((bar ? bar : end) - at);
        if (width == size && memcmp(at, token->word, size) == 0)
            return true;
        at += width + 1;
    }
    return false;
}
