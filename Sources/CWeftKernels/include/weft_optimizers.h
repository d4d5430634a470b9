// In-place parameter updates, one pass over each parameter: the formulas, in the order of operations,
// of TensorFlow 1.15's Apply* kernels. Hyper-parameters are passed by value; an expression such as
// 1 - beta1 is computed in the element type (in float, 1 - 0.999f is 0.0010000467).
//
// All functions are thread-safe as long as no two touch the same memory, keep no state and allocate
// nothing. Every element is independent, so the bits do not depend on the number of threads. `pool`
// may be NULL. Each array has `count` elements; arrays must not overlap. No product is fused with a
// sum: results are the same on every processor.
#ifndef WEFT_OPTIMIZERS_H
#define WEFT_OPTIMIZERS_H

#include <stddef.h>
#include <stdint.h>

#include "weft_pointwise.h"

#ifdef __cplusplus
extern "C" {
#endif

#pragma clang assume_nonnull begin

// The gradient's elements as they lie in memory, or a formula that gives them: it is then computed
// block by block where the update uses it. The formula has one output of the update's element type
// and shape, and may read the arrays that are updated, as they are before the update.
typedef struct weft_gradient {
  const void *_Nullable elements;
  const weft_pointwise *_Nullable formula;
  const void *_Nullable const *_Nullable inputs;  // the formula's
} weft_gradient;

// variable -= learning_rate * gradient
void weft_apply_gradient_descent_f32(float *variable, weft_gradient gradient, size_t count,
                                     float learning_rate, weft_pool *_Nullable pool);
void weft_apply_gradient_descent_f64(double *variable, weft_gradient gradient, size_t count,
                                     double learning_rate, weft_pool *_Nullable pool);

// accumulator = accumulator * momentum + gradient
// variable -= learning_rate * accumulator
// use_nesterov: variable -= gradient * learning_rate + accumulator * momentum * learning_rate
void weft_apply_momentum_f32(float *variable, float *accumulator, weft_gradient gradient,
                             size_t count, float learning_rate, float momentum,
                             int32_t use_nesterov, weft_pool *_Nullable pool);
void weft_apply_momentum_f64(double *variable, double *accumulator, weft_gradient gradient,
                             size_t count, double learning_rate, double momentum,
                             int32_t use_nesterov, weft_pool *_Nullable pool);

// accumulator += gradient^2 (unless update_slots is 0)
// variable -= gradient * learning_rate * (1 / sqrt(accumulator))
void weft_apply_adagrad_f32(float *variable, float *accumulator, weft_gradient gradient,
                            size_t count, float learning_rate, int32_t update_slots,
                            weft_pool *_Nullable pool);
void weft_apply_adagrad_f64(double *variable, double *accumulator, weft_gradient gradient,
                            size_t count, double learning_rate, int32_t update_slots,
                            weft_pool *_Nullable pool);

// accumulator = accumulator * rho + gradient^2 * (1 - rho)
// update = sqrt(accumulator_update + epsilon) * (1 / sqrt(accumulator + epsilon)) * gradient
// accumulator_update = accumulator_update * rho + update^2 * (1 - rho)
// variable -= update * learning_rate
void weft_apply_adadelta_f32(float *variable, float *accumulator, float *accumulator_update,
                             weft_gradient gradient, size_t count, float learning_rate, float rho,
                             float epsilon, weft_pool *_Nullable pool);
void weft_apply_adadelta_f64(double *variable, double *accumulator, double *accumulator_update,
                             weft_gradient gradient, size_t count, double learning_rate,
                             double rho, double epsilon, weft_pool *_Nullable pool);

// mean_square += (gradient^2 - mean_square) * (1 - rho)
// moment = moment * momentum + gradient * learning_rate / sqrt(mean_square + epsilon)
// variable -= moment
void weft_apply_rms_prop_f32(float *variable, float *mean_square, float *moment,
                             weft_gradient gradient, size_t count, float learning_rate, float rho,
                             float momentum, float epsilon, weft_pool *_Nullable pool);
void weft_apply_rms_prop_f64(double *variable, double *mean_square, double *moment,
                             weft_gradient gradient, size_t count, double learning_rate,
                             double rho, double momentum, double epsilon, weft_pool *_Nullable pool);

// mean_square += (gradient^2 - mean_square) * (1 - rho)
// mean_gradient += (gradient - mean_gradient) * (1 - rho)
// moment = moment * momentum
//        + gradient * learning_rate / sqrt((mean_square - mean_gradient^2) + epsilon)
// variable -= moment
void weft_apply_centered_rms_prop_f32(float *variable, float *mean_gradient, float *mean_square,
                                      float *moment, weft_gradient gradient, size_t count,
                                      float learning_rate, float rho, float momentum,
                                      float epsilon, weft_pool *_Nullable pool);
void weft_apply_centered_rms_prop_f64(double *variable, double *mean_gradient,
                                      double *mean_square, double *moment, weft_gradient gradient,
                                      size_t count, double learning_rate, double rho,
                                      double momentum, double epsilon, weft_pool *_Nullable pool);

// alpha = learning_rate * sqrt(1 - beta2_power) / (1 - beta1_power), the powers before this step's
//         own multiplication, that is beta^t at step t = 1, 2, ...
// m += (gradient - m) * (1 - beta1);  v += (gradient^2 - v) * (1 - beta2)
// variable -= alpha * m / (sqrt(v) + epsilon)
// use_nesterov: variable -= (gradient * (1 - beta1) + beta1 * m) * alpha / (sqrt(v) + epsilon)
void weft_apply_adam_f32(float *variable, float *m, float *v, weft_gradient gradient, size_t count,
                         float beta1_power, float beta2_power, float learning_rate, float beta1,
                         float beta2, float epsilon, int32_t use_nesterov,
                         weft_pool *_Nullable pool);
void weft_apply_adam_f64(double *variable, double *m, double *v, weft_gradient gradient,
                         size_t count, double beta1_power, double beta2_power,
                         double learning_rate, double beta1, double beta2, double epsilon,
                         int32_t use_nesterov, weft_pool *_Nullable pool);

// FTRL-Proximal (McMahan et al., "Ad Click Prediction: a View from the Trenches", 2013) with the
// shrinkage of ApplyFtrlV2 (l2_shrinkage = 0 is ApplyFtrl):
// g = gradient + 2 * l2_shrinkage * variable;  new = accumulator + gradient^2
// linear += g - (new^-learning_rate_power - accumulator^-learning_rate_power) / learning_rate * variable
// quadratic = new^-learning_rate_power / learning_rate + 2 * l2
// variable = |linear| > l1 ? (sign(linear) * l1 - linear) / quadratic : 0;  accumulator = new
void weft_apply_ftrl_f32(float *variable, float *accumulator, float *linear, weft_gradient gradient,
                         size_t count, float learning_rate, float l1, float l2, float l2_shrinkage,
                         float learning_rate_power, weft_pool *_Nullable pool);
void weft_apply_ftrl_f64(double *variable, double *accumulator, double *linear,
                         weft_gradient gradient, size_t count, double learning_rate, double l1,
                         double l2, double l2_shrinkage, double learning_rate_power,
                         weft_pool *_Nullable pool);

// p = variable - gradient * learning_rate
// variable = l1 > 0 ? sign(p) * max(|p| - learning_rate * l1, 0) / (1 + l2 * learning_rate)
//                   : p / (1 + l2 * learning_rate)
void weft_apply_proximal_gradient_descent_f32(float *variable, weft_gradient gradient, size_t count,
                                              float learning_rate, float l1, float l2,
                                              weft_pool *_Nullable pool);
void weft_apply_proximal_gradient_descent_f64(double *variable, weft_gradient gradient,
                                              size_t count, double learning_rate, double l1,
                                              double l2, weft_pool *_Nullable pool);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
