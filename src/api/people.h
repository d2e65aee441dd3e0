/* people.h: look-ups of those whom the store knows. */
#ifndef MATINEE_API_PEOPLE_H
#define MATINEE_API_PEOPLE_H

#include "api/api_internal.h"

/* The person behind the id of a session: 404 if its time is over. Text of the request's arena. */
bool people_session(const struct api_context *api, const char *id, const struct request *request,
                    struct response *response, const char **person);

#endif
