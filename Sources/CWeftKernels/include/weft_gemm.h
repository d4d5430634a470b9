// Matrix products over packed panels.
#ifndef WEFT_GEMM_H
#define WEFT_GEMM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct weft_pool;

// What is done to every element v of a product once its sum is complete: v + bias[j]; then 0 where v
// is at most 0 (a NaN stays), if relu is not 0; then 0 where mask[i * ldmask + j] is not above 0.
// What is NULL or 0 is left out. Both have the element type of C and must not overlap it.
typedef struct {
  const void *_Nullable bias;
  int32_t relu;
  const void *_Nullable mask;
  size_t ldmask;
} weft_gemm_epilogue;

// C = alpha * (op(A) * op(B) + decay * C) + beta * C, row-major with leading dimensions in elements;
// op(A) is [m,k], op(B) [k,n], op(X) the transpose of the stored matrix when its flag is not 0; all
// sizes above 0. What is done to a sum of products is rounded step by step, as separate operations
// would be: a parameter's update in place has the bits of one from a gradient in memory. beta = 0 and
// decay = 0 never read C. C must not overlap A or B. The order of every sum depends on the
// sizes and the instruction set alone. Packs into
// memory that the calling thread keeps, and into a little of its stack where there is none.
//
// The epilogue, if any, is applied to each tile of C while it is in the first-level cache.
//
// Method: blocks that fit the caches, packed, multiplied by register tiles of 14 x 2 vectors
// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008).
void weft_gemm_f32(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   float alpha, const float *a, size_t lda, const float *b, size_t ldb,
                   float beta, float decay, float *c, size_t ldc,
                   const weft_gemm_epilogue *_Nullable epilogue,
                   struct weft_pool *_Nullable pool);
void weft_gemm_f64(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   double alpha, const double *a, size_t lda, const double *b, size_t ldb,
                   double beta, double decay, double *c, size_t ldc,
                   const weft_gemm_epilogue *_Nullable epilogue,
                   struct weft_pool *_Nullable pool);

// The epilogue of a product [m,n] that was computed without it.
void weft_gemm_finish_f32(const weft_gemm_epilogue *epilogue, size_t m, size_t n, float *c,
                          size_t ldc);
void weft_gemm_finish_f64(const weft_gemm_epilogue *epilogue, size_t m, size_t n, double *c,
                          size_t ldc);

#pragma clang assume_nonnull end

#endif
