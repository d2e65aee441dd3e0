/* rules_match.c: see rules_match.h.
 *
 * Idea     A pattern is read element by element as it stands in rules.def; an element that may be
 *          left out is taken whenever it fits. There is no way back: patterns are written so that
 *          none is needed.
 * Cost     Some hundred comparisons of short words for each word of the wish.
 * Checked  tests/intent/test_rules.c, a table of wishes. */
#include "intent/rules_match.h"

#include <string.h>

#include "dataset/dataset.h"
#include "intent/titles.h"

#define TYPED (1u << RULES_WORD_TYPED)
#define MOOD (1u << RULES_WORD_MOOD)
#define COMPARATIVE (1u << RULES_WORD_COMPARATIVE)
#define NOUN_LETTERS_LEAST 3
#define NOUN_WORDS_MAX 3
/* A title with slips of the pen is looked for in so many words behind "like". */
#define TITLE_WORDS_MAX 8

/* Where a pattern is being held against the words. */
struct cursor {
    const struct rules_text *text;
    size_t at;
    struct rules_match *match;
};

static bool ended(const struct cursor *cursor) { return cursor->at >= cursor->text->count; }

static const struct token *here(const struct cursor *cursor) {
    return &cursor->text->tokens[cursor->at];
}

static bool is_mark(const struct cursor *cursor, size_t at, const char *mark) {
    return at < cursor->text->count && tokens_equal(&cursor->text->tokens[at], mark);
}

/* ---- Things ---- */

static size_t find_tag(const struct cursor *cursor, struct rules_thing *thing) {
    const struct rules_text *text = cursor->text;
    uint32_t tag;
    const size_t taken = phrases_longest(text->context->tags, text->tokens + cursor->at,
                                         text->count - cursor->at, 0, &tag);
    if (taken == 0 || (taken == 1 && rules_words_empty(here(cursor))))
        return 0;
    *thing = (struct rules_thing){
        .begin = cursor->at, .end = cursor->at + taken, .mood = AFFECT_COUNT, .tag = tag};
    return taken;
}

static bool add_thing(struct cursor *cursor, const struct rules_thing *thing, size_t taken) {
    struct rules_match *match = cursor->match;
    if (taken == 0 || match->thing_count == RULES_THINGS_MAX)
        return false;
    match->things[match->thing_count++] = *thing;
    cursor->at += taken;
    return true;
}

static bool take_word(struct cursor *cursor, unsigned uses) {
    struct rules_thing thing;
    return !ended(cursor) &&
           add_thing(cursor, &thing, rules_words_find(cursor->text, cursor->at, uses, &thing));
}

static bool take_tag(struct cursor *cursor) {
    struct rules_thing thing;
    return !ended(cursor) && add_thing(cursor, &thing, find_tag(cursor, &thing));
}

/* "no horror comedies": films that are both. "not scary comedies" wishes for comedies. */
static void join_genre(struct cursor *cursor) {
    struct rules_match *match = cursor->match;
    struct rules_thing *first = &match->things[match->thing_count - 1], second;
    static const char adverbs[] = "not|non|isnt|arent|less";
    if (ended(cursor) || !here(cursor)->is_word || first->tag != DATASET_NONE ||
        tokens_among(&cursor->text->tokens[match->begin], adverbs, sizeof adverbs - 1))
        return;
    const size_t taken = rules_words_find(cursor->text, cursor->at, TYPED, &second);
    first->genres |= first->genres && taken > 0 ? second.genres : 0;
    first->end += taken;
    cursor->at += taken;
}

static bool take_thing(struct cursor *cursor) {
    if (!take_word(cursor, TYPED | MOOD))
        return take_tag(cursor);
    join_genre(cursor);
    return true;
}

static bool take_word_among(struct cursor *cursor, const char *words) {
    const bool fits = !ended(cursor) && tokens_among(here(cursor), words, strlen(words));
    cursor->at += fits;
    return fits;
}

/* Between two genres "and" joins what is not wanted; before a mood it may begin the next wish. */
static bool take_and(struct cursor *cursor) {
    const struct rules_match *match = cursor->match;
    const struct rules_text *text = cursor->text;
    struct rules_thing thing;
    const size_t next = cursor->at + 1;
    const struct rules_thing *last = &match->things[match->thing_count - 1];
    const bool fits = is_mark(cursor, cursor->at, "and") && next < text->count && last->genres &&
                      rules_words_find(text, next, TYPED, &thing) > 0;
    cursor->at += fits;
    return fits;
}

/* "horror", "horror or musicals", "horror, musicals or westerns". After "not" a comma may begin the
 * next wish, so that a list with commas must end with "or" or "and". */
static bool take_things(struct cursor *cursor) {
    if (!take_thing(cursor))
        return false;
    struct cursor sure = *cursor;
    size_t sure_count = cursor->match->thing_count;
    for (;;) {
        const bool comma = take_word_among(cursor, ",|/");
        const bool joined = take_word_among(cursor, "or|nor") || take_and(cursor);
        if (!comma && !joined)
            break;
        take_word_among(cursor, "a|an|any|too|very|the");
        if (!take_thing(cursor))
            break;
        if (joined) {
            sure = *cursor;
            sure_count = cursor->match->thing_count;
        }
    }
    cursor->at = sure.at;
    cursor->match->thing_count = sure_count;
    return true;
}

/* Whether the word goes on with the wish, so that a title or a thing ends before it. */
static bool is_hinge(const struct token *token) {
    static const char words[] =
        "but|only|except|without|with|not|no|and|or|nor|that|which|who|whose|where|when|while|from|"
        "in|on|at|by|for|of|to|please|is|are|was|were|hate|hated|love|loved|like|liked|made|set|"
        "starring|directed|about|during|before|after|since|than|just|because|if|so";
    return !token->is_word || tokens_among(token, words, sizeof words - 1);
}

/* "explosions", "car chases" */
static bool take_noun(struct cursor *cursor) {
    if (ended(cursor) || rules_words_empty(here(cursor)) ||
        strlen(here(cursor)->word) < NOUN_LETTERS_LEAST || rules_words_number(here(cursor)) > 0)
        return false;
    struct rules_thing thing;
    cursor->match->noun = cursor->at;
    do
        cursor->at++;
    while (!ended(cursor) && cursor->at < cursor->match->noun + NOUN_WORDS_MAX &&
           !is_hinge(here(cursor)) && !rules_words_empty(here(cursor)) &&
           rules_words_number(here(cursor)) == 0 &&
           rules_words_find(cursor->text, cursor->at, TYPED | MOOD, &thing) == 0);
    cursor->match->noun_end = cursor->at;
    return true;
}

/* ---- Films ---- */

static bool add_film(struct cursor *cursor, uint32_t film, size_t taken) {
    struct rules_match *match = cursor->match;
    if (taken == 0 || match->film_count == RULES_NAMED_MAX)
        return false;
    match->films[match->film_count++] =
        (struct rules_film){.begin = cursor->at, .end = cursor->at + taken, .film = film};
    cursor->at += taken;
    /* The year of "(1995)" may have been taken without its bracket. */
    size_t open = 0, close = 0;
    for (size_t i = cursor->at - taken; i < cursor->at; i++) {
        open += is_mark(cursor, i, "(");
        close += is_mark(cursor, i, ")");
    }
    cursor->at += open > close && is_mark(cursor, cursor->at, ")");
    return true;
}

static size_t find_title(const struct cursor *cursor, uint32_t least_rank, uint32_t *film) {
    const struct rules_text *text = cursor->text;
    return phrases_longest(text->context->titles, text->tokens + cursor->at,
                           text->count - cursor->at, least_rank, film);
}

static bool is_article(const struct token *token) {
    return tokens_among(token, "a|an|the", sizeof "a|an|the" - 1);
}

/* Whether the words may be meant as a title where one is expected: "like it", "like horror" and
 * "like a comedy" are not of the films It, Horror and King of Comedy. */
static bool may_be_title(const struct cursor *cursor, size_t count) {
    const struct token *tokens = cursor->text->tokens + cursor->at;
    struct rules_thing thing;
    size_t article = 0;
    while (article + 1 < count && is_article(&tokens[article]))
        article++;
    const size_t word = rules_words_find(cursor->text, cursor->at + article, TYPED | MOOD, &thing);
    if (word > 0 && article + word >= count)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!rules_words_empty(&tokens[i]))
            return true;
    return count > 1 && tokens[0].is_capital;
}

/* Titles are full of small words; of them few go on with a wish. */
static bool is_title_word(const struct token *token) {
    static const char hinges[] = "but|only|except|without|with|not|no|and|or|that|which|from|in|"
                                 "please|hate|hated|love|loved|like|liked|starring|made|because";
    return token->is_word && !tokens_among(token, hinges, sizeof hinges - 1);
}

/* How many of the words name something. */
static size_t weighty(const struct cursor *cursor, size_t count) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        found += !rules_words_empty(&cursor->text->tokens[cursor->at + i]);
    return found;
}

/* Whether a title of one word is not just a word on the way: "like Big", "like big", but not "like
 * big cities" or "a boy who likes big". */
static bool is_name(const struct cursor *cursor, size_t count) {
    const struct token *tokens = cursor->text->tokens;
    const size_t end = cursor->at + count;
    if (weighty(cursor, count) > 1)
        return true;
    for (size_t i = cursor->at; i < end; i++)
        if (tokens[i].is_capital && !rules_words_empty(&tokens[i]))
            return true;
    const bool is_told = cursor->at > 0 && tokens_among(&tokens[cursor->at - 1], "likes|loves", 11);
    return !is_told && (end >= cursor->text->count || is_hinge(&tokens[end]));
}

static bool take_quoted(struct cursor *cursor) {
    const size_t before = cursor->at;
    uint32_t film;
    if (!is_mark(cursor, cursor->at, "\""))
        return false;
    cursor->at++;
    const size_t taken = find_title(cursor, 0, &film);
    if (taken > 0 && is_mark(cursor, cursor->at + taken, "\"") && add_film(cursor, film, taken)) {
        cursor->at++;
        return true;
    }
    cursor->at = before;
    return false;
}

/* A title with slips of the pen: the words up to one that goes on with the wish, of which two must
 * name something. */
static size_t look_up(const struct cursor *cursor, uint32_t *film) {
    const struct rules_text *text = cursor->text;
    struct rules_lookups *lookups = text->lookups;
    size_t end = 0;
    if (!text->context->find_film)
        return 0;
    if (lookups->at != cursor->at) {
        while (end < TITLE_WORDS_MAX && cursor->at + end < text->count &&
               (end == 0 || is_title_word(&text->tokens[cursor->at + end])))
            end++;
        if (weighty(cursor, end) < 2 || lookups->left == 0)
            return 0;
        lookups->left--;
        lookups->at = cursor->at;
        lookups->taken = text->context->find_film(text->context->context, text->tokens + cursor->at,
                                                  end, &lookups->film);
    }
    *film = lookups->film;
    return lookups->taken;
}

/* A title where one is expected: in the list, or as near to one as whoever is asked finds. */
static bool take_film(struct cursor *cursor) {
    uint32_t film;
    if (take_quoted(cursor))
        return true;
    size_t taken = ended(cursor) ? 0 : find_title(cursor, 0, &film);
    if (taken > 0 && may_be_title(cursor, taken) && is_name(cursor, taken))
        return add_film(cursor, film, taken);
    taken = ended(cursor) ? 0 : look_up(cursor, &film);
    return taken > 0 && may_be_title(cursor, taken) && add_film(cursor, film, taken);
}

/* "Heat, Alien and Saw" */
static bool take_films(struct cursor *cursor) {
    if (!take_film(cursor))
        return false;
    for (;;) {
        const size_t before = cursor->at;
        take_word_among(cursor, ",|/");
        take_word_among(cursor, "and|or");
        if (cursor->at == before || !take_film(cursor)) {
            cursor->at = before;
            return true;
        }
    }
}

static bool take_dated(struct cursor *cursor) {
    uint32_t film;
    const size_t taken = find_title(cursor, TITLES_DATED, &film);
    return taken > 0 && add_film(cursor, film, taken);
}

/* A title of two or more words whose longer ones begin with capitals. */
static bool take_capital(struct cursor *cursor) {
    uint32_t film;
    const size_t taken = find_title(cursor, TITLES_WHOLE, &film);
    size_t words = 0;
    if (taken == 0 || !here(cursor)->is_capital)
        return false;
    for (size_t i = cursor->at; i < cursor->at + taken; i++) {
        const struct token *token = &cursor->text->tokens[i];
        if (token->is_word && strlen(token->word) > 3 && !token->is_capital)
            return false;
        words += token->is_word;
    }
    return words > 1 && may_be_title(cursor, taken) && add_film(cursor, film, taken);
}

/* "not Twilight": one word in capitals that is the title of a film that many know. */
static bool take_name(struct cursor *cursor) {
    const struct rules_context *context = cursor->text->context;
    uint32_t film;
    const size_t taken = find_title(cursor, TITLES_BARE, &film);
    return taken == 1 && here(cursor)->is_capital && may_be_title(cursor, taken) &&
           context->people && context->people[film] >= context->famous &&
           add_film(cursor, film, taken);
}

/* "Forest Gump": a title with a slip of the pen where every word is in capitals. */
static size_t look_up_whole(const struct cursor *cursor, uint32_t *film) {
    const struct rules_text *text = cursor->text;
    for (size_t i = 0; i < text->count; i++)
        if (!text->tokens[i].is_word ||
            (!text->tokens[i].is_capital && !rules_words_empty(&text->tokens[i])))
            return 0;
    return look_up(cursor, film);
}

/* Whether all the words may be a title: a name of several words, in capitals, or of a film that
 * many know. */
static bool is_whole(const struct cursor *cursor, size_t taken, uint32_t film) {
    const struct rules_context *context = cursor->text->context;
    size_t end = taken;
    while (end < cursor->text->count && !cursor->text->tokens[end].is_word)
        end++;
    if (taken == 0 || end < cursor->text->count || !may_be_title(cursor, taken))
        return false;
    return taken > 1 || here(cursor)->is_capital ||
           (context->people && context->people[film] >= context->famous);
}

/* The wish from its first word to its last: a title, or two words of one: "star wars". */
static bool take_whole(struct cursor *cursor) {
    uint32_t film;
    if (cursor->at > 0)
        return false;
    size_t taken = find_title(cursor, TITLES_BARE, &film);
    if (is_whole(cursor, taken, film))
        return add_film(cursor, film, taken);
    taken = find_title(cursor, 0, &film);
    if (weighty(cursor, taken) < 2)
        taken = look_up_whole(cursor, &film);
    return is_whole(cursor, taken, film) && add_film(cursor, film, taken);
}

/* ---- Numbers and years ---- */

static bool add_years(struct cursor *cursor, struct rules_years years) {
    struct rules_match *match = cursor->match;
    if (match->year_count == RULES_SPANS_MAX || cursor->text->context->last_year == 0)
        return false;
    match->years[match->year_count++] = years;
    cursor->at++;
    return true;
}

static bool take_year(struct cursor *cursor) {
    const int year = ended(cursor) ? 0 : rules_words_year(here(cursor));
    return year > 0 && add_years(cursor, (struct rules_years){year, year});
}

static bool take_dashed(struct cursor *cursor) {
    return !ended(cursor) && here(cursor)->is_after_dash && take_year(cursor);
}

static bool take_decade(struct cursor *cursor) {
    struct rules_years decade;
    return !ended(cursor) &&
           rules_words_decade(here(cursor), cursor->text->context->last_year, &decade) &&
           add_years(cursor, decade);
}

/* "90", "two", "1.5" and "a couple of" */
static bool take_count(struct cursor *cursor) {
    if (ended(cursor))
        return false;
    int number = rules_words_number(here(cursor));
    if (number == 0 && tokens_among(here(cursor), "couple|few", strlen("couple|few"))) {
        number = tokens_equal(here(cursor), "few") ? 5 : 2;
        cursor->at += is_mark(cursor, cursor->at + 1, "of");
    }
    cursor->match->number = number;
    cursor->at += number > 0;
    const bool half = number > 0 && number < 10 && is_mark(cursor, cursor->at, ".") &&
                      is_mark(cursor, cursor->at + 1, "5");
    cursor->match->number += half ? 0.5 : 0;
    cursor->at += half ? 2 : 0;
    return number > 0;
}

static bool take_unit(struct cursor *cursor) {
    const bool hours = take_word_among(cursor, "hour|hours|hrs|hr|h");
    cursor->match->unit = hours ? 60 : 1;
    return cursor->text->context->has_minutes &&
           (hours || take_word_among(cursor, "minutes|minute|mins|min|m"));
}

static bool take_typed(struct cursor *cursor) { return take_word(cursor, TYPED); }
static bool take_mood(struct cursor *cursor) { return take_word(cursor, TYPED | MOOD); }
static bool take_feeling(struct cursor *cursor) { return take_word(cursor, MOOD); }
static bool take_comparative(struct cursor *cursor) { return take_word(cursor, COMPARATIVE); }
static bool at_start(struct cursor *cursor) { return cursor->at == 0; }
static bool at_end(struct cursor *cursor) {
    return ended(cursor) || !here(cursor)->is_word || here(cursor)->is_after_dash;
}

/* ---- Patterns ---- */

static const struct {
    const char *name;
    bool (*take)(struct cursor *cursor);
} classes[] = {
    {"things", take_things},   {"typed", take_typed},     {"mood", take_mood},
    {"feeling", take_feeling}, {"noun", take_noun},       {"comparative", take_comparative},
    {"films", take_films},     {"quoted", take_quoted},   {"dated", take_dated},
    {"whole", take_whole},     {"capital", take_capital}, {"name", take_name},
    {"year", take_year},       {"dashed", take_dashed},   {"decade", take_decade},
    {"count", take_count},     {"unit", take_unit},       {"tag", take_tag},
    {"start", at_start},       {"end", at_end},
};

/* One element without its marks: words or a class. */
static bool take(struct cursor *cursor, const char *element, size_t length) {
    if (*element != '{') {
        const bool fits = !ended(cursor) && tokens_among(here(cursor), element, length);
        cursor->at += fits;
        return fits;
    }
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (strlen(classes[i].name) == length - 2 &&
            memcmp(classes[i].name, element + 1, length - 2) == 0)
            return classes[i].take(cursor);
    return false;
}

static bool take_element(struct cursor *cursor, const char *element, size_t length) {
    const bool ahead = *element == '&';
    const char last = element[length - 1];
    const bool optional = last == '?' || last == '*';
    const size_t size = length - ahead - optional;
    const struct cursor before = *cursor;
    const size_t things = cursor->match->thing_count;
    bool fits = take(cursor, element + ahead, size);
    while (fits && last == '*' && take(cursor, element + ahead, size))
        ;
    if (ahead || !fits) {
        cursor->at = before.at;
        cursor->match->thing_count = things;
    }
    return fits || optional;
}

bool rules_match_at(const struct rules_text *text, const char *pattern, size_t at,
                    struct rules_match *match) {
    *match = (struct rules_match){.begin = at};
    struct cursor cursor = {text, at, match};
    for (const char *element = pattern; *element;) {
        const size_t length = strcspn(element, " ");
        if (!take_element(&cursor, element, length))
            return false;
        element += length + (element[length] == ' ');
    }
    match->end = cursor.at;
    return match->end > at;
}
