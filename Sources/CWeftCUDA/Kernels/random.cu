// Random numbers, TensorFlow's bit for bit: T is the element type, and one of FLOAT, DOUBLE, HALF,
// BFLOAT16, WHOLE is defined.
//
// The tables and polynomial coefficients are those of logf and sincosf in Arm Optimized Routines
// (https://github.com/ARM-software/optimized-routines), used under this licence:
//
// MIT License
//
// Copyright (c) 1999-2022, Arm Limited.
//
// Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
// associated documentation files (the "Software"), to deal in the Software without restriction,
// including without limitation the rights to use, copy, modify, merge, publish, distribute,
// sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is
// furnished to do so, subject to the following conditions:
//
// The above copyright notice and this permission notice shall be included in all copies or
// substantial portions of the Software.
//
// THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT
// NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND
// NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM,
// DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

// The generator Philox 4x32-10 (Salmon et al., 2011).
struct Block {
  unsigned word[4];
};
// `position`: the key, then the counter's lower and upper half.
DEVICE Block philox(const unsigned long long *position, unsigned long long offset) {
  const unsigned long long low = position[1] + offset;
  const unsigned long long high = position[2] + (low < offset ? 1 : 0);
  unsigned key0 = (unsigned)position[0], key1 = (unsigned)(position[0] >> 32);
  unsigned c0 = (unsigned)low, c1 = (unsigned)(low >> 32);
  unsigned c2 = (unsigned)high, c3 = (unsigned)(high >> 32);
  for (int round = 0; round < 10; round++) {
    const unsigned long long first = 0xD2511F53ULL * c0, second = 0xCD9E8D57ULL * c2;
    c0 = (unsigned)(second >> 32) ^ c1 ^ key0;
    c2 = (unsigned)(first >> 32) ^ c3 ^ key1;
    c1 = (unsigned)second;
    c3 = (unsigned)first;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

#ifdef SEED
// Where the numbers of a seed, a pair, begin: the pair is mixed once.
KERNEL(32) ENTRY(seed_position)(unsigned long long *position, const SEED *seed) {
  if (threadIdx.x > 0) return;
  const unsigned long long mixer[3] = {0x02461E293EC8F720ULL, (unsigned long long)(long long)seed[0],
                                       (unsigned long long)(long long)seed[1]};
  const Block mixed = philox(mixer, 0);
  position[0] = (unsigned long long)mixed.word[1] << 32 | mixed.word[0];
  position[1] = 0;
  position[2] = (unsigned long long)mixed.word[3] << 32 | mixed.word[2];
}
#endif

DEVICE float uniform_float(unsigned word) {
  return __uint_as_float(0x3F800000u | (word & 0x7FFFFFu)) - 1.0f;
}
DEVICE double uniform_double(unsigned high, unsigned low) {
  const unsigned long long bits = (unsigned long long)(high & 0xFFFFFu) << 32 | low;
  return __longlong_as_double((long long)(0x3FF0000000000000ULL | bits)) - 1.0;
}

// log of a normal positive number, as the C library's logf.
DEVICE float log_exact(float x) {
    const double inverse[16] = {0x1.661ec79f8f3bep+0, 0x1.571ed4aaf883dp+0, 0x1.49539f0f010bp+0,
      0x1.3c995b0b80385p+0, 0x1.30d190c8864a5p+0, 0x1.25e227b0b8eap+0, 0x1.1bb4a4a1a343fp+0,
      0x1.12358f08ae5bap+0, 0x1.0953f419900a7p+0, 0x1p+0, 0x1.e608cfd9a47acp-1,
      0x1.ca4b31f026aap-1, 0x1.b2036576afce6p-1, 0x1.9c2d163a1aa2dp-1, 0x1.886e6037841edp-1,
      0x1.767dcf5534862p-1};
    const double centre[16] = {-0x1.57bf7808caadep-2, -0x1.2bef0a7c06ddbp-2,
      -0x1.01eae7f513a67p-2, -0x1.b31d8a68224e9p-3, -0x1.6574f0ac07758p-3, -0x1.1aa2bc79c81p-3,
      -0x1.a4e76ce8c0e5ep-4, -0x1.1973c5a611cccp-4, -0x1.252f438e10c1ep-5, 0x0p+0,
      0x1.aa5aa5df25984p-5, 0x1.c5e53aa362eb4p-4, 0x1.526e57720db08p-3, 0x1.bc2860d224770p-3,
      0x1.1058bc8a07ee1p-2, 0x1.4043057b6ee09p-2};
  const unsigned bits = __float_as_uint(x);
  if (bits == 0x3F800000u) return 0;
  const unsigned offset = bits - 0x3F330000u;
  const int entry = (int)(offset >> 19 & 15), exponent = (int)offset >> 23;
  const double z = (double)__uint_as_float(bits - (offset & 0xFF800000u));
  const double r = z * inverse[entry] - 1.0;
  const double base = centre[entry] + (double)exponent * 0x1.62e42fefa39efp-1;
  const double square = r * r;
  double y = 0x1.5575b0be00b6ap-2 * r + -0x1.ffffef20a4123p-2;
  y = -0x1.00ea348b88334p-2 * square + y;
  return (float)(y * square + (base + r));
}

// sin and cos of a number in [0, 120), as the C library's sincosf.
DEVICE void sincos_exact(float angle, float *sine, float *cosine) {
  double x = (double)angle;
  int quadrant = 0;
  const unsigned top = __float_as_uint(angle) >> 20 & 0x7FF;
  if (top < 0x398) {
    *sine = angle;
    *cosine = 1;
    return;
  }
  if (top >= 0x3F4) {
    quadrant = ((int)(x * 0x1.45F306DC9C883p+23) + 0x800000) >> 24;
    x -= (double)quadrant * 0x1.921FB54442D18p0;
  }
  const double sign = quadrant & 2 ? -1.0 : 1.0;
  const int turn = quadrant & 3;
  const double x2 = x * x;
  if (turn == 1 || turn == 2) x = -x;
  const double x3 = x2 * x, x4 = x2 * x2, x5 = x3 * x2, x6 = x4 * x2;
  const double sine_tail = 0x1.1107605230bc4p-7 + x2 * -0x1.994eb3774cf24p-13;
  const double sine_head = x + x3 * -0x1.555545995a603p-3;
  const float s = (float)(sine_head + x5 * sine_tail);
  const double cosine_tail = sign * -0x1.6c087e89a359dp-10 + x2 * (sign * 0x1.99343027bf8c3p-16);
  const double head = sign + x2 * (sign * -0x1.ffffffd0c621cp-2);
  const double cosine_head = head + x4 * (sign * 0x1.55553e1068f19p-5);
  const float c = (float)(cosine_head + x6 * cosine_tail);
  *sine = quadrant & 1 ? c : s;
  *cosine = quadrant & 1 ? s : c;
}

#if defined(FLOAT) || defined(HALF) || defined(BFLOAT16)
#define PER_BLOCK 4
DEVICE void normal_pair(Block block, int pair, double *first, double *second) {
  const float given = uniform_float(block.word[2 * pair]), u = given < 1e-7f ? 1e-7f : given;
  const float angle =
      (float)(0x1.921fb54442d18p2 * (double)uniform_float(block.word[2 * pair + 1]));
  const float radius = sqrtf(-2.0f * log_exact(u));
  float sine, cosine;
  sincos_exact(angle, &sine, &cosine);
  *first = (double)(sine * radius);
  *second = (double)(cosine * radius);
}
#endif
#ifdef FLOAT
DEVICE float uniform(Block block, int index) { return uniform_float(block.word[index]); }
DEVICE float rounded(double x) { return (float)x; }
#endif
#ifdef HALF
DEVICE half_bits uniform(Block block, int index) {
  const half_bits bits = {(unsigned short)(0x3C00u | (block.word[index] & 0x3FFu))};
  return to_half(to_float(bits) - 1.0f);
}
DEVICE half_bits rounded(double x) { return to_half(x); }
#endif
#ifdef BFLOAT16
DEVICE bfloat16_bits uniform(Block block, int index) {
  return to_bfloat16((float)(block.word[index] & 0x7Fu) / 128.0f);
}
DEVICE bfloat16_bits rounded(double x) { return to_bfloat16((float)x); }
#endif
#ifdef DOUBLE
#define PER_BLOCK 2
DEVICE double uniform(Block block, int index) {
  return uniform_double(block.word[2 * index], block.word[2 * index + 1]);
}
DEVICE double rounded(double x) { return x; }
DEVICE void normal_pair(Block block, int, double *first, double *second) {
  const double given = uniform_double(block.word[0], block.word[1]);
  const double u = given < 1e-7 ? 1e-7 : given;
  const double angle = 0x1.921fb54442d18p2 * uniform_double(block.word[2], block.word[3]);
  const double radius = sqrt(-2.0 * log(u));
  *first = sin(angle) * radius;
  *second = cos(angle) * radius;
}
#endif

#ifdef PER_BLOCK
#ifndef VALUE
#define VALUE(u) (u)
#define R T
#endif
// What is written is VALUE of a number, of the type R.
KERNEL(256) ENTRY(uniform_fill)(R *y, const unsigned long long *position, long long count) {
  FOR_EACH(group, (count + PER_BLOCK - 1) / PER_BLOCK) {
    const Block block = philox(position, (unsigned long long)group);
    for (int index = 0; index < PER_BLOCK && group * PER_BLOCK + index < count; index++)
      y[group * PER_BLOCK + index] = VALUE(uniform(block, index));
  }
}

KERNEL(256) ENTRY(normal_fill)(T *y, const unsigned long long *position, long long count) {
  FOR_EACH(group, (count + PER_BLOCK - 1) / PER_BLOCK) {
    const Block block = philox(position, (unsigned long long)group);
    for (int pair = 0; pair < PER_BLOCK / 2; pair++) {
      double first, second;
      normal_pair(block, pair, &first, &second);
      const long long at = group * PER_BLOCK + 2 * pair;
      if (at < count) y[at] = rounded(first);
      if (at + 1 < count) y[at + 1] = rounded(second);
    }
  }
}

// Numbers of magnitude 2 and more are drawn again: each group has a stream of its own.
KERNEL(256) ENTRY(truncated_fill)(T *y, const unsigned long long *position, long long count) {
  FOR_EACH(group, (count + PER_BLOCK - 1) / PER_BLOCK) {
    unsigned long long next = (unsigned long long)group * (64 * PER_BLOCK);
    for (int filled = 0; filled < PER_BLOCK; next++) {
      const Block block = philox(position, next);
      for (int pair = 0; pair < PER_BLOCK / 2; pair++) {
        double value[2];
        normal_pair(block, pair, &value[0], &value[1]);
        for (int half = 0; half < 2 && filled < PER_BLOCK; half++) {
          if (!(fabs(value[half]) < 2)) continue;
          const long long at = group * PER_BLOCK + filled++;
          if (at < count) y[at] = rounded(value[half]);
        }
      }
    }
  }
}
#endif

#ifdef WHOLE
// Whole numbers in [low, high) by the remainder of a division; W is T without a sign.
KERNEL(256) ENTRY(integer_fill)(unsigned long long *status, T *y,
                                const unsigned long long *position, const T *from, const T *to,
                                long long count) {
  const T low = from[0], high = to[0];
  if (low >= high) {
    fail(status, 1, 0);
    return;
  }
  const W range = (W)high - (W)low;
  constexpr int per_block = 16 / sizeof(T);
  FOR_EACH(i, count) {
    const Block block = philox(position, (unsigned long long)(i / per_block));
    const int index = (int)(i % per_block);
    const W word = sizeof(T) == 4 ? (W)block.word[index]
                                  : (W)((unsigned long long)block.word[2 * index & 3] |
                                        (unsigned long long)block.word[2 * index + 1 & 3] << 32);
    y[i] = (T)((W)low + word % range);
  }
}
#endif
