#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "isa.h"
#include "reduce_kernels.h"
#include "weft_dtype.h"
#include "weft_neural.h"
#include "weft_pool.h"

typedef enum { MODE_SOFTMAX, MODE_LOG_SOFTMAX, MODE_DENSE, MODE_SPARSE, MODE_COUNT } softmax_mode;

enum {
  NARROW_COLUMNS = 32,  // at most so many columns: rows in lanes
  WIDE_KEPT = 2048,     // exponentials of a row that are kept on the stack, else made twice
};

typedef struct {
  const void *logits, *labels;
  int32_t label_dtype;
  void *loss, *out;
  size_t columns;
  void (*maximum)(const void *src, size_t stride, size_t rows, size_t n, void *dst);
  _Atomic int64_t bad_row;
} softmax_job;

static int64_t label_of(const softmax_job *job, size_t row) {
  return job->label_dtype == WEFT_INT32 ? ((const int32_t *)job->labels)[row]
                                        : ((const int64_t *)job->labels)[row];
}

// Keeps the least row, whatever the order of the threads.
static void note_bad_row(softmax_job *job, int64_t row) {
  int64_t known = atomic_load_explicit(&job->bad_row, memory_order_relaxed);
  while (row < known && !atomic_compare_exchange_weak_explicit(
                            &job->bad_row, &known, row, memory_order_relaxed, memory_order_relaxed)) {
  }
}

#define WEFT_FAMILY "softmax.inc"
#include "isa_variants.inc"

static void run(softmax_mode mode, int is_double, softmax_job *job, size_t rows,
                struct weft_pool *pool) {
  atomic_init(&job->bad_row, INT64_MAX);
  if (rows == 0) return;
  weft_range_fn f = WEFT_VARIANT(softmax_table)[is_double][mode];
  job->maximum =
      weft_reduce_kernels(is_double ? WEFT_TYPE_F64 : WEFT_TYPE_F32, WEFT_LOOP_MAX)->rows;
  size_t parallel = is_double ? 8192 : 32768;
  if (rows * job->columns < parallel) pool = NULL;
  size_t grain = (parallel / 4 / job->columns + 15) / 16 * 16;
  if (job->columns > NARROW_COLUMNS) grain = parallel / 4 / job->columns;
  weft_pool_for(pool, rows, grain ? grain : 1, f, job);
}

static int64_t bad_row(const softmax_job *job) {
  int64_t row = atomic_load_explicit(&job->bad_row, memory_order_relaxed);
  return row == INT64_MAX ? -1 : row;
}

#define SOFTMAX(type, T, is_double)                                                               \
  void weft_softmax_##type(const T *x, T *y, size_t rows, size_t columns, struct weft_pool *pool) { \
    softmax_job job = {.logits = x, .out = y, .columns = columns};                                \
    if (columns > 0) run(MODE_SOFTMAX, is_double, &job, rows, pool);                              \
  }                                                                                               \
  void weft_log_softmax_##type(const T *x, T *y, size_t rows, size_t columns,                     \
                               struct weft_pool *pool) {                                          \
    softmax_job job = {.logits = x, .out = y, .columns = columns};                                \
    if (columns > 0) run(MODE_LOG_SOFTMAX, is_double, &job, rows, pool);                          \
  }                                                                                               \
  void weft_softmax_cross_entropy_##type(const T *logits, const T *labels, T *loss, T *backprop,  \
                                         size_t rows, size_t columns, struct weft_pool *pool) {   \
    softmax_job job = {                                                                           \
        .logits = logits, .labels = labels, .loss = loss, .out = backprop, .columns = columns};   \
    if (columns > 0) run(MODE_DENSE, is_double, &job, rows, pool);                                \
    else if (loss) memset(loss, 0, rows * sizeof(T));                                             \
  }                                                                                               \
  int64_t weft_sparse_softmax_cross_entropy_##type(                                               \
      const T *logits, const void *labels, int32_t label_dtype, T *loss, T *backprop, size_t rows, \
      size_t columns, struct weft_pool *pool) {                                                   \
    softmax_job job = {.logits = logits, .labels = labels, .label_dtype = label_dtype,            \
                       .loss = loss, .out = backprop, .columns = columns};                        \
    if (columns > 0) {                                                                            \
      run(MODE_SPARSE, is_double, &job, rows, pool);                                              \
      return bad_row(&job);                                                                       \
    }                                                                                             \
    for (size_t i = 0; loss && i < rows; i++) loss[i] = (T)NAN;                                   \
    return rows > 0 ? 0 : -1;                                                                     \
  }
SOFTMAX(f32, float, 0)
SOFTMAX(f64, double, 1)
