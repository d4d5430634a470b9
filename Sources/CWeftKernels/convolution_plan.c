#include <stdlib.h>

#include "convolution.h"
#include "isa.h"

enum {
  STRIP_BYTES = 96 << 10,    // of a strip: it stays in the second-level cache beside the filters
  ITEMS = 16,                // of work, at least, where there are as many strips
  PARTIAL_BYTES = 16 << 20,  // of all groups' sums
};

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
static size_t larger(size_t a, size_t b) { return a > b ? a : b; }
static size_t divided(size_t count, size_t size) { return (count + size - 1) / size; }
static size_t rounded(size_t count, size_t size) { return divided(count, size) * size; }

// Elements in a vector.
static size_t lanes_of(size_t size) {
  const size_t bytes[] = {16, 32, 64};
  return bytes[weft_isa()] / size;
}

// The taps that the positions with these remainders see, in the order of the source.
static void add_taps(weft_convolution *plan, convolution_pass *pass, size_t row, size_t column,
                     size_t *used) {
  const weft_convolution_shape *s = &plan->shape;
  const int back = plan->role == WEFT_CONVOLUTION_INPUT;
  pass->tap_begin = *used;
  for (size_t i = 0; i < s->filter_rows; i++) {
    const size_t y = back ? s->filter_rows - 1 - i : i;
    for (size_t j = 0; j < s->filter_columns; j++) {
      const size_t x = back ? s->filter_columns - 1 - j : j;
      ptrdiff_t dy = (ptrdiff_t)(y * s->dilation_rows) - (ptrdiff_t)s->pad_rows;
      ptrdiff_t dx = (ptrdiff_t)(x * s->dilation_columns) - (ptrdiff_t)s->pad_columns;
      if (back) {
        // The result o sees the element o * stride + dy.
        dy = (ptrdiff_t)row - dy;
        dx = (ptrdiff_t)column - dx;
        if (dy % (ptrdiff_t)s->stride_rows || dx % (ptrdiff_t)s->stride_columns) continue;
        dy /= (ptrdiff_t)s->stride_rows;
        dx /= (ptrdiff_t)s->stride_columns;
      }
      plan->taps[(*used)++] = (convolution_tap){dy, dx, y * s->filter_columns + x};
    }
  }
  pass->taps = *used - pass->tap_begin;
}

static void find_bounds(weft_convolution *plan, size_t taps) {
  for (size_t t = 0; t < taps; t++) {
    const convolution_tap *tap = &plan->taps[t];
    if (t == 0 || tap->row < plan->low_row) plan->low_row = tap->row;
    if (t == 0 || tap->row > plan->high_row) plan->high_row = tap->row;
    if (t == 0 || tap->column < plan->low_column) plan->low_column = tap->column;
    if (t == 0 || tap->column > plan->high_column) plan->high_column = tap->column;
  }
  const ptrdiff_t last_row = (ptrdiff_t)((plan->grid_rows - 1) * plan->source_step_rows);
  const ptrdiff_t last_column = (ptrdiff_t)((plan->grid_columns - 1) * plan->source_step_columns);
  plan->in_place = plan->low_row >= 0 && plan->low_column >= 0 &&
                   last_row + plan->high_row < (ptrdiff_t)plan->source_rows &&
                   last_column + plan->high_column < (ptrdiff_t)plan->source_columns;
  plan->buffer_columns = plan->in_place
                             ? plan->source_columns
                             : (size_t)(last_column + plan->high_column - plan->low_column) + 1;
}

// Taps that lie one after the other in the source are one segment.
static void add_segments(weft_convolution *plan, convolution_pass *pass, size_t *used) {
  const size_t depth = plan->source_channels;
  pass->segment_begin = *used;
  pass->depth = pass->taps * depth;
  for (size_t t = 0; t < pass->taps; t++) {
    const convolution_tap *tap = &plan->taps[pass->tap_begin + t];
    const size_t offset = ((size_t)(tap->row - plan->low_row) * plan->buffer_columns +
                           (size_t)(tap->column - plan->low_column)) * depth;
    convolution_segment *last = *used > pass->segment_begin ? &plan->segments[*used - 1] : NULL;
    if (last && last->offset + last->length == offset)
      last->length += depth;
    else
      plan->segments[(*used)++] = (convolution_segment){offset, depth};
  }
  pass->segments = *used - pass->segment_begin;
}

// How the work is divided: by sizes alone.
static void divide_work(weft_convolution *plan) {
  const weft_convolution_shape *s = &plan->shape;
  const size_t row_bytes = plan->buffer_columns * plan->source_channels * plan->size;
  size_t rows = larger(1, STRIP_BYTES / larger(1, row_bytes * plan->source_step_rows));
  rows = smaller(rows, plan->grid_rows);
  // Few images are divided further.
  if (s->batch < ITEMS) rows = smaller(rows, divided(plan->grid_rows * s->batch, ITEMS));
  plan->strips = divided(plan->grid_rows, rows);
  plan->strip_rows = divided(plan->grid_rows, plan->strips);
  plan->strips = divided(plan->grid_rows, plan->strip_rows);
  const size_t strips = s->batch * plan->strips;
  const size_t count = (plan->strip_rows - 1) * plan->source_step_rows +
                       (size_t)(plan->high_row - plan->low_row) + 1;
  plan->buffer_elements =
      plan->in_place ? 0 : rounded(count * plan->buffer_columns * plan->source_channels, 16);
  plan->chunks = 1;
  if (plan->role != WEFT_CONVOLUTION_FILTER) {
    plan->items = smaller(strips, 2 * ITEMS);
    return;
  }
  const size_t lanes = lanes_of(plan->size), wide = rounded(s->filters, lanes);
  const size_t rows_of_sums = s->filter_rows * s->filter_columns * s->channels;
  plan->gradient_elements =
      wide == s->filters ? 0 : rounded(plan->strip_rows * plan->grid_columns * wide, 16);
  plan->partial_elements = rounded(rows_of_sums * s->filters, 16);
  const size_t most = larger(1, PARTIAL_BYTES / (plan->partial_elements * plan->size));
  plan->items = smaller(smaller(strips, ITEMS), most);
  plan->chunks = smaller(divided(ITEMS, plan->items), divided(rows_of_sums, 14));
}

weft_convolution *weft_convolution_create(const weft_convolution_shape *shape, int32_t role,
                                          size_t element_bytes) {
  const int back = role == WEFT_CONVOLUTION_INPUT;
  const size_t taps = shape->filter_rows * shape->filter_columns;
  const size_t pass_rows = back ? smaller(shape->stride_rows, shape->in_rows) : 1;
  const size_t pass_columns = back ? smaller(shape->stride_columns, shape->in_columns) : 1;
  weft_convolution *plan = calloc(1, sizeof *plan);
  if (!plan) return NULL;
  plan->passes = calloc(pass_rows * pass_columns, sizeof *plan->passes);
  plan->taps = calloc(taps, sizeof *plan->taps);
  plan->segments = calloc(taps, sizeof *plan->segments);
  if (!plan->passes || !plan->taps || !plan->segments) {
    weft_convolution_destroy(plan);
    return NULL;
  }
  plan->shape = *shape;
  plan->role = role;
  plan->size = element_bytes;
  plan->panel = 2 * lanes_of(element_bytes);
  plan->pass_count = pass_rows * pass_columns;
  plan->source_rows = back ? shape->out_rows : shape->in_rows;
  plan->source_columns = back ? shape->out_columns : shape->in_columns;
  plan->source_channels = back ? shape->filters : shape->channels;
  plan->target_rows = back ? shape->in_rows : shape->out_rows;
  plan->target_columns = back ? shape->in_columns : shape->out_columns;
  plan->target_channels = back ? shape->channels : shape->filters;
  plan->source_step_rows = back ? 1 : shape->stride_rows;
  plan->source_step_columns = back ? 1 : shape->stride_columns;
  plan->target_step_rows = back ? shape->stride_rows : 1;
  plan->target_step_columns = back ? shape->stride_columns : 1;
  size_t used = 0;
  for (size_t p = 0; p < plan->pass_count; p++) {
    convolution_pass *pass = &plan->passes[p];
    pass->target_row = p / pass_columns;
    pass->target_column = p % pass_columns;
    pass->rows = divided(plan->target_rows - pass->target_row, plan->target_step_rows);
    pass->columns = divided(plan->target_columns - pass->target_column, plan->target_step_columns);
    plan->grid_rows = larger(plan->grid_rows, pass->rows);
    plan->grid_columns = larger(plan->grid_columns, pass->columns);
    add_taps(plan, pass, pass->target_row, pass->target_column, &used);
  }
  find_bounds(plan, used);
  used = 0;
  for (size_t p = 0; p < plan->pass_count; p++) {
    convolution_pass *pass = &plan->passes[p];
    add_segments(plan, pass, &used);
    pass->packed_begin = plan->packed_elements;
    plan->packed_elements += rounded(plan->target_channels, plan->panel) * pass->depth;
  }
  if (role == WEFT_CONVOLUTION_FILTER) plan->packed_elements = 0;
  divide_work(plan);
  return plan;
}

void weft_convolution_destroy(weft_convolution *plan) {
  if (!plan) return;
  free(plan->passes);
  free(plan->taps);
  free(plan->segments);
  free(plan);
}

size_t weft_convolution_scratch_bytes(const weft_convolution *plan) {
  const size_t items = plan->items * plan->chunks;
  size_t elements = plan->packed_elements + items * (plan->buffer_elements + plan->gradient_elements);
  if (plan->items > 1) elements += plan->items * plan->partial_elements;
  return elements * plan->size;
}
