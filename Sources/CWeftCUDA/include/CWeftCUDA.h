// What the CUDA device needs of NVIDIA's libraries, declared by hand: nothing of CUDA is needed to
// build. A test compares the declarations with NVIDIA's own headers.
#pragma once
#include "weft_cuda_entries.h"
#include "weft_cuda_libraries.h"
#include "weft_cuda_sources.h"
#include "weft_cuda_types.h"
