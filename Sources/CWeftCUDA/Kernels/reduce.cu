// Reductions of a formula over any axes; stands after the formula `f`. A is what is accumulated in,
// STEP(a, b) joins two, FIRST is what nothing reduces to, FINISH(a, count) makes the result. KEPT and
// REDUCED are how many axes stay and go; OPERANDS are the parameters of the formula's operands, ELEMENT
// its value at `i` of those that stay and `j` of those that go. PUT(i, value) stores a result.

// A function, so that its operands are evaluated once.
DEVICE A step(A a, A b) { return STEP(a, b); }

struct Extents { long long kept[KEPT], reduced[REDUCED]; };
struct Strides { long long kept[KEPT], reduced[REDUCED]; };

DEVICE long long kept_place(long long index, const Extents &sizes, const Strides &strides) {
  long long place = 0;
#pragma unroll
  for (int axis = KEPT - 1; axis > 0; axis--) {
    const long long next = index / sizes.kept[axis];
    place += (index - next * sizes.kept[axis]) * strides.kept[axis];
    index = next;
  }
  return place + index * strides.kept[0];
}
DEVICE long long reduced_place(long long index, const Extents &sizes, const Strides &strides) {
  long long place = 0;
#pragma unroll
  for (int axis = REDUCED - 1; axis > 0; axis--) {
    const long long next = index / sizes.reduced[axis];
    place += (index - next * sizes.reduced[axis]) * strides.reduced[axis];
    index = next;
  }
  return place + index * strides.reduced[0];
}

DEVICE A over_warp(A value) {
  for (int distance = 16; distance > 0; distance >>= 1)
    value = step(value, __shfl_xor_sync(0xffffffffu, value, distance));
  return value;
}
DEVICE A over_block(A value) {
  __shared__ A parts[8];
  value = over_warp(value);
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
  __syncthreads();
  value = parts[0];
  for (int part = 1; part < 8; part++) value = step(value, parts[part]);
  __syncthreads();
  return value;
}

// Whether the block is the last of `count` to come here; what the others wrote before can then be read.
DEVICE bool is_last(unsigned *ticket, unsigned count) {
  __shared__ bool answer;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0 && threadIdx.y == 0) {
    answer = atomicAdd(ticket, 1u) == count - 1;
    if (answer) *ticket = 0;
  }
  __syncthreads();
  if (answer) __threadfence();
  return answer;
}

// One thread for each result: neighbours read neighbours where the last axis stays.
KERNEL(256) ENTRY(reduce_threads)(T *y, STATUS long long results, long long count,
                                  const __grid_constant__ Extents sizes, OPERANDS) {
  FOR_EACH(i, results) {
    A value = FIRST;
#pragma unroll 4
    for (long long j = 0; j < count; j++) value = step(value, ELEMENT);
    PUT(i, (T)FINISH(value, count));
  }
}

// One warp for each result: for short rows.
KERNEL(256) ENTRY(reduce_warps)(T *y, STATUS long long results, long long count,
                                const __grid_constant__ Extents sizes, OPERANDS) {
  for (long long i = (long long)blockIdx.x * 8 + (threadIdx.x >> 5); i < results;
       i += (long long)gridDim.x * 8) {
    A value = FIRST;
#pragma unroll 4
    for (long long j = threadIdx.x & 31; j < count; j += 32) value = step(value, ELEMENT);
    value = over_warp(value);
    if ((threadIdx.x & 31) == 0) PUT(i, (T)FINISH(value, count));
  }
}

// A block for each result, or several: the last of them joins what all have left.
KERNEL(256) ENTRY(reduce_blocks)(T *y, STATUS A *parts, unsigned *tickets, long long count,
                                 const __grid_constant__ Extents sizes, OPERANDS) {
  const long long i = blockIdx.x;
  A value = FIRST;
#pragma unroll 4
  for (long long j = (long long)blockIdx.y * 256 + threadIdx.x; j < count;
       j += (long long)gridDim.y * 256)
    value = step(value, ELEMENT);
  value = over_block(value);
  if (gridDim.y > 1) {
    A *const own = parts + i * gridDim.y;
    if (threadIdx.x == 0) own[blockIdx.y] = value;
    if (!is_last(tickets + i, gridDim.y)) return;
    value = FIRST;
    for (unsigned part = threadIdx.x; part < gridDim.y; part += 256)
      value = step(value, own[part]);
    value = over_block(value);
  }
  if (threadIdx.x == 0) PUT(i, (T)FINISH(value, count));
}

// Columns, 32 to a block of eight rows of threads, so that neighbours read neighbours; of several blocks
// for the same columns the last joins what all have left.
KERNEL(256) ENTRY(reduce_columns)(T *y, STATUS A *parts, unsigned *tickets, long long results,
                                  long long count, const __grid_constant__ Extents sizes,
                                  OPERANDS) {
  __shared__ A rows[8][32];
  const long long i = (long long)blockIdx.x * 32 + threadIdx.x;
  A value = FIRST;
  if (i < results) {
#pragma unroll 4
    for (long long j = (long long)blockIdx.y * 8 + threadIdx.y; j < count;
         j += (long long)gridDim.y * 8)
      value = step(value, ELEMENT);
  }
  rows[threadIdx.y][threadIdx.x] = value;
  __syncthreads();
  if (threadIdx.y == 0)
    for (int row = 1; row < 8; row++) value = step(value, rows[row][threadIdx.x]);
  if (gridDim.y > 1) {
    if (threadIdx.y == 0 && i < results) parts[blockIdx.y * results + i] = value;
    if (!is_last(tickets + blockIdx.x, gridDim.y)) return;
    value = FIRST;
    if (i < results)
      for (unsigned part = threadIdx.y; part < gridDim.y; part += 8)
        value = step(value, parts[part * results + i]);
    rows[threadIdx.y][threadIdx.x] = value;
    __syncthreads();
    if (threadIdx.y == 0)
      for (int row = 1; row < 8; row++) value = step(value, rows[row][threadIdx.x]);
  }
  if (threadIdx.y == 0 && i < results) PUT(i, (T)FINISH(value, count));
}
