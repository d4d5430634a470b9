// Private: a program as it is after creation. Nothing in it changes during a run.
#ifndef WEFT_POINTWISE_PROGRAM_H
#define WEFT_POINTWISE_PROGRAM_H

#include "pointwise_private.h"

enum { WEFT_BLOCK = 1024, WEFT_MAXIMUM_RANK = 32, WEFT_SCRATCH_LIMIT = 256 * 1024 };

// How an input is brought before the kernels.
typedef enum {
  WEFT_INPUT_CONTIGUOUS,  // used in place
  WEFT_INPUT_SCALAR,      // one element, repeated over a block once per range
  WEFT_INPUT_TILED,       // a short period, repeated once per range; blocks begin anywhere in it
  WEFT_INPUT_PERIODIC,    // a long period: in place, but for blocks that cross its end
  WEFT_INPUT_GENERAL,     // gathered for each block
} weft_input_class;

typedef struct {
  weft_input_class class;
  uint8_t element_size;
  uint16_t rank;  // of the dimensions below, which are merged for this input alone
  int64_t dims[WEFT_MAXIMUM_RANK], strides[WEFT_MAXIMUM_RANK];
  size_t period;   // TILED, PERIODIC
  size_t scratch;  // offset of the copy in a range's scratch memory
} weft_input;

typedef struct {
  weft_pointwise_kernel kernel;  // NULL: load input `a`
  uint16_t destination, a, b, c;
} weft_step;

// Where a result's block is.
typedef enum { WEFT_PLACE_SCRATCH, WEFT_PLACE_OUTPUT, WEFT_PLACE_NOWHERE } weft_place;

typedef struct {
  weft_place place;
  uint8_t element_size;
  uint16_t output;  // PLACE_OUTPUT
  size_t scratch;   // PLACE_SCRATCH
} weft_result;

typedef struct {
  uint16_t source;  // register
  uint8_t element_size;
  bool direct;      // its step writes straight to the buffer
  size_t spare;     // scratch that takes the block where that would spoil an input
} weft_output;

// Writing the output in place would spoil the input if they share a buffer.
typedef struct {
  uint16_t output, input;
} weft_hazard;

struct weft_pointwise {
  size_t count, block;
  double nanoseconds;    // guess for one thread
  size_t grain;          // elements of a pool chunk
  size_t scratch_bytes;  // of a range
  int input_count, constant_count, step_count, output_count, register_count, hazard_count;
  weft_input *inputs;
  void **constants;  // a block of each
  weft_step *steps;
  weft_result *results;  // by register
  weft_output *outputs;
  weft_hazard *hazards;
};

// Merges an input's dimensions and classes it.
void weft_classify_input(weft_input *input, int rank, const int64_t *dims, const int64_t *strides);

// Copies elements begin..<begin + count of an input, in the output's order, to `destination`.
void weft_gather_block(const weft_input *input, const void *source, void *destination,
                       size_t begin, size_t count);

// destination[i] = *value.
void weft_repeat(void *destination, const void *value, size_t element_size, size_t count);

#endif
