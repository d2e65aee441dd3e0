/* records.h: what a client sends in numbers: one JSON object, a list of them, a list under a name,
 * or a line for each (JSONL). */
#ifndef MATINEE_API_RECORDS_H
#define MATINEE_API_RECORDS_H

#include <jansson.h>
#include <stdbool.h>

#include "api/parameters.h"

#define RECORDS_MAX 10000

/* The objects of the body as a list, in `*list`, the caller's reference. `key`: the name under
 * which a list may stand. False: it is no such thing (400, 422), and the response says what. */
bool records_read(const struct request *request, const char *key, struct response *response,
                  json_t **list);
/* One member as a text: a string or an integer. NULL: not there, null, or another type. */
const char *records_text(const json_t *record, const char *key, struct arena *arena);
/* What is wrong with a record, as the status that says so everywhere. */
enum records_fault { RECORDS_MISSING = 400, RECORDS_UNKNOWN = 404, RECORDS_WRONG = 422 };
/* Answers so for record number `index`: "ratings[3].rating: MESSAGE". */
void records_refuse(const struct request *request, struct response *response,
                    enum records_fault fault, size_t index, const char *key, const char *message);

#endif
