// Private: which instruction set the kernels use, chosen once per process.
//
// Every kernel family is one `*.inc` file compiled once per instruction set by its `.c` file, where
// nothing else depends on that by
//
//   #define WEFT_FAMILY "family.inc"
//   #include "isa_variants.inc"
//
// and its public entry points take the best one for the processor by `WEFT_VARIANT(name)`.
#ifndef WEFT_ISA_H
#define WEFT_ISA_H

enum { WEFT_ISA_BASELINE = 0, WEFT_ISA_AVX2 = 1, WEFT_ISA_AVX512 = 2, WEFT_ISA_COUNT = 3 };

// The best level that the processor has; WEFT_ISA=baseline|avx2|avx512 in the environment lowers it.
int weft_isa(void);

#define WEFT_JOIN(name, suffix) WEFT_JOIN_EXPANDED(name, suffix)
#define WEFT_JOIN_EXPANDED(name, suffix) name##suffix
#define WEFT_PRAGMA(text) _Pragma(#text)
#if defined(__x86_64__)
#define WEFT_ISA_PUSH_AVX512 \
  WEFT_PRAGMA(clang attribute push(__attribute__((target("avx512f,avx512vl,avx512dq,avx512bw,avx2,fma"))), apply_to = function))
#define WEFT_ISA_PUSH_AVX2 \
  WEFT_PRAGMA(clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function))
#define WEFT_ISA_POP WEFT_PRAGMA(clang attribute pop)
#define WEFT_VARIANT(name)                                      \
  (*(weft_isa() == WEFT_ISA_AVX512 ? &WEFT_JOIN(name, _avx512) \
     : weft_isa() == WEFT_ISA_AVX2 ? &WEFT_JOIN(name, _avx2)   \
                                   : &WEFT_JOIN(name, _baseline)))
#else
#define WEFT_ISA_PUSH_AVX512
#define WEFT_ISA_PUSH_AVX2
#define WEFT_ISA_POP
#define WEFT_VARIANT(name) WEFT_JOIN(name, _baseline)
#endif

#endif
