/* alloc.c: the only file that calls malloc and mmap for memory. See alloc.h. */
#include "base/alloc.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/assert.h"

_Noreturn static void out_of_memory(size_t bytes) {
    fprintf(
        stderr,
        "matinee: out of memory (%zu bytes more were asked for); use a smaller data set or model\n",
        bytes);
    /* Not exit: what runs at exit may wait for a thread that is in the midst of allocating. */
    _exit(1);
}

void *alloc_bytes(size_t bytes) {
    void *block = malloc(bytes ? bytes : 1);
    if (!block)
        out_of_memory(bytes);
    return block;
}

void *alloc_zeroed(size_t count, size_t size) {
    void *block = calloc(count ? count : 1, size ? size : 1);
    if (!block)
        out_of_memory(count * size);
    return block;
}

void *alloc_resize(void *block, size_t bytes) {
    void *resized = realloc(block, bytes ? bytes : 1);
    if (!resized)
        out_of_memory(bytes);
    return resized;
}

void *alloc_aligned(size_t bytes) {
    ASSERT(bytes <= SIZE_MAX - 64);
    size_t rounded = (bytes + 64) & ~(size_t)63;
    void *block = aligned_alloc(64, rounded);
    if (!block)
        out_of_memory(bytes);
    memset(block, 0, rounded);
    return block;
}

char *alloc_copy(const char *text) {
    size_t bytes = strlen(text) + 1;
    return memcpy(alloc_bytes(bytes), text, bytes);
}

void alloc_free(void *block) { free(block); }

static size_t page_rounded(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    return (bytes + page - 1) / page * page;
}

void *alloc_reserve(size_t bytes) {
    size_t rounded = page_rounded(bytes ? bytes : 1);
    void *block = mmap(NULL, rounded, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (block == MAP_FAILED)
        out_of_memory(bytes);
    return block;
}

void alloc_trim(void *block, size_t reserved_bytes, size_t used_bytes) {
    ASSERT(used_bytes <= reserved_bytes);
    size_t reserved = page_rounded(reserved_bytes ? reserved_bytes : 1),
           used = page_rounded(used_bytes);
    if (used < reserved)
        munmap((char *)block + used, reserved - used);
}

void alloc_unreserve(void *block, size_t reserved_bytes) {
    if (block)
        munmap(block, page_rounded(reserved_bytes ? reserved_bytes : 1));
}

/* Reads the first number of a file, or SIZE_MAX if there is none ("max" in a control group's
 * limit). */
static size_t read_number(const char *path) {
    FILE *file = fopen(path, "re");
    if (!file)
        return SIZE_MAX;
    unsigned long long number;
    size_t result = fscanf(file, "%llu", &number) == 1 ? (size_t)number : SIZE_MAX;
    fclose(file);
    return result;
}

static size_t system_available_bytes(void) {
    FILE *file = fopen("/proc/meminfo", "re");
    if (!file)
        return SIZE_MAX;
    char line[256];
    unsigned long long kilobytes;
    size_t result = SIZE_MAX;
    while (fgets(line, sizeof line, file))
        if (sscanf(line, "MemAvailable: %llu kB", &kilobytes) == 1)
            result = (size_t)kilobytes * 1024;
    fclose(file);
    return result;
}

/* Set before threads start. */
static size_t limit_bytes;

void alloc_limit(size_t bytes) { limit_bytes = bytes; }

/* Pages in memory now: the second number of statm. */
static size_t resident_bytes(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file)
        return 0;
    unsigned long long all, resident;
    bool is_read = fscanf(file, "%llu %llu", &all, &resident) == 2;
    fclose(file);
    return is_read ? (size_t)resident * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

size_t alloc_available_bytes(void) {
    size_t available = system_available_bytes();
    if (limit_bytes > 0) {
        size_t resident = resident_bytes();
        size_t left = limit_bytes > resident ? limit_bytes - resident : 0;
        available = left < available ? left : available;
    }
    size_t limit = read_number("/sys/fs/cgroup/memory.max");
    size_t used = read_number("/sys/fs/cgroup/memory.current");
    if (limit != SIZE_MAX && used != SIZE_MAX) {
        size_t left = limit > used ? limit - used : 0;
        available = left < available ? left : available;
    }
    struct rlimit space;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur != RLIM_INFINITY &&
        space.rlim_cur < available)
        available = (size_t)space.rlim_cur;
    return available;
}

size_t alloc_peak_bytes(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * 1024;
}
