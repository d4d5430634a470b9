// Rows in the order of their keys, those of one key in their own order: what sums by key need so that they
// are the same in every run. Keys are numbers of 32 bits; I is the type of what they are made of.

#ifdef SEGMENTS
// Keys of segment numbers: negative ones are left out, if that is allowed, by a key beyond all others.
KERNEL(256) ENTRY(segment_keys)(unsigned long long *status, unsigned *keys, const I *ids,
                                long long count, long long segments, int allows_negative) {
  FOR_EACH(i, count) {
    const long long id = (long long)ids[i];
    if (id >= segments || (id < 0 && !allows_negative)) fail_index(status, 1, i, id);
    keys[i] = id < 0 || id >= segments ? (unsigned)segments : (unsigned)id;
  }
}
#endif

#ifdef POINTS
// Keys of rows of `rank` indices: the number of the row that they name.
KERNEL(256) ENTRY(point_keys)(unsigned long long *status, unsigned *keys, const I *index,
                              long long count, long long limit,
                              const __grid_constant__ Axes axes) {
  FOR_EACH(i, count) {
    long long key = 0;
    for (int axis = 0; axis < axes.rank; axis++) {
      const long long number = (long long)index[i * axes.rank + axis];
      if (number < 0 || number >= axes.size[axis]) {
        fail(status, 1, i);
        key = limit;
        break;
      }
      key += number * axes.stride[axis];
    }
    keys[i] = (unsigned)key;
  }
}
#endif

#ifdef PLACES
// Keys of places in images of `image` elements, each named by one of the `each` numbers of its image; over
// all images where `image` is 0.
KERNEL(256) ENTRY(place_keys)(unsigned long long *status, unsigned *keys, const I *places,
                              long long count, long long limit, long long each, long long image) {
  FOR_EACH(i, count) {
    const long long place = (long long)places[i], first = i / each * image;
    const bool is_inside = place >= 0 && place < limit - first;
    if (!is_inside) fail_index(status, 1, i, place);
    keys[i] = is_inside ? (unsigned)(first + place) : (unsigned)limit;
  }
}
#endif

// A few thousand rows: each counts those that come before it. 4 n² bytes, from shared memory.
KERNEL(256) ENTRY(sort_few)(unsigned *keys, int *rows, const unsigned *given, long long count) {
  __shared__ unsigned tile[256];
  const long long i = THREAD_INDEX;
  const unsigned own = i < count ? given[i] : 0;
  int rank = 0;
  for (long long start = 0; start < count; start += 256) {
    __syncthreads();
    if (start + threadIdx.x < count) tile[threadIdx.x] = given[start + threadIdx.x];
    __syncthreads();
    const int end = count - start < 256 ? (int)(count - start) : 256;
    for (int j = 0; j < end; j++) {
      const unsigned other = tile[j];
      rank += other < own || (other == own && start + j < i);
    }
  }
  if (i >= count) return;
  keys[rank] = own;
  rows[rank] = (int)i;
}

// Many rows: by eight bits a time, the lowest first. A block takes 2,048 rows; `counts` holds for each
// digit how many rows of each block have it, then where they begin. Three passes over keys and rows.
KERNEL(256) ENTRY(count_digits)(unsigned *counts, const unsigned *keys, long long count,
                                int shift) {
  __shared__ unsigned digits[256];
  digits[threadIdx.x] = 0;
  __syncthreads();
  const long long start = (long long)blockIdx.x * 2048;
  for (int part = 0; part < 2048; part += 256) {
    const long long i = start + part + threadIdx.x;
    if (i < count) atomicAdd(&digits[keys[i] >> shift & 255], 1u);
  }
  __syncthreads();
  counts[(long long)threadIdx.x * gridDim.x + blockIdx.x] = digits[threadIdx.x];
}

// Each number becomes the sum of those before it; one block.
KERNEL(256) ENTRY(sum_counts)(unsigned *counts, long long count) {
  __shared__ unsigned sums[8];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  unsigned before = 0;
  for (long long start = 0; start < count; start += 256) {
    const long long i = start + threadIdx.x;
    const unsigned own = i < count ? counts[i] : 0;
    unsigned sum = own;
    for (int distance = 1; distance < 32; distance <<= 1) {
      const unsigned other = __shfl_up_sync(0xffffffffu, sum, distance);
      if (lane >= distance) sum += other;
    }
    __syncthreads();
    if (lane == 31) sums[warp] = sum;
    __syncthreads();
    unsigned total = 0;
    for (int other = 0; other < 8; other++) {
      if (other == warp) sum += total;
      total += sums[other];
    }
    if (i < count) counts[i] = before + sum - own;
    before += total;
  }
}

// Null `given_rows` stands for rows in their own order.
KERNEL(256) ENTRY(place_by_digit)(unsigned *keys, int *rows, const unsigned *given,
                                  const int *given_rows, const unsigned *counts, long long count,
                                  int shift, int is_first) {
  __shared__ unsigned next[256], sizes[8][256];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  next[threadIdx.x] = counts[(long long)threadIdx.x * gridDim.x + blockIdx.x];
  for (int part = 0; part < 2048; part += 256) {
    const long long i = (long long)blockIdx.x * 2048 + part + threadIdx.x;
    for (int other = 0; other < 8; other++) sizes[other][threadIdx.x] = 0;
    __syncthreads();
    const bool is_present = i < count;
    const unsigned key = is_present ? given[i] : 0, digit = key >> shift & 255;
    // The lanes of the warp with the same digit.
    unsigned same = __ballot_sync(0xffffffffu, is_present);
    for (int bit = 0; bit < 8; bit++) {
      const unsigned set = __ballot_sync(0xffffffffu, (int)(digit >> bit & 1));
      same &= digit >> bit & 1 ? set : ~set;
    }
    const unsigned before = __popc(same & ((1u << lane) - 1));
    if (is_present && before == 0) sizes[warp][digit] = __popc(same);
    __syncthreads();
    if (is_present) {
      unsigned place = next[digit] + before;
      for (int other = 0; other < warp; other++) place += sizes[other][digit];
      keys[place] = key;
      rows[place] = is_first ? (int)i : given_rows[i];
    }
    __syncthreads();
    unsigned total = 0;
    for (int other = 0; other < 8; other++) total += sizes[other][threadIdx.x];
    next[threadIdx.x] += total;
  }
}
