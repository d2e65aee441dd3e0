/* json_text.h: JSON written straight into a buffer, for answers that are made thousands of times a
 * second; the bytes are those of response_json. What is rare is built as a value and written by
 * json_text_value. Checked by tests/http/test_json_text.c against the library's own writer. */
#ifndef MATINEE_HTTP_JSON_TEXT_H
#define MATINEE_HTTP_JSON_TEXT_H

#include <jansson.h>
#include <stdint.h>

#include "base/buffer.h"
#include "http/response.h"

/* A finite number to seven digits: 0.6826514, 4.0, 1e-5. */
void json_text_real(struct buffer *out, double value);
void json_text_integer(struct buffer *out, int64_t value);
/* Any value; takes the reference. */
void json_text_value(struct buffer *out, json_t *value);
/* The members of an object without its braces: "a":1,"b":2. Takes the reference. */
void json_text_members(struct buffer *out, json_t *object);
/* An answer from what was written; the buffer lives in the request's arena. */
void json_text_answer(struct response *response, const struct buffer *out);

#endif
