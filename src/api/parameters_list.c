/* parameters_list.c: lists written with commas: see parameters.h.
 *
 * Traps    Names have commas of their own ("based on a book, loosely"; ids may be anything):
 *          what is known as it stands is never cut.
 * Checked  tests/api/test_api_wishes.c. */
#include <string.h>

#include "api/parameters.h"

static const char *piece(struct arena *arena, const char *at, size_t length) {
    while (length > 0 && (*at == ' ' || *at == '\t')) {
        at++;
        length--;
    }
    while (length > 0 && (at[length - 1] == ' ' || at[length - 1] == '\t'))
        length--;
    return arena_copy_length(arena, at, length);
}

static size_t commas_of(const char *text) {
    size_t count = 0;
    for (; (text = strchr(text, ',')); text++)
        count++;
    return count;
}

size_t parameters_split(struct parameters *parameters, const char *key, parameters_knows *knows,
                        const void *context, const char *const **list, size_t count) {
    struct arena *arena = parameters->request->arena;
    size_t commas = 0, found = 0;
    for (size_t i = 0; i < count; i++)
        commas += commas_of((*list)[i]);
    if (commas == 0)
        return count;
    if (commas > PARAMETERS_LIST_MAX) {
        parameters_refuse(parameters, key, "too_long", "List should have at most 10000 items",
                          NULL);
        return 0;
    }
    const char **pieces = ARENA_ARRAY(arena, const char *, 2 * count + commas);
    for (size_t i = 0; i < count; i++) {
        const char *text = (*list)[i];
        const bool is_whole = !strchr(text, ',') || (knows && knows(context, text));
        if (is_whole || !knows)
            pieces[found++] = text;
        for (const char *at = is_whole ? NULL : text, *next; at; at = next) {
            const size_t length = strcspn(at, ",");
            next = at[length] ? at + length + 1 : NULL;
            pieces[found++] = piece(arena, at, length);
        }
    }
    *list = pieces;
    return found;
}

size_t parameters_list(struct parameters *parameters, const char *key, parameters_knows *knows,
                       const void *context, const char *const **list) {
    const size_t count = parameters_texts(parameters, key, list);
    return parameters_split(parameters, key, knows, context, list, count);
}
