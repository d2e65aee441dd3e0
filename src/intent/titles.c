/* titles.c: see titles.h.
 *
 * Idea     The title's tokens without the year are cut at parentheses; each part gets its article
 *          back to the front, and is added with and without it. A whole title beats a part of
 *          another, unless that film has many times its people: "lord of the rings" is meant of
 *          2001 and not of 1978.
 * Checked  tests/intent/test_rules.c. */
#include "intent/titles.h"

#include <ctype.h>
#include <string.h>

#define TITLE_TOKENS 64

/* What a way of writing is worth; people count below it. */
enum way { WAY_PART, WAY_BARE, WAY_WHOLE, WAY_YEAR };
#define WAY_BITS 28
#define PEOPLE_MAX ((1u << WAY_BITS) - 1)

struct title {
    struct phrases *phrases;
    struct phrase as;
    uint32_t people;
    const struct token *year; /* NULL: none */
    struct arena *arena;
};

/* Whole titles win by so many times their people. */
#define WHOLE_GAIN 6

static void add(const struct title *title, const struct token *tokens, size_t count, enum way way) {
    struct phrase as = title->as;
    const uint32_t people = title->people < PEOPLE_MAX ? title->people : PEOPLE_MAX;
    as.rank = (uint32_t)way << WAY_BITS | people;
    as.weight = way == WAY_PART ? people : (uint64_t)WHOLE_GAIN * (people + 1);
    phrases_add(title->phrases, tokens, count, &as, title->arena);
}

static bool is_article(const struct token *token) {
    static const char articles[] = "the|a|an|le|la|les|el|los|las|il|der|die|das|l|un|une";
    return tokens_among(token, articles, sizeof articles - 1);
}

/* Adds a part of the title, its article in front and left out. */
static void add_part(const struct title *title, const struct token *tokens, size_t count,
                     enum way way) {
    struct token moved[TITLE_TOKENS + 2];
    if (count == 0 || count > TITLE_TOKENS)
        return;
    size_t used = 0;
    const bool behind =
        count > 2 && is_article(&tokens[count - 1]) && tokens_equal(&tokens[count - 2], ",");
    if (behind)
        moved[used++] = tokens[count - 1];
    const size_t kept = behind ? count - 2 : count;
    memcpy(moved + used, tokens, kept * sizeof *moved);
    used += kept;
    const bool has_article = used > 1 && is_article(&moved[0]);
    add(title, moved, used, way);
    if (has_article)
        add(title, moved + 1, used - 1, way < WAY_BARE ? way : WAY_BARE);
    if (!title->year)
        return;
    moved[used] = *title->year;
    add(title, moved, used + 1, WAY_YEAR);
    if (has_article)
        add(title, moved + 1, used, WAY_YEAR);
}

/* Both sides of a colon: a series and what its film is called. */
static void add_sides(const struct title *title, const struct token *tokens, size_t count) {
    for (size_t i = 1; i + 1 < count; i++)
        if (tokens_equal(&tokens[i], ":")) {
            add_part(title, tokens, i, WAY_PART);
            add_part(title, tokens + i + 1, count - i - 1, WAY_PART);
            return;
        }
}

/* "a.k.a. Se7en": without its first words. */
static size_t aka(const struct token *tokens, size_t count) {
    static const char *const words[] = {"a", "k", "a"};
    size_t at = 0, word = 0;
    if (count > 0 && tokens_equal(&tokens[0], "aka"))
        return 1;
    for (; at < count && word < 3; at++) {
        if (!tokens[at].is_word)
            continue;
        if (!tokens_equal(&tokens[at], words[word]))
            return 0;
        word++;
    }
    while (at < count && !tokens[at].is_word)
        at++;
    return word == 3 ? at : 0;
}

static bool is_year(const struct token *token) {
    return strlen(token->word) == 4 && isdigit((unsigned char)token->word[0]) &&
           isdigit((unsigned char)token->word[3]);
}

static void add_title(struct title *title, const struct token *tokens, size_t count) {
    if (count > 3 && tokens_equal(&tokens[count - 1], ")") && is_year(&tokens[count - 2]) &&
        tokens_equal(&tokens[count - 3], "(")) {
        title->year = &tokens[count - 2];
        count -= 3;
    }
    size_t open = 0;
    while (open < count && !tokens_equal(&tokens[open], "("))
        open++;
    add_part(title, tokens, open, WAY_WHOLE);
    add_sides(title, tokens, open);
    while (open < count) {
        size_t close = open + 1;
        while (close < count && !tokens_equal(&tokens[close], ")") &&
               !tokens_equal(&tokens[close], "("))
            close++;
        const size_t skipped = aka(tokens + open + 1, close - open - 1);
        add_part(title, tokens + open + 1 + skipped, close - open - 1 - skipped, WAY_WHOLE);
        open = close + (close < count && tokens_equal(&tokens[close], ")"));
        while (open < count && !tokens_equal(&tokens[open], "("))
            open++;
    }
}

void titles_index(struct phrases *phrases, const struct movie *movies, const uint32_t *counts,
                  size_t item_count, struct arena *arena) {
    struct arena words = {0};
    for (size_t i = 0; i < item_count; i++) {
        const struct arena_position mark = arena_mark(&words);
        struct token tokens[TITLE_TOKENS];
        const size_t count =
            tokens_of(movies[i].title, strlen(movies[i].title), tokens, TITLE_TOKENS, &words);
        struct title title = {
            .phrases = phrases, .as = {.value = (uint32_t)i}, .people = counts[i], .arena = arena};
        add_title(&title, tokens, count);
        arena_reset(&words, mark);
    }
    arena_release(&words);
}
