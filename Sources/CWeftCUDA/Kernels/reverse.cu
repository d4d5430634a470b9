// Elements in reverse order: T is a type of their size, I the type of the numbers that say what is reversed.

#ifdef LENGTHS
// The first elements of each sequence, as many as its length.
KERNEL(256) ENTRY(reverse_sequences)(unsigned long long *status, T *__restrict__ y,
                                     const T *__restrict__ x, const I *__restrict__ lengths,
                                     long long count, long long sequences, long long entry_stride,
                                     long long steps, long long step_stride) {
  FOR_EACH(i, sequences) {
    const long long length = (long long)lengths[i];
    if (length < 0 || length > steps) fail_index(status, 1, i, length);
  }
  FOR_EACH(i, count) {
    const long long step = i / step_stride % steps;
    const long long length = (long long)lengths[i / entry_stride % sequences];
    // One that does not fit has been refused above; nothing outside is read meanwhile.
    const bool is_reversed = step < length && length <= steps;
    y[i] = x[is_reversed ? i + (length - 1 - 2 * step) * step_stride : i];
  }
}
#endif

#ifdef AXES
// All elements of the axes that `named` numbers name, negative ones from the last.
KERNEL(256) ENTRY(reverse_axes)(unsigned long long *status, T *__restrict__ y,
                                const T *__restrict__ x, const I *__restrict__ axes,
                                long long named, long long count,
                                const __grid_constant__ Axes shape) {
  unsigned reversed = 0;
  for (long long k = 0; k < named; k++) {
    const long long number = (long long)axes[k];
    const long long axis = number < 0 ? number + shape.rank : number;
    const bool is_inside = axis >= 0 && axis < shape.rank;
    if (!is_inside || (reversed >> axis & 1) != 0) {
      if (THREAD_INDEX == 0) fail_index(status, is_inside ? 2 : 1, k, number);
      return;
    }
    reversed |= 1u << axis;
  }
  FOR_EACH(i, count) {
    long long rest = i, read = 0;
    for (int axis = (int)shape.rank - 1; axis >= 0; axis--) {
      const long long size = shape.size[axis], next = rest / size, index = rest - next * size;
      read += (reversed >> axis & 1 ? size - 1 - index : index) * shape.stride[axis];
      rest = next;
    }
    y[i] = x[read];
  }
}
#endif
