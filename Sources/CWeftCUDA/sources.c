#include "weft_cuda_sources.h"

// Two lines for each file of Kernels, in the alphabet's order. A test compares the list with the folder.
static const char arg_extreme[] = {
#embed "Kernels/arg_extreme.cu"
    , 0};
static const char batch_norm[] = {
#embed "Kernels/batch_norm.cu"
    , 0};
static const char convolution[] = {
#embed "Kernels/convolution.cu"
    , 0};
static const char cross[] = {
#embed "Kernels/cross.cu"
    , 0};
static const char depthwise[] = {
#embed "Kernels/depthwise.cu"
    , 0};
static const char diagonals[] = {
#embed "Kernels/diagonals.cu"
    , 0};
static const char gather[] = {
#embed "Kernels/gather.cu"
    , 0};
static const char joined[] = {
#embed "Kernels/joined.cu"
    , 0};
static const char local_response[] = {
#embed "Kernels/local_response.cu"
    , 0};
static const char matmul[] = {
#embed "Kernels/matmul.cu"
    , 0};
static const char move[] = {
#embed "Kernels/move.cu"
    , 0};
static const char numerics[] = {
#embed "Kernels/numerics.cu"
    , 0};
static const char optimizers[] = {
#embed "Kernels/optimizers.cu"
    , 0};
static const char pointwise[] = {
#embed "Kernels/pointwise.cu"
    , 0};
static const char polygamma[] = {
#embed "Kernels/polygamma.cu"
    , 0};
static const char pooling[] = {
#embed "Kernels/pooling.cu"
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
static const char resize[] = {
#embed "Kernels/resize.cu"
    , 0};
static const char reverse[] = {
#embed "Kernels/reverse.cu"
    , 0};
static const char scan[] = {
#embed "Kernels/scan.cu"
    , 0};
static const char scatter[] = {
#embed "Kernels/scatter.cu"
    , 0};
static const char sequence[] = {
#embed "Kernels/sequence.cu"
    , 0};
static const char slice[] = {
#embed "Kernels/slice.cu"
    , 0};
static const char softmax[] = {
#embed "Kernels/softmax.cu"
    , 0};
static const char sort[] = {
#embed "Kernels/sort.cu"
    , 0};
static const char top_k[] = {
#embed "Kernels/top_k.cu"
    , 0};
static const char transpose[] = {
#embed "Kernels/transpose.cu"
    , 0};
static const char window[] = {
#embed "Kernels/window.cu"
    , 0};

#define SOURCE(name) {#name, name}
static const weft_cuda_source sources[] = {
    SOURCE(arg_extreme),
    SOURCE(batch_norm),
    SOURCE(convolution),
    SOURCE(cross),
    SOURCE(depthwise),
    SOURCE(diagonals),
    SOURCE(gather),
    SOURCE(joined),
    SOURCE(local_response),
    SOURCE(matmul),
    SOURCE(move),
    SOURCE(numerics),
    SOURCE(optimizers),
    SOURCE(pointwise),
    SOURCE(polygamma),
    SOURCE(pooling),
    SOURCE(prelude),
    SOURCE(random),
    SOURCE(reduce),
    SOURCE(resize),
    SOURCE(reverse),
    SOURCE(scan),
    SOURCE(scatter),
    SOURCE(sequence),
    SOURCE(slice),
    SOURCE(softmax),
    SOURCE(sort),
    SOURCE(top_k),
    SOURCE(transpose),
    SOURCE(window),
};

const weft_cuda_source *weft_cuda_sources(size_t *count) {
  *count = sizeof sources / sizeof sources[0];
  return sources;
}
