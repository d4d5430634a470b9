// The largest elements of rows: T is the element type, REAL whether it has NaN, which counts as larger than
// every number. Of equal elements the first comes first.

#ifndef IN_TOP_K
DEVICE bool comes_first(T a, long long i, T b, long long j) {
#if REAL
  if ((a != a) != (b != b)) return a != a;
  if (a != a) return i < j;
#endif
  return a > b || (a == b && i < j);
}

// A few of each row: a block takes the best that comes after the one before, `k` times over the row, which
// stays in the cache.
KERNEL(256) ENTRY(select_few)(T *values, int *places, const T *x, long long rows, long long width,
                              long long k) {
  __shared__ T best_values[8];
  __shared__ long long best_places[8];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  for (long long row = blockIdx.x; row < rows; row += gridDim.x) {
    const T *from = x + row * width;
    T last = 0;
    long long last_place = -1;
    for (long long rank = 0; rank < k; rank++) {
      T value = 0;
      long long place = -1;
      for (long long j = threadIdx.x; j < width; j += 256) {
        const T other = from[j];
        if (rank > 0 && !comes_first(last, last_place, other, j)) continue;
        if (place < 0 || comes_first(other, j, value, place)) value = other, place = j;
      }
      for (int distance = 16; distance > 0; distance >>= 1) {
        const T other = __shfl_xor_sync(0xffffffffu, value, distance);
        const long long j = __shfl_xor_sync(0xffffffffu, place, distance);
        if (j >= 0 && (place < 0 || comes_first(other, j, value, place))) value = other, place = j;
      }
      __syncthreads();
      if (lane == 0) best_values[warp] = value, best_places[warp] = place;
      __syncthreads();
      for (int other = 0; other < 8; other++) {
        const T next = best_values[other];
        const long long j = best_places[other];
        if (j >= 0 && (place < 0 || comes_first(next, j, value, place))) value = next, place = j;
      }
      last = value;
      last_place = place;
      if (threadIdx.x == 0) {
        values[row * k + rank] = value;
        places[row * k + rank] = (int)place;
      }
    }
  }
}

// Many of each row: every element counts those that come before it.
KERNEL(256) ENTRY(rank_all)(T *values, int *places, const T *x, long long rows, long long width,
                            long long k) {
  __shared__ T tile[256];
  const long long across = (width + 255) / 256;
  for (long long block = blockIdx.x; block < rows * across; block += gridDim.x) {
    const long long row = block / across, i = (block - row * across) * 256 + threadIdx.x;
    const T *from = x + row * width;
    const T own = i < width ? from[i] : (T)0;
    long long rank = 0;
    for (long long start = 0; start < width; start += 256) {
      __syncthreads();
      if (start + threadIdx.x < width) tile[threadIdx.x] = from[start + threadIdx.x];
      __syncthreads();
      const int end = width - start < 256 ? (int)(width - start) : 256;
      for (int j = 0; j < end; j++) rank += comes_first(tile[j], start + j, own, i);
    }
    if (i >= width || rank >= k) continue;
    values[row * k + rank] = own;
    places[row * k + rank] = (int)i;
  }
}
#else
// Whether fewer than k elements of a row are larger than that of its target; a warp for each row.
KERNEL(256) ENTRY(in_top_k)(bool *y, const T *x, const I *targets, const I *limit, long long rows,
                            long long width) {
  const long long k = (long long)limit[0];
  const int lane = threadIdx.x & 31;
  for (long long row = THREAD_INDEX / 32; row < rows; row += THREAD_COUNT / 32) {
    const long long target = (long long)targets[row];
    const bool is_inside = target >= 0 && target < width;
    const T wanted = is_inside ? x[row * width + target] : (T)0;
    int larger = 0;
    bool is_finite = is_inside;
    for (long long j = lane; j < width; j += 32) {
      const T value = x[row * width + j];
      larger += value > wanted;
      is_finite = is_finite && value - value == 0;
    }
    larger = warp_sum(larger);
    const bool all_finite = __all_sync(0xffffffffu, is_finite);
    if (lane == 0) y[row] = all_finite && larger < k;
  }
}
#endif
