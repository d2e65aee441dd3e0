/* movies.h: files that say what the items are: titles, years, genres, numbers at IMDb and TMDb. */
#ifndef MATINEE_DATASET_MOVIES_H
#define MATINEE_DATASET_MOVIES_H

#include <stdbool.h>

#include "base/error.h"
#include "dataset/assembly.h"

/* MovieLens 100K: u.genre ("name|number"), then u.item ("id|title|release|video|url|flags..."),
 * both ISO-8859-1. Without u.genre the published 19 genres are taken. */
enum status movies_read_item(struct assembly *assembly, const struct volume_member *item,
                             const struct volume_member *genre, struct error *error);
/* "id::title::Genre|Genre", ISO-8859-1 or UTF-8. `only_known`: films that no item id names are
 * passed over. */
enum status movies_read_dat(struct assembly *assembly, const struct volume_member *member,
                            bool only_known, struct error *error);
/* movieId,title,genres with header, UTF-8. */
enum status movies_read_csv(struct assembly *assembly, const struct volume_member *member,
                            struct error *error);
/* movieId,imdbId,tmdbId with header. */
enum status movies_read_links(struct assembly *assembly, const struct volume_member *member,
                              struct error *error);
/* The optional facts file (facts.json, movie_facts.json, movies.json or metadata.json): an object
 * of objects by outside id, or an array of objects with an id. Passed over if there is none. */
enum status movies_facts_read(struct assembly *assembly, struct error *error);

/* The year in a title, "(1995)" at its end or "(1975-1979)"; 0: none. */
int movies_year(const char *title);

#endif
