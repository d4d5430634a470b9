#include "isa.h"
#include "reduce_run.h"
#include "weft_dtype.h"
#include "weft_neural.h"
#include "weft_pool.h"
#include "weft_reduce.h"

typedef enum { LAYER_RELU_GRAD, LAYER_BIAS_ADD, LAYER_BIAS_ADD_RELU, LAYER_COUNT } layer_loop;

enum { PATTERN = 512 };  // a bias of few columns is repeated 16 times, to fill vectors

typedef struct {
  const void *x, *other;
  void *y;
  size_t columns;
} layer_job;

#define WEFT_FAMILY "layer_rows.inc"
#include "isa_variants.inc"

static void run(layer_loop loop, int is_double, layer_job *job, size_t rows, struct weft_pool *pool) {
  weft_range_fn f = WEFT_VARIANT(layer_table)[is_double][loop];
  if (rows == 0 || job->columns == 0) return;
  size_t parallel = is_double ? 1 << 17 : 1 << 18;
  if (rows * job->columns < parallel) pool = NULL;
  size_t grain = parallel / 8 / job->columns;
  weft_pool_for(pool, rows, grain ? grain : 1, f, job);
}

// [rows, columns] with the rows reduced; columns = 1 for a full sum.
static weft_reduce_shape column_shape(size_t rows, size_t columns) {
  if (columns == 1)
    return (weft_reduce_shape){.groups = {rows}, .reduced = 1, .count = 1, .total = rows};
  return (weft_reduce_shape){.groups = {rows, columns}, .reduced = 1, .count = 2,
                             .total = rows * columns};
}

size_t weft_bias_grad_scratch_bytes(size_t rows, size_t columns, size_t element_bytes) {
  if (rows == 0 || columns == 0) return 0;
  return weft_reduce_stages_scratch_bytes(column_shape(rows, columns), element_bytes);
}

size_t weft_l2_loss_scratch_bytes(size_t count, size_t element_bytes) {
  return weft_bias_grad_scratch_bytes(count, 1, element_bytes);
}

#define LAYERS(suffix, T, is_double, type)                                                         \
  void weft_relu_grad_##suffix(const T *gradients, const T *features, T *dst, size_t count,        \
                               struct weft_pool *pool) {                                           \
    layer_job job = {gradients, features, dst, 1};                                                 \
    run(LAYER_RELU_GRAD, is_double, &job, count, pool);                                            \
  }                                                                                                \
  void weft_bias_add_##suffix(const T *x, const T *bias, T *y, size_t rows, size_t columns,        \
                              struct weft_pool *pool) {                                            \
    layer_job job = {x, bias, y, columns};                                                         \
    run(LAYER_BIAS_ADD, is_double, &job, rows, pool);                                              \
  }                                                                                                \
  void weft_bias_add_relu_##suffix(const T *x, const T *bias, T *y, size_t rows, size_t columns,   \
                                   struct weft_pool *pool) {                                       \
    layer_job job = {x, bias, y, columns};                                                         \
    run(LAYER_BIAS_ADD_RELU, is_double, &job, rows, pool);                                         \
  }                                                                                                \
  void weft_bias_grad_##suffix(const T *gradients, T *dst, size_t rows, size_t columns,            \
                               void *scratch, struct weft_pool *pool) {                            \
    if (columns == 0) return;                                                                      \
    if (rows == 0) {                                                                               \
      for (size_t j = 0; j < columns; j++) dst[j] = 0;                                             \
      return;                                                                                      \
    }                                                                                              \
    weft_reduce_run(column_shape(rows, columns), type, sizeof(T), WEFT_LOOP_SUM, WEFT_LOOP_SUM,    \
                    NULL, gradients, dst, scratch, pool);                                          \
  }                                                                                                \
  void weft_l2_loss_##suffix(const T *x, size_t count, T *dst, void *scratch,                      \
                             struct weft_pool *pool) {                                             \
    *dst = 0;                                                                                      \
    if (count == 0) return;                                                                        \
    weft_reduce_run(column_shape(count, 1), type, sizeof(T), WEFT_LOOP_SQUARES, WEFT_LOOP_SUM,     \
                    NULL, x, dst, scratch, pool);                                                  \
    *dst /= 2;                                                                                     \
  }
LAYERS(f32, float, 0, WEFT_TYPE_F32)
LAYERS(f64, double, 1, WEFT_TYPE_F64)
