// The CUDA C sources of the kernels, embedded.
#pragma once
#include <stddef.h>

typedef struct {
  const char *name;  // as "softmax": the file's, without its ending
  const char *text;
} weft_cuda_source;

// The sources, and how many there are.
const weft_cuda_source *weft_cuda_sources(size_t *count);
