// Private: the inner loops of reductions for one instruction set, chosen by `weft_reduce_kernels`.
#ifndef WEFT_REDUCE_KERNELS_H
#define WEFT_REDUCE_KERNELS_H

#include <stddef.h>
#include <stdint.h>

typedef enum { WEFT_TYPE_F32, WEFT_TYPE_F64, WEFT_TYPE_I32, WEFT_TYPE_I64, WEFT_TYPE_U8, WEFT_TYPE_COUNT } weft_kernel_type;

typedef enum {
  WEFT_LOOP_SUM, WEFT_LOOP_PROD, WEFT_LOOP_MAX, WEFT_LOOP_MIN, WEFT_LOOP_SQUARES,
  WEFT_LOOP_CENTERED_SQUARES, WEFT_LOOP_LOG_SUM_EXP, WEFT_LOOP_COUNT
} weft_reduce_loop;

// Columns are taken in strips of this many, which bounds the stack; a strip is a unit of parallel work.
enum { WEFT_REDUCE_STRIP = 256, WEFT_REDUCE_MAXIMUM_ROWS = 2048 };

typedef struct {
  // dst[i] = reduction of the n >= 1 elements at src + i * stride.
  void (*rows)(const void *src, size_t stride, size_t rows, size_t n, void *dst);
  // dst[j] = reduction over 1 <= rows <= WEFT_REDUCE_MAXIMUM_ROWS of src[r * stride + j], for
  // j < width <= WEFT_REDUCE_STRIP; shift[j] is the centre of WEFT_LOOP_CENTERED_SQUARES only.
  void (*columns)(const void *src, size_t rows, size_t stride, size_t width, const void *shift, void *dst);
} weft_reduce_loops;

typedef struct {
  // Index of the greatest (least) of n >= 1 contiguous elements.
  size_t (*row)(const void *src, size_t n);
  // The same for `width` <= WEFT_REDUCE_STRIP columns.
  void (*columns)(const void *src, size_t n, size_t stride, size_t width, int64_t *index);
} weft_argreduce_loops;

// loops->rows is NULL for a combination that does not exist.
const weft_reduce_loops *weft_reduce_kernels(weft_kernel_type type, weft_reduce_loop loop);
const weft_argreduce_loops *weft_argreduce_kernels(weft_kernel_type type, int least);

#endif
