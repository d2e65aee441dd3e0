/* problem.c: errors as JSON. See problem.h.
 *
 * Source   RFC 9457 (problem details); FastAPI's answer 422.
 * Traps    What a client sent comes back in the text: it is JSON-escaped by jansson and, where it
 *          is not UTF-8, left out.
 * Checked  tests/http/test_http_router.c, tests/api. */
#include "http/problem.h"

#include <stdarg.h>

#include "base/assert.h"

static void answer(struct response *response, const struct request *request, unsigned status,
                   const char *sentence, json_t *detail) {
    json_t *value = json_object();
    json_object_set_new(value, "type", json_string("about:blank"));
    json_object_set_new(value, "title", json_string(response_reason(status)));
    json_object_set_new(value, "status", json_integer((json_int_t)status));
    json_object_set_new(value, "detail", detail);
    json_t *text = json_string(sentence);
    json_object_set_new(value, "error", text ? text : json_string(response_reason(status)));
    response->status = status;
    response_json(response, request, value);
    response_set_header(response, "Content-Type", "application/problem+json");
    response_set_header(response, "Cache-Control", "no-store");
}

void problem_answer(struct response *response, const struct request *request, unsigned status,
                    const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    const char *sentence = arena_format_list(request->arena, format, arguments);
    va_end(arguments);
    json_t *detail = json_string(sentence);
    answer(response, request, status, sentence,
           detail ? detail : json_string(response_reason(status)));
}

void problem_answer_fields(struct response *response, const struct request *request,
                           unsigned status, const struct problem_field *fields, size_t count) {
    ASSERT(count > 0);
    json_t *detail = json_array();
    for (size_t i = 0; i < count; i++) {
        const struct problem_field *field = &fields[i];
        json_t *input = field->value   ? json_incref(field->value)
                        : field->input ? json_string(field->input)
                                       : NULL;
        json_t *one =
            json_pack("{s:s, s:[s,s], s:s, s:o}", "type", field->type, "loc", field->where,
                      field->name, "msg", field->message, "input", input ? input : json_null());
        json_array_append_new(detail, one);
    }
    const char *found = fields[0].input;
    const char *sentence = arena_format(request->arena, "%s (%s): %s%s%s", fields[0].name,
                                        fields[0].where, fields[0].message, found ? ", found " : "",
                                        !found   ? ""
                                        : *found ? found
                                                 : "nothing");
    answer(response, request, status, sentence, detail);
}

void problem_error(struct response *response, const struct request *request,
                   const struct error *error) {
    static const unsigned statuses[] = {[STATUS_NOT_FOUND] = 404,
                                        [STATUS_BAD_INPUT] = 422,
                                        [STATUS_BAD_USAGE] = 422,
                                        [STATUS_LIMIT] = 409,
                                        [STATUS_CANCELLED] = 0};
    const unsigned status = statuses[error->status] ? statuses[error->status] : 503;
    problem_answer(response, request, status, "%s", error->text);
    if (status == 503)
        response_set_header(response, "Retry-After", "1");
}
