#include "weft_cuda_sources.h"

// Two lines for each file of Kernels, in the alphabet's order. A test compares the list with the folder.
static const char arg_extreme[] = {
#embed "Kernels/arg_extreme.cu"
    , 0};
static const char matmul[] = {
#embed "Kernels/matmul.cu"
    , 0};
static const char move[] = {
#embed "Kernels/move.cu"
    , 0};
static const char optimizers[] = {
#embed "Kernels/optimizers.cu"
    , 0};
static const char pointwise[] = {
#embed "Kernels/pointwise.cu"
    , 0};
static const char prelude[] = {
#embed "Kernels/prelude.cu"
    , 0};
static const char random[] = {
#embed "Kernels/random.cu"
    , 0};
static const char reduce[] = {
#embed "Kernels/reduce.cu"
    , 0};
static const char softmax[] = {
#embed "Kernels/softmax.cu"
    , 0};

#define SOURCE(name) {#name, name}
static const weft_cuda_source sources[] = {
    SOURCE(arg_extreme),
    SOURCE(matmul),
    SOURCE(move),
    SOURCE(optimizers),
    SOURCE(pointwise),
    SOURCE(prelude),
    SOURCE(random),
    SOURCE(reduce),
    SOURCE(softmax),
};

const weft_cuda_source *weft_cuda_sources(size_t *count) {
  *count = sizeof sources / sizeof sources[0];
  return sources;
}
