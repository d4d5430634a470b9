// Reductions over any axes: T is the element type, A what is accumulated in, LOAD(x) makes one of
// an element, STEP(a, b) joins two, FIRST is what nothing reduces to, FINISH(a, count) makes the result.

// A function, so that its operands are evaluated once.
DEVICE A step(A a, A b) { return STEP(a, b); }

DEVICE long long place(long long index, const Axes &axes) {
  if (axes.rank == 1) return index * axes.stride[0];
  long long position = 0;
  for (int axis = (int)axes.rank - 1; axis >= 0; axis--) {
    const long long next = index / axes.size[axis];
    position += (index - next * axes.size[axis]) * axes.stride[axis];
    index = next;
  }
  return position;
}

// One thread for each result: neighbours read neighbours where the last axis stays.
KERNEL(256) ENTRY(reduce_threads)(T *y, const T *x, long long results, long long count,
                                  const __grid_constant__ Axes kept,
                                  const __grid_constant__ Axes reduced) {
  FOR_EACH(i, results) {
    const T *from = x + place(i, kept);
    A value = FIRST;
    for (long long j = 0; j < count; j++) value = step(value, LOAD(from[place(j, reduced)]));
    y[i] = (T)FINISH(value, count);
  }
}

DEVICE A over_block(A value) {
  __shared__ A parts[8];
  for (int distance = 16; distance > 0; distance >>= 1)
    value = step(value, __shfl_xor_sync(0xffffffffu, value, distance));
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
  __syncthreads();
  value = parts[0];
  for (int part = 1; part < 8; part++) value = step(value, parts[part]);
  return value;
}

// A block for each result, or several, which leave their parts for `reduce_parts`.
KERNEL(256) ENTRY(reduce_blocks)(T *y, A *parts, const T *x, long long count,
                                 const __grid_constant__ Axes kept,
                                 const __grid_constant__ Axes reduced) {
  const T *from = x + place(blockIdx.x, kept);
  A value = FIRST;
  for (long long j = (long long)blockIdx.y * 256 + threadIdx.x; j < count;
       j += (long long)gridDim.y * 256)
    value = step(value, LOAD(from[place(j, reduced)]));
  value = over_block(value);
  if (threadIdx.x == 0) {
    if (gridDim.y == 1)
      y[blockIdx.x] = (T)FINISH(value, count);
    else
      parts[(long long)blockIdx.x * gridDim.y + blockIdx.y] = value;
  }
}

KERNEL(256) ENTRY(reduce_parts)(T *y, const A *parts, long long number, long long count) {
  A value = FIRST;
  for (long long j = threadIdx.x; j < number; j += 256)
    value = step(value, parts[(long long)blockIdx.x * number + j]);
  value = over_block(value);
  if (threadIdx.x == 0) y[blockIdx.x] = (T)FINISH(value, count);
}
