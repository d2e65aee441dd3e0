/* service_feedback.h: what people do, taken down and undone: for those who answer people. What is
 * written is on the disk when a call returns, and in the next list of whoever it is about. */
#ifndef MATINEE_SERVICE_SERVICE_FEEDBACK_H
#define MATINEE_SERVICE_SERVICE_FEEDBACK_H

#include <stdbool.h>

#include "service/service.h"
#include "store/feedback.h"

/* The open store, for what is only read or belongs to no person. Error (STATUS_IO): none is open.
 */
enum status service_store(struct service *service, struct feedback **store, struct error *error);

/* Takes events down. Errors: no store is open, it cannot be written to (STATUS_IO). */
enum status service_append(struct service *service, const struct feedback_event *events,
                           size_t count, struct error *error);
/* The same without waiting: `done` is told, as feedback_append_later has it; events and arena live
 * until then. Error: no store is open; then `done` is not called. */
enum status service_append_later(struct service *service, const struct feedback_events *events,
                                 struct arena *arena, feedback_done *done, void *context,
                                 struct error *error);
/* Films that are added, edited or hidden: all of them or none, and served by every model when it
 * returns. */
enum status service_set_films(struct service *service, const struct feedback_item *films,
                              size_t count, struct error *error);
/* What the store says of a film is forgotten; *was_there: whether it said anything. */
enum status service_remove_film(struct service *service, const char *id, bool *was_there,
                                struct error *error);
/* What the store said of a film when the snapshot was made; NULL: nothing. */
const struct feedback_item *service_film_said(const struct snapshot *snapshot, const char *id);
/* What somebody said of himself: one JSON object. He is known from now on. */
enum status service_set_labels(struct service *service, const char *id, const char *labels,
                               struct error *error);
/* Takes everything of a person out, for good: models know nobody of that id from now on. Error
 * (STATUS_NOT_FOUND): nobody was ever known by it; then nothing is marked. */
enum status service_erase(struct service *service, const char *id, struct error *error);
/* Whether somebody was erased: then what models know of him is not to be used. He may be there
 * again by what he did since. */
bool service_is_erased(struct service *service, const char *id);
/* Those whom the store has something of, in no order; sessions are nobody. */
size_t service_store_people(struct service *service, struct arena *arena, const char *const **ids);

enum status service_session_begin(struct service *service, int64_t seconds, struct arena *arena,
                                  struct feedback_session *session, struct error *error);
/* Error (STATUS_NOT_FOUND): there is none, or its time is over. */
enum status service_session_find(struct service *service, const char *id, struct arena *arena,
                                 struct feedback_session *session, struct error *error);
enum status service_session_end(struct service *service, const char *id, struct error *error);

#endif
