/* film_nearest.h: the films of a model that a film which it does not know is most like, by what is
 * written of them: genres, words of the title, the year. */
#ifndef MATINEE_SERVICE_FILM_NEAREST_H
#define MATINEE_SERVICE_FILM_NEAREST_H

#include "service/snapshot.h"

#define FILM_NEAREST_MAX 20

struct film_nearest {
    size_t count; /* 1 ... FILM_NEAREST_MAX, unless the model knows no film */
    uint32_t items[FILM_NEAREST_MAX];
    float weights[FILM_NEAREST_MAX]; /* the largest first; their sum is 1 */
};

/* What is worked out once for a catalogue; memory of the arena. */
struct film_nearest_ground {
    const struct snapshot *snapshot;
    float weights[DATASET_GENRES_MAX]; /* what each genre counts, squared: the rarer the more */
    const float *lengths;              /* [items] of their genres' vectors */
};
void film_nearest_prepare(struct film_nearest_ground *ground, const struct snapshot *snapshot,
                          struct arena *arena);
/* `film` as catalogues have it, its genres as numbers of the snapshot's catalogue. */
void film_nearest_find(const struct film_nearest_ground *ground, const struct movie *film,
                       struct film_nearest *nearest);

#endif
