/* openapi.h: the routes as an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.0). */
#ifndef MATINEE_HTTP_OPENAPI_H
#define MATINEE_HTTP_OPENAPI_H

#include <jansson.h>
#include <stddef.h>

#include "http/router.h"
#include "http/shape.h"

struct openapi_about {
    const char *title, *version, *description;
    const struct shape *shapes; /* those with names, which answers and parameters may use */
    size_t shape_count;
};

/* The caller gives the value back with json_decref. */
json_t *openapi_document(const struct router *router, const struct openapi_about *about);

#endif
