#include "weft_reduce.h"

#include <math.h>
#include <string.h>

#include "reduce_kernels.h"
#include "reduce_run.h"
#include "reduce_stages.h"
#include "weft_dtype.h"
#include "weft_pool.h"

static int kernel_type(int32_t dtype, weft_kernel_type *type) {
  switch (dtype) {
    case WEFT_FLOAT32: *type = WEFT_TYPE_F32; return 1;
    case WEFT_FLOAT64: *type = WEFT_TYPE_F64; return 1;
    case WEFT_INT32: *type = WEFT_TYPE_I32; return 1;
    case WEFT_INT64: *type = WEFT_TYPE_I64; return 1;
    case WEFT_UINT8:
    case WEFT_BOOL: *type = WEFT_TYPE_U8; return 1;
    default: return 0;
  }
}

static const size_t element_bytes[WEFT_TYPE_COUNT] = {4, 8, 4, 8, 1};

// The loop of the first stage and the one that joins partial results; 0 for what does not exist.
static int loops_of(weft_reduce_function function, int32_t dtype, weft_reduce_loop *first,
                    weft_reduce_loop *rest) {
  int is_float = dtype == WEFT_FLOAT32 || dtype == WEFT_FLOAT64;
  int is_wide = is_float || dtype == WEFT_INT32 || dtype == WEFT_INT64;
  int is_number = is_wide || dtype == WEFT_UINT8;
  switch (function) {
    case WEFT_REDUCE_SUM: *first = *rest = WEFT_LOOP_SUM; return is_number;
    case WEFT_REDUCE_MEAN: *first = *rest = WEFT_LOOP_SUM; return is_wide;
    case WEFT_REDUCE_PROD: *first = *rest = WEFT_LOOP_PROD; return is_wide;
    case WEFT_REDUCE_MAX: *first = *rest = WEFT_LOOP_MAX; return is_number;
    case WEFT_REDUCE_MIN: *first = *rest = WEFT_LOOP_MIN; return is_number;
    case WEFT_REDUCE_ANY: *first = *rest = WEFT_LOOP_MAX; return dtype == WEFT_BOOL;
    case WEFT_REDUCE_ALL: *first = *rest = WEFT_LOOP_MIN; return dtype == WEFT_BOOL;
    case WEFT_REDUCE_LOG_SUM_EXP: *first = *rest = WEFT_LOOP_LOG_SUM_EXP; return is_float;
    case WEFT_REDUCE_SUM_OF_SQUARES:
    case WEFT_REDUCE_EUCLIDEAN_NORM:
      *first = WEFT_LOOP_SQUARES;
      *rest = WEFT_LOOP_SUM;
      return is_float;
  }
  return 0;
}

static double empty_value(weft_reduce_function function) {
  switch (function) {
    case WEFT_REDUCE_MEAN: return NAN;
    case WEFT_REDUCE_PROD:
    case WEFT_REDUCE_ALL: return 1;
    case WEFT_REDUCE_MAX:
    case WEFT_REDUCE_LOG_SUM_EXP: return -INFINITY;
    case WEFT_REDUCE_MIN: return INFINITY;
    default: return 0;
  }
}

// The result of reducing nothing, `count` times.
static void fill_empty(weft_reduce_function function, weft_kernel_type type, void *dst, size_t count) {
  double value = empty_value(function);
  for (size_t i = 0; i < count; i++) switch (type) {
      case WEFT_TYPE_F32: ((float *)dst)[i] = (float)value; break;
      case WEFT_TYPE_F64: ((double *)dst)[i] = value; break;
      case WEFT_TYPE_I32:
        ((int32_t *)dst)[i] = isnan(value)   ? 0
                              : isinf(value) ? (value < 0 ? INT32_MIN : INT32_MAX)
                                             : (int32_t)value;
        break;
      case WEFT_TYPE_I64:
        ((int64_t *)dst)[i] = isnan(value)   ? 0
                              : isinf(value) ? (value < 0 ? INT64_MIN : INT64_MAX)
                                             : (int64_t)value;
        break;
      default: ((uint8_t *)dst)[i] = isinf(value) ? (value < 0 ? 0 : 255) : (uint8_t)value;
    }
}

typedef struct {
  weft_reduce_function function;
  weft_kernel_type type;
  void *dst;
  size_t divisor;
} finish_context;

// Divides a sum by the count, or takes the root of a sum of squares.
static void finish_range(void *context, size_t begin, size_t end) {
  const finish_context *c = context;
  int norm = c->function == WEFT_REDUCE_EUCLIDEAN_NORM;
  for (size_t i = begin; i < end; i++) switch (c->type) {
      case WEFT_TYPE_F32: {
        float *y = (float *)c->dst + i;
        *y = norm ? sqrtf(*y) : *y / (float)c->divisor;
        break;
      }
      case WEFT_TYPE_F64: {
        double *y = (double *)c->dst + i;
        *y = norm ? sqrt(*y) : *y / (double)c->divisor;
        break;
      }
      case WEFT_TYPE_I32: {
        int32_t *y = (int32_t *)c->dst + i;
        *y = (int32_t)(*y / (int64_t)c->divisor);
        break;
      }
      default: {
        int64_t *y = (int64_t *)c->dst + i;
        *y = *y / (int64_t)c->divisor;
      }
    }
}

size_t weft_reduce_scratch_bytes(weft_reduce_function function, int32_t dtype, int32_t rank,
                                 const int64_t *dims, uint64_t reduced_mask) {
  weft_kernel_type type;
  (void)function;
  if (!kernel_type(dtype, &type)) return 0;
  for (int32_t axis = 0; axis < rank; axis++)
    if (dims[axis] == 0) return 0;
  weft_reduce_shape shape = weft_reduce_collapse(rank, dims, reduced_mask);
  return weft_reduce_stages_scratch_bytes(shape, element_bytes[type]);
}

int32_t weft_reduce(weft_reduce_function function, int32_t dtype, int32_t rank, const int64_t *dims,
                    uint64_t reduced_mask, const void *src, void *dst, void *scratch,
                    struct weft_pool *pool) {
  weft_kernel_type type;
  weft_reduce_loop first, rest;
  if (!kernel_type(dtype, &type) || !loops_of(function, dtype, &first, &rest)) return -1;
  size_t kept = 1, reduced = 1;
  for (int32_t axis = 0; axis < rank; axis++) {
    if (reduced_mask >> axis & 1) reduced *= (size_t)dims[axis];
    else kept *= (size_t)dims[axis];
  }
  if (kept == 0) return 0;
  if (reduced == 0) {
    fill_empty(function, type, dst, kept);
    return 0;
  }
  weft_reduce_shape shape = weft_reduce_collapse(rank, dims, reduced_mask);
  weft_reduce_run(shape, type, element_bytes[type], first, rest, NULL, src, dst, scratch, pool);
  if (function == WEFT_REDUCE_MEAN || function == WEFT_REDUCE_EUCLIDEAN_NORM) {
    finish_context finish = {function, type, dst, reduced};
    if (kept < 65536) finish_range(&finish, 0, kept);
    else weft_pool_for(pool, kept, 16384, finish_range, &finish);
  }
  return 0;
}
