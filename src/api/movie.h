/* movie.h: what is known of one film, as GET, POST and PATCH answer. */
#ifndef MATINEE_API_MOVIE_H
#define MATINEE_API_MOVIE_H

#include "api/api_internal.h"

/* Answers with a film by its outside id; false: there is none, and it has answered 404. */
bool movie_answer(const struct snapshot *snapshot, const char *id, const struct request *request,
                  struct response *response);

#endif
