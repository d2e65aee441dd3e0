/* film_remarks.h: what can be said of a film for a person beside the films of his past: genres that
 * he likes, genres that are new to him, how the film is received, that it is new here. */
#ifndef MATINEE_SERVICE_FILM_REMARKS_H
#define MATINEE_SERVICE_FILM_REMARKS_H

#include "models/model.h"
#include "service/snapshot.h"

/* A person's past by genre. */
struct film_taste {
    size_t films, liked;
    struct {
        size_t films, liked;
        double sum; /* of ratings */
    } genres[DATASET_GENRES_MAX];
};
struct film_taste film_remarks_taste(const struct snapshot *snapshot,
                                     const struct history *history);
/* Whether row h of the history was liked: from 7/10 of the scale of ratings on (4 of 5 stars);
 * where there are no ratings, to have is to like. */
bool film_remarks_liked(const struct snapshot *snapshot, const struct history *history, size_t h);

/* What a film's popularity is measured by: its mean rating, drawn to the middle of the scale by
 * 1.96^2 ratings, and brought to 0 ... 1 over the catalogue; without ratings its people beside the
 * most popular film's. */
struct film_fame {
    const struct snapshot *snapshot;
    double least, most;
};
struct film_fame film_remarks_fame(const struct snapshot *snapshot);
float film_remarks_popularity(const struct film_fame *fame, uint32_t item);

#define FILM_REMARKS_MAX 5
/* Writes what there is to say, at most FILM_REMARKS_MAX; texts live in the arena. Returns how many.
 */
size_t film_remarks_write(const struct film_fame *fame, const struct film_taste *taste,
                          uint32_t item, struct arena *arena, struct film_remark *notes);

/* "like Heat (1995) and Ronin (1998)": of a film that the model does not know, those that it is
 * scored by; NULL: the model knows it. */
const char *film_remarks_likeness(const struct snapshot *snapshot, uint32_t item,
                                  struct arena *arena);

#endif
