/* recommend.h: recommended films, found and as JSON. */
#ifndef MATINEE_API_RECOMMEND_H
#define MATINEE_API_RECOMMEND_H

#include <jansson.h>
#include <stdbool.h>

#include "base/buffer.h"
#include "http/request.h"
#include "http/response.h"
#include "service/service.h"

/* What the engine answers, in the request's arena. False: it refused, and the response says why. */
bool recommend_find(const struct snapshot *snapshot, const struct recommend_request *wanted,
                    const struct request *request, struct response *response,
                    struct recommend_answer *found);

/* Writes [{item_id, encoded_id, title, genres, ...facts, score}], with the score shown to each of
 * several people, and with reasons and why, if the request asks. */
void recommend_write(struct buffer *out, const struct snapshot *snapshot,
                     const struct recommend_request *wanted, const struct recommend_answer *found);

/* [{movie_id, title, genres, score}], with reasons where there are any. */
json_t *recommend_plain(const struct dataset *catalogue, const struct recommend_answer *found);

#endif
