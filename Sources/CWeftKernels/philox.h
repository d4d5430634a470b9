// Private: Philox4x32-10 one block at a time, and the conversions from words that need no vectors.
#ifndef WEFT_PHILOX_H
#define WEFT_PHILOX_H

#include <stdint.h>
#include <string.h>

#define WEFT_PHILOX_MULTIPLIER_0 0xD2511F53u
#define WEFT_PHILOX_MULTIPLIER_1 0xCD9E8D57u
#define WEFT_PHILOX_WEYL_0 0x9E3779B9u
#define WEFT_PHILOX_WEYL_1 0xBB67AE85u

typedef struct {
  uint64_t key, low, high;  // the counter is high * 2^64 + low
} weft_philox;

static inline weft_philox weft_philox_skipped(weft_philox p, uint64_t blocks) {
  p.low += blocks;
  p.high += p.low < blocks;
  return p;
}

static inline void weft_philox_block(weft_philox p, uint32_t words[4]) {
  uint32_t c0 = (uint32_t)p.low, c1 = (uint32_t)(p.low >> 32);
  uint32_t c2 = (uint32_t)p.high, c3 = (uint32_t)(p.high >> 32);
  uint32_t k0 = (uint32_t)p.key, k1 = (uint32_t)(p.key >> 32);
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)WEFT_PHILOX_MULTIPLIER_0 * c0;
    uint64_t p1 = (uint64_t)WEFT_PHILOX_MULTIPLIER_1 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += WEFT_PHILOX_WEYL_0;
    k1 += WEFT_PHILOX_WEYL_1;
  }
  words[0] = c0, words[1] = c1, words[2] = c2, words[3] = c3;
}

// The words of a stream one after another.
typedef struct {
  weft_philox next;
  uint32_t words[4];
  int used;
} weft_word_stream;

static inline weft_word_stream weft_word_stream_at(weft_philox start) {
  return (weft_word_stream){.next = start, .used = 4};
}

static inline uint32_t weft_next_word(weft_word_stream *stream) {
  if (stream->used == 4) {
    weft_philox_block(stream->next, stream->words);
    stream->next = weft_philox_skipped(stream->next, 1);
    stream->used = 0;
  }
  return stream->words[stream->used++];
}

// [0, 1) with 52 bits: the low 20 bits of `a` above `b`.
static inline double weft_uniform_f64(uint32_t a, uint32_t b) {
  uint64_t bits = 0x3FF0000000000000u | (uint64_t)(a & 0xFFFFFu) << 32 | b;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value - 1.0;
}

// Two normals from the four words of a block.
void weft_box_muller_f64(const uint32_t words[4], double normals[2]);

// Nearest even, as the hardware rounds.
static inline uint16_t weft_float16_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7FFFFFFFu;
  if (magnitude > 0x7F800000u) return (uint16_t)(sign | 0x7E00u);
  if (magnitude >= 0x477FF000u) return (uint16_t)(sign | 0x7C00u);
  if (magnitude < 0x38800000u) {  // subnormal or zero: the addition rounds at 2^-24
    float shifted;
    memcpy(&shifted, &magnitude, sizeof shifted);
    shifted += 0.5f;
    memcpy(&magnitude, &shifted, sizeof magnitude);
    return (uint16_t)(sign | (magnitude - 0x3F000000u));
  }
  magnitude += 0xFFFu + (magnitude >> 13 & 1u);
  return (uint16_t)(sign | (magnitude - 0x38000000u) >> 13);
}

static inline float weft_float16_value(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000u) << 16, rest = half & 0x7FFFu, bits;
  float value;
  if (rest < 0x400u) {
    value = (float)rest * 0x1p-24f;
    return sign ? -value : value;
  }
  bits = rest >= 0x7C00u ? 0x7F800000u | (rest & 0x3FFu) << 13 : (rest << 13) + 0x38000000u;
  bits |= sign;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint16_t weft_bfloat16_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  if ((bits & 0x7FFFFFFFu) > 0x7F800000u) return (uint16_t)(bits >> 16 | 0x40u);
  return (uint16_t)((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

#endif
