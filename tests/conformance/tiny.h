/* tiny.h: small data for the conformance suite: users of two tastes on a chequered board, with
 * ratings, times, genres, texts and outside ids, built in an arena; and the same with users and
 * items numbered otherwise.
 *
 * User u likes item i if both are even or both odd. Everybody has all that he likes but one, which
 * is withheld. All items are about as popular, so that only a model that sees who is alike can find
 * it. */
#ifndef MATINEE_TESTS_CONFORMANCE_TINY_H
#define MATINEE_TESTS_CONFORMANCE_TINY_H

#include <stdbool.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "dataset/dataset.h"
#include "models/model.h"

struct tiny {
    struct arena arena;
    struct dataset catalogue; /* of the same arena's memory; its interactions are `train` */
    struct interactions train;
    uint32_t *withheld;              /* [user_count] */
    struct item_feature features[3]; /* genres, text, terms */
};

enum { TINY_FEATURES = 3, TINY_TEXT = 4, TINY_TERMS = 7, TINY_WORDS = 2 };

/* TINY_RATED: by lot, so that they say nothing. TINY_TASTES: by taste: whoever rates also has half
 * of what he does not like, with 1 or 2 of 5, and 4 or 5 for what he likes: so that taste is in the
 * ratings and not only in what is had. */
enum tiny_ratings { TINY_IMPLICIT, TINY_RATED, TINY_TASTES };

/* Whether the user has an item that is not of his taste. */
static inline bool tiny_dislikes(enum tiny_ratings ratings, uint32_t user, uint32_t item) {
    return ratings == TINY_TASTES && item % 2 != user % 2 && (item / 2 + user / 2) % 2 == 0;
}

static inline struct id_map tiny_ids(struct arena *arena, const char *prefix, uint32_t count) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)count + 1);
    char *text = ARENA_ARRAY(arena, char, (size_t)count * 16 + 1);
    for (uint32_t i = 0; i < count; i++) {
        const char *id = arena_format(arena, "%s%u", prefix, i + 1);
        memcpy(text + offsets[i], id, strlen(id));
        offsets[i + 1] = offsets[i] + strlen(id);
    }
    struct id_map map = {.count = count, .offsets = offsets, .text = text};
    id_map_index(&map, arena);
    return map;
}

/* What is written of items, of which i is what number[i] says (NULL: i itself): items of one kind
 * are alike, and a little more so if their numbers are. */
static inline void tiny_features(struct tiny *tiny, const uint32_t *number) {
    struct arena *arena = &tiny->arena;
    const uint32_t items = tiny->train.item_count;
    float *genres = ARENA_ARRAY(arena, float, 2 * (size_t)items);
    float *text = ARENA_ARRAY(arena, float, (size_t)TINY_TEXT *items);
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)items + 1);
    uint32_t *words = ARENA_ARRAY(arena, uint32_t, (size_t)TINY_WORDS * items);
    float *weights = ARENA_ARRAY(arena, float, (size_t)TINY_WORDS *items);
    for (uint32_t i = 0; i < items; i++) {
        const uint32_t at = number ? number[i] : i, kind = i % 2;
        genres[2 * at + kind] = 1;
        text[TINY_TEXT * at + kind] = 1;
        text[TINY_TEXT * at + 2] = 0.25f * (float)(i % 7) / 7;
        text[TINY_TEXT * at + 3] = 0.25f * (float)(i % 3) / 3;
        offsets[i + 1] = TINY_WORDS * ((uint64_t)i + 1);
        words[TINY_WORDS * at] = kind;
        words[TINY_WORDS * at + 1] = 2 + i % (TINY_TERMS - 2);
        weights[TINY_WORDS * at] = 0.8f;
        weights[TINY_WORDS * at + 1] = 0.6f;
    }
    tiny->features[0] = (struct item_feature){.name = "genres", .columns = 2, .dense = genres};
    tiny->features[1] = (struct item_feature){.name = "text", .columns = TINY_TEXT, .dense = text};
    tiny->features[2] = (struct item_feature){.name = "terms",
                                              .columns = TINY_TERMS,
                                              .offsets = offsets,
                                              .indices = words,
                                              .values = weights};
}

/* Ids, titles and features for `train`, whatever it holds. */
static inline void tiny_catalogue(struct tiny *tiny) {
    static const char *const genres[] = {"Even", "Odd"};
    struct arena *arena = &tiny->arena;
    const uint32_t items = tiny->train.item_count;
    struct movie *movies = ARENA_ARRAY(arena, struct movie, (size_t)items + 1);
    for (uint32_t i = 0; i < items; i++)
        movies[i] = (struct movie){.title = arena_format(arena, "Film %u (19%02u)", i, 50 + i % 50),
                                   .year = 1950 + (int)(i % 50),
                                   .genres = 1u << (i % 2),
                                   .imdb_id = i % 3 ? arena_format(arena, "%07u", i) : NULL};
    tiny_features(tiny, NULL);
    tiny->catalogue = (struct dataset){.name = "tiny",
                                       .source = "/somewhere/tiny",
                                       .reader = "none",
                                       .interactions = tiny->train,
                                       .has_ratings = tiny->train.ratings != NULL,
                                       .has_order = true,
                                       .rating_min = 1,
                                       .rating_max = 5,
                                       .users = tiny_ids(arena, "u", tiny->train.user_count),
                                       .items = tiny_ids(arena, "i", items),
                                       .movies = movies,
                                       .genre_count = 2};
    tiny->catalogue.genres = ARENA_ARRAY(arena, const char *, 2);
    memcpy(tiny->catalogue.genres, genres, sizeof genres);
}

/* The chequered board. User 0 has nothing and item `items - 1` nobody, where there are that many.
 */
static inline void tiny_make(struct tiny *tiny, uint32_t users, uint32_t items,
                             enum tiny_ratings ratings) {
    *tiny = (struct tiny){0};
    struct arena *arena = &tiny->arena;
    const size_t most = (size_t)users * items + 1;
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, (size_t)users + 1);
    uint32_t *rows = ARENA_ARRAY(arena, uint32_t, most);
    float *values = ARENA_ARRAY(arena, float, most);
    int64_t *times = ARENA_ARRAY(arena, int64_t, most);
    tiny->withheld = ARENA_ARRAY(arena, uint32_t, users);
    struct rng rng;
    rng_init(&rng, 11, 0);
    for (uint32_t u = 0; u < users; u++) {
        offsets[u + 1] = offsets[u];
        const uint32_t seen_items = items > 3 ? items - 1 : items;
        tiny->withheld[u] =
            items > 3 ? (u % 2 + 2 * (u / 2 % (seen_items / 2))) % seen_items : DATASET_NONE;
        if (users > 3 && u == 0)
            continue;
        const uint32_t start = rng_below(&rng, seen_items);
        for (uint32_t step = 0; step < seen_items; step++) {
            const uint32_t i = (start + step) % seen_items;
            const bool disliked = tiny_dislikes(ratings, u, i);
            if ((i % 2 != u % 2 && !disliked) || i == tiny->withheld[u])
                continue;
            rows[offsets[u + 1]] = i;
            values[offsets[u + 1]] = ratings == TINY_TASTES
                                         ? (float)((disliked ? 1 : 4) + rng_below(&rng, 2))
                                         : (float)(1 + rng_below(&rng, 5));
            times[offsets[u + 1]] = 1000 + (int64_t)step;
            offsets[u + 1]++;
        }
    }
    tiny->train = (struct interactions){.user_count = users,
                                        .item_count = items,
                                        .count = (size_t)offsets[users],
                                        .offsets = offsets,
                                        .items = rows,
                                        .ratings = ratings == TINY_IMPLICIT ? NULL : values,
                                        .times = times};
    tiny_catalogue(tiny);
}

/* The same people and films under other numbers: user u becomes user_of[u], item i item_of[i]. */
static inline void tiny_renumber(struct tiny *to, const struct tiny *from, const uint32_t *user_of,
                                 const uint32_t *item_of) {
    *to = (struct tiny){0};
    const struct interactions *old = &from->train;
    uint64_t *offsets = ARENA_ARRAY(&to->arena, uint64_t, (size_t)old->user_count + 1);
    uint32_t *rows = ARENA_ARRAY(&to->arena, uint32_t, old->count);
    float *values = ARENA_ARRAY(&to->arena, float, old->count);
    int64_t *times = ARENA_ARRAY(&to->arena, int64_t, old->count);
    for (uint32_t u = 0; u < old->user_count; u++)
        offsets[user_of[u] + 1] = interactions_history(old, u).count;
    for (uint32_t u = 0; u < old->user_count; u++)
        offsets[u + 1] += offsets[u];
    for (uint32_t u = 0; u < old->user_count; u++) {
        const struct history history = interactions_history(old, u);
        const size_t at = (size_t)offsets[user_of[u]];
        for (size_t i = 0; i < history.count; i++) {
            rows[at + i] = item_of[history.items[i]];
            values[at + i] = history.ratings ? history.ratings[i] : 1;
            times[at + i] = history.times[i];
        }
    }
    to->train = *old;
    to->train.offsets = offsets;
    to->train.items = rows;
    to->train.ratings = old->ratings ? values : NULL;
    to->train.times = times;
    tiny_catalogue(to);
    tiny_features(to, item_of); /* a film keeps what is written of it whatever its number */
}

static inline void tiny_release(struct tiny *tiny) { arena_release(&tiny->arena); }

#endif
