// Elements moved between strided places: T is a type of their size.

// y[to + Σ index stride] = x[from + Σ index stride] over all indices; both have the same sizes.
KERNEL(256) ENTRY(move)(T *y, const T *x, long long count, long long to, long long from,
                        const __grid_constant__ Axes target,
                        const __grid_constant__ Axes source) {
  FOR_EACH(i, count) {
    long long rest = i, write = to, read = from;
    for (int axis = (int)target.rank - 1; axis > 0; axis--) {
      const long long next = rest / target.size[axis], index = rest - next * target.size[axis];
      write += index * target.stride[axis];
      read += index * source.stride[axis];
      rest = next;
    }
    y[write + rest * target.stride[0]] = x[read + rest * source.stride[0]];
  }
}

// Every element is x[0].
KERNEL(256) ENTRY(fill)(T *y, const T *x, long long count) {
  const T value = x[0];
  FOR_EACH(i, count) y[i] = value;
}

#ifdef I
// y[outer, class, inner] is `on` where the index at [outer, inner] is the class.
KERNEL(256) ENTRY(one_hot)(T *y, const I *indices, const T *on, const T *off, long long count,
                           long long classes, long long inner) {
  const T yes = on[0], no = off[0];
  FOR_EACH(i, count) {
    const long long row = i / inner, column = i - row * inner;
    const long long outer = row / classes, wanted = row - outer * classes;
    y[i] = (long long)indices[outer * inner + column] == wanted ? yes : no;
  }
}
#endif
