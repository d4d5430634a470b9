#include <string.h>

#include "gemm_chain.h"
#include "gemm_epilogue.h"
#include "isa.h"
#include "weft_neural.h"
#include "weft_pool.h"

// Vectors are passed only to functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"
// Products are fused with sums where the processor can.
#pragma clang fp contract(fast)

typedef float gemm_v4 __attribute__((ext_vector_type(4)));
typedef float gemm_v8 __attribute__((ext_vector_type(8)));
typedef float gemm_v16 __attribute__((ext_vector_type(16)));
typedef float gemm_v32 __attribute__((ext_vector_type(32)));

enum {
  PACK_FLOATS = 8192,    // of stack, a panel of B that fits the first-level cache
  GEMM_DOT_COLUMNS = 5,
  DOT_COLUMNS = 4,       // up to which vectors run along k
};

typedef struct {
  size_t m, n, k, panels, row_chunk;
  const float *a, *b;
  size_t a_row, a_inner, b_inner, b_column;  // strides of op(A)[i,p] and op(B)[p,j]
  float alpha, beta, decay;
  float *c;
  size_t ldc;
  const weft_gemm_epilogue *epilogue;
  size_t chain;  // terms added one after the other
} gemm_job;

// packed[p][0 ..< lanes] = op(B)[p0 + p, j ..< j + width], then zeros.
static inline __attribute__((always_inline)) void gemm_pack(const gemm_job *job, size_t p0, size_t k,
                                                            size_t j, size_t width, size_t lanes,
                                                            float *restrict packed) {
  const float *b = job->b + p0 * job->b_inner + j * job->b_column;
  if (width < lanes) memset(packed, 0, k * lanes * sizeof(float));
  if (job->b_column == 1) {
    for (size_t p = 0; p < k; p++)
      for (size_t q = 0; q < width; q++) packed[p * lanes + q] = b[p * job->b_inner + q];
    return;
  }
  for (size_t q = 0; q < width; q++)
    for (size_t p = 0; p < k; p++) packed[p * lanes + q] = b[p * job->b_inner + q * job->b_column];
}

// A tile's sums before its terms: what the blocks of k before have put into C, or zeros.
static inline __attribute__((always_inline)) void gemm_begin(const gemm_job *job, size_t p0,
                                                             float *restrict sums, size_t lanes, int rows,
                                                             size_t i, size_t j, size_t width) {
  memset(sums, 0, lanes * (size_t)rows * sizeof(float));
  if (p0 == 0 || job->alpha != 1.0f) return;
  for (int r = 0; r < rows; r++)
    for (size_t q = 0; q < width; q++)
      sums[(size_t)r * lanes + q] = job->c[(i + (size_t)r) * job->ldc + j + q];
}

// Adds a tile to C: the first block of k with beta and decay, the others to what is there, unless
// they have begun with it.
static inline __attribute__((always_inline)) void gemm_store(const gemm_job *job, int first,
                                                             const float *sums, size_t lanes, int rows,
                                                             size_t i, size_t j, size_t width) {
#pragma clang fp contract(off)
  const float alpha = job->alpha, rest = alpha == 1.0f ? 0.0f : 1.0f;
  const float beta = first ? job->beta : rest, decay = first ? job->decay : 0.0f;
  const int reads = beta != 0.0f || decay != 0.0f;
  for (int r = 0; r < rows; r++) {
    float *restrict c = job->c + (i + (size_t)r) * job->ldc + j;
    const float *restrict s = sums + (size_t)r * lanes;
    if (width == lanes && !reads)
      for (size_t q = 0; q < lanes; q++) c[q] = s[q] * alpha;
    else if (width == lanes)
      for (size_t q = 0; q < lanes; q++) c[q] = GEMM_JOINED(s[q], c[q]);
    else
      for (size_t q = 0; q < width; q++) c[q] = reads ? GEMM_JOINED(s[q], c[q]) : s[q] * alpha;
  }
}

#define WEFT_KERNEL(name) name##_baseline
#define GEMM_ROWS_8 4
#define GEMM_ROWS_16 2
#define GEMM_ROWS_32 1
#define GEMM_DOT_ROWS 2
#define GEMM_DOT_VECTOR gemm_v8
#define GEMM_DOT_LANES 8
#include "gemm_small.inc"
#include "gemm_dot.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
#define WEFT_KERNEL(name) name##_avx2
#define GEMM_ROWS_8 8
#define GEMM_ROWS_16 6
#define GEMM_ROWS_32 3
#define GEMM_DOT_ROWS 2
#define GEMM_DOT_VECTOR gemm_v8
#define GEMM_DOT_LANES 8
WEFT_ISA_PUSH_AVX2
#include "gemm_small.inc"
#include "gemm_dot.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL

#define WEFT_KERNEL(name) name##_avx512
#define GEMM_ROWS_8 8
#define GEMM_ROWS_16 14
#define GEMM_ROWS_32 12
#define GEMM_DOT_ROWS 4
#define GEMM_DOT_VECTOR gemm_v16
#define GEMM_DOT_LANES 16
WEFT_ISA_PUSH_AVX512
#include "gemm_small.inc"
#include "gemm_dot.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL
#endif

int32_t weft_gemm_small_suits(size_t m, size_t n, size_t k) {
  size_t columns = weft_isa() == WEFT_ISA_AVX512 ? 32 : weft_isa() == WEFT_ISA_AVX2 ? 12 : 0;
  return n <= columns && k >= 64 && (m >= 32 || n == 1);
}

void weft_gemm_small_f32(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                         float alpha, const float *a, size_t lda, const float *b, size_t ldb,
                         float beta, float decay, float *c, size_t ldc,
                         const weft_gemm_epilogue *epilogue, struct weft_pool *pool) {
  if (m == 0 || n == 0) return;
  gemm_job job = {.m = m, .n = n, .k = k, .panels = (n + 31) / 32, .a = a, .b = b,
                  .a_row = transpose_a ? 1 : lda, .a_inner = transpose_a ? lda : 1,
                  .b_inner = transpose_b ? 1 : ldb, .b_column = transpose_b ? ldb : 1,
                  .alpha = alpha, .beta = beta, .decay = decay, .c = c, .ldc = ldc,
                  .epilogue = epilogue, .chain = gemm_chain(k)};
  // Packing a panel must be small against the rows that share it, about a quarter of a million
  // products; rows of A that lie in order take more, since B is then the tall matrix.
  size_t lanes = n <= 8 ? 8 : n <= 16 ? 16 : 32;
  size_t part = transpose_a ? ((size_t)1 << 18) / (lanes * (k ? k : 1)) : m / 32;
  size_t least = transpose_a ? 24 : 70;
  job.row_chunk = part < least ? least : (part + 83) / 84 * 84;
  size_t chunks = (m + job.row_chunk - 1) / job.row_chunk;
  size_t items = chunks * job.panels;
  if (m * n * k < (size_t)1 << 19) pool = NULL;
  weft_range_fn f = WEFT_VARIANT(gemm);
  if (!transpose_a && n <= DOT_COLUMNS && k >= 64) {
    f = WEFT_VARIANT(gemm_dot);
    // Packing B is strided: it must serve many rows.
    job.row_chunk = 64;
    items = (m + 63) / 64;
  }
  weft_pool_for(pool, items, 1, f, &job);
}
