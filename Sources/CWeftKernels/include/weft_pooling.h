// Pooling of images [batch, rows, columns, channels] by windows, and its gradients.
//
// All functions are thread-safe, keep no state and allocate nothing; the bits of a result do not depend
// on the pool. Results must not overlap operands.
#ifndef WEFT_POOLING_H
#define WEFT_POOLING_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct weft_pool;

// The sizes; `pad_*` are the rows and columns missing before the first. Every window sees an element.
typedef struct {
  size_t batch, channels;
  size_t in_rows, in_columns, out_rows, out_columns;
  size_t window_rows, window_columns, stride_rows, stride_columns;
  size_t pad_rows, pad_columns;
} weft_pooling_shape;

enum {
  WEFT_POOLING_MAX = 0,            // first: images; to the largest of each window
  WEFT_POOLING_MAX_GRAD = 1,       // first: images, second: a gradient; at each window's first largest
  WEFT_POOLING_MAX_GRAD_GRAD = 2,  // first and second: images; of the second, where the first is largest
  WEFT_POOLING_MEAN = 3,           // first: images; to the mean of what each window sees
  WEFT_POOLING_MEAN_GRAD = 4,      // second: a gradient; in equal parts to what each window sees
  WEFT_POOLING_MAX_RELU_GRAD = 5,  // as MAX_GRAD, where that largest is above 0
};

// NaN counts as larger than any number.
void weft_pooling_f32(const weft_pooling_shape *shape, int32_t kind, const float *_Nullable first,
                      const float *_Nullable second, float *result,
                      struct weft_pool *_Nullable pool);
void weft_pooling_f64(const weft_pooling_shape *shape, int32_t kind, const double *_Nullable first,
                      const double *_Nullable second, double *result,
                      struct weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
