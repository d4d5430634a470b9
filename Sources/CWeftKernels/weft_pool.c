#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "weft_pool.h"

#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum { SPIN_NANOSECONDS = 40000, PAUSES_PER_LOOK = 8, MAXIMUM_THREADS = 1024 };

struct weft_pool {
  // generation << 32 | chunks that nobody has claimed. A claim is a successful decrement, so the
  // job's fields below, which only change while no chunk is out, may be read after it.
  _Alignas(64) _Atomic uint64_t ticket;
  _Alignas(64) _Atomic uint32_t generation;
  _Atomic uint32_t sleepers;
  _Atomic bool stop;
  _Alignas(64) _Atomic uint32_t remaining;  // chunks of the job that have not returned
  _Atomic uint32_t caller_sleeps;
  _Alignas(64) weft_chunk_fn function;
  void *context;
  size_t base;  // the job's first chunk (a job of more than 2^31 chunks runs in parts)
  uint32_t count;
  _Alignas(64) _Atomic bool busy;
  int threads;
#if !defined(__linux__)
  pthread_mutex_t mutex;
  pthread_cond_t changed;
#endif
  pthread_t *workers;
};

static inline void pause_briefly(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

// Spins until *word differs from `old` or the time is up.
static bool spin_while_equal(_Atomic uint32_t *word, uint32_t old) {
  int64_t begin = 0;
  for (;;) {
    for (int i = 0; i < PAUSES_PER_LOOK; i++) {
      if (atomic_load_explicit(word, memory_order_acquire) != old) return true;
      pause_briefly();
    }
    int64_t time = now();
    if (!begin) begin = time;
    if (time - begin > SPIN_NANOSECONDS) return false;
  }
}

// Returns at the latest when *word has changed from `old` and `wake` was called after that.
static void sleep_while_equal(weft_pool *pool, _Atomic uint32_t *word, uint32_t old) {
#if defined(__linux__)
  (void)pool;
  syscall(SYS_futex, (void *)word, FUTEX_WAIT_PRIVATE, old, NULL, NULL, 0);
#else
  pthread_mutex_lock(&pool->mutex);
  if (atomic_load(word) == old) pthread_cond_wait(&pool->changed, &pool->mutex);
  pthread_mutex_unlock(&pool->mutex);
#endif
}

static void wake(weft_pool *pool, _Atomic uint32_t *word, int count) {
#if defined(__linux__)
  (void)pool;
  syscall(SYS_futex, (void *)word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
#else
  (void)word, (void)count;
  pthread_mutex_lock(&pool->mutex);
  pthread_cond_broadcast(&pool->changed);
  pthread_mutex_unlock(&pool->mutex);
#endif
}

// Runs chunks of the job of this generation until none is left to claim.
static void work(weft_pool *pool, uint32_t generation) {
  uint64_t ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  while ((uint32_t)(ticket >> 32) == generation && (uint32_t)ticket != 0) {
    if (!atomic_compare_exchange_weak_explicit(&pool->ticket, &ticket, ticket - 1,
                                               memory_order_acq_rel, memory_order_acquire))
      continue;
    pool->function(pool->context, pool->base + (pool->count - (uint32_t)ticket));
    // Sequentially consistent, as are the stores of `finish`: either this sees that the caller
    // sleeps, or the caller sees the new count.
    if (atomic_fetch_sub(&pool->remaining, 1) == 1 && atomic_load(&pool->caller_sleeps))
      wake(pool, &pool->remaining, 1);
    ticket = atomic_load_explicit(&pool->ticket, memory_order_acquire);
  }
}

static void *worker(void *argument) {
  weft_pool *pool = argument;
  uint32_t seen = 0;
  while (!atomic_load_explicit(&pool->stop, memory_order_acquire)) {
    if (!spin_while_equal(&pool->generation, seen)) {
      atomic_fetch_add(&pool->sleepers, 1);
      while (atomic_load(&pool->generation) == seen)
        sleep_while_equal(pool, &pool->generation, seen);
      atomic_fetch_sub(&pool->sleepers, 1);
    }
    seen = atomic_load_explicit(&pool->generation, memory_order_acquire);
    work(pool, seen);
  }
  return NULL;
}

// Waits until every chunk has returned.
static void finish(weft_pool *pool) {
  uint32_t left;
  while ((left = atomic_load_explicit(&pool->remaining, memory_order_acquire)) != 0) {
    if (spin_while_equal(&pool->remaining, left)) continue;
    atomic_store(&pool->caller_sleeps, 1);
    if (atomic_load(&pool->remaining) == left) sleep_while_equal(pool, &pool->remaining, left);
    atomic_store(&pool->caller_sleeps, 0);
  }
}

static void announce(weft_pool *pool, uint32_t generation, int wanted) {
  atomic_store(&pool->generation, generation);
  if (atomic_load(&pool->sleepers)) wake(pool, &pool->generation, wanted);
}

weft_pool *weft_pool_create(int threads) {
  if (threads < 1) threads = 1;
  if (threads > MAXIMUM_THREADS) threads = MAXIMUM_THREADS;
  weft_pool *pool = aligned_alloc(64, sizeof(weft_pool));
  pthread_t *workers = malloc(sizeof(pthread_t) * (size_t)threads);
  if (!pool || !workers) {
    free(pool);
    free(workers);
    return NULL;
  }
  *pool = (weft_pool){.threads = 1, .workers = workers};
#if !defined(__linux__)
  pthread_mutex_init(&pool->mutex, NULL);
  pthread_cond_init(&pool->changed, NULL);
#endif
  // Signals are for the program's own threads.
  sigset_t all, previous;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &previous);
  while (pool->threads < threads &&
         pthread_create(&workers[pool->threads - 1], NULL, worker, pool) == 0) {
#if defined(__linux__)
    pthread_setname_np(workers[pool->threads - 1], "weft-worker");
#endif
    pool->threads++;
  }
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  return pool;
}

void weft_pool_destroy(weft_pool *pool) {
  if (!pool) return;
  atomic_store(&pool->stop, true);
  announce(pool, atomic_load(&pool->generation) + 1, INT_MAX);
  for (int i = 0; i < pool->threads - 1; i++) pthread_join(pool->workers[i], NULL);
#if !defined(__linux__)
  pthread_cond_destroy(&pool->changed);
  pthread_mutex_destroy(&pool->mutex);
#endif
  free(pool->workers);
  free(pool);
}

int weft_pool_threads(const weft_pool *pool) { return pool ? pool->threads : 1; }

void weft_pool_run(weft_pool *pool, size_t chunks, weft_chunk_fn function, void *context) {
  if (!pool || pool->threads == 1 || chunks <= 1 ||
      atomic_exchange_explicit(&pool->busy, true, memory_order_acquire)) {
    for (size_t i = 0; i < chunks; i++) function(context, i);
    return;
  }
  for (size_t base = 0; base < chunks;) {
    uint32_t count = chunks - base > INT32_MAX ? INT32_MAX : (uint32_t)(chunks - base);
    uint32_t generation = atomic_load_explicit(&pool->generation, memory_order_relaxed) + 1;
    pool->function = function;
    pool->context = context;
    pool->base = base;
    pool->count = count;
    atomic_store_explicit(&pool->remaining, count, memory_order_relaxed);
    atomic_store_explicit(&pool->ticket, (uint64_t)generation << 32 | count, memory_order_release);
    announce(pool, generation, pool->threads - 1 < (int)count ? pool->threads - 1 : (int)count - 1);
    work(pool, generation);
    finish(pool);
    base += count;
  }
  atomic_store_explicit(&pool->busy, false, memory_order_release);
}

typedef struct {
  weft_range_fn function;
  void *context;
  size_t count, grain;
} range_job;

static void run_range(void *argument, size_t chunk) {
  const range_job *job = argument;
  size_t begin = chunk * job->grain;
  size_t size = job->count - begin < job->grain ? job->count - begin : job->grain;
  job->function(job->context, begin, begin + size);
}

void weft_pool_for(weft_pool *pool, size_t count, size_t grain, weft_range_fn function,
                   void *context) {
  if (!count) return;
  if (!grain) grain = 1;
  range_job job = {function, context, count, grain};
  weft_pool_run(pool, (count - 1) / grain + 1, run_range, &job);
}
