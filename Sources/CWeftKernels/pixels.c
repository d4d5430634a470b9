#include "weft_pixels.h"

#include <string.h>

#include "isa.h"

#define WEFT_KERNEL(name) name##_baseline
#include "pixels.inc"
#undef WEFT_KERNEL

#if defined(__x86_64__)
#define WEFT_KERNEL(name) name##_avx2
WEFT_ISA_PUSH_AVX2
#include "pixels.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL

#define WEFT_KERNEL(name) name##_avx512
WEFT_ISA_PUSH_AVX512
#include "pixels.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL
#else
#define scale_pixels_avx2 scale_pixels_baseline
#define scale_pixels_avx512 scale_pixels_baseline
#endif

typedef void scale_fn(const uint8_t *restrict, float *restrict, size_t, float, float, float);

void weft_scale_pixels(const uint8_t *src, float *dst, size_t count, float offset,
                       double reciprocal) {
  static scale_fn *const table[WEFT_ISA_COUNT] = {scale_pixels_baseline, scale_pixels_avx2,
                                                  scale_pixels_avx512};
  // The reciprocal in two parts, of which the first has so few bits that its product with a pixel is
  // exact: the sum is rounded once, as a division is, at a fraction of its time.
  float high = (float)reciprocal;
  uint32_t bits;
  memcpy(&bits, &high, sizeof bits);
  bits &= ~(uint32_t)0xFFF;
  memcpy(&high, &bits, sizeof bits);
  table[weft_isa()](src, dst, count, offset, high, (float)(reciprocal - high));
}
