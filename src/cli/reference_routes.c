/* reference_routes.c: see reference_routes.h. `matinee man --markdown routes` prints it. */
#include "cli/reference_routes.h"

#include <stdio.h>

#include "api/api.h"
#include "cli/reference.h"

static void put_parameter(const struct route *route, const struct route_parameter *parameter) {
    printf("| `%s`%s | `", parameter->name, router_requires(route, parameter) ? "*" : "");
    reference_put_cell(parameter->choices ? parameter->choices : parameter->shape);
    fputs("` | ", stdout);
    if (parameter->fallback && parameter->fallback[0])
        printf("`%s`", parameter->fallback);
    if (parameter->most > parameter->least)
        printf("%s%g ... %g", parameter->fallback && parameter->fallback[0] ? "; " : "",
               parameter->least, parameter->most);
    fputs(" | ", stdout);
    reference_put_cell(parameter->help);
    puts(" |");
}

static void put_route(const struct route *route) {
    static const char *const scopes[] = {[ROUTE_OPEN] = "open",
                                         [ROUTE_READ] = "read",
                                         [ROUTE_WRITE] = "write",
                                         [ROUTE_ADMIN] = "admin"};
    bool has_rows = false;
    printf("\n## %s %s\n\nScope %s: %s.\n", request_method_name(route->method), route->pattern,
           scopes[route->scope], route->summary);
    for (const struct route_parameter *at = route->parameters; at && at->name; at++) {
        if (!router_takes(route, at))
            continue;
        if (!has_rows)
            puts("\n| parameter | shape | default; range | what |\n|---|---|---|---|");
        has_rows = true;
        put_parameter(route, at);
    }
    printf("\nAnswer: `%s`\n", route->answer);
}

void reference_routes(void) {
    puts("# Routes\n\nWritten by `matinee man --markdown routes`; `make docs` writes it anew. What "
         "holds for all\nroutes is in [api.md](api.md). Parameters with * must be given; those of "
         "POST, PUT and PATCH stand\nin a JSON body, where null counts as left out. Names in "
         "answers are shapes, listed at the end.");
    size_t count;
    const struct route *routes = api_routes(&count);
    for (size_t i = 0; i < count; i++)
        put_route(&routes[i]);
    puts("\n## Shapes\n\n`id` is an integer or a text, `T?` may be null, `name?:` may be left out; "
         "others may be added.\n\n| name | shape |\n|---|---|");
    const struct shape *shapes = api_shapes(&count);
    for (size_t i = 0; i < count; i++) {
        printf("| `%s` | `", shapes[i].name);
        reference_put_cell(shapes[i].notation);
        puts("` |");
    }
}
