#include <string.h>

#include "weft_move.h"

// Rows of the axis are taken in order and each adds to the row before, element by element; with an
// inner size of 1 the running value stays in a register. Reading src[j] comes before writing
// dst[j], so that dst may be src.
#define WEFT_SCAN(name, T, W, identity, operation)                                        \
  static void name(T *dst, const T *src, size_t outer, size_t axis, size_t inner,         \
                   bool exclusive, bool reverse) {                                        \
    for (size_t o = 0; o < outer; o++) {                                                  \
      T *d = dst + o * axis * inner;                                                      \
      const T *s = src + o * axis * inner;                                                \
      for (size_t i = 0; i < inner; i++) {                                                \
        T total = identity;                                                               \
        for (size_t step = 0; step < axis; step++) {                                      \
          size_t at = (reverse ? axis - 1 - step : step) * inner + i;                     \
          T next = (T)((W)total operation(W) s[at]);                                      \
          d[at] = exclusive ? total : next;                                               \
          total = next;                                                                   \
        }                                                                                 \
      }                                                                                   \
    }                                                                                     \
  }

// The same with the rows outermost, for larger inner sizes: the row written last is the running
// value. An exclusive scan needs the source's previous row, so it is not for dst == src.
#define WEFT_SCAN_ROWS(name, T, W, identity, operation)                                   \
  static void name(T *dst, const T *src, size_t outer, size_t axis, size_t inner,         \
                   bool exclusive, bool reverse) {                                        \
    for (size_t o = 0; o < outer; o++) {                                                  \
      for (size_t step = 0; step < axis; step++) {                                        \
        size_t at = (o * axis + (reverse ? axis - 1 - step : step)) * inner;              \
        size_t before = reverse ? at + inner : at - inner;                                \
        for (size_t i = 0; i < inner; i++) {                                              \
          T total = step == 0 ? identity : dst[before + i];                               \
          if (exclusive)                                                                  \
            dst[at + i] =                                                                 \
                step == 0 ? identity : (T)((W)total operation(W) src[before + i]);        \
          else                                                                            \
            dst[at + i] = (T)((W)total operation(W) src[at + i]);                         \
        }                                                                                 \
      }                                                                                   \
    }                                                                                     \
  }

#define WEFT_SCANS(type, T, W)                        \
  WEFT_SCAN(sum_##type, T, W, 0, +)                   \
  WEFT_SCAN(product_##type, T, W, 1, *)               \
  WEFT_SCAN_ROWS(sum_rows_##type, T, W, 0, +)         \
  WEFT_SCAN_ROWS(product_rows_##type, T, W, 1, *)

WEFT_SCANS(f32, float, float)
WEFT_SCANS(f64, double, double)
WEFT_SCANS(i32, int32_t, uint32_t)
WEFT_SCANS(i64, int64_t, uint64_t)

#define WEFT_SCAN_CASE(code, type)                                                        \
  case code:                                                                              \
    (product ? (by_rows ? product_rows_##type : product_##type)                           \
             : (by_rows ? sum_rows_##type : sum_##type))(dst, src, outer, axis, inner,    \
                                                         exclusive, reverse);             \
    return WEFT_MOVE_OK

int32_t weft_cumulative(int32_t dtype, bool product, bool exclusive, bool reverse, void *dst,
                        const void *src, size_t outer, size_t axis, size_t inner) {
  bool by_rows = inner >= 8 && !(exclusive && dst == src);
  switch (dtype) {
    WEFT_SCAN_CASE(WEFT_FLOAT32, f32);
    WEFT_SCAN_CASE(WEFT_FLOAT64, f64);
    WEFT_SCAN_CASE(WEFT_INT32, i32);
    WEFT_SCAN_CASE(WEFT_INT64, i64);
    default: return WEFT_MOVE_UNSUPPORTED_TYPE;
  }
}
