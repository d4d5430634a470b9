// Two-dimensional convolutions over images [batch, rows, columns, channels] with filters [rows,
// columns, channels, filters], and their two gradients.
//
// Method: direct. Each image is copied once into a buffer with its edges filled with zeros (not even
// that where there are none), so that every window lies in memory as rows of consecutive numbers; a
// register tile of up to 14 positions by two vectors of results then runs over the window. The
// gradient of the images is the same over the gradient of the result, one pass for each remainder of
// a position divided by the stride. The filters' gradient is summed in groups of images, then over
// the groups in their order.
#ifndef WEFT_CONVOLUTION_H
#define WEFT_CONVOLUTION_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct weft_pool;

// The sizes of a convolution. `pad_*` are the rows and columns of zeros before the first.
typedef struct {
  size_t batch, channels, filters;
  size_t in_rows, in_columns, out_rows, out_columns;
  size_t filter_rows, filter_columns;
  size_t stride_rows, stride_columns, dilation_rows, dilation_columns;
  size_t pad_rows, pad_columns;
} weft_convolution_shape;

// What is computed, from what: the result from images and filters; the images' gradient from the
// result's gradient and the filters; the filters' gradient from the images and the result's gradient.
enum { WEFT_CONVOLUTION_OUTPUT = 0, WEFT_CONVOLUTION_INPUT = 1, WEFT_CONVOLUTION_FILTER = 2 };

// What is done to every element v of filter j of a convolution's result: v + bias[j], of the element type,
// unless it is NULL; then 0 where v is at most 0 (a NaN stays), if relu is not 0.
typedef struct {
  const void *_Nullable bias;
  int32_t relu;
} weft_convolution_epilogue;

typedef struct weft_convolution weft_convolution;

// Prepares a convolution of elements of 4 or 8 bytes; NULL when memory is short. All sizes must be
// above 0. To be freed by `weft_convolution_destroy`.
weft_convolution *_Nullable weft_convolution_create(const weft_convolution_shape *shape,
                                                    int32_t role, size_t element_bytes);
void weft_convolution_destroy(weft_convolution *_Nullable convolution);

// The memory that a run needs beside its operands.
size_t weft_convolution_scratch_bytes(const weft_convolution *convolution);

// Computes `result`, which must not overlap the operands. Allocates nothing; several threads may run
// one convolution, each with its own scratch of 64-byte alignment. The bits do not depend on the pool. An
// epilogue, which only a convolution's result takes, is applied to each strip while it is in the cache.
void weft_convolution_run(const weft_convolution *convolution, const void *first,
                          const void *second, void *result, void *scratch,
                          const weft_convolution_epilogue *_Nullable epilogue,
                          struct weft_pool *_Nullable pool);

// Depthwise: filters [rows, columns, channels, filters], results [..., channels * filters].
void weft_depthwise_f32(const weft_convolution_shape *shape, int32_t role, const float *first,
                        const float *second, float *result, struct weft_pool *_Nullable pool);
void weft_depthwise_f64(const weft_convolution_shape *shape, int32_t role, const double *first,
                        const double *second, double *result, struct weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
