/* files_writer.c: files that appear under their name only when they are complete. See files.h.
 *
 * Order of events: write to "PATH.tmp-PID", fsync, rename over PATH, fsync the folder. Whatever
 * goes wrong before the rename (a full disk, a kill) leaves the old PATH as it was. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"
#include "base/files.h"

#define BUFFER_BYTES ((size_t)128 << 10)

/* What a symbolic link points to, so that the link itself survives the rename; else the path. */
static char *resolved(const char *path) {
    struct stat about;
    char *real = lstat(path, &about) == 0 && S_ISLNK(about.st_mode) ? realpath(path, NULL) : NULL;
    if (!real)
        return alloc_copy(path);
    char *copy = alloc_copy(real);
    free(real); /* allocated by realpath, not by alloc.c */
    return copy;
}

enum status files_writer_open(struct files_writer *writer, const char *path, struct error *error) {
    *writer = (struct files_writer){.descriptor = -1};
    struct stat about;
    bool is_there = stat(path, &about) == 0;
    if (is_there && S_ISDIR(about.st_mode))
        return error_set(error, STATUS_IO, "cannot write %s: it is a folder; name a file", path);
    writer->path = resolved(path);
    if (!is_there || S_ISREG(about.st_mode)) {
        struct arena arena = {0};
        writer->temporary =
            alloc_copy(arena_format(&arena, "%s.tmp-%ld", writer->path, (long)getpid()));
        arena_release(&arena);
        writer->descriptor = open(writer->temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
                                  is_there ? about.st_mode & 0777 : 0666);
    } else {
        writer->descriptor = open(path, O_WRONLY | O_CLOEXEC);
    }
    if (writer->descriptor < 0) {
        error_set(error, STATUS_IO, "cannot write %s: %s", path, strerror(errno));
        files_writer_discard(writer);
        return error->status;
    }
    writer->buffer = alloc_bytes(BUFFER_BYTES);
    return STATUS_OK;
}

/* Says why writing failed, removes the temporary file, closes. */
static enum status failed(struct files_writer *writer, int reason, struct error *error) {
    bool full = reason == ENOSPC || reason == EDQUOT || reason == EFBIG;
    error_set(error, STATUS_IO, "cannot write %s: %s; %s%s", writer->path, strerror(reason),
              full ? "make room and try again; " : "",
              !writer->temporary           ? "what was written is incomplete"
              : files_exists(writer->path) ? "the old file is unchanged"
                                           : "nothing was left behind");
    files_writer_discard(writer);
    return error->status;
}

static enum status flush(struct files_writer *writer, const unsigned char *bytes, size_t size,
                         struct error *error) {
    while (size > 0) {
        ssize_t done = write(writer->descriptor, bytes, size);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return failed(writer, done < 0 ? errno : ENOSPC, error);
        bytes += done;
        size -= (size_t)done;
    }
    return STATUS_OK;
}

enum status files_writer_write(struct files_writer *writer, const void *bytes, size_t size,
                               struct error *error) {
    ASSERT(writer->descriptor >= 0);
    writer->written += size;
    if (size > BUFFER_BYTES - writer->used) {
        size_t used = writer->used;
        writer->used = 0;
        TRY(flush(writer, writer->buffer, used, error));
    }
    if (size >= BUFFER_BYTES)
        return flush(writer, bytes, size, error);
    if (size > 0)
        memcpy(writer->buffer + writer->used, bytes, size);
    writer->used += size;
    return STATUS_OK;
}

/* Makes a rename durable. A file system that cannot sync folders loses at most the new name. */
static void sync_folder_of(const char *path) {
    char *folder = alloc_copy(path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = '\0';
    int descriptor = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor >= 0) {
        (void)fsync(descriptor);
        close(descriptor);
    }
    alloc_free(folder);
}

enum status files_writer_commit(struct files_writer *writer, struct error *error) {
    ASSERT(writer->descriptor >= 0);
    TRY(flush(writer, writer->buffer, writer->used, error));
    writer->used = 0;
    if (writer->temporary) {
        if (fsync(writer->descriptor) != 0)
            return failed(writer, errno, error);
        if (rename(writer->temporary, writer->path) != 0)
            return failed(writer, errno, error);
        sync_folder_of(writer->path);
        alloc_free(writer->temporary);
        writer->temporary = NULL; /* the discard below has nothing to remove */
    }
    files_writer_discard(writer);
    return STATUS_OK;
}

void files_writer_discard(struct files_writer *writer) {
    if (!writer->path)
        return; /* zeroed, or closed before */
    if (writer->descriptor >= 0)
        close(writer->descriptor);
    if (writer->temporary)
        unlink(writer->temporary);
    alloc_free(writer->temporary);
    alloc_free(writer->buffer);
    alloc_free(writer->path);
    *writer = (struct files_writer){.descriptor = -1};
}
