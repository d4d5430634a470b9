#include "convolution.h"

#include <string.h>

#include "isa.h"

// Vectors are passed only to functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"
// Products are fused with sums where the processor can.
#pragma clang fp contract(fast)

typedef float conv_f4 __attribute__((ext_vector_type(4)));
typedef float conv_f8 __attribute__((ext_vector_type(8)));
typedef float conv_f16 __attribute__((ext_vector_type(16)));
typedef double conv_d2 __attribute__((ext_vector_type(2)));
typedef double conv_d4 __attribute__((ext_vector_type(4)));
typedef double conv_d8 __attribute__((ext_vector_type(8)));

#define WEFT_KERNEL(name) convolution_##name##_f32_baseline
#define CONV_T float
#define CONV_V conv_f4
#define CONV_LANES 4
#define CONV_ROWS 6
#include "convolution.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) convolution_##name##_f64_baseline
#define CONV_T double
#define CONV_V conv_d2
#define CONV_LANES 2
#define CONV_ROWS 6
#include "convolution.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
WEFT_ISA_PUSH_AVX2
#define WEFT_KERNEL(name) convolution_##name##_f32_avx2
#define CONV_T float
#define CONV_V conv_f8
#define CONV_LANES 8
#define CONV_ROWS 6
#include "convolution.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) convolution_##name##_f64_avx2
#define CONV_T double
#define CONV_V conv_d4
#define CONV_LANES 4
#define CONV_ROWS 6
#include "convolution.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
WEFT_ISA_PUSH_AVX512
#define WEFT_KERNEL(name) convolution_##name##_f32_avx512
#define CONV_T float
#define CONV_V conv_f16
#define CONV_LANES 16
#define CONV_ROWS 14
#include "convolution.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) convolution_##name##_f64_avx512
#define CONV_T double
#define CONV_V conv_d8
#define CONV_LANES 8
#define CONV_ROWS 14
#include "convolution.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
#endif

typedef struct {
  weft_range_fn pack, sweep, filter_sums, combine;
} convolution_kernels;

#define KERNELS(suffix)                                                                        \
  {convolution_pack_##suffix, convolution_sweep_##suffix, convolution_filter_sums_##suffix,    \
   convolution_combine_##suffix}

static const convolution_kernels kernels[2][WEFT_ISA_COUNT] = {
#if defined(__x86_64__)
    {KERNELS(f32_baseline), KERNELS(f32_avx2), KERNELS(f32_avx512)},
    {KERNELS(f64_baseline), KERNELS(f64_avx2), KERNELS(f64_avx512)},
#else
    {KERNELS(f32_baseline)},
    {KERNELS(f64_baseline)},
#endif
};

enum { SERIAL = 1 << 19 };  // products below which a second thread does not pay

void weft_convolution_run(const weft_convolution *plan, const void *first, const void *second,
                          void *result, void *scratch, const weft_convolution_epilogue *epilogue,
                          struct weft_pool *pool) {
  const weft_convolution_shape *shape = &plan->shape;
  const convolution_kernels *kernel = &kernels[plan->size == 8][weft_isa()];
  const double work = (double)shape->batch * shape->out_rows * shape->out_columns * shape->channels *
                      shape->filters * shape->filter_rows * shape->filter_columns;
  if (work < SERIAL) pool = NULL;
  char *memory = scratch;
  convolution_job job = {.plan = plan, .first = first, .second = second, .result = result,
                         .epilogue = epilogue};
  job.packed = memory;
  job.buffers = memory + plan->packed_elements * plan->size;
  if (plan->role != WEFT_CONVOLUTION_FILTER) {
    const size_t panels = (plan->target_channels + plan->panel - 1) / plan->panel;
    weft_pool_for(pool, plan->pass_count * panels, 1, kernel->pack, &job);
    weft_pool_for(pool, plan->items, 1, kernel->sweep, &job);
    return;
  }
  const size_t items = plan->items * plan->chunks;
  job.gradients = (char *)job.buffers + items * plan->buffer_elements * plan->size;
  job.partials = (char *)job.gradients + items * plan->gradient_elements * plan->size;
  weft_pool_for(pool, items, 1, kernel->filter_sums, &job);
  const size_t count =
      shape->filter_rows * shape->filter_columns * shape->channels * shape->filters;
  if (plan->items > 1) weft_pool_for(pool, count, 4096, kernel->combine, &job);
}
