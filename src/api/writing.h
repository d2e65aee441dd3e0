/* writing.h: what a request wants taken down, and the answer when it is on the disk. */
#ifndef MATINEE_API_WRITING_H
#define MATINEE_API_WRITING_H

#include <jansson.h>

#include "api/api_internal.h"
#include "service/service_feedback.h"

/* Whoever a request is about: an id that a person may have. False: it has answered 422. */
bool writing_person(const char *id, const struct request *request, struct response *response);

/* Takes events down; they and all they point to live in the request's arena. Answers `status` and
 * `answer` when they are on the disk, 503 if they are not. Takes the reference `answer`. */
void writing_events(const struct api_context *api, const struct feedback_events *events,
                    const struct request *request, struct response *response, unsigned status,
                    json_t *answer);

#endif
