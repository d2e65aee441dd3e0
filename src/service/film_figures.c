/* film_figures.c: what is known of each film in numbers: year, people, mean, damped mean, fame.
 *
 * Idea     A film that two people gave five stars is not the best of all: the damped mean counts
 *          DAMPING ratings of the mean of all films beside a film's own,
 *              (sum + DAMPING * mean of all) / (count + DAMPING)
 *          which is the posterior mean of a normal prior.
 * Cost     One pass over the histories and one over the films, for each snapshot.
 * Checked  tests/service/test_service_browse.c. */
#include <math.h>

#include "service/service_internal.h"

#define DAMPING 10.0

static const int16_t *years_of(const struct dataset *catalogue, struct arena *arena) {
    int16_t *years = ARENA_ARRAY(arena, int16_t, catalogue->items.count);
    for (uint32_t i = 0; i < catalogue->items.count; i++) {
        const int year = catalogue->movies[i].year;
        years[i] = (int16_t)(year > 0 && year <= INT16_MAX ? year : 0);
    }
    return years;
}

/* sums[items] of the ratings; returns their mean. */
static double sum_ratings(const struct interactions *known, double *sums) {
    double all = 0;
    for (size_t row = 0; row < known->count; row++) {
        sums[known->items[row]] += (double)known->ratings[row];
        all += (double)known->ratings[row];
    }
    return known->count > 0 ? all / (double)known->count : 0;
}

float film_figures_damped(const struct snapshot *snapshot, double sum, double count) {
    return (float)((sum + DAMPING * snapshot->rating_mean) / (count + DAMPING));
}

static void derive_means(struct snapshot *snapshot) {
    const struct interactions *known = &snapshot->catalogue->interactions;
    const uint32_t item_count = snapshot->catalogue->items.count;
    float *means = ARENA_ARRAY(&snapshot->arena, float, item_count);
    float *damped = ARENA_ARRAY(&snapshot->arena, float, item_count);
    snapshot->items.means = means;
    snapshot->damped = damped;
    if (!known->ratings || !snapshot->catalogue->has_ratings)
        return;
    struct arena *scratch = arena_scratch();
    const struct arena_position mark = arena_mark(scratch);
    double *sums = ARENA_ARRAY(scratch, double, item_count);
    snapshot->rating_mean = sum_ratings(known, sums);
    for (uint32_t i = 0; i < item_count; i++) {
        const double count = snapshot->counts[i];
        means[i] = count > 0 ? (float)(sums[i] / count) : 0;
        damped[i] = film_figures_damped(snapshot, sums[i], count);
    }
    arena_reset(scratch, mark);
}

static void derive_fame(struct snapshot *snapshot) {
    const uint32_t item_count = snapshot->catalogue->items.count;
    float *fame = ARENA_ARRAY(&snapshot->arena, float, item_count);
    const float most = snapshot->count_max > 0 ? log1pf((float)snapshot->count_max) : 1;
    for (uint32_t i = 0; i < item_count; i++)
        fame[i] = log1pf((float)snapshot->counts[i]) / most;
    snapshot->fame = fame;
}

void film_figures_derive(struct snapshot *snapshot) {
    static atomic_uint_fast64_t serial;
    const struct dataset *catalogue = snapshot->catalogue;
    snapshot->items = (struct filter_items){.count = catalogue->items.count,
                                            .genres = snapshot->genres,
                                            .years = years_of(catalogue, &snapshot->arena),
                                            .counts = snapshot->counts,
                                            .tag_offsets = catalogue->tag_offsets,
                                            .tags = catalogue->movie_tags};
    derive_means(snapshot);
    derive_fame(snapshot);
    snapshot->serial = atomic_fetch_add(&serial, 1) + 1;
}
