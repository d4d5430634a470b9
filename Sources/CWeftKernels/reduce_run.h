// Private: runs the stages of a reduction on the pool.
#ifndef WEFT_REDUCE_RUN_H
#define WEFT_REDUCE_RUN_H

#include "reduce_kernels.h"
#include "reduce_stages.h"

struct weft_pool;

size_t weft_reduce_stages_scratch_bytes(weft_reduce_shape shape, size_t element_bytes);

// Reduces `src` of shape `shape` into `dst`: the first stage with the loop `first`, which may take one
// centre a column in `shift`, the others with `rest`.
void weft_reduce_run(weft_reduce_shape shape, weft_kernel_type type, size_t element_bytes,
                     weft_reduce_loop first, weft_reduce_loop rest, const void *shift,
                     const void *src, void *dst, void *scratch, struct weft_pool *pool);

#endif
