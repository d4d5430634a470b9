#include "weft_pooling.h"

#include <string.h>

#include "isa.h"
#include "weft_pool.h"

// Vectors are passed only to functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"

enum { GRAIN = 1 << 15 };  // elements of the images in an item of work, at least

typedef float pooling_f16 __attribute__((ext_vector_type(16)));
typedef float pooling_f4 __attribute__((ext_vector_type(4)));
typedef double pooling_d8 __attribute__((ext_vector_type(8)));
typedef double pooling_d2 __attribute__((ext_vector_type(2)));

typedef struct {
  const weft_pooling_shape *shape;
  const void *first, *second;
  void *result;
} pooling_job;

// What one result sees, in elements.
typedef struct {
  size_t rows, columns;   // seen
  size_t row, column;     // from one to the next
  size_t input, output;   // the first seen, and the result
} pooling_window;

static inline __attribute__((always_inline)) void clip(size_t position, size_t stride, size_t pad,
                                                       size_t window, size_t size, size_t *begin,
                                                       size_t *count) {
  const size_t start = position * stride, end = start + window;
  *begin = start > pad ? start - pad : 0;
  const size_t last = end > pad ? end - pad : 0;
  *count = (last < size ? last : size) - *begin;
}

// `row` counts through the images.
static inline __attribute__((always_inline)) pooling_window window_of(const weft_pooling_shape *s,
                                                                      size_t row, size_t column) {
  pooling_window w = {.row = s->in_columns * s->channels, .column = s->channels};
  size_t y, x;
  clip(row % s->out_rows, s->stride_rows, s->pad_rows, s->window_rows, s->in_rows, &y, &w.rows);
  clip(column, s->stride_columns, s->pad_columns, s->window_columns, s->in_columns, &x, &w.columns);
  w.input = ((row / s->out_rows * s->in_rows + y) * s->in_columns + x) * s->channels;
  w.output = (row * s->out_columns + column) * s->channels;
  return w;
}

// Whether each element of the images is in exactly one window.
static int windows_are_tiles(const weft_pooling_shape *s) {
  return s->stride_rows == s->window_rows && s->stride_columns == s->window_columns &&
         s->out_rows * s->window_rows >= s->in_rows + s->pad_rows &&
         s->out_columns * s->window_columns >= s->in_columns + s->pad_columns;
}

#define WEFT_FAMILY "pooling.inc"
#include "isa_variants.inc"

static void run(int is_double, int32_t kind, pooling_job *job, struct weft_pool *pool) {
  const weft_pooling_shape *s = job->shape;
  const int by_image = kind == WEFT_POOLING_MAX_GRAD || kind == WEFT_POOLING_MEAN_GRAD ||
                       kind == WEFT_POOLING_MAX_RELU_GRAD;
  const size_t items = by_image ? s->batch : s->batch * s->out_rows;
  const size_t each = s->in_columns * s->channels * (by_image ? s->in_rows : s->stride_rows);
  weft_pool_for(pool, items, 1 + GRAIN / each, WEFT_VARIANT(pooling_table)[is_double][kind], job);
}

void weft_pooling_f32(const weft_pooling_shape *shape, int32_t kind, const float *first,
                      const float *second, float *result, struct weft_pool *pool) {
  pooling_job job = {shape, first, second, result};
  run(0, kind, &job, pool);
}

void weft_pooling_f64(const weft_pooling_shape *shape, int32_t kind, const double *first,
                      const double *second, double *result, struct weft_pool *pool) {
  pooling_job job = {shape, first, second, result};
  run(1, kind, &job, pool);
}
