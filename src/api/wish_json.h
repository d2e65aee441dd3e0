/* wish_json.h: what a search found, and how it understood the wish, as JSON. */
#ifndef MATINEE_API_WISH_JSON_H
#define MATINEE_API_WISH_JSON_H

#include <jansson.h>
#include <stddef.h>

#include "service/service_search.h"

/* {text, chips: [{kind, label, words, begin, end}], mood, sure, moods, steering, genre_weights,
 * genre_similarity, genre_priors, strongest, years, alphas}. begin and end of a chip are bytes of
 * answer->text. */
json_t *wish_json_intent(const struct dataset *catalogue, const struct search_answer *answer);
/* [{item_id, encoded_id, title, genres, ...facts, score, parts}] */
json_t *wish_json_films(const struct dataset *catalogue, const struct search_answer *answer);

#endif
