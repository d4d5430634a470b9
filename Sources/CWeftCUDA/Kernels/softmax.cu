// Softmax and cross-entropy over rows: some lanes of a warp for each, a warp, or a block where rows are
// long. T is the element type; sums are kept in double, exponentials are taken in T.

#define ROW_THREADS 256

// Over the threads of a row's group: neighbouring lanes if `width` is up to 32, else the block.
DEVICE double group_sum(double value, int width, double *parts) {
  for (int distance = width < 32 ? width / 2 : 16; distance > 0; distance >>= 1)
    value += __shfl_xor_sync(0xffffffffu, value, distance);
  if (width <= 32) return value;
  __syncthreads();
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = value;
  __syncthreads();
  value = 0;
  for (int part = 0; part < ROW_THREADS / 32; part++) value += parts[part];
  return value;
}
DEVICE T larger(T a, T b) { return b > a || b != b ? b : a; }
DEVICE T group_max(T value, int width, double *parts) {
  for (int distance = width < 32 ? width / 2 : 16; distance > 0; distance >>= 1)
    value = larger(value, __shfl_xor_sync(0xffffffffu, value, distance));
  if (width <= 32) return value;
  __syncthreads();
  if ((threadIdx.x & 31) == 0) parts[threadIdx.x >> 5] = (double)value;
  __syncthreads();
  value = (T)parts[0];
  for (int part = 1; part < ROW_THREADS / 32; part++) value = larger(value, (T)parts[part]);
  return value;
}

// The rows of a group of `width` threads. The lanes of a warp go on together, whether or not there is a row
// left for all: `is_row` says it, and `row` is one that can be read.
#define FOR_EACH_TURN(rows) \
  const int lane = threadIdx.x & (width - 1); \
  const long long per_block = ROW_THREADS / width; \
  const long long warp = width > 32 ? 0 : threadIdx.x / 32 * (32 / width); \
  for (long long turn = blockIdx.x * per_block + warp; turn < (rows); turn += gridDim.x * per_block)
#define TAKE_ROW(rows) \
  const long long own = turn + (width < 32 ? (threadIdx.x & 31) / width : 0); \
  const bool is_row = own < (rows); \
  const long long row = is_row ? own : (rows) - 1;

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
  FOR_EACH_TURN(rows) {
    TAKE_ROW(rows)
    const T *from = x + row * columns;
    const T largest = row_max(from, columns, 1, lane, width, parts);
    const double sum = row_sum(from, columns, 1, largest, lane, width, parts);
    for (long long j = lane; is_row && j < columns; j += width)
      y[row * columns + j] = (T)((double)exp(from[j] - largest) / sum);
  }
}

KERNEL(256) ENTRY(log_softmax)(T *y, const T *x, long long rows, long long columns, int width) {
  __shared__ double parts[ROW_THREADS / 32];
  FOR_EACH_TURN(rows) {
    TAKE_ROW(rows)
    const T *from = x + row * columns;
    const T largest = row_max(from, columns, 1, lane, width, parts);
    const double shift = log(row_sum(from, columns, 1, largest, lane, width, parts));
    for (long long j = lane; is_row && j < columns; j += width)
      y[row * columns + j] = (T)((double)from[j] - (double)largest - shift);
  }
}

// Cross-entropy: the loss of each row and its gradient, softmax - labels, or a formula of it. With
// MEAN also the mean of the losses, with PROBABILITIES also the softmax itself.
#ifndef GRADIENT
#define GRADIENT(g) (g)
#define EXTRA
#endif
#ifdef MEAN
#define MEAN_PARAMETERS , T *mean, double *sums, unsigned *tickets

// The mean of what the blocks' rows came to: the last block joins what all have left.
DEVICE void put_mean(double sum, long long rows, T *mean, double *sums, unsigned *tickets,
                     double *parts) {
  __shared__ bool is_last;
  sum = group_sum(sum, ROW_THREADS, parts);
  if (threadIdx.x == 0) {
    sums[blockIdx.x] = sum;
    __threadfence();
    is_last = atomicAdd(tickets, 1u) == gridDim.x - 1;
    if (is_last) *tickets = 0;
  }
  __syncthreads();
  if (!is_last) return;
  __threadfence();
  sum = 0;
  for (unsigned block = threadIdx.x; block < gridDim.x; block += ROW_THREADS) sum += sums[block];
  sum = group_sum(sum, ROW_THREADS, parts);
  if (threadIdx.x == 0) *mean = (T)(sum / (double)rows);
}
#define PUT_MEAN(sum) put_mean(sum, rows, mean, sums, tickets, parts)
#else
#define MEAN_PARAMETERS
#define PUT_MEAN(sum)
#endif
#ifdef PROBABILITIES
#define PROBABILITY_PARAMETERS , T *probabilities
#define PUT_PROBABILITY(place, value) probabilities[place] = (T)(value)
#else
#define PROBABILITY_PARAMETERS
#define PUT_PROBABILITY(place, value)
#endif

// Against a distribution. Operands may be stretched: their strides are given.
KERNEL(256) ENTRY(cross_entropy)(T *loss, T *gradient, const T *logits, const T *labels,
                                 long long rows, long long columns, long long logit_row,
                                 long long logit_column, long long label_row,
                                 long long label_column, int width MEAN_PARAMETERS
                                 PROBABILITY_PARAMETERS EXTRA) {
  __shared__ double parts[ROW_THREADS / 32];
  double losses = 0;
  FOR_EACH_TURN(rows) {
    TAKE_ROW(rows)
    const T *x = logits + row * logit_row, *label = labels + row * label_row;
    const T largest = row_max(x, columns, logit_column, lane, width, parts);
    const double sum = row_sum(x, columns, logit_column, largest, lane, width, parts);
    const double shift = log(sum);
    double total = 0;
    for (long long j = lane; j < columns; j += width) {
      const T value = x[j * logit_column];
      const double wanted = (double)label[j * label_column];
      total -= wanted * ((double)value - (double)largest - shift);
      if (!is_row) continue;
      const double share = (double)exp(value - largest) / sum;
      PUT_PROBABILITY(row * columns + j, share);
      gradient[row * columns + j] = GRADIENT((T)(share - wanted));
    }
    total = group_sum(total, width, parts);
    if (lane == 0 && is_row) {
      loss[row] = (T)total;
      losses += (double)(T)total;
    }
  }
  PUT_MEAN(losses);
}

#ifdef L
// Against one class for each row. A class that does not exist fails.
KERNEL(256) ENTRY(sparse_cross_entropy)(unsigned long long *status, T *loss, T *gradient,
                                        const T *logits, const L *labels, long long rows,
                                        long long columns, int width MEAN_PARAMETERS
                                        PROBABILITY_PARAMETERS EXTRA) {
  __shared__ double parts[ROW_THREADS / 32];
  double losses = 0;
  FOR_EACH_TURN(rows) {
    TAKE_ROW(rows)
    const T *x = logits + row * columns;
    const long long label = (long long)labels[row];
    const bool is_class = label >= 0 && label < columns;
    if (!is_class && lane == 0) fail(status, 1, row);
    const T largest = row_max(x, columns, 1, lane, width, parts);
    const double sum = row_sum(x, columns, 1, largest, lane, width, parts);
    for (long long j = lane; is_row && is_class && j < columns; j += width) {
      const double share = (double)exp(x[j] - largest) / sum;
      PUT_PROBABILITY(row * columns + j, share);
      gradient[row * columns + j] = GRADIENT((T)(share - (j == label ? 1.0 : 0.0)));
    }
    if (lane == 0 && is_row && is_class) {
      loss[row] = (T)(log(sum) - ((double)x[label] - (double)largest));
      losses += (double)loss[row];
    }
  }
  PUT_MEAN(losses);
}
#endif
