/* service_map.h: a map of all films: near on it is what the model finds alike (layout/layout.h).
 *
 * By the model's vectors of films; of a model without them by the first singular vectors of who has
 * what. Made once for a snapshot, when somebody first asks: up to MAP_FILMS_AT_ONCE films while he
 * waits, more of them in the background. */
#ifndef MATINEE_SERVICE_SERVICE_MAP_H
#define MATINEE_SERVICE_SERVICE_MAP_H

#include "service/service.h"

#define MAP_FILMS_AT_ONCE 6000

/* If there is a map of the model of that name, whose place `next` is to take, so that there always
 * is one: of the same films it is shown until the new one is drawn in the background, of others the
 * new one is drawn now. */
void service_map_follow(struct service *service, const char *name, const struct snapshot *next);

/* *points [items][2], each coordinate within -1 ... 1; live as long as the snapshot. Errors
 * (STATUS_LIMIT): the map is being drawn. */
enum status service_map(const struct snapshot *snapshot, const float **points, struct error *error);

#define MAP_PLACE_FILMS 500

struct map_point {
    uint32_t item;
    float at[2];
};

/* Where somebody is at home on it: the mean of the points of the films that he liked, the latest
 * MAP_PLACE_FILMS of them; of those he has where he liked none. */
struct map_place {
    float at[2];
    struct map_point *films; /* [count] the latest first; in the arena */
    size_t count;            /* 0: he has none, and is nowhere */
};
/* Errors: as service_map. */
enum status service_map_place(const struct snapshot *snapshot, const struct history *history,
                              struct arena *arena, struct map_place *place, struct error *error);

#endif
