#include <math.h>

#include "philox.h"
#include "weft_dtype.h"
#include "weft_pool.h"
#include "weft_random.h"

#pragma clang fp contract(off)

void weft_random_permutation(uint64_t key, uint64_t counter_low, uint64_t counter_high,
                             int64_t *permutation, size_t n) {
  weft_word_stream stream = weft_word_stream_at((weft_philox){key, counter_low, counter_high});
  for (size_t i = 0; i < n; i++) permutation[i] = (int64_t)i;
  for (size_t i = 0; i + 1 < n; i++) {
    size_t j = i + weft_next_word(&stream) % (n - i);
    int64_t kept = permutation[i];
    permutation[i] = permutation[j];
    permutation[j] = kept;
  }
}

static double logit_at(int32_t dtype, const void *logits, size_t at) {
  return dtype == WEFT_FLOAT32 ? (double)((const float *)logits)[at] : ((const double *)logits)[at];
}

// How many of the sorted `sums` are at most `value`.
static size_t upper_bound(const double *sums, size_t count, double value) {
  size_t first = 0;
  while (count > 0) {
    size_t half = count / 2;
    if (sums[first + half] <= value) first += half + 1, count -= half + 1;
    else count = half;
  }
  return first;
}

int32_t weft_random_multinomial(int32_t dtype, int32_t index_dtype, uint64_t key,
                                uint64_t counter_low, uint64_t counter_high, const void *logits,
                                size_t rows, size_t classes, size_t samples, void *dst,
                                double *scratch) {
  if (dtype != WEFT_FLOAT32 && dtype != WEFT_FLOAT64) return -1;
  if (index_dtype != WEFT_INT32 && index_dtype != WEFT_INT64) return -1;
  if (rows == 0 || samples == 0) return 0;
  if (classes == 0) return -1;
  weft_word_stream stream = weft_word_stream_at((weft_philox){key, counter_low, counter_high});
  for (size_t row = 0; row < rows; row++) {
    double top = -INFINITY, sum = 0;
    for (size_t j = 0; j < classes; j++) {
      double logit = logit_at(dtype, logits, row * classes + j);
      if (isfinite(logit) && logit > top) top = logit;
    }
    for (size_t j = 0; j < classes; j++) {
      double logit = logit_at(dtype, logits, row * classes + j);
      if (isfinite(logit)) sum += exp(logit - top);
      scratch[j] = sum;
    }
    for (size_t sample = 0; sample < samples; sample++) {
      uint32_t first = weft_next_word(&stream), second = weft_next_word(&stream);
      size_t found = upper_bound(scratch, classes, weft_uniform_f64(first, second) * sum);
      if (index_dtype == WEFT_INT32) ((int32_t *)dst)[row * samples + sample] = (int32_t)found;
      else ((int64_t *)dst)[row * samples + sample] = (int64_t)found;
    }
  }
  return 0;
}

// Normals and uniforms come two to a block, of which the last is used first.
typedef struct {
  weft_philox next;
  double normals[2], uniforms[2];
  int normals_left, uniforms_left;
} gamma_stream;

static double next_normal(gamma_stream *s) {
  if (s->normals_left == 0) {
    uint32_t words[4];
    weft_philox_block(s->next, words);
    s->next = weft_philox_skipped(s->next, 1);
    weft_box_muller_f64(words, s->normals);
    s->normals_left = 2;
  }
  return s->normals[--s->normals_left];
}

static double next_uniform(gamma_stream *s) {
  if (s->uniforms_left == 0) {
    uint32_t words[4];
    weft_philox_block(s->next, words);
    s->next = weft_philox_skipped(s->next, 1);
    s->uniforms[0] = weft_uniform_f64(words[0], words[1]);
    s->uniforms[1] = weft_uniform_f64(words[2], words[3]);
    s->uniforms_left = 2;
  }
  return s->uniforms[--s->uniforms_left];
}

// Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000.
static double gamma_sample(weft_philox start, double alpha) {
  gamma_stream stream = {.next = start};
  if (!(alpha > 0)) return NAN;
  if (alpha == 1.0) return -log1p(-next_uniform(&stream));
  double d = alpha + (alpha < 1 ? 1.0 : 0.0) - 1.0 / 3;
  double c = 1.0 / sqrt(9 * d);
  for (;;) {
    double x = next_normal(&stream);
    double v = 1 + c * x;
    if (v <= 0) continue;
    v = v * v * v;
    double u = next_uniform(&stream);
    if (u < 1 - 0.0331 * (x * x) * (x * x) || log(u) < 0.5 * x * x + d * (1 - v + log(v))) {
      double result = d * v;
      return alpha < 1 ? result * pow(next_uniform(&stream), 1 / alpha) : result;
    }
  }
}

typedef struct {
  weft_philox start;
  int32_t dtype;
  const void *alpha;
  size_t alpha_count, samples;
  void *dst;
} gamma_fill;

static void fill_gamma(void *context, size_t begin, size_t end) {
  const gamma_fill *fill = context;
  for (size_t at = begin; at < end; at++) {
    size_t sample = at / fill->alpha_count, index = at % fill->alpha_count;
    weft_philox start =
        weft_philox_skipped(fill->start, 256 * ((uint64_t)index * fill->samples + sample));
    switch (fill->dtype) {
      case WEFT_FLOAT32:
        ((float *)fill->dst)[at] = (float)gamma_sample(start, ((const float *)fill->alpha)[index]);
        break;
      case WEFT_FLOAT64:
        ((double *)fill->dst)[at] = gamma_sample(start, ((const double *)fill->alpha)[index]);
        break;
      default: {
        float alpha = weft_float16_value(((const uint16_t *)fill->alpha)[index]);
        ((uint16_t *)fill->dst)[at] = weft_float16_bits((float)gamma_sample(start, alpha));
      }
    }
  }
}

int32_t weft_random_gamma(int32_t dtype, uint64_t key, uint64_t counter_low,
                          uint64_t counter_high, const void *alpha, size_t alpha_count,
                          size_t samples, void *dst, struct weft_pool *pool) {
  if (dtype != WEFT_FLOAT32 && dtype != WEFT_FLOAT64 && dtype != WEFT_FLOAT16) return -1;
  gamma_fill fill = {{key, counter_low, counter_high}, dtype, alpha, alpha_count, samples, dst};
  size_t count = alpha_count * samples;
  weft_pool_for(count < 1024 ? NULL : pool, count, 256, fill_gamma, &fill);
  return 0;
}

void weft_random_stateless(int64_t seed0, int64_t seed1, uint64_t *key, uint64_t *counter_low,
                           uint64_t *counter_high) {
  uint32_t words[4];
  weft_philox mixer = {0x02461E293EC8F720u, (uint64_t)seed0, (uint64_t)seed1};
  weft_philox_block(mixer, words);
  *key = words[0] | (uint64_t)words[1] << 32;
  *counter_low = 0;
  *counter_high = words[2] | (uint64_t)words[3] << 32;
}
