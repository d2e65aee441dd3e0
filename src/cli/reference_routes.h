/* reference_routes.h: docs/routes.md, the HTTP API in Markdown, from the table that answers. */
#ifndef MATINEE_CLI_REFERENCE_ROUTES_H
#define MATINEE_CLI_REFERENCE_ROUTES_H

void reference_routes(void);

#endif
