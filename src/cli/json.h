/* json.h: what --json FILE|- writes. */
#ifndef MATINEE_CLI_JSON_H
#define MATINEE_CLI_JSON_H

#include <jansson.h>

#include "base/arena.h"
#include "base/error.h"
#include "dataset/dataset.h"

/* Writes a text to FILE (atomically) or, for "-", to standard output. */
enum status json_write_text(const char *text, const char *file, struct error *error);
/* Whether FILE can be written, to be asked before hours of work. */
enum status json_check(const char *file, struct error *error);
/* Writes a value, indented, with a new line at the end; takes the reference. */
enum status json_write(json_t *value, const char *file, struct error *error);
/* An outside id: a number if it is a canonical decimal integer, else a string. */
json_t *json_id(const struct id_map *map, uint32_t index);
/* {"item_id", "title", "genres": [...]} */
json_t *json_film(const struct dataset *catalogue, uint32_t item);

#endif
