/* arena.c: a chain of blocks, the newest first; allocation moves a pointer. See arena.h.
 *
 * Blocks double from 64 KiB to 4 MiB; what is larger gets a block of its own. Under
 * AddressSanitizer the unused part of a block is poisoned, so that a read past an allocation is
 * caught. A hostile build (MATINEE_HOSTILE) fills fresh and given-back memory with junk, so that
 * whoever relies on either computes nonsense in the tests. */
#include "base/arena.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/assert.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#define REDZONE_BYTES 64
#else
#define ASAN_POISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)(address), (void)(size))
#define REDZONE_BYTES 0
#endif

#ifdef MATINEE_HOSTILE
#define HOSTILE 1
#else
#define HOSTILE 0
#endif

#define BLOCK_BYTES_FIRST ((size_t)64 << 10)
#define BLOCK_BYTES_LARGEST ((size_t)4 << 20)

struct arena_block {
    struct arena_block *older;
    size_t capacity; /* bytes after this header */
    size_t used;
    bool was_used;    /* before it was the spare one: its bytes are no longer zero */
    char padding[39]; /* the payload starts on a 64-byte boundary */
};

_Static_assert(sizeof(struct arena_block) == 64, "the payload of a block must stay aligned");

static char *payload(struct arena_block *block) { return (char *)(block + 1); }

/* A NaN in both float and double, and an index far out of range. */
static void spoil(void *memory, size_t bytes) {
    if (HOSTILE) {
        ASAN_UNPOISON_MEMORY_REGION(memory, bytes);
        memset(memory, 0xff, bytes);
    }
}

/* A new newest block: the spare one if it is large enough. */
static struct arena_block *block_create(struct arena *arena, size_t bytes) {
    struct arena_block *older = arena->newest, *block = arena->spare;
    if (block && block->capacity >= bytes) {
        arena->spare = NULL;
        block->older = older;
        return block;
    }
    size_t capacity = older ? older->capacity * 2 : BLOCK_BYTES_FIRST;
    capacity = capacity > BLOCK_BYTES_LARGEST ? BLOCK_BYTES_LARGEST : capacity;
    capacity = capacity < bytes ? bytes : capacity;
    /* Large blocks come straight from the system, so that their pages cost nothing until they are
     * touched. */
    block = alloc_reserve(sizeof *block + capacity);
    *block = (struct arena_block){.older = older, .capacity = capacity};
    ASAN_POISON_MEMORY_REGION(payload(block), capacity);
    return block;
}

static void block_destroy(struct arena_block *block) {
    ASAN_UNPOISON_MEMORY_REGION(payload(block), block->capacity);
    alloc_unreserve(block, sizeof *block + block->capacity);
}

/* The larger of the block and the spare one stays, unless it is larger than what is kept. */
static void give_back(struct arena *arena, struct arena_block *block) {
    struct arena_block *spare = arena->spare;
    if (block->capacity > BLOCK_BYTES_LARGEST || (spare && spare->capacity >= block->capacity)) {
        block_destroy(block);
        return;
    }
    if (spare)
        block_destroy(spare);
    spoil(payload(block), block->used);
    block->used = 0;
    block->was_used = true;
    ASAN_POISON_MEMORY_REGION(payload(block), block->capacity);
    arena->spare = block;
}

void *arena_alloc_raw(struct arena *arena, size_t bytes) {
    ASSERT(bytes < SIZE_MAX / 2);
    size_t alignment = bytes >= 64 ? 64 : 16;
    struct arena_block *block = arena->newest;
    size_t start = block ? (block->used + alignment - 1) / alignment * alignment : 0;
    if (!block || start + bytes + REDZONE_BYTES > block->capacity) {
        block = arena->newest = block_create(arena, bytes + REDZONE_BYTES);
        start = 0;
    }
    block->used = start + bytes + REDZONE_BYTES;
    ASAN_UNPOISON_MEMORY_REGION(payload(block) + start, bytes);
    spoil(payload(block) + start, bytes);
    return payload(block) + start;
}

void *arena_alloc(struct arena *arena, size_t bytes) {
    struct arena_block *before = arena->newest;
    void *result = arena_alloc_raw(arena, bytes);
    /* A block fresh from the system is zero already; only memory that may have been used before a
     * reset needs clearing. */
    if (arena->newest == before || arena->newest->was_used || HOSTILE)
        memset(result, 0, bytes);
    return result;
}

char *arena_copy_length(struct arena *arena, const char *text, size_t length) {
    char *copy = arena_alloc_raw(arena, length + 1);
    memcpy(copy, text, length);
    copy[length] = '\0';
    return copy;
}

char *arena_copy(struct arena *arena, const char *text) {
    return arena_copy_length(arena, text, strlen(text));
}

char *arena_format_list(struct arena *arena, const char *format, va_list arguments) {
    va_list again;
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    ASSERT(length >= 0);
    char *text = arena_alloc_raw(arena, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    char *text = arena_format_list(arena, format, arguments);
    va_end(arguments);
    return text;
}

struct arena_position arena_mark(const struct arena *arena) {
    return (struct arena_position){arena->newest, arena->newest ? arena->newest->used : 0};
}

void arena_reset(struct arena *arena, struct arena_position position) {
    while (arena->newest && arena->newest != position.block) {
        struct arena_block *block = arena->newest;
        arena->newest = block->older;
        give_back(arena, block);
    }
    if (arena->newest) {
        spoil(payload(arena->newest) + position.used, arena->newest->used - position.used);
        arena->newest->used = position.used;
        ASAN_POISON_MEMORY_REGION(payload(arena->newest) + position.used,
                                  arena->newest->capacity - position.used);
    }
}

void arena_release(struct arena *arena) {
    while (arena->newest) {
        struct arena_block *block = arena->newest;
        arena->newest = block->older;
        block_destroy(block);
    }
    if (arena->spare)
        block_destroy(arena->spare);
    arena->spare = NULL;
}

size_t arena_bytes(const struct arena *arena) {
    size_t bytes = arena->spare ? sizeof *arena->spare + arena->spare->capacity : 0;
    for (const struct arena_block *block = arena->newest; block; block = block->older)
        bytes += sizeof *block + block->capacity;
    return bytes;
}

static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;

static void scratch_destroy(void *arena) {
    arena_release(arena);
    alloc_free(arena);
}

static void scratch_key_create(void) { pthread_key_create(&scratch_key, scratch_destroy); }

struct arena *arena_scratch(void) {
    static _Thread_local struct arena *mine;
    if (!mine) {
        pthread_once(&scratch_once, scratch_key_create);
        mine = alloc_zeroed(1, sizeof *mine);
        pthread_setspecific(scratch_key, mine);
    }
    return mine;
}
