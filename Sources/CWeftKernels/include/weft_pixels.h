// Pixels as numbers.
#ifndef WEFT_PIXELS_H
#define WEFT_PIXELS_H

#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

// dst[i] = (src[i] - offset) * reciprocal, as computed in double and rounded once; the offset is a
// multiple of 1/2. One thread.
void weft_scale_pixels(const uint8_t *src, float *dst, size_t count, float offset,
                       double reciprocal);

#pragma clang assume_nonnull end

#endif
