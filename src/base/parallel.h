/* parallel.h: the one thread pool.
 *
 * Work is cut into shards by the caller, by the data and never by the number of threads; which
 * thread runs a shard, and when, is unspecified. A caller that reduces what the shards left behind
 * in shard order gets the same bits for any number of threads.
 *
 * Workers spin for some microseconds before they sleep, because a training step hands out work
 * every few tens of them. A parallel_for inside a shard, or while another thread is using the pool,
 * runs its shards one after another on the calling thread: always correct, never a deadlock. */
#ifndef MATINEE_BASE_PARALLEL_H
#define MATINEE_BASE_PARALLEL_H

#include <stddef.h>

typedef void parallel_body(void *context, size_t shard);

/* How many threads work (the caller's included). Call it from the main thread while no parallel_for
 * runs. 0 means as many as the process may use. Without a call, it is as with 0. */
void parallel_set_threads(size_t count);
size_t parallel_threads(void);
/* The processors that this process may use (affinity and control group). */
size_t parallel_processors(void);

/* Runs body(context, shard) for every shard in [0, shard_count) and returns when all have ended. */
void parallel_for(size_t shard_count, parallel_body *body, void *context);

/* The range of `count` things that belongs to a shard: begin <= i < end; ranges differ in length by
 * at most one. */
struct parallel_range {
    size_t begin, end;
};
struct parallel_range parallel_range(size_t count, size_t shard_count, size_t shard);

#endif
