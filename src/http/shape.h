/* shape.h: what a value looks like, in a line that people can read, and the same as JSON Schema.
 *
 *     text integer number flag any     one value
 *     id                               an integer or a text: how films and people are called
 *     [T]                              a list
 *     {a: T, b?: T}                    an object; b may be left out, others may be added
 *     {*: T}                           an object with any names
 *     T?                               T or null
 *     NAME                             a shape that has a name of its own (struct shape)
 */
#ifndef MATINEE_HTTP_SHAPE_H
#define MATINEE_HTTP_SHAPE_H

#include <jansson.h>

struct shape {
    const char *name;     /* "film": lower case, digits, '_' */
    const char *notation; /* "{item_id: id, title: text}" */
};

/* JSON Schema (2020-12) of a line; a name becomes {"$ref": "#/components/schemas/NAME"}. A line
 * that is no notation is a programmer's mistake: an assertion. */
json_t *shape_schema(const char *notation);

#endif
