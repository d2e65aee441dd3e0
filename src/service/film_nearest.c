/* film_nearest.c: see film_nearest.h.
 *
 * Idea     likeness = cosine of the genres, where a rare genre counts more (idf), times NEAR_YEAR
 *          of it by the years' distance; a title that answers to the film's adds TITLE * score^2,
 *          so that a sequel stands by its forerunners; of films equally alike those that more
 *          people have, of which models know more. The weights are likeness^SHARPNESS.
 * Cost     One pass over the films and a look-up of titles, for each new film.
 * Checked  tests/service/test_film_nearest.c; docs/results.md, "New films". */
#include "service/film_nearest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataset/film_text.h"
#include "service/service.h"

#define NEAR_YEAR 0.3f
#define YEARS 8.0f
#define TITLE 0.6f
#define TITLE_HITS 32
#define TITLE_LEAST 0.5f /* below it the words in common are chance */
#define FAME 0.05f
#define SHARPNESS 4

/* What each genre of a film counts: the rarer the more. */
static void weigh_genres(const struct snapshot *snapshot, float weights[DATASET_GENRES_MAX]) {
    const size_t count = snapshot->items.count;
    uint32_t films[DATASET_GENRES_MAX] = {0};
    for (size_t i = 0; i < count; i++)
        for (uint64_t left = snapshot->genres[i]; left; left &= left - 1)
            films[__builtin_ctzll(left)]++;
    for (int g = 0; g < DATASET_GENRES_MAX; g++)
        weights[g] = logf(1 + (float)count / (float)(films[g] + 1));
}

static float squares(const float *weights, uint64_t genres) {
    float sum = 0;
    for (; genres; genres &= genres - 1) {
        const float weight = weights[__builtin_ctzll(genres)];
        sum += weight * weight;
    }
    return sum;
}

static float years_apart(int a, int b) {
    return a > 0 && b > 0 ? expf(-(float)abs(a - b) / YEARS) : 0.5f;
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

void film_nearest_find(const struct snapshot *snapshot, const struct movie *film,
                       struct film_nearest *nearest) {
    const size_t count = snapshot->items.count;
    float weights[DATASET_GENRES_MAX];
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    float *likeness = ARENA_ARRAY(scratch, float, count);
    *nearest = (struct film_nearest){0};
    weigh_genres(snapshot, weights);
    add_titles(snapshot, film->title, likeness);
    const float own = squares(weights, film->genres);
    for (uint32_t i = 0; i < count; i++) {
        const float other = squares(weights, snapshot->genres[i]);
        const float lengths = sqrtf(own * other);
        const float genres =
            lengths > 0 ? squares(weights, film->genres & snapshot->genres[i]) / lengths : 0;
        const float years = years_apart(film->year, snapshot->items.years[i]);
        keep(nearest, i,
             likeness[i] + genres * (1 - NEAR_YEAR + NEAR_YEAR * years) +
                 FAME * (years + snapshot->fame[i]));
    }
    float sum = 0;
    for (size_t n = 0; n < nearest->count; n++)
        sum += nearest->weights[n] = powf(nearest->weights[n], SHARPNESS) + 1e-6f;
    for (size_t n = 0; n < nearest->count; n++)
        nearest->weights[n] /= sum;
    arena_reset(scratch, mark);
}
