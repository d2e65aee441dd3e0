/* film_nearest.c: see film_nearest.h.
 *
 * Idea     likeness = cosine of the genres, where a rare genre counts more (idf), times NEAR_YEAR
 *          of it by the years' distance; a title that answers to the film's adds TITLE * score^2,
 *          so that a sequel stands by its forerunners; of films equally alike those that more
 *          people have, of which models know more. The weights are likeness^SHARPNESS.
 * Cost     One pass over the films and a look-up of titles, for each new film.
 * Checked  tests/service/test_film_nearest.c; docs/results.md, "New films of a server". */
#include "service/film_nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/film_text.h"
#include "service/service.h"

#define NEAR_YEAR 0.3f
#define YEARS 8.0f
#define YEARS_MAX 64 /* farther is as far */
#define YEAR_UNKNOWN 0.5f
#define TITLE 0.6f
#define TITLE_HITS 32
#define TITLE_LEAST 0.5f /* below it the words in common are chance */
#define FAME 0.05f
#define SHARPNESS 8
#define LEAST 1e-6f /* of nothing alike, all are equally so */

static float sum_of(const float *weights, uint64_t genres) {
    float sum = 0;
    for (; genres; genres &= genres - 1)
        sum += weights[__builtin_ctzll(genres)];
    return sum;
}

void film_nearest_prepare(struct film_nearest_ground *ground, const struct snapshot *snapshot,
                          struct arena *arena) {
    const size_t count = snapshot->items.count;
    uint32_t films[DATASET_GENRES_MAX] = {0};
    float *lengths = ARENA_ARRAY(arena, float, count);
    for (size_t i = 0; i < count; i++)
        for (uint64_t left = snapshot->genres[i]; left; left &= left - 1)
            films[__builtin_ctzll(left)]++;
    for (int g = 0; g < DATASET_GENRES_MAX; g++) {
        const float idf = logf(1 + (float)count / (float)(films[g] + 1));
        ground->weights[g] = idf * idf;
    }
    for (size_t i = 0; i < count; i++)
        lengths[i] = sqrtf(sum_of(ground->weights, snapshot->genres[i]));
    ground->snapshot = snapshot;
    ground->lengths = lengths;
}

/* How near each year is to a film's, by how many lie between. */
static void fill_years(int year, float near[YEARS_MAX + 1]) {
    for (int apart = 0; apart <= YEARS_MAX; apart++)
        near[apart] = year > 0 ? expf(-(float)apart / YEARS) : YEAR_UNKNOWN;
}

static float years_near(const float *near, int year, int other) {
    const int apart = abs(year - other);
    return other == 0 ? YEAR_UNKNOWN : near[apart < YEARS_MAX ? apart : YEARS_MAX];
}

static void keep(struct film_nearest *nearest, uint32_t item, float likeness) {
    size_t at = nearest->count;
    while (at > 0 && nearest->weights[at - 1] < likeness)
        at--;
    if (at == FILM_NEAREST_MAX)
        return;
    const size_t kept = nearest->count < FILM_NEAREST_MAX ? nearest->count : FILM_NEAREST_MAX - 1;
    memmove(&nearest->items[at + 1], &nearest->items[at], (kept - at) * sizeof *nearest->items);
    memmove(&nearest->weights[at + 1], &nearest->weights[at],
            (kept - at) * sizeof *nearest->weights);
    nearest->items[at] = item;
    nearest->weights[at] = likeness;
    nearest->count = kept + 1;
}

/* likeness[items] gets what titles say; the rest is 0. */
static void add_titles(const struct snapshot *snapshot, const char *title, float *likeness) {
    struct title_hit hits[TITLE_HITS];
    char typed[256];
    const size_t length = film_text_title_length(title);
    const size_t size = length < sizeof typed ? length : sizeof typed - 1;
    memcpy(typed, title, size);
    typed[size] = '\0';
    const size_t count = service_find_titles(snapshot, typed, hits, TITLE_HITS);
    for (size_t h = 0; h < count; h++)
        if (hits[h].score >= TITLE_LEAST)
            likeness[hits[h].item] = TITLE * hits[h].score * hits[h].score;
}

void film_nearest_find(const struct film_nearest_ground *ground, const struct movie *film,
                       struct film_nearest *nearest) {
    const struct snapshot *snapshot = ground->snapshot;
    const size_t count = snapshot->items.count;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *likeness = ARENA_ARRAY(scratch, float, count);
    float near[YEARS_MAX + 1];
    *nearest = (struct film_nearest){0};
    add_titles(snapshot, film->title, likeness);
    fill_years(film->year, near);
    const float own = sqrtf(sum_of(ground->weights, film->genres));
    for (uint32_t i = 0; i < count; i++) {
        const float lengths = own * ground->lengths[i];
        const float genres =
            lengths > 0 ? sum_of(ground->weights, film->genres & snapshot->genres[i]) / lengths : 0;
        const float years = years_near(near, film->year, snapshot->items.years[i]);
        keep(nearest, i,
             likeness[i] + genres * (1 - NEAR_YEAR + NEAR_YEAR * years) +
                 FAME * (years + snapshot->fame[i]));
    }
    float sum = 0;
    for (size_t n = 0; n < nearest->count; n++)
        sum += nearest->weights[n] = powf(nearest->weights[n], SHARPNESS) + LEAST;
    for (size_t n = 0; n < nearest->count; n++)
        nearest->weights[n] /= sum;
    arena_reset(scratch, mark);
}
