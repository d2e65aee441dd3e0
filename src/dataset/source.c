/* source.c: plain files by read(2), gzip by zlib, zip and tar by libarchive, memory by copy. See
 * source.h.
 *
 * read(2) in blocks rather than a mapping: mapped pages count as memory of the process, and a file
 * of ratings is read once from front to back. */
#include "dataset/source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/alloc.h"
#include "base/assert.h"

#define ARCHIVE_BLOCK_BYTES 65536
#define GZIP_BUFFER_BYTES (128u << 10)

static enum status open_archived(struct source *source, struct error *error) {
    const struct volume_member *member = source->member;
    struct archive *archive = archive_read_new();
    ASSERT(archive);
    source->handle = archive;
    archive_read_support_format_zip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_filter_gzip(archive);
    int result = archive_read_open_filename(archive, member->path, ARCHIVE_BLOCK_BYTES);
    struct archive_entry *entry;
    while (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
        result = archive_read_next_header(archive, &entry);
        if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
            break;
        const char *name = archive_entry_pathname(entry);
        if (name && strcmp(name, member->entry) == 0)
            return STATUS_OK;
    }
    const char *reason = archive_error_string(archive);
    return error_set(error, STATUS_BAD_INPUT, "%s: cannot be unpacked: %s", member->shown,
                     reason ? reason : "it is not in the archive any more");
}

static enum status open_handle(struct source *source, struct error *error) {
    const struct volume_member *member = source->member;
    switch (member->storage) {
    case VOLUME_MEMORY:
        return STATUS_OK;
    case VOLUME_ARCHIVED:
        return open_archived(source, error);
    case VOLUME_GZIP:
        source->handle = gzopen(member->path, "rbe");
        if (source->handle) {
            gzbuffer(source->handle, GZIP_BUFFER_BYTES);
            return STATUS_OK;
        }
        break;
    case VOLUME_FILE:
        source->descriptor = open(member->path, O_RDONLY | O_CLOEXEC);
        if (source->descriptor >= 0) {
            (void)posix_fadvise(source->descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
            return STATUS_OK;
        }
        break;
    }
    return error_set(error, STATUS_IO, "cannot open %s: %s", member->shown, strerror(errno));
}

enum status source_open(struct source *source, const struct volume_member *member,
                        struct digest *digest, struct error *error) {
    *source = (struct source){.member = member, .digest = digest, .descriptor = -1};
    enum status status = open_handle(source, error);
    if (status != STATUS_OK)
        source_close(source);
    return status;
}

static enum status read_file(struct source *source, char *buffer, size_t size, size_t *got,
                             struct error *error) {
    ssize_t count;
    do
        count = read(source->descriptor, buffer, size);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return error_set(error, STATUS_IO, "cannot read %s: %s", source->member->shown,
                         strerror(errno));
    *got = (size_t)count;
    return STATUS_OK;
}

static enum status read_gzip(struct source *source, char *buffer, size_t size, size_t *got,
                             struct error *error) {
    int count = gzread(source->handle, buffer, (unsigned)size);
    int code = Z_OK;
    const char *reason = gzerror(source->handle, &code);
    /* A short read at the end of a file that was cut off shows in the code only. */
    if (count < 0 || (count == 0 && code != Z_OK && code != Z_STREAM_END))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s: broken gzip file: %s; fetch or pack it again", source->member->shown,
                         code == Z_ERRNO ? strerror(errno) : reason);
    *got = (size_t)count;
    return STATUS_OK;
}

static enum status read_archived(struct source *source, char *buffer, size_t size, size_t *got,
                                 struct error *error) {
    la_ssize_t count = archive_read_data(source->handle, buffer, size);
    if (count < 0) {
        const char *reason = archive_error_string(source->handle);
        return error_set(error, STATUS_BAD_INPUT, "%s: broken archive: %s; fetch or pack it again",
                         source->member->shown, reason ? reason : "unreadable");
    }
    *got = (size_t)count;
    return STATUS_OK;
}

static void read_memory(struct source *source, char *buffer, size_t size, size_t *got) {
    size_t left = (size_t)source->member->size - source->position;
    *got = size < left ? size : left;
    if (*got > 0)
        memcpy(buffer, source->member->bytes + source->position, *got);
    source->position += *got;
}

enum status source_read(struct source *source, char *buffer, size_t size, size_t *got,
                        struct error *error) {
    *got = 0;
    enum status status = STATUS_OK;
    switch (source->member->storage) {
    case VOLUME_FILE:
        status = read_file(source, buffer, size, got, error);
        break;
    case VOLUME_GZIP:
        status = read_gzip(source, buffer, size, got, error);
        break;
    case VOLUME_ARCHIVED:
        status = read_archived(source, buffer, size, got, error);
        break;
    case VOLUME_MEMORY:
        read_memory(source, buffer, size, got);
        break;
    }
    if (source->digest && *got > 0)
        digest_update(source->digest, buffer, *got);
    return status;
}

void source_close(struct source *source) {
    if (!source->member)
        return;
    if (source->member->storage == VOLUME_FILE && source->descriptor >= 0)
        close(source->descriptor);
    if (source->member->storage == VOLUME_GZIP && source->handle)
        gzclose(source->handle);
    if (source->member->storage == VOLUME_ARCHIVED && source->handle)
        archive_read_free(source->handle);
    *source = (struct source){0};
}

enum status source_read_all(const struct volume_member *member, struct digest *digest, size_t limit,
                            struct arena *arena, struct text_slice *bytes, struct error *error) {
    struct source source;
    TRY(source_open(&source, member, digest, error));
    size_t capacity = member->size > 0 && member->size < limit ? (size_t)member->size + 1 : 65536;
    char *buffer = alloc_bytes(capacity);
    size_t used = 0, got;
    enum status status;
    while ((status = source_read(&source, buffer + used, capacity - used, &got, error)) ==
               STATUS_OK &&
           got > 0) {
        used += got;
        if (used > limit) {
            status = error_set(error, STATUS_LIMIT,
                               "%s is larger than %zu bytes, the most that is read of such a file",
                               member->shown, limit);
            break;
        }
        if (used == capacity)
            buffer = alloc_resize(buffer, capacity *= 2);
    }
    source_close(&source);
    if (status == STATUS_OK)
        *bytes = (struct text_slice){arena_copy_length(arena, buffer, used), used};
    alloc_free(buffer);
    return status;
}
