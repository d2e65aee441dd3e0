/* arena.h: memory by lifetime. A block taken from an arena lives as long as the arena; nothing is
 * freed singly.
 *
 * What a function returns lives in the arena it was given. Scratch is taken between arena_mark and
 * arena_reset, usually from arena_scratch(), the calling thread's own arena. */
#ifndef MATINEE_BASE_ARENA_H
#define MATINEE_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

struct arena_block; /* private */

/* A zeroed struct arena is a valid, empty arena. */
struct arena {
    struct arena_block *newest;
    struct arena_block *spare; /* given back and kept for the next need */
};

struct arena_position {
    struct arena_block *block;
    size_t used;
};

/* Frees everything; the arena is then empty and may be used again. */
void arena_release(struct arena *arena);

/* `bytes` zeroed bytes, 64-byte aligned from 64 bytes on (16 below). Never NULL. */
void *arena_alloc(struct arena *arena, size_t bytes);
/* The same without the zeroing, for arrays that are filled at once. */
void *arena_alloc_raw(struct arena *arena, size_t bytes);

#define ARENA_ARRAY(arena, type, count)                                                            \
    ((type *)arena_alloc((arena), (size_t)(count) * sizeof(type)))
#define ARENA_ARRAY_RAW(arena, type, count)                                                        \
    ((type *)arena_alloc_raw((arena), (size_t)(count) * sizeof(type)))
#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))

char *arena_copy(struct arena *arena, const char *text);
char *arena_copy_length(struct arena *arena, const char *text, size_t length);
__attribute__((format(printf, 2, 3))) char *arena_format(struct arena *arena, const char *format,
                                                         ...);
char *arena_format_list(struct arena *arena, const char *format, va_list arguments);

/* A position to return to: everything taken after it is given back at once. One block of at most 4
 * MiB is kept, so that a loop of mark and reset does not ask the system again and again. */
struct arena_position arena_mark(const struct arena *arena);
void arena_reset(struct arena *arena, struct arena_position position);

/* The calling thread's scratch arena. Take a mark first and reset to it before returning. */
struct arena *arena_scratch(void);

/* Bytes held from the system. */
size_t arena_bytes(const struct arena *arena);

#endif
