#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gemm_chain.h"
#include "gemm_epilogue.h"
#include "isa.h"
#include "weft_gemm.h"
#include "weft_pool.h"

// Vectors are passed only to functions that are always inlined.
#pragma clang diagnostic ignored "-Wpsabi"
// Products are fused with sums where the processor can.
#pragma clang fp contract(fast)

typedef float gemm_f4 __attribute__((ext_vector_type(4)));
typedef float gemm_f8 __attribute__((ext_vector_type(8)));
typedef float gemm_f16 __attribute__((ext_vector_type(16)));
typedef double gemm_d2 __attribute__((ext_vector_type(2)));
typedef double gemm_d4 __attribute__((ext_vector_type(4)));
typedef double gemm_d8 __attribute__((ext_vector_type(8)));

enum {
  MOST_K = 800,              // terms in a block: C is read and written once for each block
  MOST_BYTES_A = 512 << 10,  // of packed A: it stays in the second-level cache
  MOST_N = 4096,             // columns in a block: packed B stays in the last-level cache
  ITEMS = 32,                // of work in a block, at least, where it has as many tiles
  SERIAL = 1 << 19,          // products below which a second thread does not pay
  PANEL_BYTES = MOST_K * 128,  // of a packed panel of B: two vectors wide
  THIN_ROWS = 3,             // of C, for which B is read in place: packing it would cost more
  SPARE_BYTES = 32 << 10,    // of stack, to pack into when there is no memory
  AHEAD = 16,                // rows asked for before they are packed
};

typedef struct {
  int32_t transpose_a, transpose_b;
  size_t m, n, k;
  const void *a, *b;
  size_t lda, ldb;
  double alpha, beta, decay;
  void *c;
  size_t ldc;
  const weft_gemm_epilogue *epilogue;
} gemm_product;

// A part of a product whose packed operands stay in the caches: rows i0 ..< i0 + m, columns
// j0 ..< j0 + n of C, terms p0 ..< p0 + k of its sums.
typedef struct {
  const gemm_product *job;
  size_t i0, j0, p0, m, n, k;
  size_t rows;                // of a panel of A; the last may have fewer
  size_t a_panels, b_panels;  // of rows of A, of columns of B
  size_t a_stride, b_stride;  // elements from one packed panel to the next
  size_t group, groups;       // panels of A in an item of work, and how many such groups
  size_t chain;               // terms added one after the other
  int carries;                // sums begin with what the blocks before have put into C
  int own_b;                  // each item of work packs its panel of B
  void *packed_a, *packed_b;
} gemm_block;

#define WEFT_KERNEL(name) gemm_##name##_f32_baseline
#define GEMM_T float
#define GEMM_FINISH gemm_epilogue_float
#define GEMM_V gemm_f4
#define GEMM_LANES 4
#define GEMM_ROWS 6
#include "gemm_packed.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) gemm_##name##_f64_baseline
#define GEMM_T double
#define GEMM_FINISH gemm_epilogue_double
#define GEMM_V gemm_d2
#define GEMM_LANES 2
#define GEMM_ROWS 6
#include "gemm_packed.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
WEFT_ISA_PUSH_AVX2
#define WEFT_KERNEL(name) gemm_##name##_f32_avx2
#define GEMM_T float
#define GEMM_FINISH gemm_epilogue_float
#define GEMM_V gemm_f8
#define GEMM_LANES 8
#define GEMM_ROWS 6
#include "gemm_packed.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) gemm_##name##_f64_avx2
#define GEMM_T double
#define GEMM_FINISH gemm_epilogue_double
#define GEMM_V gemm_d4
#define GEMM_LANES 4
#define GEMM_ROWS 6
#include "gemm_packed.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
WEFT_ISA_PUSH_AVX512
#define WEFT_KERNEL(name) gemm_##name##_f32_avx512
#define GEMM_T float
#define GEMM_FINISH gemm_epilogue_float
#define GEMM_V gemm_f16
#define GEMM_LANES 16
#define GEMM_ROWS 14
#include "gemm_packed.inc"
#undef WEFT_KERNEL
#define WEFT_KERNEL(name) gemm_##name##_f64_avx512
#define GEMM_T double
#define GEMM_FINISH gemm_epilogue_double
#define GEMM_V gemm_d8
#define GEMM_LANES 8
#define GEMM_ROWS 14
#include "gemm_packed.inc"
#undef WEFT_KERNEL
WEFT_ISA_POP
#endif

// What depends on the instruction set and the element type.
typedef struct {
  weft_range_fn pack, multiply, thin;
  size_t rows, panel, size;  // of the largest tile, in elements; bytes of an element
} gemm_kernels;

static const gemm_kernels kernels[2][WEFT_ISA_COUNT] = {
    {{gemm_pack_f32_baseline, gemm_multiply_f32_baseline, gemm_thin_f32_baseline, 6, 8, 4},
#if defined(__x86_64__)
     {gemm_pack_f32_avx2, gemm_multiply_f32_avx2, gemm_thin_f32_avx2, 6, 16, 4},
     {gemm_pack_f32_avx512, gemm_multiply_f32_avx512, gemm_thin_f32_avx512, 14, 32, 4}},
#else
    },
#endif
    {{gemm_pack_f64_baseline, gemm_multiply_f64_baseline, gemm_thin_f64_baseline, 6, 4, 8},
#if defined(__x86_64__)
     {gemm_pack_f64_avx2, gemm_multiply_f64_avx2, gemm_thin_f64_avx2, 6, 8, 8},
     {gemm_pack_f64_avx512, gemm_multiply_f64_avx512, gemm_thin_f64_avx512, 14, 16, 8}},
#else
    },
#endif
};

// Packing memory of the calling thread: it grows to what the thread's largest product needs and is
// freed when the thread ends, so that a steady step allocates nothing.
static pthread_key_t scratch_key;
static pthread_once_t scratch_once = PTHREAD_ONCE_INIT;
static _Thread_local void *scratch;
static _Thread_local size_t scratch_size;

static void make_scratch_key(void) { pthread_key_create(&scratch_key, free); }

static void *scratch_of(size_t bytes) {
  if (bytes <= scratch_size) return scratch;
  pthread_once(&scratch_once, make_scratch_key);
  free(scratch);
  scratch_size = 0;
  scratch = aligned_alloc(64, (bytes + 4095) / 4096 * 4096);
  pthread_setspecific(scratch_key, scratch);
  if (scratch) scratch_size = bytes;
  return scratch;
}

static size_t divided(size_t count, size_t size) { return (count + size - 1) / size; }

// The size of equal parts of `count`, as few as fit `most`.
static size_t equal_parts(size_t count, size_t most) { return divided(count, divided(count, most)); }

// The sizes of the blocks and of their packed panels.
typedef struct {
  size_t m, n, k, rows, a_stride, b_stride, bytes_a, bytes_b;
} gemm_blocking;

static gemm_blocking blocking_of(const gemm_product *job, const gemm_kernels *kernel, size_t most_k,
                                 size_t most_n, size_t most_bytes_a) {
  // Blocks end where chains end, as far as chains fit.
  size_t chain = gemm_chain(job->k), chains = divided(job->k, chain);
  gemm_blocking sizes = {.k = chain > most_k ? equal_parts(job->k, most_k)
                                             : chain * equal_parts(chains, most_k / chain)};
  if (sizes.k > job->k) sizes.k = job->k;
  sizes.n = job->n < most_n ? job->n : most_n;
  size_t most_m = most_bytes_a / (sizes.k * kernel->size);
  sizes.m = equal_parts(job->m, most_m < kernel->rows ? kernel->rows : most_m);
  sizes.rows = equal_parts(sizes.m, kernel->rows);
  sizes.a_stride = divided(sizes.rows * sizes.k, 16) * 16 + 16;
  sizes.b_stride = kernel->panel * sizes.k;
  sizes.bytes_a = divided(sizes.m, sizes.rows) * sizes.a_stride * kernel->size;
  sizes.bytes_b = divided(sizes.n, kernel->panel) * sizes.b_stride * kernel->size;
  return sizes;
}

static void multiply(const gemm_product *job, const gemm_kernels *kernel, weft_pool *pool) {
  if (job->m * job->n * job->k < SERIAL) pool = NULL;
  if (job->m <= THIN_ROWS && !job->transpose_b) {
    weft_pool_for(pool, divided(job->n, 4 * kernel->panel), 1, kernel->thin, (void *)job);
    return;
  }
  _Alignas(64) char spare[SPARE_BYTES];
  gemm_blocking sizes = blocking_of(job, kernel, MOST_K, MOST_N, MOST_BYTES_A);
  char *memory = scratch_of(sizes.bytes_a + sizes.bytes_b);
  if (!memory) {
    sizes = blocking_of(job, kernel, 64, kernel->panel, 64 * kernel->rows * kernel->size);
    memory = spare;
  }
  gemm_block block = {.job = job, .rows = sizes.rows, .a_stride = sizes.a_stride,
                      .b_stride = sizes.b_stride, .chain = gemm_chain(job->k),
                      .packed_a = memory,
                      .packed_b = memory + sizes.bytes_a};
  for (block.j0 = 0; block.j0 < job->n; block.j0 += sizes.n) {
    block.n = job->n - block.j0 < sizes.n ? job->n - block.j0 : sizes.n;
    block.b_panels = divided(block.n, kernel->panel);
    for (block.p0 = 0; block.p0 < job->k; block.p0 += sizes.k) {
      block.k = job->k - block.p0 < sizes.k ? job->k - block.p0 : sizes.k;
      block.carries = block.p0 > 0 && job->alpha == 1;
      for (block.i0 = 0; block.i0 < job->m; block.i0 += sizes.m) {
        block.m = job->m - block.i0 < sizes.m ? job->m - block.i0 : sizes.m;
        block.a_panels = divided(block.m, block.rows);
        block.group = divided(block.a_panels, divided(ITEMS, block.b_panels));
        block.groups = divided(block.a_panels, block.group);
        // B is packed once for all rows; where one item uses a panel, by that item, into its stack:
        // then it stays in the cache of the thread that reads it.
        block.own_b = block.groups == 1 && sizes.m >= job->m;
        const size_t panels = block.a_panels + (block.i0 == 0 && !block.own_b ? block.b_panels : 0);
        weft_pool_for(pool, panels, divided(panels, ITEMS), kernel->pack, &block);
        weft_pool_for(pool, block.b_panels * block.groups, 1, kernel->multiply, &block);
      }
    }
  }
}

static const gemm_kernels *kernels_of(int type) {
#if defined(__x86_64__)
  return &kernels[type][weft_isa()];
#else
  return &kernels[type][0];
#endif
}

void weft_gemm_f32(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   float alpha, const float *a, size_t lda, const float *b, size_t ldb,
                   float beta, float decay, float *c, size_t ldc,
                   const weft_gemm_epilogue *epilogue,
                   struct weft_pool *pool) {
  gemm_product job = {transpose_a, transpose_b, m, n, k, a, b, lda, ldb, alpha, beta, decay, c, ldc,
                      epilogue};
  multiply(&job, kernels_of(0), pool);
}

void weft_gemm_f64(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                   double alpha, const double *a, size_t lda, const double *b, size_t ldb,
                   double beta, double decay, double *c, size_t ldc,
                   const weft_gemm_epilogue *epilogue,
                   struct weft_pool *pool) {
  gemm_product job = {transpose_a, transpose_b, m, n, k, a, b, lda, ldb, alpha, beta, decay, c, ldc,
                      epilogue};
  multiply(&job, kernels_of(1), pool);
}

void weft_gemm_finish_f32(const weft_gemm_epilogue *epilogue, size_t m, size_t n, float *c,
                          size_t ldc) {
  gemm_epilogue_float(epilogue, c, ldc, 0, 0, m, n);
}

void weft_gemm_finish_f64(const weft_gemm_epilogue *epilogue, size_t m, size_t n, double *c,
                          size_t ldc) {
  gemm_epilogue_double(epilogue, c, ldc, 0, 0, m, n);
}
