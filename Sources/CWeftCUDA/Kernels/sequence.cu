// Numbers in a row: T is the element type.

#ifdef SPACED
// From a first to a last, evenly.
KERNEL(256) ENTRY(lin_space)(T *y, const T *start, const T *stop, long long count) {
  const double first = (double)start[0], last = (double)stop[0];
  const double step = count > 1 ? (last - first) / (double)(count - 1) : 0.0;
  FOR_EACH(i, count) y[i] = (T)(i > 0 && i == count - 1 ? last : first + step * (double)i);
}
#endif

#ifdef INVERSE
// y[x[i]] = i. Every place of y is -1 before: one that is filled twice shows that x is no permutation.
KERNEL(256) ENTRY(invert)(unsigned long long *status, T *y, const T *x, long long count) {
  FOR_EACH(i, count) {
    const long long at = (long long)x[i];
    if (at < 0 || at >= count || atomicCAS((U *)y + at, ~(U)0, (U)i) != ~(U)0) fail(status, 1, 0);
  }
}
#endif
