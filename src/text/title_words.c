/* title_words.c: see title_words.h. Checked by tests/text/test_title_words.c. */
#include "text/title_words.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "text/fold.h"

enum { YEAR_FIRST = 1890, YEAR_LAST = 2035 };

static const struct {
    const char *word, *digits;
    unsigned value;
} numbers[] = {
    {"zero", "0", 0},      {"one", "1", 1},         {"two", "2", 2},        {"three", "3", 3},
    {"four", "4", 4},      {"five", "5", 5},        {"six", "6", 6},        {"seven", "7", 7},
    {"eight", "8", 8},     {"nine", "9", 9},        {"ten", "10", 10},      {"eleven", "11", 11},
    {"twelve", "12", 12},  {"thirteen", "13", 13},  {"fourteen", "14", 14}, {"fifteen", "15", 15},
    {"sixteen", "16", 16}, {"seventeen", "17", 17}, {"eighteen", "18", 18}, {"nineteen", "19", 19},
    {"twenty", "20", 20},  {"thirty", "30", 30},    {"forty", "40", 40},    {"fifty", "50", 50},
    {"sixty", "60", 60},   {"seventy", "70", 70},   {"eighty", "80", 80},   {"ninety", "90", 90},
};
enum { NUMBERS = sizeof numbers / sizeof *numbers };

/* Roman numerals that are no other word or letter. */
static const struct {
    const char *word, *digits;
} romans[] = {{"ii", "2"},  {"iii", "3"},  {"iv", "4"}, {"vi", "6"},
              {"vii", "7"}, {"viii", "8"}, {"ix", "9"}, {"xii", "12"}};

static const char *const light_words[] = {
    "a",  "an",  "and", "d",   "das", "de", "den", "der", "des", "det", "die",
    "du", "el",  "et",  "gli", "il",  "in", "l",   "la",  "las", "le",  "les",
    "lo", "los", "of",  "on",  "the", "to", "un",  "una", "und", "une", "y"};

const char *title_words_spelled(size_t index, const char **digits) {
    if (index >= NUMBERS)
        return NULL;
    *digits = numbers[index].digits;
    return numbers[index].word;
}

static bool is(const struct title_word *word, const char *text) {
    return strcmp(word->bytes, text) == 0;
}

/* Which of the numbers the word is, or NUMBERS. */
static size_t number_of(const struct title_word *word) {
    size_t i = 0;
    while (i < NUMBERS && !is(word, numbers[i].word))
        i++;
    return i;
}

/* "twenty one" at words[at]: its value; *used is how many words it takes, 0 if there is none. */
static unsigned below_hundred(const struct title_word *words, size_t count, size_t at,
                              size_t *used) {
    *used = 0;
    const size_t first = at < count ? number_of(&words[at]) : NUMBERS;
    if (first == NUMBERS)
        return 0;
    *used = 1;
    const unsigned value = numbers[first].value;
    const size_t next = value >= 20 && at + 1 < count ? number_of(&words[at + 1]) : NUMBERS;
    if (next == NUMBERS || numbers[next].value < 1 || numbers[next].value > 9)
        return value;
    *used = 2;
    return value + numbers[next].value;
}

/* The same of numbers below a million. */
static unsigned long whole_number(const struct title_word *words, size_t count, size_t at,
                                  size_t *used) {
    static const struct {
        const char *word;
        unsigned value;
    } powers[] = {{"hundred", 100}, {"thousand", 1000}};
    unsigned long value = below_hundred(words, count, at, used);
    for (size_t p = 0; *used > 0 && p < 2; p++) {
        if (at + *used >= count || !is(&words[at + *used], powers[p].word))
            continue;
        value *= powers[p].value;
        ++*used;
        const size_t and = at + *used < count && is(&words[at + *used], "and");
        size_t more;
        const unsigned rest = below_hundred(words, count, at + *used + and, &more);
        if (more > 0) {
            value += rest;
            *used += and+more;
        }
    }
    return value;
}

static bool is_year(const struct title_word *word) {
    if (word->length != 4 || strspn(word->bytes, "0123456789") != 4)
        return false;
    const long year = strtol(word->bytes, NULL, 10);
    return year >= YEAR_FIRST && year <= YEAR_LAST;
}

static void set(struct title_word *word, const char *text) {
    *word = (struct title_word){.bytes = text, .length = strlen(text)};
}

/* Puts digits for number words, in place; returns how many words are left. */
static size_t spell(struct title_word *words, size_t count, struct arena *arena) {
    size_t kept = 0;
    for (size_t at = 0; at < count; kept++) {
        size_t used;
        const unsigned long value = whole_number(words, count, at, &used);
        words[kept] = words[at];
        for (size_t r = 0; r < sizeof romans / sizeof *romans && used == 0; r++)
            if (is(&words[at], romans[r].word))
                set(&words[kept], romans[r].digits);
        if (used > 0)
            set(&words[kept], arena_format(arena, "%lu", value));
        at += used > 0 ? used : 1;
    }
    return kept;
}

/* Words between spaces; what follows an apostrophe belongs to the word if it is short. */
static size_t divide(char *text, struct title_word *words, size_t room) {
    size_t count = 0;
    for (char *rest = text, *chunk; count < room && (chunk = strsep(&rest, " "));) {
        char *word = chunk, *to = chunk;
        for (char *at = chunk; *at; at++) {
            const size_t behind = *at == '\'' ? strcspn(at + 1, "'") : 0;
            if (*at != '\'') {
                *to++ = *at;
            } else if (behind > 2 && count + 1 < room) {
                *to = '\0';
                set(&words[count++], word);
                word = to = at + 1;
            }
        }
        *to = '\0';
        if (*word)
            set(&words[count++], word);
    }
    return count;
}

size_t title_words(const char *text, size_t length, struct arena *arena, struct title_word *words,
                   size_t room) {
    size_t size;
    char *folded = fold_text(text, length, arena, &size);
    size_t count = room > 0 ? divide(folded, words, room) : 0;
    count = spell(words, count, arena);
    for (size_t i = 0; i < count; i++) {
        words[i].year = is_year(&words[i]);
        for (size_t l = 0; l < sizeof light_words / sizeof *light_words; l++)
            words[i].light |= is(&words[i], light_words[l]);
    }
    return count;
}
