#ifndef _GNU_SOURCE
#define _GNU_SOURCE  // lgamma_r: lgamma writes the global signgam
#endif
#include <math.h>

#include "pointwise_private.h"

double weft_log_gamma(double x) {
  int sign;
  return lgamma_r(x, &sign);
}

float weft_log_gamma_float(float x) {
  int sign;
  return lgammaf_r(x, &sign);
}

// Reflection below 0, recurrence psi(x) = psi(x + 1) - 1 / x up to 10, then the asymptotic series
// log x - 1 / 2x - sum B(2k) / (2k x^2k) (Abramowitz and Stegun 6.3.7, 6.3.5, 6.3.18).
double weft_digamma(double x) {
  if (x != x || x == (double)INFINITY) return x;
  double result = 0;
  if (x <= 0) {
    if (floor(x) == x) return (double)NAN;
    // The fractional part first: tan(pi x) of a large x would lose it.
    double fraction = x - rint(x);
    result = -M_PI / tan(M_PI * fraction);
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  double z = 1 / (x * x);
  double series =
      z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132 -
      z * (691.0 / 32760 - z / 12))))));
  return result + (log(x) - 0.5 / x - series);
}
