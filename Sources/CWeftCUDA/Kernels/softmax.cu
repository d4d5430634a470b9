// Softmax and cross-entropy over rows: a warp for each, or a block where rows are long. T is the element
// type; sums are kept in double, exponentials are taken in T.

#define ROW_THREADS 256

// Over the threads of a row's group: a warp if `width` is 32, else the block.
DEVICE double group_sum(double value, int width, double *parts) {
  value = warp_sum(value);
  if (width == 32) return value;
  __syncthreads();
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
  __syncthreads();
  value = 0;
  for (int part = 0; part < ROW_THREADS / 32; part++) value += parts[part];
  return value;
}
DEVICE T group_max(T value, int width, double *parts) {
  value = warp_max(value);
  if (width == 32) return value;
  __syncthreads();
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = (double)value;
  __syncthreads();
  value = (T)parts[0];
  for (int part = 1; part < ROW_THREADS / 32; part++) {
    const T other = (T)parts[part];
    value = other > value || other != other ? other : value;
  }
  return value;
}

// The rows of a group: `width` threads each, 32 or 256.
#define FOR_EACH_ROW(row, rows) \
  const int lane = threadIdx.x & (width - 1); \
  const long long groups = (long long)gridDim.x * (ROW_THREADS / width); \
  for (long long row = (long long)blockIdx.x * (ROW_THREADS / width) + threadIdx.x / width; \
       row < (rows); row += groups)

DEVICE T row_max(const T *x, long long columns, long long stride, int lane, int width,
                 double *parts) {
  T largest = -(T)WEFT_INFINITY;
  for (long long j = lane; j < columns; j += width) {
    const T value = x[j * stride];
    largest = value > largest || value != value ? value : largest;
  }
  return group_max(largest, width, parts);
}
DEVICE double row_sum(const T *x, long long columns, long long stride, T largest, int lane,
                      int width, double *parts) {
  double sum = 0;
  for (long long j = lane; j < columns; j += width) sum += (double)exp(x[j * stride] - largest);
  return group_sum(sum, width, parts);
}

KERNEL(256) ENTRY(softmax)(T *y, const T *x, long long rows, long long columns, int width) {
  __shared__ double parts[ROW_THREADS / 32];
  FOR_EACH_ROW(row, rows) {
    const T *from = x + row * columns;
    const T largest = row_max(from, columns, 1, lane, width, parts);
    const double sum = row_sum(from, columns, 1, largest, lane, width, parts);
    for (long long j = lane; j < columns; j += width)
      y[row * columns + j] = (T)((double)exp(from[j] - largest) / sum);
  }
}

KERNEL(256) ENTRY(log_softmax)(T *y, const T *x, long long rows, long long columns, int width) {
  __shared__ double parts[ROW_THREADS / 32];
  FOR_EACH_ROW(row, rows) {
    const T *from = x + row * columns;
    const T largest = row_max(from, columns, 1, lane, width, parts);
    const double shift = log(row_sum(from, columns, 1, largest, lane, width, parts));
    for (long long j = lane; j < columns; j += width)
      y[row * columns + j] = (T)((double)from[j] - (double)largest - shift);
  }
}

// The loss of each row against a distribution, and its gradient: softmax - labels. Operands may be
// stretched: their strides are given.
KERNEL(256) ENTRY(cross_entropy)(T *loss, T *gradient, const T *logits, const T *labels,
                                 long long rows, long long columns, long long logit_row,
                                 long long logit_column, long long label_row,
                                 long long label_column, int width) {
  __shared__ double parts[ROW_THREADS / 32];
  FOR_EACH_ROW(row, rows) {
    const T *x = logits + row * logit_row, *label = labels + row * label_row;
    const T largest = row_max(x, columns, logit_column, lane, width, parts);
    const double sum = row_sum(x, columns, logit_column, largest, lane, width, parts);
    const double shift = log(sum);
    double total = 0;
    for (long long j = lane; j < columns; j += width) {
      const T value = x[j * logit_column];
      const double wanted = (double)label[j * label_column];
      total -= wanted * ((double)value - (double)largest - shift);
      gradient[row * columns + j] = (T)((double)exp(value - largest) / sum - wanted);
    }
    total = group_sum(total, width, parts);
    if (lane == 0) loss[row] = (T)total;
  }
}

#ifdef L
// The same against one class for each row. A class that does not exist fails.
KERNEL(256) ENTRY(sparse_cross_entropy)(unsigned long long *status, T *loss, T *gradient,
                                        const T *logits, const L *labels, long long rows,
                                        long long columns, int width) {
  __shared__ double parts[ROW_THREADS / 32];
  FOR_EACH_ROW(row, rows) {
    const T *x = logits + row * columns;
    const long long label = (long long)labels[row];
    if (label < 0 || label >= columns) {
      if (lane == 0) fail(status, 1, row);
      continue;
    }
    const T largest = row_max(x, columns, 1, lane, width, parts);
    const double sum = row_sum(x, columns, 1, largest, lane, width, parts);
    for (long long j = lane; j < columns; j += width)
      gradient[row * columns + j] =
          (T)((double)exp(x[j] - largest) / sum - (j == label ? 1.0 : 0.0));
    if (lane == 0) loss[row] = (T)(log(sum) - ((double)x[label] - (double)largest));
  }
}
#endif
