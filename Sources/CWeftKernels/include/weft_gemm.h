// Matrix products over packed panels.
#ifndef WEFT_GEMM_H
#define WEFT_GEMM_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

struct weft_pool;

// C = alpha * op(A) * op(B) + beta * C, row-major with leading dimensions in elements; op(A) is
// [m,k], op(B) [k,n], op(X) the transpose of the stored matrix when its flag is not 0; all sizes
// above 0. beta = 0 never reads C. C must not overlap A or B. The order of every sum depends on the
// sizes and the instruction set alone. Packs into
// memory that the calling thread keeps, and into a little of its stack where there is none.
//
// Method: blocks that fit the caches, packed, multiplied by register tiles of 14 x 2 vectors
// (Goto and van de Geijn, Anatomy of High-Performance Matrix Multiplication, ACM TOMS 34(3), 2008).
void weft_gemm_f32(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   float alpha, const float *a, size_t lda, const float *b, size_t ldb,
                   float beta, float *c, size_t ldc, struct weft_pool *_Nullable pool);
void weft_gemm_f64(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   double alpha, const double *a, size_t lda, const double *b, size_t ldb,
                   double beta, double *c, size_t ldc, struct weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#endif
