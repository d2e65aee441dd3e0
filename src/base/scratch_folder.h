/* scratch_folder.h: a folder for files that are of use only while a command runs. */
#ifndef MATINEE_BASE_SCRATCH_FOLDER_H
#define MATINEE_BASE_SCRATCH_FOLDER_H

#include "base/arena.h"
#include "base/error.h"

/* Makes "matinee-PURPOSE-..." in $TMPDIR (or /tmp), to be removed with files_remove_folder. Those
 * that killed processes left there for the same purpose are removed now. */
enum status scratch_folder_make(const char **path, const char *purpose, struct arena *arena,
                                struct error *error);

#endif
