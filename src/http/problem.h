/* problem.h: errors as JSON that several kinds of client read.
 *
 * `application/problem+json` (RFC 9457) with type, title, status, detail; `error` holds the same
 * sentence for those who look there. Where fields of the request are at fault, `detail` is the list
 * that FastAPI's users know: [{type, loc, msg, input}]. */
#ifndef MATINEE_HTTP_PROBLEM_H
#define MATINEE_HTTP_PROBLEM_H

#include <stddef.h>

#include "http/request.h"
#include "http/response.h"

/* What is wrong with one field. */
struct problem_field {
    const char *type;    /* "int_parsing", "missing", "greater_than_equal", ... */
    const char *where;   /* "query", "path", "body" */
    const char *name;    /* "top_k" */
    const char *message; /* "Input should be a valid integer" */
    const char *input;   /* what came, as text; NULL: nothing came */
    json_t *value;       /* what came, if it was no text; borrowed; NULL: it was `input` */
};

/* Answers with one sentence, a printf format. */
__attribute__((format(printf, 4, 5))) void problem_answer(struct response *response,
                                                          const struct request *request,
                                                          unsigned status, const char *format, ...);
/* Answers with the fields at fault; the sentence is made from the first. `count` > 0. */
void problem_answer_fields(struct response *response, const struct request *request,
                           unsigned status, const struct problem_field *fields, size_t count);

/* Answers for what a function refused: 404 what is not there, 422 what was asked wrongly, 409 what
 * a limit does not allow now, else 503 with a time to come again. */
void problem_error(struct response *response, const struct request *request,
                   const struct error *error);

#endif
