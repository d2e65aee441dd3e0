/* recommend.h: a list of recommended films as JSON. */
#ifndef MATINEE_API_RECOMMEND_H
#define MATINEE_API_RECOMMEND_H

#include <jansson.h>
#include <stdbool.h>

#include "service/service.h"

/* [{item_id, encoded_id, title, genres, ...facts, score}], with reasons and why if asked. */
json_t *recommend_list(const struct snapshot *snapshot, const struct recommend_answer *found,
                       bool explain);

#endif
