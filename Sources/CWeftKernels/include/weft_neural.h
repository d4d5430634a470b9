// Kernels of neural-network layers: softmax and its losses, relu, bias, and small matrix products.
//
// All functions are thread-safe, keep no state, allocate nothing and use at most 40 KiB of stack.
// The bits of a result do not depend on the number of threads. `pool` may be NULL. Matrices are dense
// and row-major. Outputs may be NULL only where said; they must not overlap inputs except where an
// in-place use is named.
#ifndef WEFT_NEURAL_H
#define WEFT_NEURAL_H

#include <stddef.h>
#include <stdint.h>

#include "weft_gemm.h"

struct weft_pool;

#ifdef __cplusplus
extern "C" {
#endif

// y[i,j] = exp(x[i,j] - m_i) / sum_k exp(x[i,k] - m_i), m_i = max_k x[i,k]. y may be x.
// A row with NaN or +inf, or of -inf alone, gives NaN (as TensorFlow's Softmax).
void weft_softmax_f32(const float *x, float *y, size_t rows, size_t columns, struct weft_pool *pool);
void weft_softmax_f64(const double *x, double *y, size_t rows, size_t columns, struct weft_pool *pool);

// y[i,j] = (x[i,j] - m_i) - log sum_k exp(x[i,k] - m_i). y may be x.
void weft_log_softmax_f32(const float *x, float *y, size_t rows, size_t columns,
                          struct weft_pool *pool);
void weft_log_softmax_f64(const double *x, double *y, size_t rows, size_t columns,
                          struct weft_pool *pool);

// TensorFlow's SoftmaxCrossEntropyWithLogits, both outputs in one pass; either may be NULL:
//   loss[i] = sum_j labels[i,j] * (log sum_k exp(x[i,k] - m_i) - (x[i,j] - m_i))
//   backprop[i,j] = exp(x[i,j] - m_i) / sum_k exp(x[i,k] - m_i) - labels[i,j]
// The formula is taken literally: a zero label at a logit of -inf is 0 * inf, a NaN loss.
// backprop may be logits or labels. With columns = 0 the loss is 0.
void weft_softmax_cross_entropy_f32(const float *logits, const float *labels, float *loss,
                                    float *backprop, size_t rows, size_t columns,
                                    struct weft_pool *pool);
void weft_softmax_cross_entropy_f64(const double *logits, const double *labels, double *loss,
                                    double *backprop, size_t rows, size_t columns,
                                    struct weft_pool *pool);

// TensorFlow's SparseSoftmaxCrossEntropyWithLogits: the label of a row is a class number, of
// `label_dtype` int32 (3) or int64 (9). A row whose label is outside [0, columns) gets a NaN loss and a
// NaN backprop row. Returns the first such row, or -1 when there is none.
int64_t weft_sparse_softmax_cross_entropy_f32(const float *logits, const void *labels,
                                              int32_t label_dtype, float *loss, float *backprop,
                                              size_t rows, size_t columns, struct weft_pool *pool);
int64_t weft_sparse_softmax_cross_entropy_f64(const double *logits, const void *labels,
                                              int32_t label_dtype, double *loss, double *backprop,
                                              size_t rows, size_t columns, struct weft_pool *pool);

// dst[i] = features[i] > 0 ? gradients[i] : 0. features may be relu's input or its output; dst may be
// either argument.
void weft_relu_grad_f32(const float *gradients, const float *features, float *dst, size_t count,
                        struct weft_pool *pool);
void weft_relu_grad_f64(const double *gradients, const double *features, double *dst, size_t count,
                        struct weft_pool *pool);

// y[i,j] = x[i,j] + bias[j]; y may be x.
void weft_bias_add_f32(const float *x, const float *bias, float *y, size_t rows, size_t columns,
                       struct weft_pool *pool);
void weft_bias_add_f64(const double *x, const double *bias, double *y, size_t rows, size_t columns,
                       struct weft_pool *pool);

// y[i,j] = max(x[i,j] + bias[j], 0), NaN stays NaN; y may be x.
void weft_bias_add_relu_f32(const float *x, const float *bias, float *y, size_t rows,
                            size_t columns, struct weft_pool *pool);
void weft_bias_add_relu_f64(const double *x, const double *bias, double *y, size_t rows,
                            size_t columns, struct weft_pool *pool);

// Scratch of the two reductions below; element_bytes 4 or 8. May be 0.
size_t weft_bias_grad_scratch_bytes(size_t rows, size_t columns, size_t element_bytes);
size_t weft_l2_loss_scratch_bytes(size_t count, size_t element_bytes);

// dst[j] = sum_i gradients[i,j], pairwise.
void weft_bias_grad_f32(const float *gradients, float *dst, size_t rows, size_t columns,
                        void *scratch, struct weft_pool *pool);
void weft_bias_grad_f64(const double *gradients, double *dst, size_t rows, size_t columns,
                        void *scratch, struct weft_pool *pool);

// *dst = sum x^2 / 2, pairwise.
void weft_l2_loss_f32(const float *x, size_t count, float *dst, void *scratch,
                      struct weft_pool *pool);
void weft_l2_loss_f64(const double *x, size_t count, double *dst, void *scratch,
                      struct weft_pool *pool);

// 1 when `weft_gemm_small_f32` is expected to beat a BLAS on this processor, else 0: few columns
// (n <= 32 with AVX-512, 12 with AVX2), such as [128,784] x [784,10] or the transpose of [128,784]
// times [128,10]. A product with small k, such as [128,10] x [10,784], is better left to BLAS.
int32_t weft_gemm_small_suits(size_t m, size_t n, size_t k);

// C = alpha * (op(A) * op(B) + decay * C) + beta * C, row-major with leading dimensions in elements; op(A) is
// [m,k], op(B) [k,n], op(X) the transpose of the stored matrix when its flag is not 0. beta = 0 never
// reads C. Any size is right, those of weft_gemm_small_suits are fast. C must not overlap A or B.
// The epilogue, if any, is applied to rows of C while they are in the cache: weft_gemm.h.
void weft_gemm_small_f32(int32_t transpose_a, int32_t transpose_b, size_t m, size_t n, size_t k,
                         float alpha, const float *a, size_t lda, const float *b, size_t ldb,
                         float beta, float decay, float *c, size_t ldc,
                         const weft_gemm_epilogue *epilogue,
                         struct weft_pool *pool);

#ifdef __cplusplus
}
#endif
#endif
