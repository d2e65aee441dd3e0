/* film_edits.h: the catalogue of a snapshot as it is after films were added or edited.
 *
 * Models learn of them when the next one is trained; here they are listed, found by title and shown
 * at once. Films that no model knows come behind the snapshot's own. */
#ifndef MATINEE_SERVICE_FILM_EDITS_H
#define MATINEE_SERVICE_FILM_EDITS_H

#include "rank/filter.h"
#include "service/service.h"

#define FILM_EDITS_MAX 10000 /* of more, those of the last ids are not shown */

struct film_edits {
    struct dataset catalogue;  /* a copy: ids, movies and genres with what is new at the end */
    struct filter_items items; /* of as many films */
    const float *damped;       /* [films] */
    const uint32_t *edited;    /* [edited_count] films that the store says otherwise */
    size_t edited_count;
};

/* `id` NULL: all of them; else one film alone. NULL: there are none, or no store can be asked, so
 * that the catalogue stands as it was. Memory of the arena. */
const struct film_edits *film_edits_read(struct service *service, const struct snapshot *snapshot,
                                         const char *id, struct arena *arena);
/* Films among the edited whose titles answer to what was typed, as service_find_titles. */
size_t film_edits_find_titles(const struct film_edits *edits, const char *typed,
                              struct title_hit *hits, size_t room);

/* "Heat (1995)": a title of the store as catalogues have it; one that ends so, and one of no year
 * (0), as it is. */
const char *film_edits_title(const char *title, int64_t year, struct arena *arena);

#endif
