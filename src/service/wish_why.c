/* wish_why.c: see wish_why.h.
 *
 * Idea     Of the terms of a film's score (service_search.h) those are said that tell it from
 *          other films: its title, the films that it is to be like, tags, genres; then the chips
 *          that are true of it as of others, years, length, what it is not. That its text is near
 *          to the wish is true of the whole list, and is said where there is nothing else. Behind
 *          that come the reasons of the person's past, those of a list without a wish.
 * Traps    Of moods ("more: dark") and of words that are no tag nobody knows whether a film has
 *          them: they are not claimed.
 * Checked  tests/api/test_api_search.c. */
#include "service/wish_why.h"

#include <string.h>

#define SAID_MAX 4
#define LIKE_MUCH 0.5f /* part of the weight of a likeness from which on it is said */

struct saying {
    const struct word_index *index;
    const struct search_answer *answer;
    struct arena *arena;
    const char *text; /* NULL: nothing yet */
    size_t count;
};

static void say(struct saying *saying, const char *phrase) {
    if (!phrase || saying->count == SAID_MAX)
        return;
    saying->text =
        saying->text ? arena_format(saying->arena, "%s, %s", saying->text, phrase) : phrase;
    saying->count++;
}

/* "Crime and Thriller": the next name behind those that are there already. */
static const char *join(struct arena *arena, const char *names, const char *name) {
    return names ? arena_format(arena, "%s and %s", names, name) : name;
}

static const char *wanted_genres(const struct saying *saying, uint32_t item) {
    const struct snapshot *snapshot = saying->index->snapshot;
    const uint64_t wanted = saying->answer->rules.typed | saying->answer->wish.strongest;
    const uint64_t found = snapshot->genres[item] & wanted;
    const char *names = NULL;
    for (uint64_t left = found; left; left &= left - 1)
        names = join(saying->arena, names, snapshot->catalogue->genres[__builtin_ctzll(left)]);
    return names ? arena_format(saying->arena, "%s %s your wish", names,
                                found & (found - 1) ? "fit" : "fits")
                 : NULL;
}

static const char *wanted_tags(const struct saying *saying, uint32_t item) {
    const struct rules_found *rules = &saying->answer->rules;
    const char *names = NULL;
    for (size_t i = 0; i < rules->tag_count; i++)
        if (word_index_has_tag(saying->index, item, rules->tags[i]))
            names = join(saying->arena, names,
                         saying->index->snapshot->catalogue->tags[rules->tags[i]]);
    return names ? arena_format(saying->arena, "tagged %s", names) : NULL;
}

static bool is_alike(const struct search_answer *answer, size_t i) {
    const struct rules_found *rules = &answer->rules;
    const float weight = (float)answer->wish.alphas.like;
    return rules->film_count > 0 && answer->told.list[i].item != rules->films[0] && weight > 0 &&
           answer->parts[i][SEARCH_LIKE] >= LIKE_MUCH * weight;
}

static const char *likeness(const struct saying *saying, size_t i) {
    const uint32_t film = saying->answer->rules.films[0];
    return is_alike(saying->answer, i)
               ? arena_format(saying->arena, "for those who like %s",
                              saying->index->snapshot->catalogue->movies[film].title)
               : NULL;
}

/* Of two spans a film may be of one alone. */
static bool is_of_years(const struct chip *chip, int year) {
    const int first = (int)(chip->value >> 16), last = (int)(chip->value & 0xffff);
    return year >= first && (last == 0 || year <= last);
}

/* Whether film i of the list has what a chip says. */
static bool has_chip(const struct word_index *index, const struct search_answer *answer, size_t i,
                     const struct chip *chip) {
    const uint32_t item = answer->told.list[i].item;
    switch (chip->kind) {
    case CHIP_YEARS:
        return is_of_years(chip, index->snapshot->catalogue->movies[item].year);
    case CHIP_GENRE:
        return index->snapshot->genres[item] >> chip->value & 1;
    case CHIP_TAG:
        return word_index_has_tag(index, item, chip->value);
    case CHIP_FILM:
        return is_alike(answer, i);
    case CHIP_TITLE:
        return item == answer->rules.films[0];
    /* No film is on the list of which these are not true. */
    case CHIP_EXCLUDED_GENRE:
    case CHIP_EXCLUDED_TAG:
    case CHIP_MINUTES:
    case CHIP_UNSEEN:
    case CHIP_SEEN:
        return true;
    default:
        return false;
    }
}

/* What a chip of what is true of the whole list says of a film; NULL for other chips. */
static const char *chip_phrase(const struct saying *saying, const struct chip *chip,
                               uint32_t item) {
    const char *name = strstr(chip->label, ": ");
    const int year = saying->index->snapshot->catalogue->movies[item].year;
    switch (chip->kind) {
    case CHIP_YEARS:
        return is_of_years(chip, year)
                   ? arena_format(saying->arena, "from %d (%s)", year, chip->label)
                   : NULL;
    case CHIP_EXCLUDED_GENRE:
    case CHIP_EXCLUDED_TAG:
        return arena_format(saying->arena, "not %s", name ? name + 2 : chip->label);
    case CHIP_MINUTES:
        return chip->label;
    case CHIP_SEEN:
        return "one that you have seen and liked";
    default:
        return NULL;
    }
}

/* The chips that a film answers to, before what else is noted of it. */
static void note_chips(const struct word_index *index, const struct search_answer *answer, size_t i,
                       struct arena *arena) {
    const struct rules_found *rules = &answer->rules;
    struct recommendation *film = &answer->told.list[i];
    struct film_remark *notes =
        ARENA_ARRAY(arena, struct film_remark, rules->chip_count + film->note_count);
    size_t count = 0;
    for (size_t c = 0; c < rules->chip_count; c++)
        if (has_chip(index, answer, i, &rules->chips[c]))
            notes[count++] = (struct film_remark){"wish", rules->chips[c].label};
    for (size_t n = 0; n < film->note_count; n++)
        notes[count++] = film->notes[n];
    film->notes = notes;
    film->note_count = count;
}

static const char *by_wish(const struct word_index *index, const struct search_answer *answer,
                           size_t i, struct arena *arena) {
    const struct rules_found *rules = &answer->rules;
    const uint32_t item = answer->told.list[i].item;
    struct saying saying = {.index = index, .answer = answer, .arena = arena};
    if (rules->is_title && item == rules->films[0])
        say(&saying, "it has the title that you typed");
    say(&saying, likeness(&saying, i));
    say(&saying, wanted_tags(&saying, item));
    say(&saying, wanted_genres(&saying, item));
    if (saying.count == 0)
        say(&saying, answer->parts[i][SEARCH_TEXT] > 0
                         ? "what is written of it has words of your wish"
                         : "what is written of it is near to your wish");
    for (size_t c = 0; c < rules->chip_count; c++)
        say(&saying, chip_phrase(&saying, &rules->chips[c], item));
    return saying.text;
}

void wish_why(const struct word_index *index, const struct query *query, struct arena *arena,
              struct search_answer *answer) {
    service_explain(index->snapshot, query, query->history.count > 0, arena, &answer->told);
    for (size_t i = 0; i < answer->told.count; i++) {
        struct recommendation *film = &answer->told.list[i];
        const char *wish = by_wish(index, answer, i, arena);
        film->why =
            film->reason_count > 0 ? arena_format(arena, "%s, and %s", wish, film->why) : wish;
        note_chips(index, answer, i, arena);
    }
}
