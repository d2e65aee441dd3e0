/* explain.h: reasons as JSON, for /api/explain and for lists with explain=true. */
#ifndef MATINEE_API_EXPLAIN_H
#define MATINEE_API_EXPLAIN_H

#include <jansson.h>

#include "service/service.h"

json_t *explain_notes(const struct film_remark *notes, size_t count); /* [{kind, text}] */
json_t *explain_parts(const struct film_part *parts, size_t count);   /* [{name, amount, share}] */
/* Adds reasons, why and notes of a film of a list. */
void explain_film(json_t *object, const struct dataset *catalogue,
                  const struct recommendation *film);

#endif
