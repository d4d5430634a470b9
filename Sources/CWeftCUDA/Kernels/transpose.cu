// Transposes by tiles of 32 x 32: both reads and writes go along neighbours. T is a type of the elements' size.

// y[o + r target + c] = x[o' + r + c source]: o and o' are the places of the axes that neither operand has
// last.
KERNEL(256) ENTRY(transpose)(T *y, const T *x, long long rows, long long columns, long long target,
                             long long source, long long to, long long from, long long others,
                             const __grid_constant__ Axes other_target,
                             const __grid_constant__ Axes other_source) {
  __shared__ T tile[32][33];
  const long long column = (long long)blockIdx.x * 32;
  for (long long other = blockIdx.z; other < others; other += gridDim.z) {
    long long rest = other, write = to, read = from;
    for (int axis = (int)other_target.rank - 1; axis >= 0; axis--) {
      const long long next = rest / other_target.size[axis];
      const long long index = rest - next * other_target.size[axis];
      write += index * other_target.stride[axis];
      read += index * other_source.stride[axis];
      rest = next;
    }
    for (long long row = (long long)blockIdx.y * 32; row < rows; row += (long long)gridDim.y * 32) {
      for (int line = threadIdx.y; line < 32; line += 8)
        if (row + threadIdx.x < rows && column + line < columns)
          tile[line][threadIdx.x] = x[read + row + threadIdx.x + (column + line) * source];
      __syncthreads();
      for (int line = threadIdx.y; line < 32; line += 8)
        if (row + line < rows && column + threadIdx.x < columns)
          y[write + (row + line) * target + column + threadIdx.x] = tile[threadIdx.x][line];
      __syncthreads();
    }
  }
}
