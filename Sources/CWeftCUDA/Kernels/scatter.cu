// Rows brought together by key, from rows in the order of their keys: T is the element type. What a key
// brings together is taken in the rows' own order, so that results are the same in every run.

// Where the first key that is not smaller lies.
DEVICE long long lower_bound(const unsigned *keys, long long count, unsigned key) {
  long long low = 0, high = count;
  while (low < high) {
    const long long middle = (low + high) / 2;
    if (keys[middle] < key)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

#ifdef REDUCE
// y[key, column] over x[row, column]: A is what is accumulated in, LOAD(x) makes one of an element,
// SEED(a) begins with one, STEP(a, b) joins the next, EMPTY is the result for no row, FINISH(a, count)
// ends. `WIDTH` threads share a result: one, or the 32 of a warp where many rows meet in few results.
DEVICE A step(A a, A b) { return STEP(a, b); }

KERNEL(256) ENTRY(reduce_keys)(T *__restrict__ y, const T *__restrict__ x,
                               const unsigned *__restrict__ keys, const int *__restrict__ rows,
                               long long count, long long results, long long width) {
  const int lane = WIDTH == 1 ? 0 : threadIdx.x & 31;
  const long long step_size = THREAD_COUNT / WIDTH;
  for (long long i = THREAD_INDEX / WIDTH; i < results; i += step_size) {
    const long long key = i / width, column = i - key * width;
    const long long first = lower_bound(keys, count, (unsigned)key);
    long long end;
    if (WIDTH == 1) {
      end = first;
      while (end < count && keys[end] == (unsigned)key) end++;
    } else {
      end = lower_bound(keys, count, (unsigned)key + 1);
    }
    if (first == end) {
      if (lane == 0) y[i] = (T)(EMPTY);
      continue;
    }
    A value = 0;
    for (long long j = first + lane; j < end; j += WIDTH) {
      const A next = LOAD(x[rows[j] * width + column]);
      value = j < first + WIDTH ? (A)SEED(next) : step(value, next);
    }
    if (WIDTH != 1) {
      const int present = end - first < 32 ? (int)(end - first) : 32;
      for (int distance = 1; distance < 32; distance <<= 1) {
        const A other = __shfl_down_sync(0xffffffffu, value, distance);
        if (lane + distance < present) value = step(value, other);
      }
    }
    if (lane == 0) y[i] = (T)FINISH(value, end - first);
  }
}
#endif

#ifdef UPDATE
// v[key, column] = COMBINE(v, u) for every row of the key, unless one has failed. `stride` is the width of
// the updates' rows, or 0 for one number.
KERNEL(256) ENTRY(update_rows)(unsigned long long *status, T *__restrict__ v,
                               const T *__restrict__ updates, const unsigned *__restrict__ keys,
                               const int *__restrict__ rows, long long count, long long limit,
                               long long width, long long stride) {
  if (*(volatile unsigned long long *)status != ~0ULL) return;
  FOR_EACH(i, count * width) {
    const long long at = i / width, column = i - at * width;
    const unsigned key = keys[at];
    if (key >= limit || (at > 0 && keys[at - 1] == key)) continue;
    T value = v[key * width + column];
    for (long long j = at; j < count && keys[j] == key; j++) {
      const T update = updates[stride == 0 ? 0 : rows[j] * stride + column];
      value = (T)(COMBINE(value, update));
    }
    v[key * width + column] = value;
  }
}
#endif

#ifdef DIVISORS
// Whole numbers are not divided by 0.
KERNEL(256) ENTRY(check_divisors)(unsigned long long *status, const T *divisors, long long count) {
  FOR_EACH(i, count) {
    if (divisors[i] == 0) fail(status, 2, 0);
  }
}
#endif
