#include <math.h>
#include <string.h>

#include "isa.h"
#include "pointwise_private.h"

// A loop that a sanitizer or -O0 keeps from being vectorised is slower, not wrong.
#pragma clang diagnostic ignored "-Wpass-failed"

#if defined(__x86_64__)
#define WEFT_KERNEL(name) WEFT_JOIN(name, _avx512)
#define WEFT_JOIN(name, suffix) WEFT_JOIN_EXPANDED(name, suffix)
#define WEFT_JOIN_EXPANDED(name, suffix) name##suffix
WEFT_ISA_PUSH_AVX512
#include "pointwise_family.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL

#define WEFT_KERNEL(name) WEFT_JOIN(name, _avx2)
WEFT_ISA_PUSH_AVX2
#include "pointwise_family.inc"
WEFT_ISA_POP
#undef WEFT_KERNEL
#else
#define WEFT_JOIN(name, suffix) WEFT_JOIN_EXPANDED(name, suffix)
#define WEFT_JOIN_EXPANDED(name, suffix) name##suffix
#endif

#define WEFT_KERNEL(name) WEFT_JOIN(name, _baseline)
#include "pointwise_family.inc"

weft_pointwise_kernel weft_pointwise_find(int function, int dtype) {
  int position = weft_dtype_position(dtype);
  if (function < 0 || function >= WEFT_FUNCTION_LIMIT || position < 0) return NULL;
#if defined(__x86_64__)
  if (weft_isa() == WEFT_ISA_AVX512) return table_avx512[function][position];
  if (weft_isa() == WEFT_ISA_AVX2) return table_avx2[function][position];
#endif
  return table_baseline[function][position];
}
