// Private: a prepared convolution (see weft_convolution.h).
#ifndef WEFT_PRIVATE_CONVOLUTION_H
#define WEFT_PRIVATE_CONVOLUTION_H

#include "weft_convolution.h"
#include "weft_pool.h"

// Consecutive elements of the source that all positions of a pass see, from a position's first on.
typedef struct {
  size_t offset, length;
} convolution_segment;

// An element of the window: where it lies from a position on, in rows and columns of the source.
typedef struct {
  ptrdiff_t row, column;
  size_t index;  // in the filter
} convolution_tap;

// A grid of positions that see the same taps. The result and the filters' gradient have one, the
// images' gradient one for each remainder by the strides.
typedef struct {
  size_t rows, columns;                    // of the grid
  size_t target_row, target_column;        // where the grid begins in the target
  size_t tap_begin, taps;                  // among all taps
  size_t segment_begin, segments, depth;   // and segments; the elements in them
  size_t packed_begin;                     // its packed filters, in elements
} convolution_pass;

struct weft_convolution {
  weft_convolution_shape shape;
  int role;
  size_t size;                              // bytes of an element
  size_t source_rows, source_columns, source_channels;
  size_t target_rows, target_columns, target_channels;
  size_t source_step_rows, source_step_columns;  // of the source from one position to the next
  size_t target_step_rows, target_step_columns;
  size_t grid_rows, grid_columns;           // of the largest pass
  ptrdiff_t low_row, low_column;            // of all taps
  ptrdiff_t high_row, high_column;
  int in_place;                             // no window reaches beyond an edge
  size_t buffer_columns;                    // a row of the source as the kernels see it
  size_t strip_rows, strips;                // grid rows worked on at a time; strips of an image
  size_t items, chunks;                     // groups of strips; parts that the filter is divided in
  size_t panel;                             // results in a panel: two vectors
  size_t packed_elements, buffer_elements, gradient_elements, partial_elements;
  convolution_pass *passes;
  size_t pass_count;
  convolution_tap *taps;
  convolution_segment *segments;
};

// A run.
typedef struct {
  const weft_convolution *plan;
  const void *first, *second;
  void *result;
  void *packed, *buffers, *gradients, *partials;
  const weft_convolution_epilogue *epilogue;
} convolution_job;

#endif
