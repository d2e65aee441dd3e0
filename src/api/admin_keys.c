/* admin_keys.c: GET and POST /api/admin/keys, DELETE /api/admin/keys/NAME: the keys of callers. A
 * key is in the answer that makes it and nowhere else. Checked by tests/cli/keys.t. */
#include <string.h>

#include "api/api_internal.h"
#include "api/film.h"
#include "store/keys.h"

const struct route_parameter admin_keys_parameters[] = {
    {"name", "text", NULL, "what the key is called in logs, at most 31 bytes", 0, 0, ROUTE_REQUIRED,
     NULL},
    {"scope", "text", "write", "what it allows; each includes the ones before", 0, 0, 0,
     "read|write|admin"},
    PARAMETERS_END,
};

const struct route_parameter admin_keys_name_parameters[] = {
    {"name", "text", NULL, "the key's name", 0, 0, 0, NULL},
    PARAMETERS_END,
};

static bool has_store(const struct api_context *api, const struct request *request,
                      struct response *response) {
    response_set_header(response, "Cache-Control", "no-store");
    if (api->keys)
        return true;
    problem_answer(response, request, 503,
                   "this server has no store to keep keys in; start it with --store or --keys");
    return false;
}

void admin_keys_get(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct key_row *rows;
    struct error error;
    size_t count;
    if (!has_store(api, request, response))
        return;
    const enum status status = keys_list(api->keys, &rows, &count, request->arena, &error);
    if (status != STATUS_OK) {
        problem_error(response, request, &error);
        return;
    }
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(
            list,
            json_pack("{s:o, s:s, s:I, s:o}", "name", film_text(rows[i].name, strlen(rows[i].name)),
                      "scope", rows[i].scope, "created", (json_int_t)rows[i].created, "revoked",
                      rows[i].revoked > 0 ? json_integer(rows[i].revoked) : json_null()));
    response_json(response, request, json_pack("{s:o}", "keys", list));
}

void admin_keys_post(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    struct parameters parameters;
    if (!has_store(api, request, response) || !parameters_of_body(&parameters, request, response))
        return;
    const char *name = parameters_string(&parameters, "name");
    const char *scope = parameters_string(&parameters, "scope");
    scope = scope ? scope : "write";
    parameters_require(&parameters, "name", name);
    if (strcmp(scope, "read") != 0 && strcmp(scope, "write") != 0 && strcmp(scope, "admin") != 0)
        parameters_refuse(&parameters, "scope", "enum",
                          "Input should be 'read', 'write' or 'admin'", scope);
    if (!parameters_failed(&parameters, response)) {
        char key[KEYS_TEXT_BYTES];
        struct error error;
        const enum status status = keys_make(api->keys, name, scope, key, &error);
        if (status != STATUS_OK)
            problem_error(response, request, &error);
        else
            response_json(response, request,
                          json_pack("{s:o, s:s, s:s}", "name", film_text(name, strlen(name)),
                                    "scope", scope, "key", key));
    }
    parameters_release(&parameters);
}

void admin_keys_delete(void *context, const struct request *request, struct response *response) {
    const struct api_context *api = context;
    const char *name = request->captures[0];
    struct error error;
    if (!has_store(api, request, response))
        return;
    const enum status status = keys_revoke(api->keys, name, &error);
    if (status != STATUS_OK)
        problem_error(response, request, &error);
    else
        response_json(response, request,
                      json_pack("{s:o, s:b}", "name", film_text(name, strlen(name)), "revoked", 1));
}
