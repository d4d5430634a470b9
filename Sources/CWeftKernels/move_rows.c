#include <string.h>

#include "weft_move.h"

static inline int64_t index_at(const void *indices, int32_t dtype, size_t i) {
  if (dtype == WEFT_INT32) return ((const int32_t *)indices)[i];
  if (dtype == WEFT_INT64) return ((const int64_t *)indices)[i];
  return ((const uint8_t *)indices)[i];
}

int64_t weft_check_indices(const void *indices, int32_t index_dtype, size_t index_count,
                           int64_t limit) {
  if (index_dtype != WEFT_INT32 && index_dtype != WEFT_INT64) return WEFT_MOVE_UNSUPPORTED_TYPE;
  for (size_t i = 0; i < index_count; i++) {
    int64_t index = index_at(indices, index_dtype, i);
    if (index < 0 || index >= limit) return (int64_t)i;
  }
  return WEFT_MOVE_OK;
}

typedef struct {
  char *dst;
  const char *src;
  const void *indices;
  int32_t index_dtype;
  size_t index_count, axis_size, bytes;
} gather_job;

#define WEFT_GATHER(T)                                                                  \
  {                                                                                     \
    T *d = (T *)target;                                                                 \
    const T *s = (const T *)source;                                                     \
    for (size_t i = 0; i < run; i++) d[i] = s[index_at(job->indices, dtype, first + i)]; \
    break;                                                                              \
  }

// Rows begin..<end of [outer x index_count].
static void gather(void *context, size_t begin, size_t end) {
  const gather_job *job = context;
  size_t bytes = job->bytes, run;
  int32_t dtype = job->index_dtype;
  for (size_t row = begin; row < end; row += run) {
    size_t outer = row / job->index_count, first = row % job->index_count;
    run = job->index_count - first < end - row ? job->index_count - first : end - row;
    char *target = job->dst + row * bytes;
    const char *source = job->src + outer * job->axis_size * bytes;
    // Small rows: a load and a store each, if both buffers are aligned for it.
    bool aligned = bytes <= 8 && (((uintptr_t)job->dst | (uintptr_t)job->src) & (bytes - 1)) == 0;
    switch (aligned ? bytes : 0) {
      case 1: WEFT_GATHER(uint8_t)
      case 2: WEFT_GATHER(uint16_t)
      case 4: WEFT_GATHER(uint32_t)
      case 8: WEFT_GATHER(uint64_t)
      default:
        for (size_t i = 0; i < run; i++)
          memcpy(target + i * bytes,
                 source + (size_t)index_at(job->indices, dtype, first + i) * bytes, bytes);
    }
  }
}

int64_t weft_gather_rows(void *dst, const void *src, const void *indices, int32_t index_dtype,
                         size_t index_count, size_t outer, size_t axis_size, size_t inner_bytes,
                         weft_pool *pool) {
  int64_t bad = weft_check_indices(indices, index_dtype, index_count, (int64_t)axis_size);
  size_t rows = outer * index_count;
  if (bad != WEFT_MOVE_OK || !rows || !inner_bytes) return bad;
  gather_job job = {dst, src, indices, index_dtype, index_count, axis_size, inner_bytes};
  double nanoseconds = (double)rows * (1 + 0.05 * (double)inner_bytes);
  size_t grain = nanoseconds < 30e3 ? rows : (size_t)(8e3 / (1 + 0.05 * (double)inner_bytes)) + 1;
  weft_pool_for(pool, rows, grain, gather, &job);
  return WEFT_MOVE_OK;
}

typedef struct {
  char *target;
  size_t inner;
  const void *indices;
  int32_t index_dtype;
  size_t index_count;
  const char *updates;
  size_t update_stride;
} scatter_job;

#define WEFT_SCATTER_LOOP(T, expression)                                          \
  for (size_t i = 0; i < job->index_count; i++) {                                 \
    size_t index = (size_t)index_at(job->indices, job->index_dtype, i);           \
    T *d = (T *)job->target + index * job->inner;                                 \
    const T *u = (const T *)job->updates + i * job->update_stride;                \
    for (size_t j = 0; j < job->inner; j++) {                                     \
      T x = d[j], y = u[j];                                                       \
      d[j] = (T)(expression);                                                     \
    }                                                                             \
  }                                                                               \
  return true

// W is the type in which sums and products wrap instead of overflowing.
#define WEFT_SCATTER(name, T, W, quotient)                                        \
  static bool name(const scatter_job *job, int how) {                             \
    switch (how) {                                                                \
      case WEFT_SCATTER_ADD: WEFT_SCATTER_LOOP(T, (W)x + (W)y);                   \
      case WEFT_SCATTER_SUBTRACT: WEFT_SCATTER_LOOP(T, (W)x - (W)y);              \
      case WEFT_SCATTER_MULTIPLY: WEFT_SCATTER_LOOP(T, (W)x *(W)y);               \
      case WEFT_SCATTER_DIVIDE: WEFT_SCATTER_LOOP(T, quotient);                   \
      case WEFT_SCATTER_MINIMUM: WEFT_SCATTER_LOOP(T, x < y || x != x ? x : y);   \
      case WEFT_SCATTER_MAXIMUM: WEFT_SCATTER_LOOP(T, x > y || x != x ? x : y);   \
      default: return false;                                                      \
    }                                                                             \
  }

WEFT_SCATTER(scatter_float32, float, float, x / y)
WEFT_SCATTER(scatter_float64, double, double, x / y)
WEFT_SCATTER(scatter_int32, int32_t, uint32_t,
             y == 0    ? 0
             : y == -1 ? (int32_t)(0u - (uint32_t)x)
                       : x / y)
WEFT_SCATTER(scatter_int64, int64_t, uint64_t,
             y == 0    ? 0
             : y == -1 ? (int64_t)(UINT64_C(0) - (uint64_t)x)
                       : x / y)

static size_t size_of_dtype(int32_t dtype) {
  switch (dtype) {
    case WEFT_UINT8:
    case WEFT_BOOL: return 1;
    case WEFT_BFLOAT16:
    case WEFT_FLOAT16: return 2;
    case WEFT_FLOAT32:
    case WEFT_INT32: return 4;
    case WEFT_FLOAT64:
    case WEFT_INT64: return 8;
    default: return 0;
  }
}

static bool scatter_assign(const scatter_job *job, int32_t dtype) {
  size_t size = size_of_dtype(dtype), bytes = job->inner * size;
  if (!size) return false;
  for (size_t i = 0; i < job->index_count; i++)
    memcpy(job->target + (size_t)index_at(job->indices, job->index_dtype, i) * bytes,
           job->updates + i * job->update_stride * size, bytes);
  return true;
}

int64_t weft_scatter_rows(int32_t how, int32_t dtype, void *target, size_t axis_size, size_t inner,
                          const void *indices, int32_t index_dtype, size_t index_count,
                          const void *updates, size_t update_stride) {
  int64_t bad = weft_check_indices(indices, index_dtype, index_count, (int64_t)axis_size);
  if (bad != WEFT_MOVE_OK) return bad;
  scatter_job job = {target, inner, indices, index_dtype, index_count, updates, update_stride};
  if (!inner) job.index_count = 0;
  bool done = how == WEFT_SCATTER_ASSIGN ? scatter_assign(&job, dtype)
              : dtype == WEFT_FLOAT32    ? scatter_float32(&job, how)
              : dtype == WEFT_FLOAT64    ? scatter_float64(&job, how)
              : dtype == WEFT_INT32      ? scatter_int32(&job, how)
              : dtype == WEFT_INT64      ? scatter_int64(&job, how)
                                         : false;
  return done ? WEFT_MOVE_OK : WEFT_MOVE_UNSUPPORTED_TYPE;
}

int32_t weft_one_hot(void *dst, size_t element_size, const void *indices, int32_t index_dtype,
                     size_t outer, size_t depth, size_t inner, const void *on, const void *off) {
  if (element_size != 1 && element_size != 2 && element_size != 4 && element_size != 8)
    return WEFT_MOVE_UNSUPPORTED_TYPE;
  if (index_dtype != WEFT_INT32 && index_dtype != WEFT_INT64 && index_dtype != WEFT_UINT8)
    return WEFT_MOVE_UNSUPPORTED_TYPE;
  weft_fill(dst, element_size, off, outer * depth * inner);
  for (size_t o = 0; o < outer; o++)
    for (size_t i = 0; i < inner; i++) {
      int64_t index = index_at(indices, index_dtype, o * inner + i);
      if (index < 0 || (uint64_t)index >= depth) continue;
      memcpy((char *)dst + ((o * depth + (size_t)index) * inner + i) * element_size, on,
             element_size);
    }
  return WEFT_MOVE_OK;
}
