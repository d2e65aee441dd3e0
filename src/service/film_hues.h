/* film_hues.h: each film's colour: by who has it (layout/layout_hues.h), so that films for the same
 * people have neighbouring hues whatever model is asked. */
#ifndef MATINEE_SERVICE_FILM_HUES_H
#define MATINEE_SERVICE_FILM_HUES_H

#include "service/service.h"

/* 0 ... 359, or -1: nobody has the film, or the snapshot does not know it. Made for all films at
 * the first call; many threads may ask. */
int film_hues_find(const struct snapshot *snapshot, uint32_t item);

#endif
