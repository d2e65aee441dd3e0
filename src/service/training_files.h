/* training_files.h: training data as a folder of files that every reader of data sets opens:
 * ratings.csv, movies.csv, links.csv, tags.csv, facts.json in MovieLens' form. */
#ifndef MATINEE_SERVICE_TRAINING_FILES_H
#define MATINEE_SERVICE_TRAINING_FILES_H

#include "service/training_rows.h"

/* Everything that is known but for what is held out, with films that were added to the store (NULL:
 * none), into a folder that is there. A film that nobody has met is in no model. Errors: the
 * disk's, the database's; nothing left to learn from. */
enum status training_files_write(const struct training_rows *rows, struct feedback *store,
                                 const char *folder, struct error *error);
/* Only what is new to the model and not held out; rows of films that are new to it, and what the
 * store says of them, if it takes them in (MODEL_LEARNS_ITEMS) and the store holds them. *count is
 * how many rows. */
enum status training_files_write_new(const struct training_rows *rows, struct feedback *store,
                                     const char *folder, size_t *count, struct error *error);

#endif
