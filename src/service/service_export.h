/* service_export.h: what the store holds, as bytes for somebody far away.
 *
 * What is asked for is first written to a file without a name, as fast as the disk takes it, and
 * sent from there: so a slow client holds no transaction of the database, and memory is one block.
 */
#ifndef MATINEE_SERVICE_SERVICE_EXPORT_H
#define MATINEE_SERVICE_SERVICE_EXPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "service/service.h"

struct service_export;

/* Begins to write a part of the store ("all", "people", ...; feedback_export): lines of JSON, or a
 * table. Errors: no such part, no table of all (STATUS_BAD_USAGE), no store, no room (STATUS_IO).
 */
enum status service_export_open(struct service_export **out, struct service *service,
                                const char *what, bool is_table, struct error *error);
/* A copy of the store, whole before this returns. Errors: the store's; of a store that is not a
 * file STATUS_BAD_USAGE. */
enum status service_export_backup(struct service_export **out, struct service *service,
                                  struct error *error);
/* Bytes to send: > 0 how many; 0: none yet; -1: all were sent; -2: it broke off. */
long service_export_read(struct service_export *export, char *bytes, size_t room);
/* Also ends one that is still written. NULL is fine. */
void service_export_close(struct service_export *export);

#endif
