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

#define WEFT_KERNEL(name) depthwise_##name##_f32_baseline
#define DEPTH_T float
#include "depthwise.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) depthwise_##name##_f64_baseline
#define DEPTH_T double
#include "depthwise.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
WEFT_ISA_PUSH_AVX2
#define WEFT_KERNEL(name) depthwise_##name##_f32_avx2
#define DEPTH_T float
#include "depthwise.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) depthwise_##name##_f64_avx2
#define DEPTH_T double
#include "depthwise.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
WEFT_ISA_PUSH_AVX512
#define WEFT_KERNEL(name) depthwise_##name##_f32_avx512
#define DEPTH_T float
#include "depthwise.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) depthwise_##name##_f64_avx512
#define DEPTH_T double
#include "depthwise.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
#else
#define depthwise_table_f32_avx2 depthwise_table_f32_baseline
#define depthwise_table_f64_avx2 depthwise_table_f64_baseline
#define depthwise_table_f32_avx512 depthwise_table_f32_baseline
#define depthwise_table_f64_avx512 depthwise_table_f64_baseline
#endif

static const weft_range_fn *const tables[2][WEFT_ISA_COUNT] = {
    {depthwise_table_f32_baseline, depthwise_table_f32_avx2, depthwise_table_f32_avx512},
    {depthwise_table_f64_baseline, depthwise_table_f64_avx2, depthwise_table_f64_avx512}};

enum { GRAIN = 1 << 16 };  // products in an item of work, at least

static void run(int is_double, int32_t role, depthwise_job *job, struct weft_pool *pool) {
  const weft_convolution_shape *s = job->shape;
  const size_t taps = s->filter_rows * s->filter_columns, width = s->channels * s->filters;
  const size_t positions = s->batch * s->out_rows * s->out_columns;
  const size_t items = role == WEFT_CONVOLUTION_OUTPUT  ? s->batch * s->out_rows
                       : role == WEFT_CONVOLUTION_INPUT ? s->batch * s->in_rows
                                                        : taps;
  const size_t work = 1 + positions * taps * width / items;  // of an item
  weft_pool_for(pool, items, 1 + GRAIN / work, tables[is_double][weft_isa()][role], job);
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
