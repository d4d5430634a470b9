#include <math.h>
#include <string.h>

#include "isa.h"
#include "pointwise_private.h"

// A loop that a sanitizer or -O0 keeps from being vectorised is slower, not wrong.
#pragma clang diagnostic ignored "-Wpass-failed"

#define WEFT_FAMILY "pointwise_family.inc"
#include "isa_variants.inc"

weft_pointwise_kernel weft_pointwise_find(int function, int dtype) {
  int position = weft_dtype_position(dtype);
  if (function < 0 || function >= WEFT_FUNCTION_LIMIT || position < 0) return NULL;
  return WEFT_VARIANT(table)[function][position];
}
