/* rules_words.c: words that name genres, moods, numbers and decades. Checked by
 * tests/intent/test_rules.c. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/dataset.h"
#include "dataset/genre_key.h"
#include "intent/rules_match.h"

#define WORDS_TOGETHER_MAX 3
#define PHRASE_BYTES 64
#define YEAR_FIRST 1870
#define YEAR_LAST 2100

struct word {
    const char *words, *genre;
    enum affect mood;
    enum rules_word_use use;
};

#define AFFECT_NONE AFFECT_COUNT
static const struct word table[] = {
#define WORD(words, genre, mood, use) {words, genre, AFFECT_##mood, RULES_WORD_##use},
#include "intent/rules_words.def"
#undef WORD
};

static uint64_t genre_of_key(const struct rules_context *context, const char *wanted) {
    char key[GENRE_KEY_BYTES];
    for (size_t g = 0; g < context->genre_count; g++) {
        genre_key(context->genres[g], strlen(context->genres[g]), key);
        if (*key && strcmp(key, wanted) == 0)
            return (uint64_t)1 << g;
    }
    return 0;
}

/* The genres of "Comedy+Romance" that the catalogue has. */
static uint64_t genres_of(const struct rules_context *context, const char *names) {
    uint64_t genres = 0;
    while (*names) {
        char key[GENRE_KEY_BYTES];
        const size_t length = strcspn(names, "+");
        genre_key(names, length, key);
        genres |= genre_of_key(context, key);
        names += length + (names[length] == '+');
    }
    return genres;
}

/* "word word word" of `count` tokens; false: too long, or a mark is among them. */
static bool join(const struct token *tokens, size_t count, char phrase[PHRASE_BYTES]) {
    size_t used = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t length = strlen(tokens[i].word);
        if (!tokens[i].is_word || used + length + 2 > PHRASE_BYTES)
            return false;
        if (i > 0)
            phrase[used++] = ' ';
        memcpy(phrase + used, tokens[i].word, length);
        used += length;
    }
    phrase[used] = '\0';
    return true;
}

static bool is_row(const struct word *row, const char *phrase, unsigned uses) {
    const struct token token = {.word = phrase};
    return (uses >> row->use & 1) && tokens_among(&token, row->words, strlen(row->words));
}

/* The phrase as a row of the table, or as a genre by the catalogue's own name. */
static bool name_thing(const struct rules_context *context, const char *phrase, unsigned uses,
                       struct rules_thing *thing) {
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (is_row(&table[i], phrase, uses)) {
            thing->genres = genres_of(context, table[i].genre);
            thing->mood = table[i].mood;
            /* A genre that the catalogue lacks can be neither wished nor excluded. */
            return table[i].use != RULES_WORD_TYPED || thing->genres;
        }
    char key[GENRE_KEY_BYTES];
    genre_key(phrase, strlen(phrase), key);
    thing->genres = uses >> RULES_WORD_TYPED & 1 && strcmp(key, "unknown") != 0
                        ? genre_of_key(context, key)
                        : 0;
    return thing->genres != 0;
}

size_t rules_words_find(const struct rules_text *text, size_t at, unsigned uses,
                        struct rules_thing *thing) {
    const size_t left = text->count - at;
    for (size_t count = left < WORDS_TOGETHER_MAX ? left : WORDS_TOGETHER_MAX; count > 0; count--) {
        char phrase[PHRASE_BYTES];
        *thing = (struct rules_thing){
            .begin = at, .end = at + count, .mood = AFFECT_COUNT, .tag = DATASET_NONE};
        if (join(text->tokens + at, count, phrase) &&
            name_thing(text->context, phrase, uses, thing))
            return count;
    }
    return 0;
}

bool rules_words_empty(const struct token *token) {
    static const char words[] =
        "a|an|the|some|something|anything|nothing|any|one|ones|it|its|this|that|these|those|them|"
        "they|he|she|his|her|their|there|here|i|im|id|ive|me|my|we|us|our|you|your|film|films|"
        "movie|movies|flick|flicks|cinema|picture|pictures|story|stories|stuff|thing|things|and|"
        "or|but|nor|with|without|of|for|to|from|in|on|at|by|as|is|are|be|been|was|were|am|do|"
        "does|did|have|has|had|not|no|so|very|too|really|just|also|more|most|less|much|many|"
        "like|liked|love|loved|want|wants|wanted|need|looking|look|find|show|give|recommend|"
        "recommendation|recommendations|suggest|suggestion|suggestions|please|watch|watching|"
        "see|seen|good|great|nice|best|any|all|about|which|what|who|when|where|how|if|then|than|"
        "can|could|would|should|will|think|know|maybe|other|another|else|kind|sort|type|genre|"
        "similar|set|made|time|tonight|today|hi|hello|hey|thanks|thank|ok|okay|yes|new|old|"
        "long|short|idea|matter|problem|doubt|need|way|longer|everyone|everything|way|lot|bit";
    return !token->is_word || tokens_among(token, words, sizeof words - 1);
}

int rules_words_number(const struct token *token) {
    static const char *const names[] = {"one",    "two",    "three",   "four",   "five",
                                        "six",    "seven",  "eight",   "nine",   "ten",
                                        "eleven", "twelve", "fifteen", "twenty", "thirty"};
    static const int values[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 15, 20, 30};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (tokens_equal(token, names[i]))
            return values[i];
    const size_t digits = strspn(token->word, "0123456789");
    return digits > 0 && digits <= 4 && !token->word[digits] ? (int)strtol(token->word, NULL, 10)
                                                             : 0;
}

int rules_words_year(const struct token *token) {
    const int year = strlen(token->word) == 4 && isdigit((unsigned char)token->word[0])
                         ? rules_words_number(token)
                         : 0;
    return year >= YEAR_FIRST && year <= YEAR_LAST ? year : 0;
}

bool rules_words_decade(const struct token *token, int last_year, struct rules_years *decade) {
    static const char *const names[] = {"twenties", "thirties",  "forties",  "fifties",
                                        "sixties",  "seventies", "eighties", "nineties"};
    const char *word = token->word;
    const size_t length = strlen(word), digits = strspn(word, "0123456789");
    int first = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(word, names[i]) == 0)
            first = 1920 + 10 * (int)i;
    if (strcmp(word, "noughties") == 0)
        first = 2000;
    /* "1990s" and "90s" */
    if ((digits == 4 || digits == 2) && length == digits + 1 && word[digits] == 's' &&
        word[digits - 1] == '0') {
        first = (int)strtol(word, NULL, 10);
        if (digits == 2)
            first += first == 0 || first == 10 || 2000 + first <= last_year ? 2000 : 1900;
    }
    *decade = (struct rules_years){first, first + 9};
    return first >= YEAR_FIRST && first <= YEAR_LAST;
}
