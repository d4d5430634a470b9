#include "isa.h"
#include "weft_instruction_set.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static int detect(void) {
  int best = WEFT_ISA_BASELINE;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = WEFT_ISA_AVX2;
  if (best == WEFT_ISA_AVX2 && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw"))
    best = WEFT_ISA_AVX512;
#endif
  const char *wish = getenv("WEFT_ISA");
  if (wish) {
    int limit = !strcmp(wish, "baseline") ? WEFT_ISA_BASELINE
                : !strcmp(wish, "avx2")   ? WEFT_ISA_AVX2
                                          : WEFT_ISA_AVX512;
    if (limit < best) best = limit;
  }
  return best;
}

int weft_isa(void) {
  static _Atomic int chosen = -1;
  int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (isa < 0) {
    isa = detect();
    atomic_store_explicit(&chosen, isa, memory_order_relaxed);
  }
  return isa;
}

int weft_instruction_set(void) { return weft_isa(); }
