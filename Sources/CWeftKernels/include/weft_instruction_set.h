// Which vector instructions the kernels use.
#ifndef WEFT_INSTRUCTION_SET_H
#define WEFT_INSTRUCTION_SET_H

// 0 baseline, 1 AVX2 with FMA, 2 AVX-512: the best that the processor has, or less if
// WEFT_ISA=baseline|avx2|avx512 in the environment says so. Chosen once per process.
int weft_instruction_set(void);

#endif
