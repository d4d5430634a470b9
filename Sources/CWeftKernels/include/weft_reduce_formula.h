// Reductions of a formula: the elements are computed block by block and reduced while they are in the
// cache, so that the tensor of them is never written.
#ifndef WEFT_REDUCE_FORMULA_H
#define WEFT_REDUCE_FORMULA_H

#include <stddef.h>
#include <stdint.h>

#include "weft_pointwise.h"
#include "weft_reduce.h"

#pragma clang assume_nonnull begin

// What is reduced, and how. SUM to ALL of weft_reduce.h; a MEAN is of float32 or float64.
typedef struct weft_formula_reduction {
  weft_reduce_function function;
  int32_t dtype;         // of the formula's output
  size_t element_bytes;  // its size
  int32_t rank;          // 0 to 62
  const int64_t *dims;   // the formula's shape
  uint64_t reduced_mask; // as in weft_reduce
} weft_formula_reduction;

// The function does not take the dtype; beside the bits of `weft_pointwise_status`.
enum { WEFT_FORMULA_REDUCTION_UNSUPPORTED = 1 << 16 };

// Bytes of scratch that a run needs; 0 when it needs none.
size_t weft_formula_reduction_scratch_bytes(const weft_formula_reduction *reduction);

// dst[kept indices] = function of the formula's only output over the reduced axes. `formula` has the
// reduction's shape and dtype; `inputs` as in weft_pointwise_run; dst overlaps none of them. Partial
// results belong to blocks that the shape alone decides, so the bits do not depend on the number of
// threads. Returns an OR of `weft_pointwise_status` and WEFT_FORMULA_REDUCTION_UNSUPPORTED.
int weft_formula_reduction_run(const weft_formula_reduction *reduction,
                               const weft_pointwise *formula,
                               const void *_Nullable const *_Nullable inputs, void *dst,
                               void *_Nullable scratch, weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
