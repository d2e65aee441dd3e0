/* film_people.c: see film_people.h.
 *
 * Idea     A film's page asks for its people at every call; to look for them among all histories
 *          is a pass over every row. They are turned once.
 * Cost     8 bytes a row, 4 a person and genre, and three passes over the rows, the first time
 *          that somebody opens a film's page; then a look-up.
 * Checked  tests/service/test_service_fans.c, tests/service/test_service_browse.c. */
#include "service/film_people.h"

#include <pthread.h>

#include "base/alloc.h"
#include "service/service_internal.h"

struct film_index {
    pthread_mutex_t mutex; /* of making it */
    struct arena arena;
    atomic_bool is_made;
    struct interactions_by_item rows;
    const float *means;     /* [users] */
    const uint32_t *genres; /* [users][genres] */
};

struct film_index *film_people_create(void) {
    struct film_index *index = alloc_zeroed(1, sizeof *index);
    pthread_mutex_init(&index->mutex, NULL);
    return index;
}

void film_people_destroy(struct film_index *index) {
    if (!index)
        return;
    pthread_mutex_destroy(&index->mutex);
    arena_release(&index->arena);
    alloc_free(index);
}

static const float *means_of(const struct interactions *known, struct arena *arena) {
    float *means = ARENA_ARRAY(arena, float, known->user_count);
    for (uint32_t user = 0; known->ratings && user < known->user_count; user++) {
        const struct history history = interactions_history(known, user);
        double sum = 0;
        for (size_t i = 0; i < history.count; i++)
            sum += (double)history.ratings[i];
        means[user] = history.count > 0 ? (float)(sum / (double)history.count) : 0;
    }
    return means;
}

static const uint32_t *genres_of(const struct snapshot *origin, struct arena *arena) {
    const struct interactions *known = &origin->catalogue->interactions;
    const size_t genre_count = origin->catalogue->genre_count;
    uint32_t *counts = ARENA_ARRAY(arena, uint32_t, known->user_count * genre_count);
    for (uint32_t user = 0; user < known->user_count; user++)
        for (size_t row = known->offsets[user]; row < known->offsets[user + 1]; row++)
            for (uint64_t left = origin->genres[known->items[row]]; left; left &= left - 1)
                counts[user * genre_count + (size_t)__builtin_ctzll(left)]++;
    return counts;
}

static const struct film_index *index_of(const struct snapshot *snapshot) {
    struct film_index *index = snapshot->people;
    if (atomic_load(&index->is_made))
        return index;
    pthread_mutex_lock(&index->mutex);
    if (!atomic_load(&index->is_made)) {
        const struct interactions *known = &snapshot->origin->catalogue->interactions;
        index->rows = interactions_by_item(known, &index->arena);
        index->means = means_of(known, &index->arena);
        index->genres = genres_of(snapshot->origin, &index->arena);
        atomic_store(&index->is_made, true);
    }
    pthread_mutex_unlock(&index->mutex);
    return index;
}

struct film_people film_people_of(const struct snapshot *snapshot, uint32_t item) {
    /* Nobody of the fit has a film that was added since. */
    if (item >= snapshot->origin->catalogue->items.count)
        return (struct film_people){0};
    const struct interactions_by_item *rows = &index_of(snapshot)->rows;
    const uint64_t begin = rows->offsets[item];
    return (struct film_people){.users = rows->users + begin,
                                .ratings = rows->ratings ? rows->ratings + begin : NULL,
                                .count = rows->offsets[item + 1] - begin};
}

float film_people_mean(const struct snapshot *snapshot, uint32_t user) {
    return index_of(snapshot)->means[user];
}

const uint32_t *film_people_genres(const struct snapshot *snapshot, uint32_t user) {
    return index_of(snapshot)->genres + user * (size_t)snapshot->origin->catalogue->genre_count;
}
