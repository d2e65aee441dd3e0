/* tiny.h: a catalogue of eight films and five people, and a model whose scores can be worked out by
 * hand: score(i) = sum over the history of rating / (1 + |i - h|), minus 3.
 *
 *   item  id    title                genres          people who have it
 *   0     10    Alpha (1990)         Action          1 2 3
 *   1     20    Beta (1991)          Action Comedy   1 2
 *   2     30    "Gamma" & <Sons>     Comedy          1
 *   3     40    Delta (1993)         Drama           2 3
 *   4     50    Épsilon (1994)       Drama Comedy    ann
 *   5     60    Zeta (1995)          unknown
 *   6     7a    Eta (1996)           Action
 *   7     80    Theta (1997)         (none)
 *
 * People in order: "1", "2", "3", "ann", "u/5"; the last one has nothing. */
#ifndef MATINEE_TESTS_SERVICE_TINY_H
#define MATINEE_TESTS_SERVICE_TINY_H

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "models/model.h"
#include "service/service_person.h"
#include "service/snapshot.h"

#define ASSERT_NEAR(found, expected, tolerance)                                                    \
    assert_true(fabs((double)(found) - (double)(expected)) <= (tolerance))

enum { TINY_USERS = 5, TINY_ITEMS = 8, TINY_GENRES = 4 };
enum { TINY_ACTION = 1, TINY_COMEDY = 2, TINY_DRAMA = 4, TINY_UNKNOWN = 8 };

/* In a request: that it is for a user of the model. */
#define TINY_FOR(snapshot, number)                                                                 \
    .people = (struct service_person[]){service_person_known(snapshot, number)}, .person_count = 1

struct tiny {
    struct arena arena;
    struct dataset catalogue;
    struct model_ops ops; /* a copy that a test may change before tiny_adopt */
    struct model model;
    struct settings *settings;
    int *released; /* counts how often it was freed; may be NULL */
};

static inline void tiny_shares(const struct model *model, const struct query *query, uint32_t item,
                               float *shares) {
    (void)model;
    for (size_t h = 0; h < query->history.count; h++) {
        const float rating = query->history.ratings ? query->history.ratings[h] : 1;
        const int apart = abs((int)item - (int)query->history.items[h]);
        shares[h] = rating / (float)(1 + apart);
    }
}

static inline void tiny_score(const struct model *model, const struct query *queries,
                              size_t query_count, const uint32_t *items, size_t item_count,
                              float *scores) {
    for (size_t q = 0; q < query_count; q++)
        for (size_t i = 0; i < item_count; i++) {
            float shares[64], sum = -3;
            tiny_shares(model, &queries[q], items ? items[i] : (uint32_t)i, shares);
            for (size_t h = 0; h < queries[q].history.count; h++)
                sum += shares[h];
            scores[q * item_count + i] = sum;
        }
}

/* Points on a line: item i stands at (i, 1). */
static const float tiny_points[TINY_ITEMS][2] = {{0, 1}, {1, 1}, {2, 1}, {3, 1},
                                                 {4, 1}, {5, 1}, {6, 1}, {7, 1}};

static inline const float *tiny_vectors(const struct model *model, size_t *dimension,
                                        enum vector_metric *metric) {
    (void)model;
    *dimension = 2;
    *metric = VECTOR_L2;
    return tiny_points[0];
}

static inline void tiny_query_vectors(const struct model *model, const struct query *queries,
                                      size_t query_count, float *vectors) {
    (void)model;
    for (size_t q = 0; q < query_count; q++) {
        vectors[2 * q] = (float)queries[q].history.count;
        vectors[2 * q + 1] = queries[q].history.ratings ? queries[q].history.ratings[0] : 0;
    }
}

static inline void tiny_ids(struct id_map *map, const char *const *names, uint32_t count,
                            struct arena *arena) {
    uint64_t *offsets = ARENA_ARRAY(arena, uint64_t, count + 1);
    char *text = arena_alloc(arena, 256);
    for (uint32_t i = 0; i < count; i++) {
        const size_t length = strlen(names[i]);
        memcpy(text + offsets[i], names[i], length);
        offsets[i + 1] = offsets[i] + length;
    }
    *map = (struct id_map){.count = count, .offsets = offsets, .text = text};
    id_map_index(map, arena);
}

static inline void tiny_catalogue(struct tiny *tiny) {
    static const char *const users[] = {"1", "2", "3", "ann", "u/5"};
    static const char *const items[] = {"10", "20", "30", "40", "50", "60", "7a", "80"};
    static const char *genres[] = {"Action", "Comedy", "Drama", "unknown"};
    static struct movie movies[] = {
        {.title = "Alpha (1990)", .year = 1990, .genres = TINY_ACTION, .imdb_id = "0000010"},
        {.title = "Beta (1991)", .year = 1991, .genres = TINY_ACTION | TINY_COMEDY},
        {.title = "\"Gamma\" & <Sons>", .genres = TINY_COMEDY},
        {.title = "Delta (1993)",
         .year = 1993,
         .genres = TINY_DRAMA,
         .facts = "{\"overview\": \"A river.\", \"runtime\": 99, \"title\": \"not this\"}"},
        {.title = "\xc3\x89psilon (1994)", .year = 1994, .genres = TINY_DRAMA | TINY_COMEDY},
        {.title = "Zeta (1995)", .year = 1995, .genres = TINY_UNKNOWN},
        {.title = "Eta (1996)", .year = 1996, .genres = TINY_ACTION},
        {.title = "Theta (1997)", .year = 1997},
    };
    static const uint64_t offsets[] = {0, 3, 6, 8, 9, 9};
    static const uint32_t rows[] = {0, 1, 2, 0, 1, 3, 0, 3, 4};
    static const float ratings[] = {5, 4, 1, 5, 3, 4, 2, 5, 5};
    static const int64_t times[] = {1, 2, 3, 1, 2, 3, 1, 2, 1};
    tiny->catalogue = (struct dataset){.name = "tiny",
                                       .source = "test",
                                       .reader = "test",
                                       .has_ratings = true,
                                       .has_order = true,
                                       .rating_min = 1,
                                       .rating_max = 5,
                                       .movies = movies,
                                       .genre_count = TINY_GENRES,
                                       .genres = genres,
                                       .interactions = {.user_count = TINY_USERS,
                                                        .item_count = TINY_ITEMS,
                                                        .count = 9,
                                                        .offsets = offsets,
                                                        .items = rows,
                                                        .ratings = ratings,
                                                        .times = times}};
    tiny_ids(&tiny->catalogue.users, users, TINY_USERS, &tiny->arena);
    tiny_ids(&tiny->catalogue.items, items, TINY_ITEMS, &tiny->arena);
}

static const struct setting_spec tiny_settings[] = {
    {"model.k", SETTING_INT, "40", 1, 1000, NULL, NULL, "neighbours"},
    {"model.rate", SETTING_REAL, "0.5", 0, 1, NULL, NULL, "a rate"},
    {"model.layers", SETTING_INT_LIST, "[64,32]", 1, 1024, NULL, NULL, "layers"},
    {"model.centered", SETTING_BOOL, "true", 0, 0, NULL, NULL, "a flag"},
    {"model.kind", SETTING_TEXT, "cosine", 0, 0, "cosine|msd", NULL, "a choice"},
    {0},
};

static inline struct tiny *tiny_create(void) {
    struct tiny *tiny = calloc(1, sizeof *tiny);
    tiny_catalogue(tiny);
    tiny->ops = (struct model_ops){.name = "tiny",
                                   .family = "test",
                                   .summary = "scores that can be worked out by hand",
                                   .source = "none",
                                   .score = tiny_score};
    tiny->model = (struct model){.ops = &tiny->ops,
                                 .user_count = TINY_USERS,
                                 .item_count = TINY_ITEMS,
                                 .rating_min = 1,
                                 .rating_max = 5};
    tiny->settings = settings_create(&tiny->arena);
    settings_add(tiny->settings, tiny_settings);
    return tiny;
}

static inline void tiny_destroy(void *owner) {
    struct tiny *tiny = owner;
    if (tiny->released)
        __atomic_add_fetch(tiny->released, 1, __ATOMIC_RELAXED);
    arena_release(&tiny->arena);
    free(tiny);
}

static inline struct snapshot *tiny_snapshot(struct tiny *tiny) {
    tiny->model.traits = tiny->ops.traits;
    const struct snapshot_source source = {.model = &tiny->model,
                                           .catalogue = &tiny->catalogue,
                                           .settings = tiny->settings,
                                           .metrics = "{\"ndcg@10\": 0.25}",
                                           .release = tiny_destroy,
                                           .owner = tiny};
    struct snapshot *snapshot;
    struct error error;
    return snapshot_create(&snapshot, &source, &error) == STATUS_OK ? snapshot : NULL;
}

/* A service that serves it; the service owns it. */
static inline struct service *tiny_service(struct tiny *tiny) {
    struct service *service;
    struct error error;
    if (service_create(&service, &error) != STATUS_OK ||
        service_adopt(service, tiny_snapshot(tiny), NULL, &error) != STATUS_OK)
        abort();
    return service;
}

#endif
