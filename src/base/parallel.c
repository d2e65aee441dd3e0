/* parallel.c: a pool of workers that take shard numbers from one counter. See parallel.h.
 *
 * The job's fields are written first, then `remaining` is set and `generation` raised. A shard is
 * claimed by lowering `remaining` (never below zero), so a worker that wakes late, between two
 * jobs, finds nothing to claim and cannot see a half-written job. The caller returns when every
 * claimed shard is done; nobody touches the job's memory after that. */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/assert.h"

#define THREADS_MAX 256
#define SPIN_ROUNDS 4000 /* some tens of microseconds */
#define YIELD_ROUNDS 20  /* instead, where threads outnumber processors */
#define LINE 64          /* bytes that processors pass to each other at a time */

/* What waiting threads look at, what they compete for, and what the caller waits for lie in lines
 * of their own: else each write would stop those who only look. */
static struct {
    pthread_mutex_t use;   /* held by the thread whose job runs */
    pthread_mutex_t sleep; /* guards `wake` */
    pthread_cond_t wake;
    pthread_t threads[THREADS_MAX];
    atomic_size_t thread_count; /* with the caller's; 0 before the first use */
    atomic_bool crowded;        /* more threads than processors */
    atomic_bool stop;
    _Alignas(LINE) atomic_uint generation;
    atomic_uint sleepers;
    _Alignas(LINE) atomic_size_t remaining; /* shards that nobody has claimed yet */
    parallel_body *body;
    void *context;
    size_t shard_count;
    _Alignas(LINE) atomic_size_t done; /* shards that have ended */
} pool = {.use = PTHREAD_MUTEX_INITIALIZER,
          .sleep = PTHREAD_MUTEX_INITIALIZER,
          .wake = PTHREAD_COND_INITIALIZER};

static _Thread_local bool inside_shard;

/* Waits a moment before looking again. A thread that spins where another has no processor to run on
 * keeps it from doing what is waited for. */
static void pause_briefly(unsigned round) {
    if (atomic_load_explicit(&pool.crowded, memory_order_relaxed) || round > SPIN_ROUNDS) {
        sched_yield();
        return;
    }
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool claim(size_t *shard) {
    size_t remaining = atomic_load_explicit(&pool.remaining, memory_order_acquire);
    while (remaining > 0)
        if (atomic_compare_exchange_weak(&pool.remaining, &remaining, remaining - 1)) {
            *shard = pool.shard_count - remaining;
            return true;
        }
    return false;
}

/* Runs shards until none is left. They are reported together: before that the job cannot end, after
 * it nothing of the job is touched. */
static void take_shards(void) {
    inside_shard = true;
    size_t shard, taken = 0;
    for (; claim(&shard); taken++)
        pool.body(pool.context, shard);
    inside_shard = false;
    if (taken > 0)
        atomic_fetch_add_explicit(&pool.done, taken, memory_order_release);
}

static void wait_for_generation(unsigned seen) {
    const unsigned rounds = atomic_load(&pool.crowded) ? YIELD_ROUNDS : SPIN_ROUNDS;
    for (unsigned round = 0; round < rounds; round++) {
        if (atomic_load_explicit(&pool.generation, memory_order_acquire) != seen)
            return;
        pause_briefly(round);
    }
    pthread_mutex_lock(&pool.sleep);
    atomic_fetch_add(&pool.sleepers, 1);
    while (atomic_load(&pool.generation) == seen)
        pthread_cond_wait(&pool.wake, &pool.sleep);
    atomic_fetch_sub(&pool.sleepers, 1);
    pthread_mutex_unlock(&pool.sleep);
}

static void *worker(void *unused) {
    (void)unused;
    unsigned seen = 0;
    for (;;) {
        wait_for_generation(seen);
        seen = atomic_load(&pool.generation);
        if (atomic_load(&pool.stop))
            return NULL;
        take_shards();
    }
}

static void publish(void) {
    atomic_fetch_add(&pool.generation, 1);
    if (atomic_load(&pool.sleepers)) {
        pthread_mutex_lock(&pool.sleep);
        pthread_cond_broadcast(&pool.wake);
        pthread_mutex_unlock(&pool.sleep);
    }
}

size_t parallel_processors(void) {
    cpu_set_t set;
    size_t count = sched_getaffinity(0, sizeof set, &set) == 0 ? (size_t)CPU_COUNT(&set) : 1;
    FILE *file = fopen("/sys/fs/cgroup/cpu.max", "re");
    if (file) {
        double quota, period;
        if (fscanf(file, "%lf %lf", &quota, &period) == 2 && period > 0 &&
            quota / period < (double)count)
            count = quota / period < 1 ? 1 : (size_t)(quota / period);
        fclose(file);
    }
    return count > THREADS_MAX ? THREADS_MAX : count;
}

static void stop_workers(size_t count) {
    if (count <= 1)
        return;
    atomic_store(&pool.stop, true);
    publish();
    for (size_t i = 1; i < count; i++)
        pthread_join(pool.threads[i], NULL);
    atomic_store(&pool.stop, false);
    atomic_store(&pool.generation, 0);
}

void parallel_set_threads(size_t count) {
    const size_t processors = parallel_processors();
    count = count == 0 ? processors : count > THREADS_MAX ? THREADS_MAX : count;
    pthread_mutex_lock(&pool.use);
    const size_t before = atomic_load(&pool.thread_count);
    if (count != before) {
        stop_workers(before);
        atomic_store(&pool.crowded, count > processors);
        size_t started = 1;
        while (started < count && pthread_create(&pool.threads[started], NULL, worker, NULL) == 0)
            started++;
        atomic_store(&pool.thread_count, started);
    }
    pthread_mutex_unlock(&pool.use);
}

size_t parallel_threads(void) {
    if (atomic_load_explicit(&pool.thread_count, memory_order_relaxed) == 0)
        parallel_set_threads(0);
    return atomic_load_explicit(&pool.thread_count, memory_order_relaxed);
}

static void run_alone(size_t shard_count, parallel_body *body, void *context) {
    for (size_t shard = 0; shard < shard_count; shard++)
        body(context, shard);
}

void parallel_for(size_t shard_count, parallel_body *body, void *context) {
    if (shard_count <= 1 || inside_shard || parallel_threads() == 1 ||
        pthread_mutex_trylock(&pool.use) != 0) {
        run_alone(shard_count, body, context);
        return;
    }
    pool.body = body;
    pool.context = context;
    pool.shard_count = shard_count;
    atomic_store(&pool.done, 0);
    atomic_store(&pool.remaining, shard_count);
    publish();
    take_shards();
    for (unsigned round = 0; atomic_load_explicit(&pool.done, memory_order_acquire) < shard_count;
         round++)
        pause_briefly(round);
    pthread_mutex_unlock(&pool.use);
}

struct parallel_range parallel_range(size_t count, size_t shard_count, size_t shard) {
    ASSERT(shard < shard_count);
    size_t base = count / shard_count, extra = count % shard_count;
    size_t begin = shard * base + (shard < extra ? shard : extra);
    return (struct parallel_range){begin, begin + base + (shard < extra ? 1 : 0)};
}
