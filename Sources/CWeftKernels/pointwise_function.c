#include "pointwise_program.h"
#include "pointwise_function.h"

int weft_function_arity(int function) {
  if (function >= WEFT_CAST) return 1;
  if (function >= WEFT_SELECT) return 3;
  return function >= WEFT_ADD ? 2 : 1;
}

int weft_function_result(int function, int dtype) {
  if (function >= WEFT_CAST) return function - WEFT_CAST;
  bool is_test = (function >= WEFT_IS_NAN && function <= WEFT_LOGICAL_NOT) ||
                 (function >= WEFT_EQUAL && function <= WEFT_LOGICAL_XOR);
  return is_test ? WEFT_BOOL : dtype;
}

double weft_function_cost(int function, int dtype) {
  size_t size = weft_dtype_size(weft_dtype_position(dtype));
  bool single = dtype == WEFT_FLOAT32, real = single || dtype == WEFT_FLOAT64;
  switch (function) {
    case WEFT_EXP:
    case WEFT_LOG: return single ? 0.25 : 4;
    case WEFT_EXPM1:
    case WEFT_LOG1P:
    case WEFT_TANH:
    case WEFT_SIGMOID:
    case WEFT_ERF: return single ? 0.5 : 8;
    case WEFT_SOFTPLUS: return single ? 0.8 : 12;
    case WEFT_SIN:
    case WEFT_COS:
    case WEFT_TAN:
    case WEFT_ASIN:
    case WEFT_ACOS:
    case WEFT_ATAN:
    case WEFT_SINH:
    case WEFT_COSH:
    case WEFT_ASINH:
    case WEFT_ACOSH:
    case WEFT_ATANH:
    case WEFT_ERFC:
    case WEFT_ATAN2: return single ? 5 : 10;
    case WEFT_LGAMMA:
    case WEFT_DIGAMMA: return 30;
    case WEFT_POWER: return real ? 8 : 5;
    case WEFT_FLOOR_MODULO:
    case WEFT_TRUNCATE_MODULO: return real ? 10 : 2;
    case WEFT_DIVIDE:
    case WEFT_FLOOR_DIVIDE: return real ? 0.02 * (double)size : 2;
    case WEFT_SQRT:
    case WEFT_RSQRT:
    case WEFT_RECIPROCAL: return 0.03 * (double)size;
    case WEFT_CAST_TO_FLOAT16:
    case WEFT_CAST_TO_BFLOAT16: return 0.15;
    default: return 0.01 * (double)size;
  }
}
