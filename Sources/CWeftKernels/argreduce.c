#include "reduce_kernels.h"
#include "weft_dtype.h"
#include "weft_pool.h"
#include "weft_reduce.h"

typedef struct {
  const weft_argreduce_loops *loops;
  const char *src;
  void *dst;
  size_t n, inner, strips, bytes;
  int narrow;
} argreduce_context;

static void store(const argreduce_context *c, size_t at, int64_t index) {
  if (c->narrow) ((int32_t *)c->dst)[at] = (int32_t)index;
  else ((int64_t *)c->dst)[at] = index;
}

static void run_rows(void *context, size_t begin, size_t end) {
  const argreduce_context *c = context;
  for (size_t row = begin; row < end; row++)
    store(c, row, (int64_t)c->loops->row(c->src + row * c->n * c->bytes, c->n));
}

static void run_columns(void *context, size_t begin, size_t end) {
  const argreduce_context *c = context;
  int64_t index[WEFT_REDUCE_STRIP];
  for (size_t item = begin; item < end; item++) {
    size_t outer = item / c->strips, first = item % c->strips * WEFT_REDUCE_STRIP;
    size_t width = c->inner - first < WEFT_REDUCE_STRIP ? c->inner - first : WEFT_REDUCE_STRIP;
    c->loops->columns(c->src + (outer * c->n * c->inner + first) * c->bytes, c->n, c->inner, width,
                      index);
    for (size_t j = 0; j < width; j++) store(c, outer * c->inner + first + j, index[j]);
  }
}

int32_t weft_argreduce(weft_argreduce_function function, int32_t dtype, int32_t index_dtype,
                       size_t outer, size_t n, size_t inner, const void *src, void *dst,
                       struct weft_pool *pool) {
  weft_kernel_type type;
  size_t bytes;
  switch (dtype) {
    case WEFT_FLOAT32: type = WEFT_TYPE_F32, bytes = 4; break;
    case WEFT_FLOAT64: type = WEFT_TYPE_F64, bytes = 8; break;
    case WEFT_INT32: type = WEFT_TYPE_I32, bytes = 4; break;
    case WEFT_INT64: type = WEFT_TYPE_I64, bytes = 8; break;
    case WEFT_UINT8: type = WEFT_TYPE_U8, bytes = 1; break;
    default: return -1;
  }
  if (index_dtype != WEFT_INT32 && index_dtype != WEFT_INT64) return -1;
  if (n == 0 || (index_dtype == WEFT_INT32 && n > (size_t)INT32_MAX)) return -1;
  if (outer == 0 || inner == 0) return 0;
  argreduce_context context = {
      .loops = weft_argreduce_kernels(type, function == WEFT_ARGREDUCE_MIN), .src = src, .dst = dst,
      .n = n, .inner = inner, .strips = (inner + WEFT_REDUCE_STRIP - 1) / WEFT_REDUCE_STRIP,
      .bytes = bytes, .narrow = index_dtype == WEFT_INT32};
  if (outer * n * inner < 1 << 17) pool = NULL;
  size_t items = inner == 1 ? outer : outer * context.strips;
  size_t grain = ((size_t)1 << 14) / (outer * n * inner / items);
  weft_pool_for(pool, items, grain ? grain : 1, inner == 1 ? run_rows : run_columns, &context);
  return 0;
}
