#include "weft_pixels.h"

#include <string.h>

#include "isa.h"

#define WEFT_FAMILY "pixels.inc"
#include "isa_variants.inc"

void weft_scale_pixels(const uint8_t *src, float *dst, size_t count, float offset,
                       double reciprocal) {
  // The reciprocal in two parts, of which the first has so few bits that its product with a pixel is
  // exact: the sum is rounded once, as a division is, at a fraction of its time.
  float high = (float)reciprocal;
  uint32_t bits;
  memcpy(&bits, &high, sizeof bits);
  bits &= ~(uint32_t)0xFFF;
  memcpy(&high, &bits, sizeof bits);
  WEFT_VARIANT(scale_pixels)(src, dst, count, offset, high, (float)(reciprocal - high));
}
