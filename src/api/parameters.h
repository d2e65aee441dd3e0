/* parameters.h: the parameters of a request, from its query or its JSON body, checked.
 *
 * A handler reads what it needs; what is missing or wrong is collected, and parameters_failed
 * answers for all of it at once:
 *
 *     struct parameters parameters = parameters_of_query(request);
 *     const char *user = parameters_text(&parameters, "user_id");
 *     unsigned top_k = parameters_integer(&parameters, "top_k", 10, 1, 1000);
 *     parameters_require(&parameters, "user_id", user);
 *     if (parameters_failed(&parameters, response)) return;
 */
#ifndef MATINEE_API_PARAMETERS_H
#define MATINEE_API_PARAMETERS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/problem.h"
#include "http/request.h"
#include "http/response.h"

#define PARAMETERS_PROBLEMS_MAX 8
/* The longest list that a request may carry: ratings, exclusions, people. */
#define PARAMETERS_LIST_MAX 10000

struct parameters {
    const struct request *request;
    const char *where; /* "query" or "body" */
    json_t *body;      /* an object; NULL for a query */
    json_t *forced;    /* an object whose members stand in place of the request's; NULL: none */
    struct problem_field problems[PARAMETERS_PROBLEMS_MAX];
    size_t problem_count;
    unsigned status; /* of the answer: 400 if things are only missing, 422 if one is wrong */
};

struct parameters parameters_of_query(const struct request *request);
/* Parses the body; an empty one is an empty object. False if it is no JSON object: then it has
 * answered. Give back with parameters_release. */
bool parameters_of_body(struct parameters *parameters, const struct request *request,
                        struct response *response);
void parameters_release(struct parameters *parameters);
/* Puts the members of a JSON object, as text, in place of what the request says of them. Give back
 * with parameters_release. */
void parameters_force(struct parameters *parameters, const char *object);

/* A text; a number in the body is taken as its text, so that ids may be either. NULL: not given. */
const char *parameters_text(struct parameters *parameters, const char *key);
/* A text that is no id: a number in the body is refused. */
const char *parameters_string(struct parameters *parameters, const char *key);
/* Refuses a value in the body that is neither a list nor null. */
void parameters_expect_list(struct parameters *parameters, const char *key);
int64_t parameters_integer(struct parameters *parameters, const char *key, int64_t fallback,
                           int64_t least, int64_t most);
double parameters_real(struct parameters *parameters, const char *key, double fallback,
                       double least, double most);
bool parameters_flag(struct parameters *parameters, const char *key, bool fallback);
/* All values of a key, which in a query may be there many times and in a body is a list or one
 * value; in the request's arena. Returns how many. */
size_t parameters_texts(struct parameters *parameters, const char *key, const char *const **list);
/* Whether a text names something as it stands. */
typedef bool parameters_knows(const void *context, const char *text);
/* Values that may be several with commas between them, "Action,Comedy" as well as Action and
 * Comedy: one with a comma that is not known as a whole counts as its pieces, without the spaces
 * around them. So every list may be written, in a query and in a body. `knows` NULL: nobody can
 * tell, and the whole counts beside the pieces. Returns how many. */
size_t parameters_split(struct parameters *parameters, const char *key, parameters_knows *knows,
                        const void *context, const char *const **list, size_t count);
/* parameters_texts and then parameters_split. */
size_t parameters_list(struct parameters *parameters, const char *key, parameters_knows *knows,
                       const void *context, const char *const **list);
/* The text of a JSON string or integer, NULL for any other value. */
const char *parameters_json_text(const struct parameters *parameters, const json_t *value);
/* A member of an object, such as the body; NULL if it is left out or null. */
json_t *parameters_member(const json_t *object, const char *key);

/* Says that something is wrong with a key (422). `input` may be NULL. */
void parameters_refuse(struct parameters *parameters, const char *key, const char *type,
                       const char *message, const char *input);
/* Says that a key is missing (400) if `value` is NULL. */
void parameters_require(struct parameters *parameters, const char *key, const void *value);

/* Answers with all problems there were; false: there were none. */
bool parameters_failed(const struct parameters *parameters, struct response *response);

#endif
