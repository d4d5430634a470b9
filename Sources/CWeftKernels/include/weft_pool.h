// A small fork-join thread pool for steps of some tens of microseconds.
//
// The caller offers a job as numbered chunks; it and the workers claim chunks one by one, so a
// worker that wakes late costs nothing: the caller has done its share by then. An idle thread spins
// for some tens of microseconds, then sleeps.
#ifndef WEFT_POOL_H
#define WEFT_POOL_H

#include <stddef.h>

#pragma clang assume_nonnull begin

// Says to Swift that the function may be called on any thread.
#define WEFT_SENDABLE __attribute__((swift_attr("@Sendable")))

typedef struct weft_pool weft_pool;

// One chunk of a job.
typedef void (*weft_chunk_fn)(void *_Nullable context, size_t chunk);

// The elements begin..<end of a job over a range.
typedef void (*weft_range_fn)(void *_Nullable context, size_t begin, size_t end);

// How many threads this process should use: WEFT_THREADS, else OMP_NUM_THREADS (its first number),
// else the processors that the affinity mask allows, but no more than the cgroup's CPU quota
// rounded up. At least 1.
int weft_cpu_budget(void);

// A pool of `threads` threads, of which the caller of `weft_pool_run` is one (so `threads` - 1 are
// started; values below 1 count as 1). If the system grants fewer threads the pool is smaller.
// NULL when memory is short. Free it with `weft_pool_destroy`.
weft_pool *_Nullable weft_pool_create(int threads);

// Ends and joins the workers and frees the pool. No job may be running. NULL is ignored.
void weft_pool_destroy(weft_pool *_Nullable pool);

// The number of threads that work on a job, the caller included; 1 for NULL.
int weft_pool_threads(const weft_pool *_Nullable pool);

// Calls function(context, chunk) once for every chunk in 0..<chunks, in no particular order and on
// several threads, and returns when all have returned; what they wrote is visible to the caller.
// All run on the calling thread, in order, when `pool` is NULL or has one thread, when there is
// only one chunk, or when the pool is busy with another job (so a chunk may itself call this).
void weft_pool_run(weft_pool *_Nullable pool, size_t chunks,
                   weft_chunk_fn function WEFT_SENDABLE, void *_Nullable context);

// Splits 0..<count into pieces of `grain` elements (the last may be shorter; 0 counts as 1) and
// calls function(context, begin, end) for each as `weft_pool_run` does. The pieces do not depend on
// the number of threads, so neither does a result that is combined piece by piece.
void weft_pool_for(weft_pool *_Nullable pool, size_t count, size_t grain,
                   weft_range_fn function WEFT_SENDABLE, void *_Nullable context);

#pragma clang assume_nonnull end

#endif
