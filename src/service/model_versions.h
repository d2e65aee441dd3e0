/* model_versions.h: the model files that a served one replaced, so that any can be put back.
 *
 * Beside FILE lies the folder FILE.versions with 1.safetensors, 2.safetensors, ... One of them is
 * the present one: FILE is another name of it (a hard link), put there by a rename, so that FILE is
 * whole at any moment and a server that is started again has the newest. */
#ifndef MATINEE_SERVICE_MODEL_VERSIONS_H
#define MATINEE_SERVICE_MODEL_VERSIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define MODEL_VERSIONS_KEPT 5

struct model_version {
    unsigned number; /* from 1, never used again while a later one is there */
    const char *path;
    uint64_t bytes;
    double made; /* seconds since 1970 */
    bool is_present;
};

/* Ascending. A file without versions has none. Errors: the folder cannot be read. */
enum status model_versions_list(const char *file, struct arena *arena, struct model_version **list,
                                size_t *count, struct error *error);
/* Where the version of that number lies. */
const char *model_versions_path(const char *file, unsigned number, struct arena *arena);
/* Where a new model may be written to: a path on the same disk. Makes the folder. */
enum status model_versions_candidate(const char *file, struct arena *arena, const char **path,
                                     struct error *error);
/* Whether a path is that of a candidate: one that may take a model's place yet, or not. */
bool model_versions_is_candidate(const char *path);
/* Takes a candidate away, if it is still there, and the folder if nothing else is in it. */
void model_versions_discard(const char *file, const char *candidate);
/* What lies under FILE's name is a version from now on; *number is its own, *path where. Error: as
 * below. */
enum status model_versions_keep(const char *file, struct arena *arena, unsigned *number,
                                const char **path, struct error *error);
/* Makes a file the present one: what is there is kept as a version, `candidate` becomes the next,
 * and of all the newest `kept` stay, and the present one. *number is the new one's. Errors: the
 * disk's, a file system without hard links; then FILE is as it was. */
enum status model_versions_promote(const char *file, const char *candidate, size_t kept,
                                   unsigned *number, struct error *error);
/* The same with a file that stays where it is: a second name of it becomes the version. One that is
 * a version already is put back. */
enum status model_versions_take(const char *file, const char *made, size_t kept, unsigned *number,
                                struct error *error);
/* Makes a version that is there the present one. Error (STATUS_NOT_FOUND): there is none. */
enum status model_versions_restore(const char *file, unsigned number, struct error *error);
/* The number of the version before the present one. Error (STATUS_NOT_FOUND): there is none. */
enum status model_versions_previous(const char *file, unsigned *number, struct error *error);

#endif
