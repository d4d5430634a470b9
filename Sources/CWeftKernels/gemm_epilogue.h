// Private: the epilogue of a matrix product, over a part of C that was just stored.
#ifndef WEFT_GEMM_EPILOGUE_H
#define WEFT_GEMM_EPILOGUE_H

#include "weft_gemm.h"

// Rows i ..< i + rows and columns j ..< j + width of C. Inlined, so that it takes the caller's
// instruction set. The width must not be a constant there: the loops would be unrolled before they
// can be vectorised.
#define GEMM_EPILOGUE(name, T)                                                                  \
  static inline __attribute__((always_inline)) void name(const weft_gemm_epilogue *epilogue,    \
                                                         T *c, size_t ldc, size_t i, size_t j,  \
                                                         size_t rows, size_t width) {           \
    const T *bias = epilogue->bias, *mask = epilogue->mask;                                     \
    for (size_t r = i; r < i + rows; r++) {                                                     \
      T *restrict row = c + r * ldc + j;                                                        \
      if (bias) {                                                                               \
        const T *restrict added = bias + j;                                                     \
        for (size_t q = 0; q < width; q++) row[q] += added[q];                                  \
      }                                                                                         \
      if (epilogue->relu)                                                                       \
        for (size_t q = 0; q < width; q++) row[q] = row[q] <= 0 ? 0 : row[q];                   \
      if (mask) {                                                                               \
        const T *restrict condition = mask + r * epilogue->ldmask + j;                          \
        for (size_t q = 0; q < width; q++) row[q] = condition[q] > 0 ? row[q] : 0;              \
      }                                                                                         \
    }                                                                                           \
  }
GEMM_EPILOGUE(gemm_epilogue_float, float)
GEMM_EPILOGUE(gemm_epilogue_double, double)
#undef GEMM_EPILOGUE

#endif
