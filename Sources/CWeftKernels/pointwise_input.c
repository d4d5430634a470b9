#include <string.h>

#include "pointwise_program.h"

void weft_classify_input(weft_input *input, int rank, const int64_t *dims, const int64_t *strides) {
  int merged = 0;
  for (int i = 0; i < rank; i++) {
    if (dims[i] == 1) continue;
    if (merged && input->strides[merged - 1] == strides[i] * dims[i]) {
      input->dims[merged - 1] *= dims[i];
      input->strides[merged - 1] = strides[i];
    } else {
      input->dims[merged] = dims[i];
      input->strides[merged++] = strides[i];
    }
  }
  input->rank = (uint16_t)merged;
  const int64_t *s = input->strides;
  input->class = merged == 0 || (merged == 1 && s[0] == 1) ? WEFT_INPUT_CONTIGUOUS
                 : merged == 1 && s[0] == 0                ? WEFT_INPUT_SCALAR
                 : merged == 2 && s[0] == 0 && s[1] == 1   ? WEFT_INPUT_PERIODIC
                                                           : WEFT_INPUT_GENERAL;
  if (input->class == WEFT_INPUT_PERIODIC) {
    input->period = (size_t)input->dims[1];
    if (input->period <= WEFT_BLOCK) input->class = WEFT_INPUT_TILED;
  }
}

#define WEFT_RUN(T)                                                             \
  {                                                                             \
    T *d = destination;                                                         \
    const T *s = source;                                                        \
    if (stride == 0) {                                                          \
      T value = *s;                                                             \
      for (size_t i = 0; i < count; i++) d[i] = value;                          \
    } else if (stride == 1 && count < 32) {                                     \
      for (size_t i = 0; i < count; i++) d[i] = s[i];                           \
    } else if (stride == 1) {                                                   \
      memcpy(d, s, count * sizeof(T));                                          \
    } else {                                                                    \
      for (size_t i = 0; i < count; i++) d[i] = s[(int64_t)i * stride];         \
    }                                                                           \
    break;                                                                      \
  }

static inline void copy_run(void *restrict destination, const void *restrict source,
                            int64_t stride, size_t element_size, size_t count) {
  switch (element_size) {
    case 1: WEFT_RUN(uint8_t)
    case 2: WEFT_RUN(uint16_t)
    case 4: WEFT_RUN(uint32_t)
    default: WEFT_RUN(uint64_t)
  }
}

void weft_repeat(void *destination, const void *value, size_t element_size, size_t count) {
  copy_run(destination, value, 0, element_size, count);
}

enum { STORE = 64 };

#define WEFT_STORE(T)                                                           \
  {                                                                             \
    T wide __attribute__((ext_vector_type(STORE / sizeof(T))));                 \
    T value;                                                                    \
    memcpy(&value, source, sizeof value);                                       \
    wide = value;                                                               \
    memcpy(destination, &wide, STORE);                                          \
    break;                                                                      \
  }

// A short run of one value, by a store of a fixed size: what goes beyond the run is written over by
// the next, or lies in the cache line of slack that follows every block.
static inline void store_wide(void *destination, const void *source, size_t element_size) {
  switch (element_size) {
    case 1: WEFT_STORE(uint8_t)
    case 2: WEFT_STORE(uint16_t)
    case 4: WEFT_STORE(uint32_t)
    default: WEFT_STORE(uint64_t)
  }
}

void weft_gather_block(const weft_input *input, const void *source, void *destination,
                       size_t begin, size_t count) {
  int last = input->rank - 1;
  size_t size = input->element_size;
  int64_t index[WEFT_MAXIMUM_RANK], offset = 0;
  size_t rest = begin;
  for (int i = last; i >= 0; i--) {
    index[i] = (int64_t)(rest % (size_t)input->dims[i]);
    rest /= (size_t)input->dims[i];
    offset += index[i] * input->strides[i];
  }
  char *d = destination;
  const char *s = source;
  bool short_repeats = input->strides[last] == 0 && (size_t)input->dims[last] * size <= STORE;
  while (count) {
    size_t run = (size_t)(input->dims[last] - index[last]);
    if (run > count) run = count;
    if (short_repeats) store_wide(d, s + offset * (int64_t)size, size);
    else copy_run(d, s + offset * (int64_t)size, input->strides[last], size, run);
    d += run * size;
    count -= run;
    offset -= index[last] * input->strides[last];
    index[last] = 0;
    for (int i = last - 1; i >= 0; i--) {
      offset += input->strides[i];
      if (++index[i] < input->dims[i]) break;
      offset -= input->dims[i] * input->strides[i];
      index[i] = 0;
    }
  }
}
