// Private: how the sums of a matrix product are taken.
#ifndef WEFT_GEMM_CHAIN_H
#define WEFT_GEMM_CHAIN_H

#include <stddef.h>

// How many terms are added one after the other; the sums of such chains are then added up in order.
// The error of a sum grows with the square root of terms times terms in a chain, and a chain's end
// costs two instructions an element. The lengths are those that TensorFlow's products were measured
// to have on processors with 32 KiB of first-level cache (all terms up to 384; 196 of 784, 344 of
// 1,024): a product then has TensorFlow's bits, and a training that amplifies every rounding follows
// TensorFlow's for longer.
static inline size_t gemm_chain(size_t k) {
  size_t slices = (k + 399) / 400, slice = ((k + slices - 1) / slices + 7) / 8 * 8;
  return slice <= 384 ? slice : slice / 2;
}

// What is stored for a sum and what was there: rounded step by step where contraction is off.
#define GEMM_JOINED(sum, old) ((decay != 0 ? (sum) + (old)*decay : (sum)) * alpha + (old)*beta)

#endif
