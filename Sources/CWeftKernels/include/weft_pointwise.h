// Fused element-wise expressions: a short program over registers, run block by block through the
// first-level cache.
//
// A program's registers are numbered: first the inputs, then the constants, then one for every
// instruction's result in any order. Each result register is written by exactly one instruction,
// and before anything reads it. The programs are checked when they are created; running one
// allocates nothing and may happen on several threads at once.
#ifndef WEFT_POINTWISE_H
#define WEFT_POINTWISE_H

#include <stddef.h>
#include <stdint.h>

#include "weft_dtype.h"
#include "weft_pool.h"

#pragma clang assume_nonnull begin

// What an instruction computes. `dtype` below is the instruction's: the type of its operands.
// "real" are float32 and float64, "integer" are int32, int64 and uint8. Integer arithmetic wraps.
// float16 and bfloat16 are for storage: they have IDENTITY, SELECT and the casts only.
enum weft_function {
  // Unary, result of the operand's type.
  WEFT_IDENTITY = 0,    // a; every dtype
  WEFT_NEGATE = 1,      // -a; real, integer
  WEFT_ABS = 2,         // |a|; real, integer (the smallest int stays itself)
  WEFT_SIGN = 3,        // -1, 0 or 1, NaN for NaN; real, integer
  WEFT_RECIPROCAL = 4,  // 1 / a; real
  WEFT_SQUARE = 5,      // a * a; real, integer
  WEFT_SQRT = 6,        // from here to TRUNC: real only
  WEFT_RSQRT = 7,       // 1 / sqrt(a), not an approximation
  WEFT_EXP = 8,
  WEFT_EXPM1 = 9,
  WEFT_LOG = 10,
  WEFT_LOG1P = 11,
  WEFT_SIN = 12,
  WEFT_COS = 13,
  WEFT_TAN = 14,
  WEFT_ASIN = 15,
  WEFT_ACOS = 16,
  WEFT_ATAN = 17,
  WEFT_SINH = 18,
  WEFT_COSH = 19,
  WEFT_TANH = 20,
  WEFT_ASINH = 21,
  WEFT_ACOSH = 22,
  WEFT_ATANH = 23,
  WEFT_SIGMOID = 24,   // 1 / (1 + exp(-a))
  WEFT_SOFTPLUS = 25,  // log(1 + exp(a))
  WEFT_ERF = 26,
  WEFT_ERFC = 27,
  WEFT_LGAMMA = 28,   // log |gamma(a)|
  WEFT_DIGAMMA = 29,  // derivative of log gamma; NaN at 0, -1, -2, ...
  WEFT_FLOOR = 30,
  WEFT_CEIL = 31,
  WEFT_RINT = 32,   // to the nearest integer, ties to even
  WEFT_TRUNC = 33,  // toward zero
  // Unary, result bool.
  WEFT_IS_NAN = 34,       // real
  WEFT_IS_INF = 35,       // real
  WEFT_IS_FINITE = 36,    // real
  WEFT_LOGICAL_NOT = 37,  // bool
  // Binary, result of the operands' type.
  WEFT_ADD = 40,               // real, integer
  WEFT_SUBTRACT = 41,          // real, integer
  WEFT_MULTIPLY = 42,          // real, integer
  WEFT_DIVIDE = 43,            // real; integer toward zero
  WEFT_FLOOR_DIVIDE = 44,      // floor(a / b); real, integer
  WEFT_FLOOR_MODULO = 45,      // a - b floor(a / b), the sign of b; real, integer
  WEFT_TRUNCATE_MODULO = 46,   // C's % and fmod, the sign of a; real, integer
  WEFT_POWER = 47,             // real, integer
  WEFT_MAXIMUM = 48,           // NaN if either is NaN; real, integer
  WEFT_MINIMUM = 49,           // NaN if either is NaN; real, integer
  WEFT_ATAN2 = 50,             // the angle of the point (b, a); real
  WEFT_SQUARED_DIFFERENCE = 51,  // (a - b) squared; real, integer
  // Binary, result bool.
  WEFT_EQUAL = 60,          // real, integer, bool
  WEFT_NOT_EQUAL = 61,      // real, integer, bool
  WEFT_LESS = 62,           // real, integer
  WEFT_LESS_EQUAL = 63,     // real, integer
  WEFT_GREATER = 64,        // real, integer
  WEFT_GREATER_EQUAL = 65,  // real, integer
  WEFT_LOGICAL_AND = 66,    // bool
  WEFT_LOGICAL_OR = 67,     // bool
  WEFT_LOGICAL_XOR = 68,    // bool
  // Ternary.
  WEFT_SELECT = 70,        // a ? b : c, where a is bool and `dtype` is that of b, c and the result
  WEFT_MULTIPLY_ADD = 71,  // a * b + c; real (with one rounding where the processor has it)
  // Casts: WEFT_CAST + code of the result's type; `dtype` is the source's. Every pair. A real
  // becomes an integer toward zero; what does not fit, and NaN, becomes the smallest int32 or int64
  // (for uint8, the low byte of that int32). To bool: a != 0. To float16 and bfloat16: to nearest,
  // ties to even, from float64 and the integers by way of float32.
  WEFT_CAST = 100,
  WEFT_CAST_TO_FLOAT32 = 101,
  WEFT_CAST_TO_FLOAT64 = 102,
  WEFT_CAST_TO_INT32 = 103,
  WEFT_CAST_TO_UINT8 = 104,
  WEFT_CAST_TO_INT64 = 109,
  WEFT_CAST_TO_BOOL = 110,
  WEFT_CAST_TO_BFLOAT16 = 114,
  WEFT_CAST_TO_FLOAT16 = 119,
};

// Bits of what `weft_pointwise_run` returns.
enum weft_pointwise_status {
  WEFT_POINTWISE_OK = 0,
  // An integer was divided by zero (DIVIDE, FLOOR_DIVIDE or a MODULO); that element is 0.
  WEFT_POINTWISE_DIVISION_BY_ZERO = 1,
  // An integer POWER had a negative exponent; that element is 0.
  WEFT_POINTWISE_NEGATIVE_EXPONENT = 2,
};

// register[destination] = function(register[a], register[b], register[c]). Operands that the
// function does not take are ignored.
typedef struct weft_instruction {
  uint16_t function;  // enum weft_function
  uint16_t dtype;     // enum weft_dtype, of the operands
  uint16_t destination;
  uint16_t a, b, c;
} weft_instruction;

typedef struct weft_constant {
  uint16_t dtype;
  uint64_t bits;  // the value, in the low bytes (a float32's bit pattern in the low 32)
} weft_constant;

// A register that a run stores to an output buffer. Any register may be one, also an input.
typedef struct weft_pointwise_output {
  uint16_t source;  // register
  uint16_t dtype;   // must be the register's
} weft_pointwise_output;

typedef struct weft_pointwise_description {
  // The shape of every output, row-major and contiguous. Rank 0 is one element.
  int32_t rank;
  const int64_t *_Nullable dims;
  int32_t input_count;
  const uint16_t *_Nullable input_dtypes;
  // input_count rows of `rank` strides, in elements, one for each output dimension: 0 repeats the
  // input along it. May be negative (the buffer's address is then that of element 0, 0, ...).
  const int64_t *_Nullable input_strides;
  int32_t constant_count;
  const weft_constant *_Nullable constants;
  int32_t instruction_count;
  const weft_instruction *_Nullable instructions;
  int32_t output_count;
  const weft_pointwise_output *_Nullable outputs;
} weft_pointwise_description;

typedef struct weft_pointwise weft_pointwise;

// Checks a program, merges dimensions that lie together, and lays out its registers. The
// description is copied. NULL when it is invalid or memory is short: then `message` (if not NULL,
// `message_size` bytes) holds one sentence that says why. Free with `weft_pointwise_destroy`.
weft_pointwise *_Nullable weft_pointwise_create(const weft_pointwise_description *description,
                                                char *_Nullable message, size_t message_size);

// NULL is ignored. No run may be under way.
void weft_pointwise_destroy(weft_pointwise *_Nullable program);

// Computes every output. `inputs` and `outputs` have a buffer for each of the description's, in its
// order, aligned to their elements. An output's buffer may be that of an input that is contiguous
// in the output's order and has elements of the same size (the run is then in place); otherwise
// outputs overlap nothing. Work of more than some 30 us is shared over `pool`. Returns an OR of
// `weft_pointwise_status`. The result does not depend on the number of threads.
int weft_pointwise_run(const weft_pointwise *program,
                       const void *_Nullable const *_Nullable inputs,
                       void *_Nullable const *_Nullable outputs, weft_pool *_Nullable pool);

// The number of elements of each output.
size_t weft_pointwise_count(const weft_pointwise *program);

// A guess at the nanoseconds that one thread needs for a run.
double weft_pointwise_cost(const weft_pointwise *program);

#pragma clang assume_nonnull end

#endif
