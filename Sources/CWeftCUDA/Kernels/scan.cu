// Running sums, products and first-order recurrences along an axis: T is the element type, A what is
// accumulated in; SUM, PRODUCT or LINEAR is defined. x is read once and y written once.

// What some neighbours do to a value v: v becomes term + factor v.
struct Step { A factor, term; };

DEVICE Step step_of(const T *x, const T *terms, long long at) {
#if defined(SUM)
  return {(A)1, (A)x[at]};
#elif defined(PRODUCT)
  return {(A)x[at], (A)0};
#else
  return {(A)x[at], (A)terms[at]};
#endif
}
DEVICE Step joined(Step a, Step b) {
#if defined(SUM)
  return {(A)1, a.term + b.term};
#elif defined(PRODUCT)
  return {a.factor * b.factor, (A)0};
#else
  return {a.factor * b.factor, b.term + b.factor * a.term};
#endif
}
DEVICE Step nothing() { return {(A)1, (A)0}; }
DEVICE A value_of(Step all) {
#if defined(PRODUCT)
  return all.factor;
#else
  return all.term;
#endif
}

// A thread for each line: neighbours read neighbours where lines lie beside each other.
KERNEL(256) ENTRY(scan_lines)(T *y, const T *x, const T *terms, long long lines, long long extent,
                              long long inner, int is_exclusive, int is_reverse) {
  FOR_EACH(line, lines) {
    const long long outer = line / inner, start = outer * extent * inner + (line - outer * inner);
    Step all = nothing();
    for (long long j = 0; j < extent; j++) {
      const long long at = start + (is_reverse ? extent - 1 - j : j) * inner;
      const A before = value_of(all);
      all = joined(all, step_of(x, terms, at));
      y[at] = (T)(is_exclusive ? before : value_of(all));
    }
  }
}

// A block for each line, 256 elements a time: for few and long lines.
DEVICE void scan_by_blocks(T *y, const T *x, const T *terms, long long lines, long long extent,
                           long long inner, int is_exclusive, int is_reverse) {
  __shared__ A factors[8], sums[8];
  const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
  for (long long line = blockIdx.x; line < lines; line += gridDim.x) {
    const long long outer = line / inner, start = outer * extent * inner + (line - outer * inner);
    Step before = nothing();
    for (long long part = 0; part < extent; part += 256) {
      const long long j = part + threadIdx.x;
      const long long at = start + (is_reverse ? extent - 1 - j : j) * inner;
      Step all = j < extent ? step_of(x, terms, at) : nothing();
      for (int distance = 1; distance < 32; distance <<= 1) {
        Step other;
        other.factor = __shfl_up_sync(0xffffffffu, all.factor, distance);
        other.term = __shfl_up_sync(0xffffffffu, all.term, distance);
        if (lane >= distance) all = joined(other, all);
      }
      Step left;
      left.factor = __shfl_up_sync(0xffffffffu, all.factor, 1);
      left.term = __shfl_up_sync(0xffffffffu, all.term, 1);
      if (lane == 0) left = nothing();
      __syncthreads();
      if (lane == 31) {
        factors[warp] = all.factor;
        sums[warp] = all.term;
      }
      __syncthreads();
      Step base = before;
      for (int other = 0; other < 8; other++) {
        if (other == warp) left = joined(base, left), all = joined(base, all);
        base = joined(base, Step{factors[other], sums[other]});
      }
      before = base;
      if (j < extent) y[at] = (T)value_of(is_exclusive ? left : all);
    }
  }
}

KERNEL(256) ENTRY(scan_blocks)(T *y, const T *x, const T *terms, long long lines, long long extent,
                               long long inner, int is_exclusive, int is_reverse) {
  scan_by_blocks(y, x, terms, lines, extent, inner, is_exclusive, is_reverse);
}

#ifdef I
// The same along an axis that is known only when the step runs; a negative one counts from the last.
KERNEL(256) ENTRY(scan_axis)(unsigned long long *status, T *y, const T *x, const T *terms,
                             const I *axis, long long count, int is_exclusive, int is_reverse,
                             const __grid_constant__ Axes shape) {
  const long long number = (long long)axis[0], at = number < 0 ? number + shape.rank : number;
  if (at < 0 || at >= shape.rank) {
    if (THREAD_INDEX == 0) fail_index(status, 1, 0, number);
    return;
  }
  if (count == 0) return;
  const long long extent = shape.size[at];
  scan_by_blocks(y, x, terms, count / extent, extent, shape.stride[at], is_exclusive, is_reverse);
}
#endif
