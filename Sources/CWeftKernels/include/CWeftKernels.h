// The C kernels of Weft's CPU device.
#ifndef CWEFT_KERNELS_H
#define CWEFT_KERNELS_H

#include "weft_move.h"
#include "weft_pointwise.h"
#include "weft_pool.h"

#endif
