/* imports_internal.h: what the readers of imports.h share. */
#ifndef MATINEE_IMPORTS_IMPORTS_INTERNAL_H
#define MATINEE_IMPORTS_IMPORTS_INTERNAL_H

#include <jansson.h>

#include "base/arena.h"
#include "dataset/source.h"
#include "imports/imports.h"

/* The longest record that is read: a film of a library with all its actors. */
#define IMPORTS_RECORD_MAX ((size_t)1 << 20)
#define IMPORTS_TEXT_MAX 1024 /* bytes of a title */

/* One member that is being read. */
struct imports_reading {
    const struct volume_member *member;
    const char *folder; /* the name of the folder in which it lies */
    const struct imports_sink *sink;
    enum imports_format format; /* what was found in it */
    uint64_t bytes_left;        /* that may still come of it, unpacked */
};

enum status imports_read_csv(struct imports_reading *reading, struct error *error);
enum status imports_read_json(struct imports_reading *reading, struct error *error);
enum status imports_read_xml(struct imports_reading *reading, struct error *error);

/* Counts what was unpacked. Error (STATUS_LIMIT): more than such a file has. */
enum status imports_spend(struct imports_reading *reading, size_t bytes, struct error *error);
/* An empty record of the reading. */
struct imports_film imports_film_at(const struct imports_reading *reading,
                                    enum imports_format format, size_t line);
/* Hands it on, unless it names nothing. */
enum status imports_give(struct imports_reading *reading, struct imports_film *film,
                         struct error *error);
void imports_fault(const struct imports_reading *reading, size_t line, const char *why);

/* A JSON object as a film; false: it is none of the known ones. Texts are the object's. */
bool imports_film_of_json(struct imports_film *film, const json_t *object);
/* "tt0114709", "imdb://tt0114709", "com.plexapp.agents.imdb://tt0114709?lang=en", "tmdb://862":
 * sets the id of the film that it is; `digits` is where they go (IMPORTS_ID_BYTES). */
#define IMPORTS_ID_BYTES 24
const char *imports_digits(const char *text, char digits[IMPORTS_ID_BYTES]); /* NULL: none */
void imports_set_guid(struct imports_film *film, const char *guid, struct arena *arena);
/* "2015-01-31", "2015-01-31 20:15:00", "2015-01-31T20:15:00.000Z", or seconds since 1970; 0: no
 * such time. */
int64_t imports_time(const char *text);

#endif
