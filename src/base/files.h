/* files.h: files and folders: read whole, mapped, written atomically; paths and where things lie.
 *
 * Nothing here leaves a half-written file: a writer works on a temporary file beside the target and
 * renames it when all bytes are on the disk. If the disk is full the old file is untouched and the
 * error says so. */
#ifndef MATINEE_BASE_FILES_H
#define MATINEE_BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* The whole file as bytes in `arena`, one '\0' after the last; *size without it. Errors: missing,
 * a folder, unreadable, larger than `limit` bytes (STATUS_LIMIT). */
enum status files_read(const char *path, size_t limit, struct arena *arena, char **bytes,
                       size_t *size, struct error *error);

/* A file mapped read-only. An empty file has bytes != NULL and size 0. */
struct files_mapping {
    const unsigned char *bytes;
    size_t size;
};
enum status files_map(struct files_mapping *mapping, const char *path, struct error *error);
void files_unmap(struct files_mapping *mapping); /* zeroed is fine */
/* Gives back the memory of the whole pages of a mapping that lie in these bytes; whoever touches
 * them again reads them again from the file. */
void files_forget(const void *bytes, size_t size);

/* Writes a file that appears under its name only when it is complete:
 *     TRY(files_writer_open(&writer, path, error));
 *     TRY(files_writer_write(&writer, bytes, size, error));   as often as needed
 *     TRY(files_writer_commit(&writer, error));
 * A failed write or commit removes the temporary file; files_writer_discard gives up earlier.
 * A symbolic link is followed: what it points to is replaced. Devices and pipes are written to
 * directly. */
struct files_writer {
    int descriptor;         /* -1: closed */
    char *path, *temporary; /* owned; temporary == NULL: written directly */
    unsigned char *buffer;  /* owned */
    size_t used;
    uint64_t written; /* bytes so far, buffered ones included: the position of the next byte */
};
enum status files_writer_open(struct files_writer *writer, const char *path, struct error *error);
enum status files_writer_write(struct files_writer *writer, const void *bytes, size_t size,
                               struct error *error);
enum status files_writer_commit(struct files_writer *writer, struct error *error);
void files_writer_discard(struct files_writer *writer); /* closed or zeroed is fine */

/* A whole file at once, the same way. */
enum status files_write(const char *path, const void *bytes, size_t size, struct error *error);

/* An empty file of a name of its own in $TMPDIR, or /tmp, for this process alone to read and write.
 * The path is the caller's, to be given to alloc_free. */
enum status files_make_temporary(char **path, int *descriptor, struct error *error);
/* Opens a file to be read. */
enum status files_open(int *descriptor, const char *path, struct error *error);

bool files_exists(const char *path);    /* anything of that name */
bool files_is_folder(const char *path); /* follows links */
bool files_is_regular(const char *path);
uint64_t files_size(const char *path); /* 0 if there is none */

/* Makes a folder and those above it; it is fine if it is there. */
enum status files_make_folder(const char *path, struct error *error);
/* Makes the folder that `path` is to lie in. */
enum status files_make_parent(const char *path, struct error *error);
/* Removes a folder and everything below it (links are removed, not followed). */
enum status files_remove_folder(const char *path, struct error *error);

/* "folder/name"; `name` alone if the folder is empty or the name begins with '/'. */
char *files_join(struct arena *arena, const char *folder, const char *name);
/* What stands behind the last '/' of the path, trailing ones ignored: "c" of "/a/b/c/". */
char *files_base_name(struct arena *arena, const char *path);
/* From the root, links followed; what is not there as it is. */
const char *files_resolve(struct arena *arena, const char *path);
/* A leading "~/" is replaced by the home folder. */
char *files_expand(struct arena *arena, const char *path);

/* The names in a folder in byte order, without "." and ".."; in `arena`. */
enum status files_list(const char *folder, struct arena *arena, const char *const **names,
                       size_t *count, struct error *error);

/* The user's data folder: $XDG_DATA_HOME/matinee, else ~/.local/share/matinee, else
 * ./matinee-data. It need not be there yet. */
char *files_data_home(struct arena *arena);

/* Walks a list of folders separated by ':'. Start with *rest = the list (NULL is an empty one);
 * each call returns the next folder (in `arena`, "~/" expanded), NULL at the end. Empty entries
 * are passed over. */
char *files_path_next(const char **rest, struct arena *arena);
/* The first of "FOLDER/name" over the folders of the list that is there, or NULL. */
char *files_search(const char *path_list, const char *name, struct arena *arena);

#endif
