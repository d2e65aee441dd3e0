/* service_person.c: see service_person.h. Checked by tests/service/test_service_recommend.c. */
#include "service/service_person.h"

#include <string.h>

#include "service/service_internal.h"

struct service_person service_person_known(const struct snapshot *snapshot, uint32_t user) {
    struct service_person person = {.user = user, .is_known = true};
    if (user < snapshot->catalogue->users.count)
        person.history = interactions_history(&snapshot->catalogue->interactions, user);
    return person;
}

enum status service_person_find(struct service *service, const struct snapshot *snapshot,
                                const char *id, struct arena *arena, struct service_person *person,
                                struct error *error) {
    (void)service;
    (void)arena;
    const uint32_t user = id_map_find(&snapshot->catalogue->users, id, strlen(id));
    if (user == DATASET_NONE)
        return error_set(error, STATUS_NOT_FOUND,
                         "there is no user \"%.80s\"; /users lists them, and POST /api/recommend "
                         "starts from nothing",
                         id);
    *person = service_person_known(snapshot, user);
    person->id = id;
    return STATUS_OK;
}
