// The index of the best element along an axis: T is the element type, I the index's, BETTER(a, b) says
// whether a is better, WORST what every element but NaN is at least as good as.

// One thread for each line: `inner` elements lie between neighbours of a line.
KERNEL(256) ENTRY(arg_extreme)(I *y, const T *x, long long lines, long long count,
                               long long inner) {
  FOR_EACH(line, lines) {
    const long long outer = line / inner;
    const T *from = x + outer * count * inner + (line - outer * inner);
    T value = WORST;
    long long best = 0;
    for (long long j = 0; j < count; j++) {
      const T other = from[j * inner];
      if (BETTER(other, value)) {
        value = other;
        best = j;
      }
    }
    y[line] = (I)best;
  }
}
