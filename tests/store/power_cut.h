/* power_cut.h: a file system for SQLite that remembers what is on the disk for sure.
 *
 * Idea     A VFS (sqlite.org/vfs.html) over the system's own. What is written goes through to the
 *          file, where the program reads it, but counts as being on the disk only when the file has
 *          been synced: power_cut_copy writes what a machine would find whose power went just now.
 *          A kill alone would not show that: what was written survives the end of a process.
 * Traps    The worst is assumed of what was not synced: none of it is there. Shared memory (-shm)
 *          is no file to survive: it is made anew from the log. */
#ifndef MATINEE_TESTS_STORE_POWER_CUT_H
#define MATINEE_TESTS_STORE_POWER_CUT_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_CUT_FILES = 64 };

/* A file as it is (`now`) and as it surely is on the disk. */
struct power_cut_image {
    char path[256];
    unsigned char *now, *synced;
    size_t now_size, synced_size, capacity;
};

static struct {
    pthread_mutex_t mutex;
    struct power_cut_image images[POWER_CUT_FILES];
    size_t count;
    bool ignores_syncs;  /* a disk that lies: for showing that a loss is seen */
    atomic_bool refuses; /* a disk that has become read-only: nothing more is written */
    long syncs;
    sqlite3_vfs *below;
} power_cut = {.mutex = PTHREAD_MUTEX_INITIALIZER};

struct power_cut_file {
    sqlite3_file base;
    struct power_cut_image *image; /* NULL: a file that nobody needs after a cut */
    sqlite3_file *below;           /* behind this struct */
};

static struct power_cut_image *power_cut_find(const char *path) {
    for (size_t i = 0; i < power_cut.count; i++)
        if (strcmp(power_cut.images[i].path, path) == 0)
            return &power_cut.images[i];
    if (power_cut.count == POWER_CUT_FILES)
        abort();
    struct power_cut_image *image = &power_cut.images[power_cut.count++];
    *image = (struct power_cut_image){0};
    snprintf(image->path, sizeof image->path, "%s", path);
    return image;
}

static void power_cut_room(struct power_cut_image *image, size_t size) {
    if (size <= image->capacity)
        return;
    const size_t capacity = 2 * size;
    image->now = realloc(image->now, capacity);
    image->synced = realloc(image->synced, capacity);
    memset(image->now + image->capacity, 0, capacity - image->capacity);
    memset(image->synced + image->capacity, 0, capacity - image->capacity);
    image->capacity = capacity;
}

static sqlite3_file *power_cut_below(sqlite3_file *file) {
    return ((struct power_cut_file *)file)->below;
}

static int power_cut_close(sqlite3_file *file) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xClose(below);
}
static int power_cut_read(sqlite3_file *file, void *to, int size, sqlite3_int64 at) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xRead(below, to, size, at);
}
static int power_cut_write(sqlite3_file *file, const void *from, int size, sqlite3_int64 at) {
    struct power_cut_image *image = ((struct power_cut_file *)file)->image;
    sqlite3_file *below = power_cut_below(file);
    if (atomic_load(&power_cut.refuses))
        return SQLITE_IOERR_WRITE;
    const int code = below->pMethods->xWrite(below, from, size, at);
    if (code != SQLITE_OK || !image)
        return code;
    const size_t end = (size_t)at + (size_t)size;
    pthread_mutex_lock(&power_cut.mutex);
    power_cut_room(image, end);
    memcpy(image->now + at, from, (size_t)size);
    image->now_size = end > image->now_size ? end : image->now_size;
    pthread_mutex_unlock(&power_cut.mutex);
    return code;
}
static int power_cut_truncate(sqlite3_file *file, sqlite3_int64 size) {
    struct power_cut_image *image = ((struct power_cut_file *)file)->image;
    sqlite3_file *below = power_cut_below(file);
    if (atomic_load(&power_cut.refuses))
        return SQLITE_IOERR_TRUNCATE;
    pthread_mutex_lock(&power_cut.mutex);
    if (image && (size_t)size < image->now_size) {
        memset(image->now + size, 0, image->now_size - (size_t)size);
        image->now_size = (size_t)size;
    }
    pthread_mutex_unlock(&power_cut.mutex);
    return below->pMethods->xTruncate(below, size);
}
static int power_cut_sync(sqlite3_file *file, int flags) {
    struct power_cut_image *image = ((struct power_cut_file *)file)->image;
    (void)flags; /* nothing here is to survive this machine's own end: no real sync is needed */
    pthread_mutex_lock(&power_cut.mutex);
    power_cut.syncs++;
    if (image && !power_cut.ignores_syncs && image->capacity > 0) {
        memcpy(image->synced, image->now, image->capacity);
        image->synced_size = image->now_size;
    }
    pthread_mutex_unlock(&power_cut.mutex);
    return SQLITE_OK;
}
static int power_cut_size(sqlite3_file *file, sqlite3_int64 *size) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xFileSize(below, size);
}
static int power_cut_lock(sqlite3_file *file, int level) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xLock(below, level);
}
static int power_cut_unlock(sqlite3_file *file, int level) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xUnlock(below, level);
}
static int power_cut_reserved(sqlite3_file *file, int *out) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xCheckReservedLock(below, out);
}
static int power_cut_control(sqlite3_file *file, int what, void *argument) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xFileControl(below, what, argument);
}
static int power_cut_sector(sqlite3_file *file) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xSectorSize(below);
}
static int power_cut_device(sqlite3_file *file) {
    (void)file;
    return 0; /* promises nothing: no writes that are whole by themselves, no order */
}
static int power_cut_shm_map(sqlite3_file *file, int page, int size, int extend,
                             void volatile **out) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xShmMap(below, page, size, extend, out);
}
static int power_cut_shm_lock(sqlite3_file *file, int offset, int count, int flags) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xShmLock(below, offset, count, flags);
}
static void power_cut_shm_barrier(sqlite3_file *file) {
    sqlite3_file *below = power_cut_below(file);
    below->pMethods->xShmBarrier(below);
}
static int power_cut_shm_unmap(sqlite3_file *file, int remove) {
    sqlite3_file *below = power_cut_below(file);
    return below->pMethods->xShmUnmap(below, remove);
}

static const sqlite3_io_methods power_cut_methods = {
    .iVersion = 2,
    .xClose = power_cut_close,
    .xRead = power_cut_read,
    .xWrite = power_cut_write,
    .xTruncate = power_cut_truncate,
    .xSync = power_cut_sync,
    .xFileSize = power_cut_size,
    .xLock = power_cut_lock,
    .xUnlock = power_cut_unlock,
    .xCheckReservedLock = power_cut_reserved,
    .xFileControl = power_cut_control,
    .xSectorSize = power_cut_sector,
    .xDeviceCharacteristics = power_cut_device,
    .xShmMap = power_cut_shm_map,
    .xShmLock = power_cut_shm_lock,
    .xShmBarrier = power_cut_shm_barrier,
    .xShmUnmap = power_cut_shm_unmap,
};

static int power_cut_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags,
                          int *out) {
    struct power_cut_file *opened = (struct power_cut_file *)file;
    (void)vfs;
    opened->below = (sqlite3_file *)(void *)(opened + 1);
    opened->image = NULL;
    const int code = power_cut.below->xOpen(power_cut.below, path, opened->below, flags, out);
    opened->base.pMethods = opened->below->pMethods ? &power_cut_methods : NULL;
    pthread_mutex_lock(&power_cut.mutex);
    if (code == SQLITE_OK && path && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL)))
        opened->image = power_cut_find(path);
    pthread_mutex_unlock(&power_cut.mutex);
    return code;
}

/* From now on every database is opened on this file system. */
static inline void power_cut_install(void) {
    static sqlite3_vfs vfs;
    power_cut.below = sqlite3_vfs_find(NULL);
    vfs = *power_cut.below;
    vfs.zName = "power_cut";
    vfs.szOsFile = (int)sizeof(struct power_cut_file) + power_cut.below->szOsFile;
    vfs.pNext = NULL;
    vfs.xOpen = power_cut_open;
    sqlite3_vfs_register(&vfs, 1);
}

/* Writes a database and its log as they would be found after a cut now, under another path. */
static inline void power_cut_copy(const char *path, const char *to) {
    pthread_mutex_lock(&power_cut.mutex);
    for (size_t i = 0; i < power_cut.count; i++) {
        const struct power_cut_image *image = &power_cut.images[i];
        const size_t length = strlen(path);
        if (strncmp(image->path, path, length) != 0)
            continue;
        char target[512];
        snprintf(target, sizeof target, "%s%s", to, image->path + length);
        FILE *file = fopen(target, "wb");
        if (!file || fwrite(image->synced, 1, image->synced_size, file) != image->synced_size)
            abort();
        fclose(file);
    }
    pthread_mutex_unlock(&power_cut.mutex);
}

static inline void power_cut_forget(void) {
    pthread_mutex_lock(&power_cut.mutex);
    for (size_t i = 0; i < power_cut.count; i++) {
        free(power_cut.images[i].now);
        free(power_cut.images[i].synced);
    }
    power_cut.count = 0;
    pthread_mutex_unlock(&power_cut.mutex);
}

#endif
