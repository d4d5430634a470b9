// Local response normalisation and its gradient: T is the element type. A window of neighbours in the last
// axis is read for each element, from the cache.

DEVICE double window_norm(const T *row, int at, int depth, int radius, double bias, double alpha) {
  const int low = at < radius ? 0 : at - radius, high = depth - 1 - at < radius ? depth - 1 : at + radius;
  double sum = 0;
  for (int i = low; i <= high; i++) sum += (double)row[i] * (double)row[i];
  return bias + alpha * sum;
}

KERNEL(256) ENTRY(local_response)(T *y, const T *x, long long count, int depth, int radius,
                                  double bias, double alpha, double beta) {
  FOR_EACH(i, count) {
    const int at = (int)(i % depth);
    y[i] = (T)((double)x[i] * pow(window_norm(x + (i - at), at, depth, radius, bias, alpha), -beta));
  }
}

// What the gradient needs of each element: its norm.
KERNEL(256) ENTRY(response_norms)(double *norms, const T *x, long long count, int depth,
                                  int radius, double bias, double alpha) {
  FOR_EACH(i, count) {
    const int at = (int)(i % depth);
    norms[i] = window_norm(x + (i - at), at, depth, radius, bias, alpha);
  }
}

KERNEL(256) ENTRY(local_response_gradient)(T *result, const T *g, const T *x, const T *y,
                                           const double *norms, long long count, int depth,
                                           int radius, double alpha, double beta) {
  FOR_EACH(i, count) {
    const int at = (int)(i % depth);
    const int low = at < radius ? 0 : at - radius;
    const int high = depth - 1 - at < radius ? depth - 1 : at + radius;
    double ratios = 0;
    for (long long j = i - at + low; j <= i - at + high; j++)
      ratios += (double)g[j] * (double)y[j] / norms[j];
    result[i] = (T)((double)g[i] * pow(norms[i], -beta) - 2 * alpha * beta * (double)x[i] * ratios);
  }
}
