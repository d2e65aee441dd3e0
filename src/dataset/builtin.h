/* builtin.h: the data set that is linked into the program: MovieLens latest-small, with its README,
 * whose licence allows passing it on under the same conditions. */
#ifndef MATINEE_DATASET_BUILTIN_H
#define MATINEE_DATASET_BUILTIN_H

#include "base/arena.h"
#include "dataset/volume.h"

#define BUILTIN_SOURCE "built-in"
#define BUILTIN_NAME "ml-latest-small"

bool builtin_is_there(void);
/* Its files; no members where it was left out of the build. */
struct volume builtin_volume(struct arena *arena);
/* Its README with the licence, or "". */
const char *builtin_readme(struct arena *arena);

#endif
