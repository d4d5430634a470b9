#include <string.h>

#include "isa.h"
#include "weft_convolution.h"
#include "weft_pool.h"

// Products are fused with sums where the processor can.
#pragma clang fp contract(fast)

typedef struct {
  const weft_convolution_shape *shape;
  const void *first, *second;
  void *result;
} depthwise_job;

#define WEFT_FAMILY "depthwise.inc"
#include "isa_variants.inc"

enum { GRAIN = 1 << 16 };  // products in an item of work, at least

static void run(int is_double, int32_t role, depthwise_job *job, struct weft_pool *pool) {
  const weft_convolution_shape *s = job->shape;
  const size_t taps = s->filter_rows * s->filter_columns, width = s->channels * s->filters;
  const size_t positions = s->batch * s->out_rows * s->out_columns;
  const size_t items = role == WEFT_CONVOLUTION_OUTPUT  ? s->batch * s->out_rows
                       : role == WEFT_CONVOLUTION_INPUT ? s->batch * s->in_rows
                                                        : taps;
  const size_t work = 1 + positions * taps * width / items;  // of an item
  weft_pool_for(pool, items, 1 + GRAIN / work, WEFT_VARIANT(depthwise_table)[is_double][role], job);
}

void weft_depthwise_f32(const weft_convolution_shape *shape, int32_t role, const float *first,
                        const float *second, float *result, struct weft_pool *pool) {
  depthwise_job job = {shape, first, second, result};
  run(0, role, &job, pool);
}

void weft_depthwise_f64(const weft_convolution_shape *shape, int32_t role, const double *first,
                        const double *second, double *result, struct weft_pool *pool) {
  depthwise_job job = {shape, first, second, result};
  run(1, role, &job, pool);
}
