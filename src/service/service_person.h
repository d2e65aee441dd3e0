/* service_person.h: whom an answer is for: a person by outside id, as one served model sees him.
 *
 * A person may be known to the model (rows of the fit), to the store (what happened since), or to
 * both. Who has nothing in the store is the model's known user; who has is answered from the whole
 * merged history, as somebody new would be (fold-in), since the model's own parameters of him know
 * nothing of what came later. */
#ifndef MATINEE_SERVICE_SERVICE_PERSON_H
#define MATINEE_SERVICE_SERVICE_PERSON_H

#include <stdbool.h>

#include "dataset/dataset.h"
#include "service/service.h"

/* Arrays are the snapshot's or the arena's. */
struct service_person {
    const char *id;         /* outside id; NULL: known by number only */
    uint32_t user;          /* of the model; DATASET_NONE: it does not know him */
    struct history history; /* everything known of him that a model may learn from, in its items */
    const bool *is_view;    /* [history.count] only watched, its rating is nobody's; NULL: none */
    const uint32_t *seen;   /* [seen_count] films not to be shown that are not in the history */
    size_t seen_count;
    bool is_known;   /* the model knows him */
    bool has_events; /* the store knows what the model does not: he is a bare history to it */
};

/* A person by outside id. Error (STATUS_NOT_FOUND): neither the model nor the store knows him. A
 * session that was begun is somebody from its beginning. */
enum status service_person_find(struct service *service, const struct snapshot *snapshot,
                                const char *id, struct arena *arena, struct service_person *person,
                                struct error *error);
/* The history without films that were only watched; where nothing is rated, all of it. */
struct history service_person_rated(const struct service_person *person, struct arena *arena);
/* What a view counts for where ratings count: the mean of what the person gave. */
float service_person_neutral(const struct dataset *catalogue, const struct history *base);
/* A user of the model by number, without what the store may have; `user` may be out of range:
 * service_query says so. */
struct service_person service_person_known(const struct snapshot *snapshot, uint32_t user);

#endif
