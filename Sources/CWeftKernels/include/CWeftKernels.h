// The CPU's kernels: what Weft's CPU device and its data sets call.
#ifndef CWEFTKERNELS_H
#define CWEFTKERNELS_H

#include "weft_convolution.h"
#include "weft_dtype.h"
#include "weft_gemm.h"
#include "weft_instruction_set.h"
#include "weft_move.h"
#include "weft_neural.h"
#include "weft_optimizers.h"
#include "weft_pixels.h"
#include "weft_pointwise.h"
#include "weft_pool.h"
#include "weft_pooling.h"
#include "weft_random.h"
#include "weft_reduce.h"
#include "weft_reduce_formula.h"

#endif
