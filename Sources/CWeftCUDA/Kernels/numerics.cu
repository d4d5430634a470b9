// What tells of numbers that are not finite: T is the element type.

// y = x. The first that is not finite is refused: twice its position, and 1 for one that is infinite.
KERNEL(256) ENTRY(check_numerics)(unsigned long long *status, T *y, const T *x, long long count) {
  FOR_EACH(i, count) {
    const T value = x[i];
    y[i] = value;
    if (value - value != 0) fail(status, 1, 2 * i + (value == value));
  }
}
