// Reductions over arbitrary axes, index reductions and per-column moments.
//
// All functions are thread-safe, keep no state and allocate nothing: scratch memory comes from the
// caller (the *_scratch_bytes functions say how much; 64-byte alignment is best, 8 suffices) or is at
// most 16 KiB of stack. Work is cut into chunks that depend on the shape alone and partial results
// meet in a fixed order, so the bits do not depend on the number of threads. `pool` may be NULL.
//
// dtype codes are TensorFlow's DataType values: float32 1, float64 2, int32 3, uint8 4, int64 9,
// bool 10 (one byte, 0 or 1).
#ifndef WEFT_REDUCE_H
#define WEFT_REDUCE_H

#include <stddef.h>
#include <stdint.h>

struct weft_pool;

#ifdef __cplusplus
extern "C" {
#endif

// What is done with the elements that meet in one output element, and the result for none of them.
typedef enum weft_reduce_function {
  WEFT_REDUCE_SUM = 0,             // sum x; 0. Integers wrap.       float32 64, int32 64, uint8
  WEFT_REDUCE_MEAN = 1,            // sum x / n; NaN (integers: truncated quotient; 0). float32 64, int32 64
  WEFT_REDUCE_PROD = 2,            // product; 1. Integers wrap.     float32 64, int32 64
  WEFT_REDUCE_MAX = 3,             // greatest; -inf or the lowest integer; NaN wins. float, int, uint8
  WEFT_REDUCE_MIN = 4,             // least; +inf or the highest integer; NaN wins.   float, int, uint8
  WEFT_REDUCE_ANY = 5,             // or; false.                     bool
  WEFT_REDUCE_ALL = 6,             // and; true.                     bool
  WEFT_REDUCE_LOG_SUM_EXP = 7,     // m + log sum exp(x - m), m = max x; -inf. float32 64
  WEFT_REDUCE_SUM_OF_SQUARES = 8,  // sum x^2; 0.                    float32 64
  WEFT_REDUCE_EUCLIDEAN_NORM = 9,  // sqrt(sum x^2); 0.              float32 64
} weft_reduce_function;

// Bytes of scratch that `weft_reduce` needs with the same arguments; 0 when it needs none.
size_t weft_reduce_scratch_bytes(weft_reduce_function function, int32_t dtype, int32_t rank,
                                 const int64_t *dims, uint64_t reduced_mask);

// dst[kept indices] = function of src over the axes whose bit is set in `reduced_mask`.
//
// `src` is dense and row-major with `rank` (0 to 63) dimensions `dims`; `dst` is dense with the kept
// dimensions in their order (axes of length 1 in between, as with keep_dims, change nothing) and has
// the dtype of src. src and dst must not overlap. A sum of float32 is pairwise: its relative error
// grows with log n. logsumexp of a group whose maximum is +inf or -inf is that maximum; NaN gives NaN.
// Returns 0, or -1 for a function that does not take the dtype (nothing is written).
int32_t weft_reduce(weft_reduce_function function, int32_t dtype, int32_t rank, const int64_t *dims,
                    uint64_t reduced_mask, const void *src, void *dst, void *scratch,
                    struct weft_pool *pool);

typedef enum weft_argreduce_function {
  WEFT_ARGREDUCE_MAX = 0,
  WEFT_ARGREDUCE_MIN = 1,
} weft_argreduce_function;

// Index of the greatest or least element along the middle axis of src [outer, n, inner]; dst is
// [outer, inner] of `index_dtype` (int32 or int64). The first of equals wins; NaN is passed over, and
// where all are NaN the index is 0, as in TensorFlow. n must be at least 1 and fit the index type. src: float32 64, int32 64, uint8.
// Returns 0, or -1 for a dtype or n outside this (nothing is written).
int32_t weft_argreduce(weft_argreduce_function function, int32_t dtype, int32_t index_dtype,
                       size_t outer, size_t n, size_t inner, const void *src, void *dst,
                       struct weft_pool *pool);

// Bytes of scratch for `weft_column_moments_*` of a [rows, columns] matrix; element_bytes 4 or 8.
size_t weft_column_moments_scratch_bytes(size_t rows, size_t columns, size_t element_bytes);

// mean[j] = sum_i x[i,j] / rows and variance[j] = sum_i (x[i,j] - mean[j])^2 / rows, the population
// variance, in two passes (no cancellation), as batch normalisation needs. rows = 0 gives NaN.
void weft_column_moments_f32(const float *x, size_t rows, size_t columns, float *mean,
                             float *variance, void *scratch, struct weft_pool *pool);
void weft_column_moments_f64(const double *x, size_t rows, size_t columns, double *mean,
                             double *variance, void *scratch, struct weft_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
