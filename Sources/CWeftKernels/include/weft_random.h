// TensorFlow's random numbers, bit for bit: Philox4x32-10 (Salmon, Moraes, Dror, Shaw, "Parallel
// Random Numbers: As Easy as 1, 2, 3", 2011) and TensorFlow's ways from words to numbers.
//
// `key` is the node's seed; the counter is a 128-bit number whose high half is the node's seed2 and
// whose low half is the count of blocks drawn before (128-bit carry is done). A block is four 32-bit
// words. The functions advance nothing: how far an execution moves a node's counter is the caller's
// business (256 blocks an output element for the uniform, normal, truncated and gamma fills,
// (n + 2) / 4 for a shuffle of n > 1 rows, 2048 * rows * ((samples + 3) / 4) for the multinomial).
//
// All functions are thread-safe, keep no state, allocate nothing and use at most 16 KiB of stack.
// The position in the output decides the counter, so the bits do not depend on the number of threads;
// `pool` may be NULL. count = 0 does nothing. dtype codes are TensorFlow's: float32 1, float64 2,
// int32 3, int64 9, bfloat16 14, float16 19. Functions that return int32_t give 0, or -1 for a dtype or
// argument outside what is said (nothing is written).
//
// float32, float16 and bfloat16 results need no libm and are the same everywhere; float64 normals and
// gammas use libm's log, sin, cos and are equal to TensorFlow's under the same libm.
#ifndef WEFT_RANDOM_H
#define WEFT_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct weft_pool;

#ifdef __cplusplus
extern "C" {
#endif

// The raw words of the blocks from the counter on.
void weft_random_words(uint64_t key, uint64_t counter_low, uint64_t counter_high, uint32_t *dst,
                       size_t count, struct weft_pool *pool);

// Uniform in [0, 1): float32 (w & 0x7FFFFF) * 2^-23; float64 of 52 bits; float16 of 10; bfloat16 of 7.
int32_t weft_random_uniform(int32_t dtype, uint64_t key, uint64_t counter_low,
                            uint64_t counter_high, void *dst, size_t count,
                            struct weft_pool *pool);

// Integers in [low, high): low + word mod (high - low), int32 from 32-bit words, int64 from 64-bit
// words. low < high is required, and that both fit the dtype.
int32_t weft_random_uniform_int(int32_t dtype, uint64_t key, uint64_t counter_low,
                                uint64_t counter_high, int64_t low, int64_t high, void *dst,
                                size_t count, struct weft_pool *pool);

// Standard normal by Box and Muller, the sine first. float32, float64, float16, bfloat16.
int32_t weft_random_normal(int32_t dtype, uint64_t key, uint64_t counter_low,
                           uint64_t counter_high, void *dst, size_t count,
                           struct weft_pool *pool);

// Standard normal, values outside (-2, 2) drawn again from the group's own stream.
int32_t weft_random_truncated_normal(int32_t dtype, uint64_t key, uint64_t counter_low,
                                     uint64_t counter_high, void *dst, size_t count,
                                     struct weft_pool *pool);

// permutation[i] = the input row that RandomShuffle puts at row i; n < 2^32 rows.
void weft_random_permutation(uint64_t key, uint64_t counter_low, uint64_t counter_high,
                             int64_t *permutation, size_t n);

// Multinomial: for each row of logits [rows, classes] (dtype float32 or float64), `samples` class
// numbers to dst [rows, samples] of `index_dtype` (int32 or int64). Non-finite logits have probability
// 0. `scratch` holds `classes` doubles. The order is that of TensorFlow on one thread.
// classes >= 1 unless there is nothing to draw.
int32_t weft_random_multinomial(int32_t dtype, int32_t index_dtype, uint64_t key,
                                uint64_t counter_low, uint64_t counter_high, const void *logits,
                                size_t rows, size_t classes, size_t samples, void *dst,
                                double *scratch);

// Gamma(alpha, 1) by Marsaglia and Tsang, computed in double: dst [samples, alpha_count], alpha
// [alpha_count], both of dtype float32, float64 or float16. alpha > 0 is the caller's to check; other
// values give NaN.
int32_t weft_random_gamma(int32_t dtype, uint64_t key, uint64_t counter_low,
                          uint64_t counter_high, const void *alpha, size_t alpha_count,
                          size_t samples, void *dst, struct weft_pool *pool);

// Key and counter of the Stateless* ops for seed = [seed0, seed1].
void weft_random_stateless(int64_t seed0, int64_t seed1, uint64_t *key, uint64_t *counter_low,
                           uint64_t *counter_high);

// log(max(k * 2^-23, 1e-7)), sin and cos of 2 pi k 2^-23 as the normals use them, for
// k = first ... first + count - 1 < 2^23: lets a test compare the whole domain. Each may be NULL.
void weft_random_functions(uint32_t first, size_t count, float *log, float *sine, float *cosine);

#ifdef __cplusplus
}
#endif
#endif
