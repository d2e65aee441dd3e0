/* fuzz_http_json.c: requests as a stranger may send them: the target in the first line, the JSON
 * body after it, given to every route of the service (api_input.h). A first line that begins with
 * the name of another method and a space is that, any other a GET. */
#include <string.h>

#include "api/api.h"
#include "api_input.h"

/* What a first line asks for; *skip: the bytes before the target. */
static enum request_method method_of(const char *text, size_t line, size_t *skip) {
    for (int method = REQUEST_GET; method < REQUEST_OTHER; method++) {
        const char *name = request_method_name((enum request_method)method);
        const size_t length = strlen(name);
        *skip = length + 1;
        if (line > length && memcmp(text, name, length) == 0 && text[length] == ' ')
            return (enum request_method)method;
    }
    *skip = 0;
    return REQUEST_GET;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct arena arena = {0};
    const char *text = arena_copy_length(&arena, (const char *)data, size);
    const char *end = memchr(text, '\n', size);
    const size_t line = end ? (size_t)(end - text) : size;
    size_t skip;
    const enum request_method method = method_of(text, line, &skip);
    const char *target = arena_copy_length(&arena, text + skip, line - skip);
    api_input_ask(method, target, end ? end + 1 : "", end ? size - line - 1 : 0, &arena);
    arena_release(&arena);
    return 0;
}
