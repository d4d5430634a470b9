// Derivatives of the digamma function: T is the element type; all is computed in double precision.

// ζ(s, x) = Σ 1 / (x + k)ˢ over k >= 0, for s >= 2: the first terms, then Euler and Maclaurin's formula
// (DLMF 25.11.28).
DEVICE double hurwitz_zeta(double s, double x) {
  const double bernoulli[] = {1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66, -691.0 / 2730, 7.0 / 6};
  double sum = 0;
  while (x < 12) {
    sum += pow(x, -s);
    x += 1;
  }
  sum += pow(x, 1 - s) / (s - 1) + pow(x, -s) / 2;
  double factor = s * pow(x, -s - 1) / 2;
  for (int index = 0; index < 7; index++) {
    const double k = 2 * (index + 1);
    sum += factor * bernoulli[index];
    factor *= (s + k - 1) * (s + k) / (x * x * (k + 1) * (k + 2));
  }
  return sum;
}

// By the recurrence for x below 12; NaN for orders that are not 1, 2, ..., infinite at the poles.
DEVICE double polygamma_value(double order, double x) {
  if (!(order >= 1) || order == (double)WEFT_INFINITY || order != floor(order) || x != x)
    return (double)WEFT_NAN;
  if (x == (double)WEFT_INFINITY) return 0;
  const double sign = fmod(order, 2.0) == 1 ? 1 : -1;
  if (x <= 0 && x == floor(x)) return sign * (double)WEFT_INFINITY;
  // Further below zero than this the recurrence would take too long.
  if (!(x > -1e6)) return (double)WEFT_NAN;
  return sign * tgamma(order + 1) * hurwitz_zeta(order + 1, x);
}

// The operands are stretched to the result's axes.
KERNEL(256) ENTRY(polygamma)(T *y, const T *order, const T *x, long long count,
                             const __grid_constant__ Axes orders,
                             const __grid_constant__ Axes values) {
  FOR_EACH(i, count) {
    long long rest = i, a = 0, b = 0;
    for (int axis = (int)orders.rank - 1; axis >= 0; axis--) {
      const long long next = rest / orders.size[axis], index = rest - next * orders.size[axis];
      a += index * orders.stride[axis];
      b += index * values.stride[axis];
      rest = next;
    }
    y[i] = (T)polygamma_value((double)order[a], (double)x[b]);
  }
}
