#include "reduce_stages.h"

#include "reduce_kernels.h"

weft_reduce_shape weft_reduce_collapse(int32_t rank, const int64_t *dims, uint64_t reduced_mask) {
  weft_reduce_shape shape = {.total = 1};
  for (int32_t axis = 0; axis < rank; axis++) {
    size_t length = (size_t)dims[axis];
    uint64_t kind = reduced_mask >> axis & 1;
    if (length == 1) continue;
    shape.total *= length;
    if (shape.count > 0 && (shape.reduced >> (shape.count - 1) & 1) == kind) {
      shape.groups[shape.count - 1] *= length;
    } else {
      shape.reduced |= kind << shape.count;
      shape.groups[shape.count++] = length;
    }
  }
  if (shape.reduced == 0) {
    // Nothing to reduce: still one stage, so that the function is applied to every element.
    shape.groups[0] = 1;
    shape.groups[1] = shape.total;
    shape.reduced = 1;
    shape.count = 2;
  }
  return shape;
}

int weft_reduce_next_stage(weft_reduce_shape *shape, weft_reduce_stage *stage) {
  int last = shape->count - 1;
  while (last >= 0 && !(shape->reduced >> last & 1)) last--;
  if (last < 0) return 0;
  size_t n = shape->groups[last];
  size_t inner = last + 1 < shape->count ? shape->groups[last + 1] : 1;
  size_t chunk = inner == 1 ? (size_t)WEFT_REDUCE_ROW_CHUNK : (size_t)WEFT_REDUCE_MAXIMUM_ROWS;
  if (chunk > n) chunk = n;
  *stage = (weft_reduce_stage){
      .outer = shape->total / n / inner, .n = n, .inner = inner, .chunk = chunk,
      .chunks = (n + chunk - 1) / chunk};
  shape->total = weft_reduce_stage_outputs(stage);
  if (stage->chunks > 1) {
    shape->groups[last] = stage->chunks;
    return 1;
  }
  // The group is gone; what was kept on both sides of it is now one.
  shape->reduced &= ~((uint64_t)1 << last);
  if (last + 1 < shape->count) {
    if (last > 0) shape->groups[last - 1] *= inner;
    else shape->groups[0] = inner;
  }
  shape->count = last == 0 ? 1 : last;
  if (last == 0 && inner == 1) shape->count = 0;
  return 1;
}
