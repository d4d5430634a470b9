#include "weft_move.h"

typedef struct {
  void *values;
  int32_t *indices;
  const void *src;
  size_t columns, k;
} top_k_job;

// Keeps the k best in a heap whose root is the worst of them, laid out in the result itself; then
// sorts it by taking the root away k times. `before` says that an element belongs before another of
// a higher column: the order is total, for NaN stands above every number.
#define WEFT_TOP_K(name, T)                                                               \
  static inline bool name##_before(T a, int32_t i, T b, int32_t j) {                      \
    bool a_nan = a != a, b_nan = b != b;                                                  \
    if (a > b || (a_nan && !b_nan)) return true;                                          \
    return (a == b || (a_nan && b_nan)) && i < j;                                         \
  }                                                                                       \
  static void name##_sift(T *v, int32_t *n, size_t size, T value, int32_t index) {        \
    size_t at = 0;                                                                        \
    for (size_t child; (child = 2 * at + 1) < size; at = child) {                         \
      if (child + 1 < size && name##_before(v[child], n[child], v[child + 1], n[child + 1])) \
        child++;                                                                          \
      if (!name##_before(value, index, v[child], n[child])) break;                        \
      v[at] = v[child], n[at] = n[child];                                                 \
    }                                                                                     \
    v[at] = value, n[at] = index;                                                         \
  }                                                                                       \
  static void name(void *context, size_t begin, size_t end) {                             \
    const top_k_job *job = context;                                                       \
    for (size_t row = begin; row < end; row++) {                                          \
      const T *s = (const T *)job->src + row * job->columns;                              \
      T *v = (T *)job->values + row * job->k;                                             \
      int32_t *n = job->indices + row * job->k;                                           \
      for (size_t i = 0; i < job->k; i++) { /* a heap grows by its last leaf */           \
        size_t at = i;                                                                    \
        for (size_t up; at && (up = (at - 1) / 2,                                         \
                               name##_before(v[up], n[up], s[i], (int32_t)i)); at = up)   \
          v[at] = v[up], n[at] = n[up];                                                   \
        v[at] = s[i], n[at] = (int32_t)i;                                                 \
      }                                                                                   \
      for (size_t i = job->k; i < job->columns; i++)                                      \
        if (!(s[i] <= v[0]) && name##_before(s[i], (int32_t)i, v[0], n[0]))               \
          name##_sift(v, n, job->k, s[i], (int32_t)i);                                    \
      for (size_t size = job->k; size-- > 1;) {                                           \
        T worst = v[0], value = v[size];                                                  \
        int32_t worst_index = n[0], index = n[size];                                      \
        name##_sift(v, n, size, value, index);                                            \
        v[size] = worst, n[size] = worst_index;                                           \
      }                                                                                   \
    }                                                                                     \
  }

WEFT_TOP_K(top_float32, float)
WEFT_TOP_K(top_float64, double)
WEFT_TOP_K(top_int32, int32_t)
WEFT_TOP_K(top_int64, int64_t)

int32_t weft_top_k(int32_t dtype, void *values, int32_t *indices, const void *src, size_t rows,
                   size_t columns, size_t k, weft_pool *pool) {
  weft_range_fn function = dtype == WEFT_FLOAT32   ? top_float32
                           : dtype == WEFT_FLOAT64 ? top_float64
                           : dtype == WEFT_INT32   ? top_int32
                           : dtype == WEFT_INT64   ? top_int64
                                                   : NULL;
  if (!function) return WEFT_MOVE_UNSUPPORTED_TYPE;
  if (!rows || !k || k > columns) return WEFT_MOVE_OK;
  top_k_job job = {values, indices, src, columns, k};
  double each = (double)columns + 10 * (double)k;
  size_t grain = each * (double)rows < 30e3 ? rows : (size_t)(8e3 / each) + 1;
  weft_pool_for(pool, rows, grain, function, &job);
  return WEFT_MOVE_OK;
}
