/* film_hues.h: each film's colour: by who has it (layout/layout_hues.h), so that films for the same
 * people have neighbouring hues whatever model is asked. */
#ifndef MATINEE_SERVICE_FILM_HUES_H
#define MATINEE_SERVICE_FILM_HUES_H

#include "service/service.h"

/* 0 ... 359, or -1: nobody has the film, the snapshot does not know it, or hues are being made,
 * which the first call begins: of up to FILM_HUES_AT_ONCE interactions while it waits, of more in
 * the background. Many threads may ask. */
int film_hues_find(const struct snapshot *snapshot, uint32_t item);
/* Whether they are made. */
bool film_hues_known(const struct snapshot *snapshot);

#define FILM_HUES_AT_ONCE 200000

#endif
