/* files.c: reading, mapping, folders, paths. The atomic writer is in files_writer.c. See files.h.
 */
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/assert.h"

static enum status open_error(const char *path, struct error *error) {
    if (errno == ENOENT || errno == ENOTDIR)
        return error_set(error, STATUS_NOT_FOUND, "%s: no such file; check the path", path);
    return error_set(error, STATUS_IO, "cannot open %s: %s", path, strerror(errno));
}

/* Opens a regular file (or a pipe) and says how large it is. */
static enum status open_for_reading(const char *path, int *descriptor, struct stat *about,
                                    struct error *error) {
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (*descriptor < 0)
        return open_error(path, error);
    if (fstat(*descriptor, about) == 0 && !S_ISDIR(about->st_mode))
        return STATUS_OK;
    close(*descriptor);
    return error_set(error, STATUS_BAD_INPUT, "%s is a folder; expected a file", path);
}

enum status files_read(const char *path, size_t limit, struct arena *arena, char **bytes,
                       size_t *size, struct error *error) {
    int descriptor;
    struct stat about;
    TRY(open_for_reading(path, &descriptor, &about, error));
    size_t capacity = about.st_size > 0 ? (size_t)about.st_size + 1 : 4096, used = 0;
    capacity = capacity > limit + 2 ? limit + 2 : capacity;
    char *block = alloc_bytes(capacity);
    enum status status = STATUS_OK;
    for (;;) {
        ssize_t got = read(descriptor, block + used, capacity - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            status = error_set(error, STATUS_IO, "cannot read %s: %s", path, strerror(errno));
        if (got <= 0)
            break;
        used += (size_t)got;
        if (used > limit) {
            status = error_set(error, STATUS_LIMIT,
                               "%s is larger than %zu bytes, which is the "
                               "most that is accepted here",
                               path, limit);
            break;
        }
        if (used == capacity)
            block = alloc_resize(block, capacity *= 2);
    }
    close(descriptor);
    if (status == STATUS_OK) {
        *bytes = arena_copy_length(arena, block, used);
        *size = used;
    }
    alloc_free(block);
    return status;
}

enum status files_map(struct files_mapping *mapping, const char *path, struct error *error) {
    *mapping = (struct files_mapping){(const unsigned char *)"", 0};
    int descriptor;
    struct stat about;
    TRY(open_for_reading(path, &descriptor, &about, error));
    if (about.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        if (bytes == MAP_FAILED) {
            error_set(error, STATUS_IO, "cannot map %s into memory: %s", path, strerror(errno));
            close(descriptor);
            return error->status;
        }
        *mapping = (struct files_mapping){bytes, (size_t)about.st_size};
    }
    close(descriptor);
    return STATUS_OK;
}

void files_unmap(struct files_mapping *mapping) {
    if (mapping->size > 0)
        munmap((void *)(uintptr_t)mapping->bytes, mapping->size);
    *mapping = (struct files_mapping){0};
}

void files_forget(const void *bytes, size_t size) {
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), from = (uintptr_t)bytes,
                    begin = (from + page - 1) / page * page, end = (from + size) / page * page;
    if (begin < end)
        madvise((void *)begin, end - begin, MADV_DONTNEED);
}

enum status files_make_temporary(char **path, int *descriptor, struct error *error) {
    static const char name[] = "/matinee-XXXXXX";
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    const size_t length = strlen(folder);
    *path = alloc_bytes(length + sizeof name);
    memcpy(*path, folder, length);
    memcpy(*path + length, name, sizeof name);
    *descriptor = mkostemp(*path, O_CLOEXEC);
    if (*descriptor >= 0)
        return STATUS_OK;
    error_set(error, STATUS_IO, "cannot make a file in %s: %s", folder, strerror(errno));
    alloc_free(*path);
    return STATUS_IO;
}

enum status files_open(int *descriptor, const char *path, struct error *error) {
    *descriptor = open(path, O_RDONLY | O_CLOEXEC);
    return *descriptor >= 0
               ? STATUS_OK
               : error_set(error, STATUS_IO, "cannot open %s: %s", path, strerror(errno));
}

bool files_exists(const char *path) {
    struct stat about;
    return stat(path, &about) == 0;
}

bool files_is_folder(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

bool files_is_regular(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && S_ISREG(about.st_mode);
}

uint64_t files_size(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 && about.st_size > 0 ? (uint64_t)about.st_size : 0;
}

enum status files_make_folder(const char *path, struct error *error) {
    char *partial = alloc_copy(path);
    size_t length = strlen(partial);
    enum status status = STATUS_OK;
    for (size_t i = 1; i <= length && status == STATUS_OK; i++) {
        if (partial[i] != '/' && partial[i] != '\0')
            continue;
        char kept = partial[i];
        partial[i] = '\0';
        if (mkdir(partial, 0777) != 0 && (errno != EEXIST || !files_is_folder(partial)))
            status = error_set(error, STATUS_IO, "cannot make the folder %s: %s", partial,
                               strerror(errno == EEXIST ? ENOTDIR : errno));
        partial[i] = kept;
    }
    alloc_free(partial);
    return status;
}

enum status files_make_parent(const char *path, struct error *error) {
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return STATUS_OK;
    char *parent = alloc_copy(path);
    parent[slash - path] = '\0';
    enum status status = files_make_folder(parent, error);
    alloc_free(parent);
    return status;
}

/* Byte order; scandir's own comparison would be the locale's. */
static int by_name(const struct dirent **a, const struct dirent **b) {
    return strcmp((*a)->d_name, (*b)->d_name);
}

enum status files_list(const char *folder, struct arena *arena, const char *const **names,
                       size_t *count, struct error *error) {
    struct dirent **entries;
    int found = scandir(folder, &entries, NULL, by_name);
    if (found < 0)
        return error_set(error, errno == ENOENT ? STATUS_NOT_FOUND : STATUS_IO,
                         "cannot read the folder %s: %s", folder, strerror(errno));
    const char **list = ARENA_ARRAY(arena, const char *, found);
    *count = 0;
    for (int i = 0; i < found; i++) {
        const char *name = entries[i]->d_name;
        if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0)
            list[(*count)++] = arena_copy(arena, name);
        free(entries[i]); /* allocated by scandir, not by alloc.c */
    }
    free(entries);
    *names = list;
    return STATUS_OK;
}

enum status files_remove_folder(const char *path, struct error *error) {
    struct arena arena = {0};
    const char *const *names;
    size_t count = 0;
    enum status status = files_list(path, &arena, &names, &count, error);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const char *member = files_join(&arena, path, names[i]);
        struct stat about;
        if (lstat(member, &about) == 0 && S_ISDIR(about.st_mode))
            status = files_remove_folder(member, error);
        else if (unlink(member) != 0)
            status = error_set(error, STATUS_IO, "cannot remove %s: %s", member, strerror(errno));
    }
    arena_release(&arena);
    if (status == STATUS_OK && rmdir(path) != 0)
        status = error_set(error, STATUS_IO, "cannot remove %s: %s", path, strerror(errno));
    return status;
}

char *files_join(struct arena *arena, const char *folder, const char *name) {
    size_t length = strlen(folder);
    if (length == 0 || name[0] == '/')
        return arena_copy(arena, name);
    return arena_format(arena, folder[length - 1] == '/' ? "%s%s" : "%s/%s", folder, name);
}

char *files_base_name(struct arena *arena, const char *path) {
    size_t end = strlen(path);
    while (end > 1 && path[end - 1] == '/')
        end--;
    size_t begin = end;
    while (begin > 0 && path[begin - 1] != '/')
        begin--;
    if (begin == end && end > 0)
        begin--; /* the root folder */
    return arena_copy_length(arena, path + begin, end - begin);
}

const char *files_resolve(struct arena *arena, const char *path) {
    char resolved[PATH_MAX];
    return arena_copy(arena, realpath(path, resolved) ? resolved : path);
}

char *files_expand(struct arena *arena, const char *path) {
    const char *home = getenv("HOME");
    if (path[0] == '~' && (path[1] == '/' || path[1] == '\0') && home && *home)
        return path[1] ? files_join(arena, home, path + 2) : arena_copy(arena, home);
    return arena_copy(arena, path);
}

char *files_data_home(struct arena *arena) {
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && data[0] == '/') /* the standard: a relative one is to be ignored */
        return files_join(arena, data, "matinee");
    if (home && *home)
        return files_join(arena, home, ".local/share/matinee");
    return arena_copy(arena, "matinee-data");
}

char *files_path_next(const char **rest, struct arena *arena) {
    while (*rest && **rest) {
        const char *begin = *rest, *end = strchr(begin, ':');
        size_t length = end ? (size_t)(end - begin) : strlen(begin);
        *rest = end ? end + 1 : NULL;
        if (length > 0)
            return files_expand(arena, arena_copy_length(arena, begin, length));
    }
    return NULL;
}

char *files_search(const char *path_list, const char *name, struct arena *arena) {
    char *folder;
    while ((folder = files_path_next(&path_list, arena))) {
        char *path = files_join(arena, folder, name);
        if (files_exists(path))
            return path;
    }
    return NULL;
}

enum status files_write(const char *path, const void *bytes, size_t size, struct error *error) {
    struct files_writer writer;
    TRY(files_writer_open(&writer, path, error));
    TRY(files_writer_write(&writer, bytes, size, error));
    return files_writer_commit(&writer, error);
}
