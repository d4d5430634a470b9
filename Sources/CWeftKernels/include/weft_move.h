// Moving elements: strided copies, fills, gathers, scatters, scans and the largest of rows.
//
// Sizes are in elements unless a name says bytes. Buffers are aligned to their elements and do not
// overlap unless said otherwise. Shapes with a zero in them do nothing.
#ifndef WEFT_MOVE_H
#define WEFT_MOVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft_dtype.h"
#include "weft_pool.h"

#pragma clang assume_nonnull begin

// What the functions below return beside a position.
enum weft_move_status {
  WEFT_MOVE_OK = -1,                 // done
  WEFT_MOVE_UNSUPPORTED_TYPE = -2,   // nothing was written
};

// dst[i · dst_strides] = src[i · src_strides] for every index i of `dims`. Strides are in elements;
// the source's may be negative or 0, the destination's negative but not 0 (save in dimensions of
// size 1). `dst` and `src` are the addresses of element 0, 0, .... Elements of 1, 2, 4 or 8 bytes.
// Covers transpose, reverse, slice, pad's interior, concat, split, tile and broadcast.
// Work of more than some 30 us is shared over `pool`. Ranks up to 32; returns WEFT_MOVE_OK, or
// WEFT_MOVE_UNSUPPORTED_TYPE for another rank or element size.
int32_t weft_copy_strided(int32_t rank, const int64_t *_Nullable dims, size_t element_size,
                          void *_Nullable dst, const int64_t *_Nullable dst_strides,
                          const void *_Nullable src, const int64_t *_Nullable src_strides,
                          weft_pool *_Nullable pool);

// dst[i] = *value for i in 0..<count; elements of 1, 2, 4 or 8 bytes.
void weft_fill(void *_Nullable dst, size_t element_size, const void *value, size_t count);

// dst[o, i, :] = src[o, indices[i], :] for o in 0..<outer and i in 0..<index_count, where src is
// [outer, axis_size, inner_bytes] and dst is [outer, index_count, inner_bytes] in bytes. Indices
// are WEFT_INT32 or WEFT_INT64. They are checked first: the result is the position in `indices` of
// the first that is not in 0..<axis_size, and then nothing was written; else a `weft_move_status`.
int64_t weft_gather_rows(void *_Nullable dst, const void *_Nullable src,
                         const void *_Nullable indices, int32_t index_dtype, size_t index_count,
                         size_t outer, size_t axis_size, size_t inner_bytes,
                         weft_pool *_Nullable pool);

enum weft_scatter {
  WEFT_SCATTER_ASSIGN = 0,    // every dtype
  WEFT_SCATTER_ADD = 1,       // this and the next: float32, float64, int32, int64
  WEFT_SCATTER_SUBTRACT = 2,
  WEFT_SCATTER_MULTIPLY = 3,
  WEFT_SCATTER_DIVIDE = 4,    // integers toward zero; by zero gives 0
  WEFT_SCATTER_MINIMUM = 5,   // NaN if either is NaN, as for the maximum
  WEFT_SCATTER_MAXIMUM = 6,
};

// target[indices[i], :] = target[indices[i], :] `how` updates[i, :] for i in order: repeated
// indices meet one after another, so that results are the same each time. The target is
// [axis_size, inner]; row i of the updates starts at element i * update_stride (`inner` for one row
// per index, 0 for the same row for all). Indices are WEFT_INT32 or WEFT_INT64 and checked first:
// returns as `weft_gather_rows` does.
int64_t weft_scatter_rows(int32_t how, int32_t dtype, void *_Nullable target, size_t axis_size,
                          size_t inner, const void *_Nullable indices, int32_t index_dtype,
                          size_t index_count, const void *_Nullable updates,
                          size_t update_stride);

// The position of the first index that is not in 0..<limit, or a `weft_move_status`.
int64_t weft_check_indices(const void *_Nullable indices, int32_t index_dtype, size_t index_count,
                           int64_t limit);

// dst[o, d, i] = indices[o, i] == d ? *on : *off for d in 0..<depth, where indices are
// [outer, inner] of WEFT_UINT8, WEFT_INT32 or WEFT_INT64 (out of range: all off) and dst is
// [outer, depth, inner] with elements of 1, 2, 4 or 8 bytes.
int32_t weft_one_hot(void *_Nullable dst, size_t element_size, const void *_Nullable indices,
                     int32_t index_dtype, size_t outer, size_t depth, size_t inner,
                     const void *on, const void *off);

// Running sums (or, with `product`, products) along the middle axis of [outer, axis, inner]:
// dst[o, j, i] = sum of src[o, m, i] over m <= j; `exclusive`: over m < j (beginning with 0, or 1);
// `reverse`: over m >= j (or m > j). In order, in the element type (integers wrap): float32,
// float64, int32, int64. dst may be src.
int32_t weft_cumulative(int32_t dtype, bool product, bool exclusive, bool reverse,
                        void *_Nullable dst, const void *_Nullable src, size_t outer, size_t axis,
                        size_t inner);

// The k largest elements of each row of src [rows, columns], descending, to values [rows, k] and
// their columns to indices [rows, k]. Of equal elements the lower column comes first; NaN counts as
// larger than every number. float32, float64, int32, int64. Needs k <= columns < 2^31.
int32_t weft_top_k(int32_t dtype, void *_Nullable values, int32_t *_Nullable indices,
                   const void *_Nullable src, size_t rows, size_t columns, size_t k,
                   weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
