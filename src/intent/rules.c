/* rules.c: see rules.h.
 *
 * Idea     The words are read once from left to right. At each one the rules of rules.def are tried
 *          in their order; the first that fits takes its words, leaves its chips, and reading goes
 *          on behind it. What a rule took is cut out of the text that is encoded where an encoder
 *          would take it the wrong way: it hears "scary" in "not scary", and knows no years.
 * Traps    A rule whose action has nothing to say (a year in a catalogue without years) is passed
 *          over, so that another may fit.
 * Checked  tests/intent/test_rules.c; fuzz/fuzz_wish.c. */
#include "intent/rules.h"

#include <string.h>
#include <strings.h>

#include "dataset/dataset.h"
#include "intent/language.h"
#include "intent/rules_match.h"

enum action {
    ACTION_NOTHING,
    ACTION_LEAD,
    ACTION_TITLE,
    ACTION_LIKE,
    ACTION_UNLIKE,
    ACTION_EXCLUDE,
    ACTION_WITHOUT,
    ACTION_GENRE,
    ACTION_TAG,
    ACTION_MOOD,
    ACTION_MORE,
    ACTION_LESS,
    ACTION_MORE_LIKE,
    ACTION_LESS_LIKE,
    ACTION_SEEN,
    ACTION_UNSEEN,
    ACTION_MINUTES_MOST,
    ACTION_MINUTES_LEAST,
    ACTION_MINUTES_SHORT,
    ACTION_MINUTES_LONG,
    ACTION_YEARS_SPAN,
    ACTION_YEARS_BEFORE,
    ACTION_YEARS_UNTIL,
    ACTION_YEARS_AFTER,
    ACTION_YEARS_SINCE,
    ACTION_YEARS_LAST,
    ACTION_YEARS_LAST_DECADE,
    ACTION_YEARS_EARLY,
    ACTION_YEARS_MID,
    ACTION_YEARS_LATE,
};

static const struct rule {
    enum action action;
    const char *pattern;
} rules[] = {
#define RULE(action, pattern) {ACTION_##action, pattern},
#include "intent/rules.def"
#undef RULE
};

struct reading {
    const char *text;
    struct rules_text words;
    const struct rules_context *context;
    struct arena *arena;
    struct rules_found *found;
    bool *cut;     /* [words]: not to be encoded */
    bool *tilts;   /* [words]: "more" of a mood */
    bool *named;   /* [words]: of a genre or a tag */
    uint64_t felt; /* of the tags those that are words of a mood */
};

/* Whether the person has taken the chip of that label out of the wish. */
static bool is_removed(const struct reading *reading, const char *label) {
    const struct rules_context *context = reading->context;
    size_t i = 0;
    while (i < context->removed_count && strcasecmp(context->removed[i], label) != 0)
        i++;
    return i < context->removed_count;
}

/* Leaves a chip; false: the person has removed it, its words are not to be encoded, and the caller
 * takes no notice of what it says. */
static bool add_chip(struct reading *reading, enum chip_kind kind, size_t begin, size_t end,
                     const char *label, uint32_t value) {
    struct rules_found *found = reading->found;
    const struct token *tokens = reading->words.tokens;
    if (is_removed(reading, label)) {
        for (size_t i = begin; i < end; i++)
            reading->cut[i] = true;
        return false;
    }
    if (found->chip_count < RULES_CHIPS_MAX)
        found->chips[found->chip_count++] = (struct chip){.kind = kind,
                                                          .label = label,
                                                          .begin = tokens[begin].begin,
                                                          .end = tokens[end - 1].end,
                                                          .value = value};
    return true;
}

static void add_notice(struct rules_found *found, const char *notice) {
    for (size_t i = 0; notice && i < found->notice_count; i++)
        if (strcmp(found->notices[i], notice) == 0)
            notice = NULL;
    if (notice && found->notice_count < RULES_NOTICES_MAX)
        found->notices[found->notice_count++] = notice;
}

static bool has(const uint32_t *list, size_t count, uint32_t value) {
    size_t i = 0;
    while (i < count && list[i] != value)
        i++;
    return i < count;
}

/* The words of one thing out of `count`: all that the rule took if it is alone. */
static void bounds(const struct rules_match *match, size_t index, size_t count, size_t *begin,
                   size_t *end) {
    *begin = count == 1 ? match->begin : match->things[index].begin;
    *end = count == 1 ? match->end : match->things[index].end;
}

/* ---- Genres, moods, tags ---- */

/* "no rom coms": films of both genres. */
static void add_together(struct reading *reading, const struct rules_match *match, size_t index) {
    struct rules_found *found = reading->found;
    const uint64_t genres = match->things[index].genres;
    const char *label = "excluded:";
    size_t begin, end;
    bounds(match, index, match->thing_count, &begin, &end);
    for (uint64_t rest = genres; rest; rest &= rest - 1)
        label = arena_format(reading->arena, "%s%s %s", label, rest == genres ? "" : " and",
                             reading->context->genres[__builtin_ctzll(rest)]);
    if (found->together_count < RULES_NAMED_MAX &&
        add_chip(reading, CHIP_EXCLUDED_GENRE, begin, end, label,
                 (uint32_t)__builtin_ctzll(genres)))
        found->together[found->together_count++] = genres;
}

static void add_genres(struct reading *reading, const struct rules_match *match, size_t index,
                       bool excluded) {
    struct rules_found *found = reading->found;
    uint64_t *set = excluded ? &found->excluded : &found->typed;
    size_t begin, end;
    bounds(match, index, match->thing_count, &begin, &end);
    for (uint64_t rest = match->things[index].genres & ~*set; rest; rest &= rest - 1) {
        const uint32_t genre = (uint32_t)__builtin_ctzll(rest);
        const char *format = excluded ? "excluded: %s" : "genre: %s";
        if (add_chip(reading, excluded ? CHIP_EXCLUDED_GENRE : CHIP_GENRE, begin, end,
                     arena_format(reading->arena, format, reading->context->genres[genre]), genre))
            *set |= (uint64_t)1 << genre;
    }
}

static void add_tag(struct reading *reading, const struct rules_match *match, size_t index,
                    bool excluded) {
    struct rules_found *found = reading->found;
    uint32_t *list = excluded ? found->excluded_tags : found->tags;
    size_t *count = excluded ? &found->excluded_tag_count : &found->tag_count;
    const uint32_t tag = match->things[index].tag;
    size_t begin, end;
    if (*count == RULES_NAMED_MAX || has(list, *count, tag))
        return;
    bounds(match, index, match->thing_count, &begin, &end);
    const char *name = reading->context->tag_name(reading->context->context, tag);
    if (add_chip(reading, excluded ? CHIP_EXCLUDED_TAG : CHIP_TAG, begin, end,
                 arena_format(reading->arena, excluded ? "excluded: %s" : "tag: %s", name), tag))
        list[(*count)++] = tag;
}

static void add_mood(struct reading *reading, const struct rules_match *match, size_t index,
                     bool more) {
    const enum affect mood = match->things[index].mood;
    uint32_t *set = more ? &reading->found->more : &reading->found->less;
    size_t begin, end;
    if (mood == AFFECT_COUNT || *set >> mood & 1)
        return;
    bounds(match, index, match->thing_count, &begin, &end);
    if (add_chip(reading, more ? CHIP_MORE : CHIP_LESS, begin, end,
                 arena_format(reading->arena, more ? "more: %s" : "less: %s",
                              intent_values_affect_name(mood)),
                 mood))
        *set |= 1u << mood;
}

static bool apply_exclude(struct reading *reading, const struct rules_match *match) {
    for (size_t i = 0; i < match->thing_count; i++)
        if (match->things[i].tag != DATASET_NONE)
            add_tag(reading, match, i, true);
        else if (match->things[i].genres & (match->things[i].genres - 1))
            add_together(reading, match, i);
        else if (match->things[i].genres)
            add_genres(reading, match, i, true);
        else
            add_mood(reading, match, i, false);
    return true;
}

static bool apply_without(struct reading *reading, const struct rules_match *match) {
    struct rules_found *found = reading->found;
    const size_t begin = reading->words.tokens[match->noun].begin,
                 end = reading->words.tokens[match->noun_end - 1].end;
    const char *noun = arena_copy_length(reading->arena, reading->text + begin, end - begin);
    if (add_chip(reading, CHIP_WITHOUT, match->begin, match->end,
                 arena_format(reading->arena, "without: %s", noun), 0))
        found->without =
            found->without ? arena_format(reading->arena, "%s, %s", found->without, noun) : noun;
    return true;
}

/* "funny" is more of a mood, and may be a tag too. */
static bool apply_feeling(struct reading *reading, struct rules_match *match) {
    const struct rules_text *words = &reading->words;
    uint32_t tag;
    add_mood(reading, match, 0, true);
    if (phrases_longest(words->context->tags, words->tokens + match->begin,
                        match->end - match->begin, 0, &tag) > 0) {
        const size_t before = reading->found->tag_count;
        match->things[0].tag = tag;
        add_tag(reading, match, 0, false);
        if (reading->found->tag_count > before)
            reading->felt |= (uint64_t)1 << before;
    }
    return true;
}

/* Beside a genre or a second mood "funny" as a tag says too much: many tag so what is funny and
 * violent. */
static void drop_felt_tags(struct reading *reading) {
    struct rules_found *found = reading->found;
    size_t tags = 0, chips = 0;
    if (!found->typed && (found->more & (found->more - 1)) == 0)
        return;
    for (size_t c = 0; c < found->chip_count; c++) {
        const struct chip *chip = &found->chips[c];
        bool is_felt = false;
        for (size_t t = 0; t < found->tag_count; t++)
            is_felt = is_felt || (reading->felt >> t & 1 && chip->value == found->tags[t]);
        if (chip->kind != CHIP_TAG || !is_felt)
            found->chips[chips++] = *chip;
    }
    for (size_t t = 0; t < found->tag_count; t++)
        if (!(reading->felt >> t & 1))
            found->tags[tags++] = found->tags[t];
    found->chip_count = chips;
    found->tag_count = tags;
}

/* ---- Films ---- */

static bool apply_films(struct reading *reading, const struct rules_match *match,
                        enum chip_kind kind) {
    static const char *const formats[] = {
        [CHIP_FILM] = "like: %s", [CHIP_TITLE] = "title: %s", [CHIP_UNLIKE] = "unlike: %s"};
    struct rules_found *found = reading->found;
    const bool unlike = kind == CHIP_UNLIKE;
    uint32_t *list = unlike ? found->unlike : found->films;
    size_t *count = unlike ? &found->unlike_count : &found->film_count;
    for (size_t i = 0; i < match->film_count; i++) {
        const struct rules_film *film = &match->films[i];
        const bool alone = match->film_count == 1;
        const char *title = reading->context->film_title(reading->context->context, film->film);
        const char *label = arena_format(reading->arena, formats[kind], title);
        /* Words that are no title may mean something else. */
        if (kind == CHIP_TITLE && is_removed(reading, label))
            return false;
        if (*count < RULES_NAMED_MAX && !has(list, *count, film->film) &&
            add_chip(reading, kind, alone ? match->begin : film->begin,
                     alone ? match->end : film->end, label, film->film))
            list[(*count)++] = film->film;
    }
    found->is_title = found->is_title || kind == CHIP_TITLE;
    return true;
}

/* ---- Years ---- */

static const char *years_label(struct reading *reading, const struct rules_years *years) {
    if (years->first == 0)
        return arena_format(reading->arena, "until %d", years->last);
    if (years->last == 0)
        return arena_format(reading->arena, "since %d", years->first);
    if (years->first == years->last)
        return arena_format(reading->arena, "year %d", years->first);
    return arena_format(reading->arena, "years %d-%d", years->first, years->last);
}

/* Takes all chips of that kind but the last one out. */
static void drop_earlier(struct rules_found *found, enum chip_kind kind) {
    size_t kept = 0;
    for (size_t i = 0; i < found->chip_count; i++)
        if (found->chips[i].kind != kind || i + 1 == found->chip_count)
            found->chips[kept++] = found->chips[i];
    found->chip_count = kept;
}

/* Both bounds of what was said before and now; "80s, or 90s" is both decades; of two that no year
 * fits, "before 1980, after 2000", the last one counts. */
static void join_years(struct reading *reading, struct rules_years years, const char *label) {
    struct rules_found *found = reading->found;
    const int first = found->first_year > years.first ? found->first_year : years.first;
    const int last = found->last_year == 0           ? years.last
                     : years.last == 0               ? found->last_year
                     : found->last_year < years.last ? found->last_year
                                                     : years.last;
    const bool are_spans = found->first_year && found->last_year && years.first && years.last;
    if (first == 0 || last == 0 || first <= last) {
        found->first_year = first;
        found->last_year = last;
    } else if (are_spans) {
        found->first_year = found->first_year < years.first ? found->first_year : years.first;
        found->last_year = found->last_year > years.last ? found->last_year : years.last;
    } else {
        found->first_year = years.first;
        found->last_year = years.last;
        drop_earlier(found, CHIP_YEARS);
        add_notice(found,
                   arena_format(reading->arena,
                                "no year fits all that was said; \"%s\" alone counts", label));
    }
}

static struct rules_years years_of(const struct rules_match *match, enum action action, int now) {
    struct rules_years years = match->years[0];
    if (match->year_count > 1) {
        const struct rules_years other = match->years[1];
        years.first = years.first < other.first ? years.first : other.first;
        years.last = years.last > other.last ? years.last : other.last;
    }
    switch (action) {
    case ACTION_YEARS_BEFORE:
        return (struct rules_years){0, years.first - 1};
    case ACTION_YEARS_UNTIL:
        return (struct rules_years){0, years.last};
    case ACTION_YEARS_AFTER:
        return (struct rules_years){years.last + 1, 0};
    case ACTION_YEARS_SINCE:
        return (struct rules_years){years.first, 0};
    case ACTION_YEARS_LAST:
        return (struct rules_years){now + 1 - (int)match->number, 0};
    case ACTION_YEARS_LAST_DECADE:
        return (struct rules_years){now - 9, 0};
    case ACTION_YEARS_EARLY:
        return (struct rules_years){years.first, years.first + 3};
    case ACTION_YEARS_MID:
        return (struct rules_years){years.first + 4, years.first + 6};
    case ACTION_YEARS_LATE:
        return (struct rules_years){years.first + 6, years.last};
    default:
        return years;
    }
}

static bool apply_years(struct reading *reading, const struct rules_match *match,
                        enum action action) {
    const int now = reading->context->last_year;
    if (now == 0)
        return false;
    const struct rules_years years = years_of(match, action, now);
    const char *label = years_label(reading, &years);
    if (add_chip(reading, CHIP_YEARS, match->begin, match->end, label,
                 (uint32_t)years.first * 65536U | (uint32_t)years.last))
        join_years(reading, years, label);
    return true;
}

/* ---- Run times, seen or not ---- */

static bool apply_minutes(struct reading *reading, const struct rules_match *match,
                          enum action action) {
    const struct rules_context *context = reading->context;
    struct rules_found *found = reading->found;
    const bool most = action == ACTION_MINUTES_MOST || action == ACTION_MINUTES_SHORT;
    const int minutes = action == ACTION_MINUTES_SHORT  ? context->short_minutes
                        : action == ACTION_MINUTES_LONG ? context->long_minutes
                                                        : (int)(match->number * match->unit);
    if (!context->has_minutes) {
        add_notice(found, "how long films are is not known here");
        return false;
    }
    const char *label =
        arena_format(reading->arena, "at %s %d minutes", most ? "most" : "least", minutes);
    if (!add_chip(reading, CHIP_MINUTES, match->begin, match->end, label, 0))
        return true;
    *(most ? &found->most_minutes : &found->least_minutes) = minutes;
    if (found->most_minutes && found->least_minutes > found->most_minutes) {
        *(most ? &found->least_minutes : &found->most_minutes) = 0;
        drop_earlier(found, CHIP_MINUTES);
        add_notice(found,
                   arena_format(reading->arena,
                                "no run time fits all that was said; \"%s\" alone counts", label));
    }
    return true;
}

static bool apply_seen(struct reading *reading, const struct rules_match *match, bool seen) {
    bool *flag = seen ? &reading->found->is_seen : &reading->found->is_unseen;
    if (!*flag)
        *flag = add_chip(reading, seen ? CHIP_SEEN : CHIP_UNSEEN, match->begin, match->end,
                         seen ? "seen and loved" : "not seen", 0);
    return true;
}

/* ---- Reading ---- */

/* Leaves the chips of a rule that fits; false: it has nothing to say here. */
static bool apply(struct reading *reading, struct rules_match *match, enum action action) {
    switch (action) {
    case ACTION_NOTHING:
    case ACTION_LEAD:
        return true;
    case ACTION_TITLE:
        return apply_films(reading, match, CHIP_TITLE);
    case ACTION_LIKE:
        return apply_films(reading, match, CHIP_FILM);
    case ACTION_UNLIKE:
        return apply_films(reading, match, CHIP_UNLIKE);
    case ACTION_EXCLUDE:
        return apply_exclude(reading, match);
    case ACTION_WITHOUT:
        return apply_without(reading, match);
    case ACTION_GENRE:
        add_genres(reading, match, 0, false);
        return true;
    case ACTION_TAG:
        add_tag(reading, match, 0, false);
        return true;
    case ACTION_MOOD:
        return apply_feeling(reading, match);
    case ACTION_MORE:
    case ACTION_LESS:
        if (match->things[0].mood == AFFECT_COUNT)
            return false;
        add_mood(reading, match, 0, action == ACTION_MORE);
        return true;
    case ACTION_MORE_LIKE:
    case ACTION_LESS_LIKE:
        add_mood(reading, match, 0, action == ACTION_MORE_LIKE);
        return apply_films(reading, match, CHIP_FILM);
    case ACTION_SEEN:
    case ACTION_UNSEEN:
        return apply_seen(reading, match, action == ACTION_SEEN);
    case ACTION_MINUTES_MOST:
    case ACTION_MINUTES_LEAST:
    case ACTION_MINUTES_SHORT:
    case ACTION_MINUTES_LONG:
        return apply_minutes(reading, match, action);
    default:
        return apply_years(reading, match, action);
    }
}

/* Whether an encoder is not to see the words. */
static bool is_cut(enum action action) {
    return action != ACTION_NOTHING && action != ACTION_GENRE && action != ACTION_TAG &&
           action != ACTION_MORE && action != ACTION_MOOD;
}

/* The words from `at` on that the first fitting rule takes; 1 if there is none. */
static size_t read_at(struct reading *reading, size_t at) {
    for (size_t r = 0; r < sizeof rules / sizeof *rules; r++) {
        struct rules_match match;
        if (!rules_match_at(&reading->words, rules[r].pattern, at, &match) ||
            !apply(reading, &match, rules[r].action))
            continue;
        for (size_t i = match.begin; i < match.end; i++)
            reading->cut[i] = reading->cut[i] || is_cut(rules[r].action);
        for (size_t i = match.begin; i < match.end; i++)
            reading->tilts[i] = rules[r].action == ACTION_MORE || rules[r].action == ACTION_MOOD;
        for (size_t i = match.begin; i < match.end; i++)
            reading->named[i] = rules[r].action == ACTION_GENRE || rules[r].action == ACTION_TAG;
        return match.end - match.begin;
    }
    return 1;
}

/* Cuts words that led up to what was cut, or go on behind it, and say nothing by themselves: of
 * "I loved Heat but want something sad" "something sad" is left. */
static void cut_loose_ends(struct reading *reading) {
    static const char before[] = "i|im|id|ive|we|and|or|but|with|that|which|who|in|on|of|from|to|"
                                 "the|a|an|is|are|was|were|it|its|as|like|also|just|really|only",
                      behind[] = "and|or|but|i|id|we|also|then|want|wanted|need|would|like|so";
    const struct token *tokens = reading->words.tokens;
    const size_t count = reading->words.count;
    bool *cut = reading->cut;
    for (size_t i = count; i-- > 0;)
        if (i + 1 < count && cut[i + 1] && tokens_among(&tokens[i], before, sizeof before - 1))
            cut[i] = true;
    for (size_t i = 1; i < count; i++)
        if (cut[i - 1] && tokens_among(&tokens[i], behind, sizeof behind - 1))
            cut[i] = true;
}

/* Words that every wish may have and that draw an encoder to films of the cinema's own kind, which
 * are action and thrillers; they are not encoded beside others. */
static bool is_medium(const struct token *token) {
    static const char words[] = "film|films|movie|movies|flick|flicks|cinema|picture|pictures";
    return tokens_among(token, words, sizeof words - 1);
}

/* Whether a word is left that names something. */
static bool has_weight(const struct reading *reading) {
    for (size_t i = 0; i < reading->words.count; i++)
        if (!reading->cut[i] && !rules_words_empty(&reading->words.tokens[i]))
            return true;
    return false;
}

/* The text without what was cut. */
static void gather_rest(struct reading *reading, size_t length) {
    const struct token *tokens = reading->words.tokens;
    struct rules_found *found = reading->found;
    char *rest = arena_alloc_raw(reading->arena, length + reading->words.count + 1), *to = rest;
    char *keywords = arena_alloc(reading->arena, length + reading->words.count + 1),
         *key = keywords;
    const bool is_weighty = has_weight(reading);
    found->is_blank = true;
    found->is_likeness = found->film_count > 0;
    for (size_t i = 0; i < reading->words.count; i++) {
        if (reading->cut[i] || (is_weighty && !reading->named[i] && is_medium(&tokens[i])))
            continue;
        /* A mark belongs to the word before it, or to nobody. */
        if (!tokens[i].is_word && (to == rest || i == 0 || reading->cut[i - 1]))
            continue;
        const bool joined = !tokens[i].is_word || (tokens[i].is_after_dash && i > 0 && to > rest);
        if (to > rest && !joined)
            *to++ = ' ';
        else if (tokens[i].is_after_dash && to > rest)
            *to++ = '-';
        memcpy(to, reading->text + tokens[i].begin, tokens[i].end - tokens[i].begin);
        to += tokens[i].end - tokens[i].begin;
        const bool is_empty = rules_words_empty(&tokens[i]);
        if (!is_empty && !reading->tilts[i]) {
            memcpy(key, reading->text + tokens[i].begin, tokens[i].end - tokens[i].begin);
            key += tokens[i].end - tokens[i].begin;
            *key++ = ' ';
        }
        found->is_blank = found->is_blank && is_empty;
        found->is_likeness = found->is_likeness && (is_empty || reading->tilts[i]);
    }
    while (to > rest && (to[-1] == ' ' || to[-1] == ',' || to[-1] == ';'))
        to--;
    *to = '\0';
    found->rest = rest;
    found->keywords = keywords;
    /* "short films" is a tag, whatever its words are. */
    found->is_blank = found->is_blank && found->tag_count == 0 && !found->typed;
}

void rules_find(const char *text, size_t length, const struct rules_context *context,
                struct arena *arena, struct rules_found *found) {
    struct arena words = {0};
    struct token *tokens = ARENA_ARRAY_RAW(&words, struct token, TOKENS_MAX);
    const size_t count = tokens_of(text, length, tokens, TOKENS_MAX, &words);
    struct rules_lookups lookups = {.left = RULES_LOOKUPS_MAX, .at = SIZE_MAX};
    *found = (struct rules_found){0};
    struct reading reading = {.text = text,
                              .words = {context, tokens, count, &lookups},
                              .context = context,
                              .arena = arena,
                              .found = found,
                              .cut = ARENA_ARRAY(&words, bool, count + 1),
                              .tilts = ARENA_ARRAY(&words, bool, count + 1),
                              .named = ARENA_ARRAY(&words, bool, count + 1)};
    for (size_t at = 0; at < count;)
        at += read_at(&reading, at);
    drop_felt_tags(&reading);
    cut_loose_ends(&reading);
    gather_rest(&reading, count > 0 ? tokens[count - 1].end + 1 : 1);
    found->typed &= ~found->excluded;
    if (!found->is_blank && !found->is_likeness)
        add_notice(found, language_notice(tokens, count));
    arena_release(&words);
}
