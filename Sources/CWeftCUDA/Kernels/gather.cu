// Rows by number: T is a type of up to 16 bytes that divides a row, I the numbers' type. Every element of the
// result is read once and written once; neighbouring threads take neighbours of a row.

// Places of the grid along a row of blocks: `column` of `width`, and rows from `row` on.
#define FOR_EACH_ROW_OF(row, rows) \
  for (long long row = (long long)blockIdx.y * blockDim.y + threadIdx.y; row < (rows); \
       row += (long long)gridDim.y * blockDim.y)

#ifdef ROWS
// y[outer, i, :] = x[outer, index[i], :], of `size` rows; 0 for a negative index where ZEROS is set.
KERNEL(256) ENTRY(gather)(unsigned long long *status, T *__restrict__ y, const T *__restrict__ x,
                          const I *__restrict__ index, long long outer, long long count,
                          long long size, long long width) {
  const long long column = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  FOR_EACH_ROW_OF(row, outer * count) {
    const long long block = outer == 1 ? 0 : row / count, i = row - block * count;
    const long long number = (long long)index[i];
    if (number >= size || (number < 0 && !ZEROS)) {
      if (column == 0) fail_index(status, 1, i, number);
      continue;
    }
    if (column >= width) continue;
    T value = {};
    if (number >= 0) value = x[(block * size + number) * width + column];
    y[row * width + column] = value;
  }
}
#endif

#ifdef POINTS
// y[i, :] = the row of x that `depth` numbers name.
KERNEL(256) ENTRY(gather_points)(unsigned long long *status, T *__restrict__ y,
                                 const T *__restrict__ x, const I *__restrict__ index,
                                 long long count, long long width,
                                 const __grid_constant__ Axes axes) {
  const long long column = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  FOR_EACH_ROW_OF(row, count) {
    long long from = 0;
    bool is_inside = true;
    for (int axis = 0; axis < axes.rank; axis++) {
      const long long number = (long long)index[row * axes.rank + axis];
      is_inside = is_inside && number >= 0 && number < axes.size[axis];
      from += number * axes.stride[axis];
    }
    if (!is_inside) {
      if (column == 0) fail(status, 1, row);
      continue;
    }
    if (column < width) y[row * width + column] = x[from * width + column];
  }
}
#endif

#ifdef STITCH
// The last of the rows that go to each place.
KERNEL(256) ENTRY(stitch_last)(unsigned long long *status, int *last, const I *index,
                               long long count, long long places, int first) {
  FOR_EACH(i, count) {
    const long long number = (long long)index[i];
    if (number < 0 || number >= places)
      fail_index(status, 1, first + i, number);
    else
      atomicMax(&last[number], first + (int)i);
  }
}

KERNEL(256) ENTRY(stitch)(T *__restrict__ y, const T *__restrict__ x, const int *last,
                          const I *__restrict__ index, long long count, long long places,
                          long long width, int first) {
  const long long column = (long long)blockIdx.x * blockDim.x + threadIdx.x;
  if (column >= width) return;
  FOR_EACH_ROW_OF(row, count) {
    const long long number = (long long)index[row];
    if (number < 0 || number >= places || last[number] != first + (int)row) continue;
    y[number * width + column] = x[row * width + column];
  }
}
#endif
