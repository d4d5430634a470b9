// Convolutions and their gradients as products of matrices that are never stored. T is the element type;
// OUTPUT, INPUT or FILTER says which of the three tensors is computed. SIDE, 4 or 8, is the number of
// results of a thread along each side; ALONG_ROWS says whether neighbouring threads fetch neighbouring
// rows of the left matrix or neighbouring elements of one.

constexpr int DEPTH = 16, TILE = 16 * SIDE;

// Strides are those of image, row, column and channel, of the images x and of the results y.
struct Convolution {
  long long input_rows, input_columns, output_rows, output_columns;
  long long stride_rows, stride_columns, dilation_rows, dilation_columns;
  long long before_rows, before_columns, channels, filters;
  long long x_image, x_row, x_column, x_channel;
  long long y_image, y_row, y_column, y_channel;
  // Of pixels into images, rows and columns; of the matrices' depth or rows into taps and channels.
  Divider rows, columns, window_columns, tap_channels;
};

DEVICE float multiply_add(float a, float b, float c) { return fmaf(a, b, c); }
DEVICE double multiply_add(double a, double b, double c) { return fma(a, b, c); }

// The element of an image that a result sees by a tap of the window; 0 beyond the edge.
DEVICE T image(const T *x, const Convolution &g, Digits pixel, Digits tap) {
  const int row = pixel.b * (int)g.stride_rows + tap.a * (int)g.dilation_rows - (int)g.before_rows;
  const int column = pixel.c * (int)g.stride_columns + tap.b * (int)g.dilation_columns -
                     (int)g.before_columns;
  if ((unsigned)row >= (unsigned)g.input_rows || (unsigned)column >= (unsigned)g.input_columns)
    return 0;
  return x[pixel.a * g.x_image + row * g.x_row + column * g.x_column + tap.c * g.x_channel];
}

// The result on an axis that sees a position by a tap; negative if none does.
DEVICE int seen_by(int position, int stride) {
  if (stride == 1 || position < 0) return position;
  const int result = position / stride;
  return result * stride == position ? result : -1;
}

// The gradient of the result that sees an element of an image by a tap of the window; 0 if none does.
DEVICE T slope(const T *y, const Convolution &g, Digits pixel, Digits tap) {
  const int row = seen_by(pixel.b + (int)g.before_rows - tap.a * (int)g.dilation_rows,
                          (int)g.stride_rows);
  const int column = seen_by(pixel.c + (int)g.before_columns - tap.b * (int)g.dilation_columns,
                             (int)g.stride_columns);
  if ((unsigned)row >= (unsigned)g.output_rows || (unsigned)column >= (unsigned)g.output_columns)
    return 0;
  return y[pixel.a * g.y_image + row * g.y_row + column * g.y_column + tap.c * g.y_channel];
}

// An element of the left matrix: of images or gradients by pixels and taps.
DEVICE T left_element(const T *left, const Convolution &g, int row, int k) {
#if defined(OUTPUT)
  return image(left, g, digits(row, g.rows, g.columns), digits(k, g.window_columns, g.tap_channels));
#elif defined(INPUT)
  return slope(left, g, digits(row, g.rows, g.columns), digits(k, g.window_columns, g.tap_channels));
#else
  return image(left, g, digits(k, g.rows, g.columns), digits(row, g.window_columns, g.tap_channels));
#endif
}

// An element of the right matrix: of filters, or of gradients by pixels.
DEVICE T right_element(const T *right, const Convolution &g, int k, int column) {
#if defined(OUTPUT)
  return right[k * g.filters + column];
#elif defined(INPUT)
  const Digits tap = digits(k, g.window_columns, g.tap_channels);
  const long long channel =
      (tap.a * g.window_columns.divisor + tap.b) * g.channels + column;
  return right[channel * g.filters + tap.c];
#else
  const Digits pixel = digits(k, g.rows, g.columns);
  return right[pixel.a * g.y_image + pixel.b * g.y_row + pixel.c * g.y_column +
               column * g.y_channel];
#endif
}

// Each block makes TILE x TILE results from slices of both matrices, 16 deep, in shared memory; the next
// slices are fetched into registers while these are multiplied. Blocks along z take parts of the depth
// and leave their sums for `add_parts`. Every element is fetched once for each TILE results beside.
// The steps after a result: 1 for a bias, 2 for a rectifier.
KERNEL(256) ENTRY(convolve)(T *result, T *parts, const T *left, const T *right, int rows,
                            int columns, int depth, int chunk,
#if defined(OUTPUT)
                            const T *bias, int steps,
#endif
                            const __grid_constant__ Convolution g) {
  __shared__ __align__(16) T a[DEPTH][TILE + 4];
  __shared__ __align__(16) T b[DEPTH][TILE + 4];
  const int thread = threadIdx.x;
  const int first_row = blockIdx.x * TILE, first_column = blockIdx.y * TILE;
  const int start = blockIdx.z * chunk;
  const int end = start + chunk < depth ? start + chunk : depth;
  // Across: neighbours along a tile's side. Down: neighbours along the depth.
  const int across = thread % TILE, across_k = thread / TILE;
  const int down = thread / DEPTH, down_k = thread % DEPTH;
  T next_a[SIDE], next_b[SIDE], sum[SIDE][SIDE];
#pragma unroll
  for (int i = 0; i < SIDE; i++)
#pragma unroll
    for (int j = 0; j < SIDE; j++) sum[i][j] = 0;

  auto fetch = [&](int k0) {
#pragma unroll
    for (int i = 0; i < SIDE; i++) {
#if ALONG_ROWS
      const int row = first_row + across, k = k0 + across_k + i * (DEPTH / SIDE);
#else
      const int row = first_row + down + i * DEPTH, k = k0 + down_k;
#endif
      next_a[i] = row < rows && k < end ? left_element(left, g, row, k) : (T)0;
#if defined(INPUT)
      const int column = first_column + down + i * DEPTH, l = k0 + down_k;
#else
      const int column = first_column + across, l = k0 + across_k + i * (DEPTH / SIDE);
#endif
      next_b[i] = column < columns && l < end ? right_element(right, g, l, column) : (T)0;
    }
  };

  // Results of a thread: four neighbours at every 64th.
  const int own_row = thread / 16 * 4, own_column = thread % 16 * 4;
  fetch(start);
  for (int k0 = start; k0 < end; k0 += DEPTH) {
    __syncthreads();
#pragma unroll
    for (int i = 0; i < SIDE; i++) {
#if ALONG_ROWS
      a[across_k + i * (DEPTH / SIDE)][across] = next_a[i];
#else
      a[down_k][down + i * DEPTH] = next_a[i];
#endif
#if defined(INPUT)
      b[down_k][down + i * DEPTH] = next_b[i];
#else
      b[across_k + i * (DEPTH / SIDE)][across] = next_b[i];
#endif
    }
    __syncthreads();
    if (k0 + DEPTH < end) fetch(k0 + DEPTH);
#pragma unroll
    for (int k = 0; k < DEPTH; k++) {
      T x[SIDE], y[SIDE];
#pragma unroll
      for (int i = 0; i < SIDE; i++) {
        x[i] = a[k][i / 4 * 64 + own_row + i % 4];
        y[i] = b[k][i / 4 * 64 + own_column + i % 4];
      }
#pragma unroll
      for (int i = 0; i < SIDE; i++)
#pragma unroll
        for (int j = 0; j < SIDE; j++) sum[i][j] = multiply_add(x[i], y[j], sum[i][j]);
    }
  }

  T *const target =
      gridDim.z == 1 ? result : parts + (long long)blockIdx.z * rows * columns;
#pragma unroll
  for (int i = 0; i < SIDE; i++) {
    const int row = first_row + i / 4 * 64 + own_row + i % 4;
    if (row >= rows) continue;
#if defined(FILTER)
    const long long start = (long long)row * columns, step = 1;
#else
    const Digits pixel = digits(row, g.rows, g.columns);
#if defined(OUTPUT)
    const long long start = pixel.a * g.y_image + pixel.b * g.y_row + pixel.c * g.y_column;
    const long long step = g.y_channel;
#else
    const long long start = pixel.a * g.x_image + pixel.b * g.x_row + pixel.c * g.x_column;
    const long long step = g.x_channel;
#endif
#endif
#pragma unroll
    for (int j = 0; j < SIDE; j++) {
      const int column = first_column + j / 4 * 64 + own_column + j % 4;
      if (column >= columns) continue;
      T value = sum[i][j];
#if defined(OUTPUT)
      if (steps & 1) value += bias[column];
      if (steps & 2) value = value <= (T)0 ? (T)0 : value;
#endif
      target[start + column * step] = value;
    }
  }
}

// The sums of the parts of the depth, in their order.
KERNEL(256) ENTRY(add_parts)(T *result, const T *parts, long long count, int number) {
  FOR_EACH(i, count) {
    T sum = parts[i];
    for (int part = 1; part < number; part++) sum += parts[part * count + i];
    result[i] = sum;
  }
}
