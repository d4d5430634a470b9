#include "reduce_kernels.h"

#include <math.h>
#include <string.h>

#include "isa.h"

// No product is fused with a sum, so that sums of squares are the same on every instruction set.
#pragma clang fp contract(off)

#define WEFT_KERNEL(name) name##_baseline
#include "reduce.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
#define WEFT_KERNEL(name) name##_avx2
WEFT_ISA_PUSH_AVX2
#include "reduce.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL

#define WEFT_KERNEL(name) name##_avx512
WEFT_ISA_PUSH_AVX512
#include "reduce.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL
#else
#define reduce_table_avx2 reduce_table_baseline
#define reduce_table_avx512 reduce_table_baseline
#define argreduce_table_avx2 argreduce_table_baseline
#define argreduce_table_avx512 argreduce_table_baseline
#endif

const weft_reduce_loops *weft_reduce_kernels(weft_kernel_type type, weft_reduce_loop loop) {
  switch (weft_isa()) {
    case WEFT_ISA_AVX512: return &reduce_table_avx512[type][loop];
    case WEFT_ISA_AVX2: return &reduce_table_avx2[type][loop];
    default: return &reduce_table_baseline[type][loop];
  }
}

const weft_argreduce_loops *weft_argreduce_kernels(weft_kernel_type type, int least) {
  switch (weft_isa()) {
    case WEFT_ISA_AVX512: return &argreduce_table_avx512[type][least];
    case WEFT_ISA_AVX2: return &argreduce_table_avx2[type][least];
    default: return &argreduce_table_baseline[type][least];
  }
}
