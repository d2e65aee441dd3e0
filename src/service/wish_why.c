/* wish_why.c: see wish_why.h.
 *
 * Idea     Of the terms of a film's score (service_search.h) those are said that tell it from
 *          other films: its title, the films that it is to be like, tags, genres; that its text is
 *          near to the wish is true of the whole list, and is said where there is nothing else.
 *          Behind that come the reasons of the person's past, those of a list without a wish.
 * Checked  tests/api/test_api_search.c. */
#include "service/wish_why.h"

#define SAID_MAX 2     /* of the wish's terms */
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

static const char *likeness(const struct saying *saying, const struct found_film *film) {
    const struct rules_found *rules = &saying->answer->rules;
    const float weight = (float)saying->answer->wish.alphas.like;
    if (rules->film_count == 0 || film->item == rules->films[0] ||
        !(film->parts[SEARCH_LIKE] >= LIKE_MUCH * weight) || weight == 0)
        return NULL;
    return arena_format(saying->arena, "for those who like %s",
                        saying->index->snapshot->catalogue->movies[rules->films[0]].title);
}

static const char *by_wish(const struct word_index *index, const struct search_answer *answer,
                           const struct found_film *film, struct arena *arena) {
    const struct rules_found *rules = &answer->rules;
    struct saying saying = {.index = index, .answer = answer, .arena = arena};
    if (rules->is_title && film->item == rules->films[0])
        say(&saying, "it has the title that you typed");
    say(&saying, likeness(&saying, film));
    say(&saying, wanted_tags(&saying, film->item));
    say(&saying, wanted_genres(&saying, film->item));
    if (saying.count == 0)
        say(&saying, film->parts[SEARCH_TEXT] > 0 ? "what is written of it has words of your wish"
                                                  : "what is written of it is near to your wish");
    return saying.text;
}

void wish_why(const struct word_index *index, const struct query *query, struct arena *arena,
              struct search_answer *answer) {
    struct recommend_answer list = {
        .count = answer->count, .list = ARENA_ARRAY(arena, struct recommendation, answer->count)};
    for (size_t i = 0; i < answer->count; i++)
        list.list[i] = (struct recommendation){.item = answer->list[i].item,
                                               .score = answer->list[i].score,
                                               .raw_score = answer->list[i].score};
    service_explain(index->snapshot, query, query->history.count > 0, arena, &list);
    for (size_t i = 0; i < answer->count; i++) {
        struct recommendation *told = &list.list[i];
        const char *wish = by_wish(index, answer, &answer->list[i], arena);
        told->why =
            told->reason_count > 0 ? arena_format(arena, "%s, and %s", wish, told->why) : wish;
        answer->list[i].told = told;
    }
}
