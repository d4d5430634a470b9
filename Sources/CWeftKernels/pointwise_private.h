// Private: what the pointwise executor and its kernels share.
#ifndef WEFT_POINTWISE_PRIVATE_H
#define WEFT_POINTWISE_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft_pointwise.h"

// destination[i] = function(a[i], b[i], c[i]) for i in 0..<count. The destination may be an operand
// with elements of the same size, and overlaps nothing otherwise. Returns weft_pointwise_status.
typedef int (*weft_pointwise_kernel)(void *destination, const void *a, const void *b, const void *c,
                                     size_t count);

enum { WEFT_FUNCTION_LIMIT = 128, WEFT_DTYPE_COUNT = 8 };

// Positions of the dtypes in the tables below.
enum { F32, F64, I32, U8, I64, BOOL, BF16, F16 };

// The position of a dtype code, or -1.
static inline int weft_dtype_position(int dtype) {
  switch (dtype) {
    case WEFT_FLOAT32: return F32;
    case WEFT_FLOAT64: return F64;
    case WEFT_INT32: return I32;
    case WEFT_UINT8: return U8;
    case WEFT_INT64: return I64;
    case WEFT_BOOL: return BOOL;
    case WEFT_BFLOAT16: return BF16;
    case WEFT_FLOAT16: return F16;
    default: return -1;
  }
}

// Bytes of an element, by position.
static inline size_t weft_dtype_size(int position) {
  static const uint8_t sizes[WEFT_DTYPE_COUNT] = {4, 8, 4, 1, 8, 1, 2, 2};
  return sizes[position];
}

// The kernel for a function of operands of a dtype, or NULL.
weft_pointwise_kernel weft_pointwise_find(int function, int dtype);

// Scalar functions that the C library lacks (digamma) or has with global state (lgamma).
double weft_digamma(double x);
double weft_log_gamma(double x);
float weft_log_gamma_float(float x);

#endif
