/* fuzz_query.c: the first byte chooses a route that is read, the rest is its query string, as it
 * came: "user_id=1&genre=%41". What an address names exists, so that the query alone decides. */
#include <string.h>

#include "api/api.h"
#include "api_input.h"

/* The pattern of a route with names that exist in the place of {...}; "name" stands for what has
 * none: experiments, sessions and runs. */
static const char *address_of(const char *pattern, struct arena *arena) {
    const char *begin = strchr(pattern, '{'), *end = begin ? strchr(begin, '}') : NULL;
    if (!begin)
        return pattern;
    const bool is_film = strstr(pattern, "movie") || strstr(pattern, "item") ||
                         strstr(pattern, "similar") || strstr(pattern, "film");
    const bool is_category = strncmp(begin, "{category}", strlen("{category}")) == 0;
    const char *name = is_category ? "Comedy" : is_film ? "10" : "1";
    return arena_format(arena, "%.*s%s%s", (int)(begin - pattern), pattern, name,
                        address_of(end + 1, arena));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const char *const patterns[] = {
#define ROUTE(method, pattern, scope, handler, parameters, answer, example, summary)               \
    REQUEST_##method == REQUEST_GET ? pattern : NULL,
#include "api/routes.def"
#undef ROUTE
    };
    const size_t count = sizeof patterns / sizeof *patterns;
    size_t chosen = size > 0 ? data[0] % count : 0;
    while (!patterns[chosen])
        chosen = (chosen + 1) % count;
    struct arena arena = {0};
    const char *query = size > 0 ? arena_copy_length(&arena, (const char *)data + 1, size - 1) : "";
    const char *target = arena_format(&arena, "%s?%s", address_of(patterns[chosen], &arena), query);
    api_input_ask(REQUEST_GET, target, "", 0, &arena);
    arena_release(&arena);
    return 0;
}
