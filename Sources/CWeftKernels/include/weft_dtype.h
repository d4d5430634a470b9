// Element types, by the codes that TensorFlow gives them.
#ifndef WEFT_DTYPE_H
#define WEFT_DTYPE_H

enum weft_dtype {
  WEFT_FLOAT32 = 1,
  WEFT_FLOAT64 = 2,
  WEFT_INT32 = 3,
  WEFT_UINT8 = 4,
  WEFT_INT64 = 9,
  WEFT_BOOL = 10,  // one byte, 0 or 1
  WEFT_BFLOAT16 = 14,
  WEFT_FLOAT16 = 19,
};

#endif
