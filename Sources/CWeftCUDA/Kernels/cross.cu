// Vector products of triples: T is the element type, A what is computed in, in which whole numbers wrap.

KERNEL(256) ENTRY(cross)(T *y, const T *a, const T *b, long long count) {
  FOR_EACH(i, count) {
    const long long part = i % 3, start = i - part;
    const long long next = start + (part + 1) % 3, last = start + (part + 2) % 3;
    y[i] = (T)((A)a[next] * (A)b[last] - (A)a[last] * (A)b[next]);
  }
}
