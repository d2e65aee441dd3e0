/* volume.c: what files there are below a path. See volume.h.
 *
 * A file is taken for what its first bytes say, not for its name: "PK" is a zip, 1f 8b is gzip, and
 * gzip around "ustar" is a packed tar. Checked by tests/dataset/test_formats.c and
 * test_bad_input.c. */
#include "dataset/volume.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zlib.h>

#include "base/assert.h"
#include "base/files.h"

#define ARCHIVE_ENTRIES_MAX 4096
#define SUBFOLDERS_MAX 256
#define ARCHIVE_BLOCK_BYTES 65536
#define DEFLATE_RATIO_MAX 1032 /* deflate cannot pack better than this */
#define TAR_MAGIC_OFFSET 257

enum container { CONTAINER_PLAIN, CONTAINER_GZIP, CONTAINER_ARCHIVE };

static bool is_packed_tar(const char *path) {
    char head[512];
    gzFile packed = gzopen(path, "rbe");
    if (!packed)
        return false;
    bool is_tar = gzread(packed, head, sizeof head) == (int)sizeof head &&
                  memcmp(head + TAR_MAGIC_OFFSET, "ustar", 5) == 0;
    gzclose(packed);
    return is_tar;
}

static enum container container_of(const char *path) {
    unsigned char head[4] = {0};
    int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (descriptor < 0)
        return CONTAINER_PLAIN;
    ssize_t got = read(descriptor, head, sizeof head);
    close(descriptor);
    if (got == 4 && memcmp(head, "PK\3\4", 4) == 0)
        return CONTAINER_ARCHIVE;
    if (got >= 2 && head[0] == 0x1f && head[1] == 0x8b)
        return is_packed_tar(path) ? CONTAINER_ARCHIVE : CONTAINER_GZIP;
    return CONTAINER_PLAIN;
}

static bool ends_with(const char *text, const char *ending) {
    size_t length = strlen(text), tail = strlen(ending);
    return length >= tail && strcasecmp(text + length - tail, ending) == 0;
}

/* The name without the ending that says how it is packed or written. */
static const char *stem(struct arena *arena, const char *name) {
    static const char *const endings[] = {".gz",  ".zip", ".tgz", ".tar", ".csv",
                                          ".tsv", ".txt", ".dat", NULL};
    char *result = arena_copy(arena, name);
    for (size_t i = 0; endings[i]; i++)
        if (ends_with(result, endings[i]) && strlen(result) > strlen(endings[i]))
            result[strlen(result) - strlen(endings[i])] = '\0';
    return result;
}

static struct volume_member file_member(const char *path, struct arena *arena) {
    bool gzip = container_of(path) == CONTAINER_GZIP;
    char *name = files_base_name(arena, path);
    if (gzip && ends_with(name, ".gz"))
        name[strlen(name) - 3] = '\0';
    uint64_t size = files_size(path);
    return (struct volume_member){
        .name = name,
        .shown = path,
        .storage = gzip ? VOLUME_GZIP : VOLUME_FILE,
        .path = path,
        .size = gzip ? 0 : size,
        .size_bound = gzip ? size * DEFLATE_RATIO_MAX : size,
    };
}

static enum status folder_volume(const char *path, struct arena *arena, struct volume *volume,
                                 struct error *error) {
    const char *const *names;
    size_t count;
    TRY(files_list(path, arena, &names, &count, error));
    char *real = realpath(path, NULL); /* "." has no name of its own */
    *volume = (struct volume){.name = files_base_name(arena, real ? real : path), .path = path};
    free(real); /* allocated by realpath, not by alloc.c */
    volume->members = ARENA_ARRAY(arena, struct volume_member, count);
    for (size_t i = 0; i < count; i++) {
        const char *member = files_join(arena, path, names[i]);
        if (names[i][0] != '.' && files_is_regular(member))
            volume->members[volume->member_count++] = file_member(member, arena);
    }
    return STATUS_OK;
}

static enum status open_folder(const char *path, struct arena *arena, struct volume **volumes,
                               size_t *count, struct error *error) {
    const char *const *names;
    size_t name_count;
    TRY(files_list(path, arena, &names, &name_count, error));
    *volumes = ARENA_ARRAY(arena, struct volume, SUBFOLDERS_MAX + 1);
    TRY(folder_volume(path, arena, *volumes, error));
    *count = 1;
    for (size_t i = 0; i < name_count && *count <= SUBFOLDERS_MAX; i++) {
        const char *below = files_join(arena, path, names[i]);
        struct error ignored; /* a folder below that may not be read is not what is looked for */
        if (names[i][0] != '.' && files_is_folder(below) &&
            folder_volume(below, arena, *volumes + *count, &ignored) == STATUS_OK)
            (*count)++;
    }
    return STATUS_OK;
}

/* The volume of an archive's folder; a new one if it was not met before. */
static struct volume *archive_folder(struct volume *volumes, size_t *count, const char *folder,
                                     const char *path, struct arena *arena) {
    const char *shown = *folder ? files_join(arena, path, folder) : path;
    for (size_t i = 0; i < *count; i++)
        if (strcmp(volumes[i].path, shown) == 0)
            return &volumes[i];
    if (*count > SUBFOLDERS_MAX)
        return NULL;
    struct volume *volume = &volumes[(*count)++];
    const char *name =
        *folder ? files_base_name(arena, folder) : stem(arena, files_base_name(arena, path));
    *volume = (struct volume){.name = name, .path = shown};
    volume->members = ARENA_ARRAY(arena, struct volume_member, ARCHIVE_ENTRIES_MAX);
    return volume;
}

static void archive_member(struct volume *volumes, size_t *count, struct archive_entry *entry,
                           const char *path, struct arena *arena) {
    const char *full = archive_entry_pathname(entry);
    if (!full || archive_entry_filetype(entry) != AE_IFREG || strncmp(full, "__MACOSX", 8) == 0)
        return;
    full = arena_copy(arena, full);
    const char *name = files_base_name(arena, full);
    if (name[0] == '.')
        return;
    const char *slash = strrchr(full, '/');
    char *folder = arena_copy_length(arena, full, slash ? (size_t)(slash - full) : 0);
    struct volume *volume = archive_folder(volumes, count, folder, path, arena);
    if (!volume || volume->member_count == ARCHIVE_ENTRIES_MAX)
        return;
    int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    volume->members[volume->member_count++] = (struct volume_member){
        .name = name,
        .shown = files_join(arena, path, full),
        .storage = VOLUME_ARCHIVED,
        .path = path,
        .entry = full,
        .size = size > 0 ? (uint64_t)size : 0,
        .size_bound = files_size(path) * DEFLATE_RATIO_MAX,
    };
}

static enum status open_archive(const char *path, struct arena *arena, struct volume **volumes,
                                size_t *count, struct error *error) {
    struct archive *archive = archive_read_new();
    ASSERT(archive);
    archive_read_support_format_zip(archive);
    archive_read_support_format_tar(archive);
    archive_read_support_filter_gzip(archive);
    *volumes = ARENA_ARRAY(arena, struct volume, SUBFOLDERS_MAX + 1);
    *count = 0;
    archive_folder(*volumes, count, "", path, arena); /* the root comes first, even if empty */
    int result = archive_read_open_filename(archive, path, ARCHIVE_BLOCK_BYTES);
    struct archive_entry *entry;
    for (int i = 0; i < ARCHIVE_ENTRIES_MAX && result == ARCHIVE_OK; i++) {
        result = archive_read_next_header(archive, &entry);
        if (result == ARCHIVE_OK || result == ARCHIVE_WARN) {
            archive_member(*volumes, count, entry, path, arena);
            result = ARCHIVE_OK;
        }
    }
    if (result != ARCHIVE_OK && result != ARCHIVE_EOF) {
        const char *reason = archive_error_string(archive);
        error_set(error, STATUS_BAD_INPUT, "%s: broken archive: %s; fetch or pack it again", path,
                  reason ? reason : "unreadable");
        archive_read_free(archive);
        return error->status;
    }
    archive_read_free(archive);
    return STATUS_OK;
}

enum status volume_open(const char *path, struct arena *arena, struct volume **volumes,
                        size_t *count, struct error *error) {
    path = arena_copy(arena, path);
    if (!files_exists(path))
        return error_set(error, STATUS_NOT_FOUND, "%s: no such file or folder; check the path",
                         path);
    if (files_is_folder(path))
        return open_folder(path, arena, volumes, count, error);
    if (access(path, R_OK) != 0)
        return error_set(error, STATUS_IO, "cannot open %s: %s", path, strerror(errno));
    if (!files_is_regular(path))
        return error_set(error, STATUS_BAD_INPUT,
                         "%s is neither a file nor a folder; name the file or folder of a data set",
                         path);
    if (container_of(path) == CONTAINER_ARCHIVE)
        return open_archive(path, arena, volumes, count, error);
    struct volume *volume = ARENA_NEW(arena, struct volume);
    volume->members = ARENA_NEW(arena, struct volume_member);
    volume->members[0] = file_member(path, arena);
    volume->member_count = 1;
    volume->name = stem(arena, files_base_name(arena, path));
    volume->path = path;
    volume->is_single = true;
    *volumes = volume;
    *count = 1;
    return STATUS_OK;
}

struct volume volume_of_texts(const char *name, const struct volume_text *texts, size_t count,
                              struct arena *arena) {
    struct volume volume = {.name = name, .path = name, .member_count = count};
    volume.members = ARENA_ARRAY(arena, struct volume_member, count);
    for (size_t i = 0; i < count; i++)
        volume.members[i] =
            (struct volume_member){.name = texts[i].name,
                                   .shown = arena_format(arena, "%s/%s", name, texts[i].name),
                                   .storage = VOLUME_MEMORY,
                                   .bytes = texts[i].bytes,
                                   .size = texts[i].size,
                                   .size_bound = texts[i].size};
    return volume;
}

const struct volume_member *volume_find(const struct volume *volume, const char *name) {
    for (size_t i = 0; i < volume->member_count; i++)
        if (strcasecmp(volume->members[i].name, name) == 0)
            return &volume->members[i];
    return NULL;
}

const struct volume_member *volume_find_ending(const struct volume *volume, const char *ending) {
    for (size_t i = 0; i < volume->member_count; i++)
        if (ends_with(volume->members[i].name, ending))
            return &volume->members[i];
    return NULL;
}
