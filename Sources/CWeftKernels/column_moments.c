#include <math.h>

#include "reduce_run.h"
#include "weft_reduce.h"

static weft_reduce_shape by_column(size_t rows, size_t columns) {
  return (weft_reduce_shape){.groups = {rows, columns}, .reduced = 1, .count = 2,
                             .total = rows * columns};
}

size_t weft_column_moments_scratch_bytes(size_t rows, size_t columns, size_t element_bytes) {
  if (rows == 0 || columns == 0) return 0;
  return weft_reduce_stages_scratch_bytes(by_column(rows, columns), element_bytes);
}

#define COLUMN_MOMENTS(name, T, type)                                                              \
  void name(const T *x, size_t rows, size_t columns, T *mean, T *variance, void *scratch,          \
            struct weft_pool *pool) {                                                              \
    if (columns == 0) return;                                                                      \
    if (rows == 0) {                                                                               \
      for (size_t j = 0; j < columns; j++) mean[j] = variance[j] = (T)NAN;                         \
      return;                                                                                      \
    }                                                                                              \
    weft_reduce_shape shape = by_column(rows, columns);                                            \
    weft_reduce_run(shape, type, sizeof(T), WEFT_LOOP_SUM, WEFT_LOOP_SUM, NULL, x, mean, scratch,  \
                    pool);                                                                         \
    for (size_t j = 0; j < columns; j++) mean[j] /= (T)rows;                                       \
    weft_reduce_run(shape, type, sizeof(T), WEFT_LOOP_CENTERED_SQUARES, WEFT_LOOP_SUM, mean, x,    \
                    variance, scratch, pool);                                                      \
    for (size_t j = 0; j < columns; j++) variance[j] /= (T)rows;                                   \
  }
COLUMN_MOMENTS(weft_column_moments_f32, float, WEFT_TYPE_F32)
COLUMN_MOMENTS(weft_column_moments_f64, double, WEFT_TYPE_F64)
