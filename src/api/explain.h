/* explain.h: reasons as JSON, for /api/explain and for lists with explain=true. */
#ifndef MATINEE_API_EXPLAIN_H
#define MATINEE_API_EXPLAIN_H

#include <jansson.h>

#include "service/service.h"

json_t *explain_notes(const struct film_remark *notes, size_t count); /* [{kind, text}] */
json_t *explain_parts(const struct film_part *parts, size_t count);   /* [{name, amount, share}] */

#endif
