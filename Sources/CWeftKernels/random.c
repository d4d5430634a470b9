#include <math.h>

#include "isa.h"
#include "normal_constants.h"
#include "philox.h"
#include "weft_dtype.h"
#include "weft_pool.h"
#include "weft_random.h"

#pragma clang fp contract(off)

enum { FILL_BLOCKS = 256 };  // 4 KiB of words, a step of every fill

typedef enum {
  FILL_WORDS, FILL_UNIFORM_F32, FILL_UNIFORM_F64, FILL_UNIFORM_F16, FILL_UNIFORM_BF16, FILL_INT32,
  FILL_INT64, FILL_NORMAL, FILL_NORMAL_F64
} fill_kind;

typedef struct {
  weft_philox start;
  fill_kind kind;
  int32_t dtype;      // of the results of FILL_NORMAL and of truncated normals
  size_t per_block;   // results a block gives
  uint64_t low, range;
  void *dst;
  size_t count;
} weft_fill;

typedef struct {
  weft_range_fn blocks, truncated;
  void (*functions)(uint32_t first, size_t count, float *log, float *sine, float *cosine);
} weft_fill_table;

static void store_floats(const weft_fill *fill, size_t at, const float *values, size_t n) {
  if (fill->dtype == WEFT_FLOAT32) {
    memcpy((float *)fill->dst + at, values, n * sizeof(float));
    return;
  }
  uint16_t *y = (uint16_t *)fill->dst + at;
  int half = fill->dtype == WEFT_FLOAT16;
  for (size_t i = 0; i < n; i++)
    y[i] = half ? weft_float16_bits(values[i]) : weft_bfloat16_bits(values[i]);
}

#define WEFT_FAMILY "random.inc"
#include "isa_variants.inc"

static const weft_fill_table *table(void) { return &WEFT_VARIANT(fill_table); }

void weft_box_muller_f64(const uint32_t words[4], double normals[2]) {
  double u = weft_uniform_f64(words[0], words[1]);
  if (u < 1e-7) u = 1e-7;
  double angle = 0x1.921fb54442d18p2 * weft_uniform_f64(words[2], words[3]);
  double radius = sqrt(-2.0 * log(u));
  normals[0] = sin(angle) * radius;
  normals[1] = cos(angle) * radius;
}

// A group of 2: draws from blocks of its own stream until two are inside.
static void fill_truncated_f64(void *context, size_t begin, size_t end) {
  const weft_fill *fill = context;
  for (size_t group = begin; group < end; group++) {
    weft_philox next = weft_philox_skipped(fill->start, 128 * (uint64_t)group);
    double *y = (double *)fill->dst + 2 * group;
    size_t wanted = fill->count - 2 * group < 2 ? 1 : 2;
    for (size_t have = 0; have < wanted; next = weft_philox_skipped(next, 1)) {
      uint32_t words[4];
      double draws[2];
      weft_philox_block(next, words);
      weft_box_muller_f64(words, draws);
      for (int i = 0; i < 2 && have < wanted; i++)
        if (fabs(draws[i]) < 2) y[have++] = draws[i];
    }
  }
}

// `cheap`: about how many results are made in 30 microseconds.
static void run(weft_fill *fill, weft_range_fn f, size_t cheap, struct weft_pool *pool) {
  if (fill->count <= cheap) pool = NULL;
  size_t blocks = (fill->count + fill->per_block - 1) / fill->per_block;
  size_t grain = cheap / 2 / fill->per_block / FILL_BLOCKS * FILL_BLOCKS;
  weft_pool_for(pool, blocks, grain ? grain : FILL_BLOCKS, f, fill);
}

void weft_random_words(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t *dst,
                       size_t count, struct weft_pool *pool) {
  weft_fill fill = {.start = {key, counter_low, counter_high}, .kind = FILL_WORDS, .per_block = 4,
                    .dst = dst, .count = count};
  run(&fill, table()->blocks, 32768, pool);
}

int32_t weft_random_uniform(int32_t dtype, uint64_t key, uint64_t counter_low,
                            uint64_t counter_high, void *dst, size_t count,
                            struct weft_pool *pool) {
  weft_fill fill = {.start = {key, counter_low, counter_high}, .per_block = 4, .dst = dst,
                    .count = count};
  switch (dtype) {
    case WEFT_FLOAT32: fill.kind = FILL_UNIFORM_F32; break;
    case WEFT_FLOAT64: fill.kind = FILL_UNIFORM_F64, fill.per_block = 2; break;
    case WEFT_FLOAT16: fill.kind = FILL_UNIFORM_F16; break;
    case WEFT_BFLOAT16: fill.kind = FILL_UNIFORM_BF16; break;
    default: return -1;
  }
  run(&fill, table()->blocks, 32768, pool);
  return 0;
}

int32_t weft_random_uniform_int(int32_t dtype, uint64_t key, uint64_t counter_low,
                                uint64_t counter_high, int64_t low, int64_t high, void *dst,
                                size_t count, struct weft_pool *pool) {
  if (low >= high) return -1;
  weft_fill fill = {.start = {key, counter_low, counter_high}, .kind = FILL_INT64, .per_block = 2,
                    .low = (uint64_t)low, .range = (uint64_t)high - (uint64_t)low, .dst = dst,
                    .count = count};
  if (dtype == WEFT_INT32) {
    if (low < INT32_MIN || high > INT32_MAX) return -1;
    fill.kind = FILL_INT32;
    fill.per_block = 4;
  } else if (dtype != WEFT_INT64) {
    return -1;
  }
  run(&fill, table()->blocks, 8192, pool);
  return 0;
}

int32_t weft_random_normal(int32_t dtype, uint64_t key, uint64_t counter_low,
                           uint64_t counter_high, void *dst, size_t count,
                           struct weft_pool *pool) {
  weft_fill fill = {.start = {key, counter_low, counter_high}, .kind = FILL_NORMAL, .dtype = dtype,
                    .per_block = 4, .dst = dst, .count = count};
  if (dtype == WEFT_FLOAT64) fill.kind = FILL_NORMAL_F64, fill.per_block = 2;
  else if (dtype != WEFT_FLOAT32 && dtype != WEFT_FLOAT16 && dtype != WEFT_BFLOAT16) return -1;
  run(&fill, table()->blocks, dtype == WEFT_FLOAT64 ? 2048 : 8192, pool);
  return 0;
}

int32_t weft_random_truncated_normal(int32_t dtype, uint64_t key, uint64_t counter_low,
                                     uint64_t counter_high, void *dst, size_t count,
                                     struct weft_pool *pool) {
  weft_fill fill = {.start = {key, counter_low, counter_high}, .dtype = dtype, .per_block = 4,
                    .dst = dst, .count = count};
  if (dtype == WEFT_FLOAT64) fill.per_block = 2;
  else if (dtype != WEFT_FLOAT32 && dtype != WEFT_FLOAT16 && dtype != WEFT_BFLOAT16) return -1;
  if (dtype == WEFT_FLOAT64) run(&fill, fill_truncated_f64, 2048, pool);
  else run(&fill, table()->truncated, 4096, pool);
  return 0;
}

void weft_random_functions(uint32_t first, size_t count, float *log, float *sine, float *cosine) {
  table()->functions(first, count, log, sine, cosine);
}
