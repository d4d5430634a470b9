#include "reduce_kernels.h"

#include <math.h>
#include <string.h>

#include "isa.h"

// No product is fused with a sum, so that sums of squares are the same on every instruction set.
#pragma clang fp contract(off)

#define WEFT_FAMILY "reduce.inc"
#include "isa_variants.inc"

const weft_reduce_loops *weft_reduce_kernels(weft_kernel_type type, weft_reduce_loop loop) {
  return &WEFT_VARIANT(reduce_table)[type][loop];
}

const weft_argreduce_loops *weft_argreduce_kernels(weft_kernel_type type, int least) {
  return &WEFT_VARIANT(argreduce_table)[type][least];
}
