/* film_memo.h: one text for each film of a snapshot, made the first time it is needed and kept:
 * what whoever answers people writes of a film in every list. The service does not read it.
 *
 * Many threads may ask and keep at once; the first text that is kept for a film stays. At most
 * FILM_MEMO_BYTES_MAX are kept; beyond that texts are made each time. */
#ifndef MATINEE_SERVICE_FILM_MEMO_H
#define MATINEE_SERVICE_FILM_MEMO_H

#include <stddef.h>
#include <stdint.h>

#include "service/service.h"

#define FILM_MEMO_BYTES_MAX ((size_t)32 << 20)

struct film_note {
    size_t length;
    char text[]; /* with a '\0' */
};

/* NULL: nothing is kept yet. Lives as long as the snapshot. */
const struct film_note *film_memo_find(const struct snapshot *snapshot, uint32_t item);
/* What is kept for the film from now on: a copy of the text, or what another was quicker with;
 * NULL: no room. */
const struct film_note *film_memo_keep(const struct snapshot *snapshot, uint32_t item,
                                       const char *text, size_t length);

#endif
