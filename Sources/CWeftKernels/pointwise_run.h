// Private: parts of a run, for kernels that use the elements of a formula at once.
#ifndef WEFT_POINTWISE_RUN_H
#define WEFT_POINTWISE_RUN_H

#include <stdbool.h>

#include "weft_pointwise.h"

// Computes elements begin..<begin + count of the only output into `block`. Returns
// weft_pointwise_status.
int weft_pointwise_run_block(const weft_pointwise *program, const void *const *inputs, void *block,
                             size_t begin, size_t count);

// Whether the work pays for more than one thread.
bool weft_pointwise_is_shared(const weft_pointwise *program);

#endif
