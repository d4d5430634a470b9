// Elements moved from a strided place to a dense one: T is a type of their size.

// y[i] = x[offset + Σ index_axis stride_axis] over the axes of the result.
KERNEL(256) ENTRY(gather_axes)(T *__restrict__ y, const T *__restrict__ x, long long count,
                               long long offset, const __grid_constant__ Axes axes) {
  FOR_EACH(i, count) {
    long long rest = i, position = offset;
    for (int axis = (int)axes.rank - 1; axis >= 0; axis--) {
      const long long next = rest / axes.size[axis];
      position += (rest - next * axes.size[axis]) * axes.stride[axis];
      rest = next;
    }
    y[i] = x[position];
  }
}

// y[offset + Σ index_axis stride_axis] = x[i] over the axes of the operand.
KERNEL(256) ENTRY(scatter_axes)(T *__restrict__ y, const T *__restrict__ x, long long count,
                                long long offset, const __grid_constant__ Axes axes) {
  FOR_EACH(i, count) {
    long long rest = i, position = offset;
    for (int axis = (int)axes.rank - 1; axis >= 0; axis--) {
      const long long next = rest / axes.size[axis];
      position += (rest - next * axes.size[axis]) * axes.stride[axis];
      rest = next;
    }
    y[position] = x[i];
  }
}

// y[i] = x[0]
KERNEL(256) ENTRY(fill)(T *__restrict__ y, const T *__restrict__ x, long long count) {
  const T value = x[0];
  FOR_EACH(i, count) { y[i] = value; }
}
