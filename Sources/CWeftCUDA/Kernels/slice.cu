// A block of a tensor whose place is known only when the step runs: T is a type of the elements' size, I the
// type of the numbers that say where it begins. WRAPS: negative ones count from the end of their axis.
// MOVES_TARGET: they move what is written, else what is read.

// Of each number that counts: its position, the largest that it may be, how far it moves the block.
struct Places {
  long long count, position[8], largest[8], stride[8];
};

// How far the block is moved; -1 where a number does not fit.
DEVICE long long distance(unsigned long long *status, const I *numbers, const Places &places) {
  long long sum = 0;
  for (int k = 0; k < (int)places.count; k++) {
    const long long number = (long long)numbers[places.position[k]], last = places.largest[k];
    const long long at = WRAPS && number < 0 ? number + last + 1 : number;
    if (at < 0 || at > last) {
      if (THREAD_INDEX == 0) fail_index(status, 1, places.position[k], number);
      return -1;
    }
    sum += at * places.stride[k];
  }
  return sum;
}

// y[to + Σ index stride] = x[from + Σ index stride], as `move` does it, with one of the places moved.
KERNEL(256) ENTRY(slice)(unsigned long long *status, T *y, const T *x, const I *numbers,
                         long long count, long long to, long long from,
                         const __grid_constant__ Axes target, const __grid_constant__ Axes source,
                         const __grid_constant__ Places places) {
  const long long moved = distance(status, numbers, places);
  if (moved < 0) return;
  FOR_EACH(i, count) {
    long long rest = i, write = MOVES_TARGET ? to + moved : to;
    long long read = MOVES_TARGET ? from : from + moved;
    for (int axis = (int)target.rank - 1; axis > 0; axis--) {
      const long long next = rest / target.size[axis], index = rest - next * target.size[axis];
      write += index * target.stride[axis];
      read += index * source.stride[axis];
      rest = next;
    }
    y[write + rest * target.stride[0]] = x[read + rest * source.stride[0]];
  }
}
