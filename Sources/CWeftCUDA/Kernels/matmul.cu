// Products that cuBLASLt does not take: of whole numbers, which wrap.

// c = op(a) op(b), `batch` times; W is the unsigned type in which sums wrap.
KERNEL(256) ENTRY(integer_product)(T *c, const T *a, const T *b, long long m, long long n,
                                   long long k, int transpose_a, int transpose_b,
                                   long long batch) {
  FOR_EACH(i, batch * m * n) {
    const long long matrix = i / (m * n), rest = i - matrix * m * n;
    const long long row = rest / n, column = rest - row * n;
    const T *x = a + matrix * m * k, *y = b + matrix * k * n;
    W sum = 0;
    for (long long j = 0; j < k; j++)
      sum += (W)x[transpose_a ? j * m + row : row * k + j] *
             (W)y[transpose_b ? column * k + j : j * n + column];
    c[i] = (T)sum;
  }
}

// alpha and beta of a descent that writes into the variable: -rate and 1 - rate decay.
KERNEL(32) ENTRY(descent_scale)(T *scale, const T *rate, double decay) {
  if (threadIdx.x == 0) {
    scale[0] = -rate[0];
    scale[1] = (T)1 - rate[0] * (T)decay;
  }
}

// alpha and beta of an accumulation: 1 and the momentum.
KERNEL(32) ENTRY(accumulate_scale)(T *scale, const T *momentum) {
  if (threadIdx.x == 0) {
    scale[0] = (T)1;
    scale[1] = momentum[0];
  }
}

// c = beta c, what is left of a product over no elements; then a formula may follow.
KERNEL(256) ENTRY(scale)(T *c, const T *scale, long long count) {
  const T beta = scale[1];
  FOR_EACH(i, count) c[i] = beta * c[i];
}
