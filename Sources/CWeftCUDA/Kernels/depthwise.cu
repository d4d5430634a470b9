// Convolutions in which each channel has filters of its own, and their gradients. T is the element type;
// OUTPUT, INPUT or FILTER says which of the three tensors is computed. A result reads as many elements as
// the window has taps: neighbouring threads take neighbouring channels.

struct Depthwise {
  long long input_rows, input_columns, output_rows, output_columns;
  long long stride_rows, stride_columns, dilation_rows, dilation_columns;
  long long before_rows, before_columns, window_rows, window_columns, channels, filters;
  long long x_image, x_row, x_column, x_channel;
  long long y_image, y_row, y_column, y_channel;
  // Of places, in the order of memory, into the four axes; and of results' channels into channels.
  Divider first, second, third, each;
};

// Image, row, column and channel of a place in memory.
struct Place { int image, row, column, channel; };

DEVICE Place place(int index, const Depthwise &g) {
  const int outer = quotient(index, g.third);
  const int last = index - outer * (int)g.third.divisor;
  const Digits rest = digits(outer, g.first, g.second);
#if PLANAR
  return {rest.a, rest.c, last, rest.b};
#else
  return {rest.a, rest.b, rest.c, last};
#endif
}

#if defined(OUTPUT)
KERNEL(256) ENTRY(depthwise)(T *y, const T *x, const T *filter, long long count,
                             const __grid_constant__ Depthwise g) {
  const long long taps = g.channels * g.filters;
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const T *from = x + at.image * g.x_image + quotient(at.channel, g.each) * g.x_channel;
    double sum = 0;
    for (int tap_row = 0; tap_row < g.window_rows; tap_row++) {
      const int row = at.row * (int)g.stride_rows + tap_row * (int)g.dilation_rows -
                      (int)g.before_rows;
      if ((unsigned)row >= (unsigned)g.input_rows) continue;
      for (int tap_column = 0; tap_column < g.window_columns; tap_column++) {
        const int column = at.column * (int)g.stride_columns +
                           tap_column * (int)g.dilation_columns - (int)g.before_columns;
        if ((unsigned)column >= (unsigned)g.input_columns) continue;
        sum += (double)from[row * g.x_row + column * g.x_column] *
               (double)filter[(tap_row * g.window_columns + tap_column) * taps + at.channel];
      }
    }
    y[i] = (T)sum;
  }
}
#endif

#if defined(INPUT)
KERNEL(256) ENTRY(depthwise)(T *x, const T *y, const T *filter, long long count,
                             const __grid_constant__ Depthwise g) {
  const long long taps = g.channels * g.filters;
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    double sum = 0;
    for (int tap_row = 0; tap_row < g.window_rows; tap_row++) {
      const int below = at.row + (int)g.before_rows - tap_row * (int)g.dilation_rows;
      const int row = below / (int)g.stride_rows;
      if (below < 0 || row * (int)g.stride_rows != below || row >= g.output_rows) continue;
      for (int tap_column = 0; tap_column < g.window_columns; tap_column++) {
        const int beside =
            at.column + (int)g.before_columns - tap_column * (int)g.dilation_columns;
        const int column = beside / (int)g.stride_columns;
        if (beside < 0 || column * (int)g.stride_columns != beside || column >= g.output_columns)
          continue;
        const long long channel = at.channel * g.filters;
        const T *from = y + at.image * g.y_image + row * g.y_row + column * g.y_column +
                        channel * g.y_channel;
        const T *by = filter + (tap_row * g.window_columns + tap_column) * taps + channel;
        for (int each = 0; each < g.filters; each++)
          sum += (double)from[each * g.y_channel] * (double)by[each];
      }
    }
    x[i] = (T)sum;
  }
}
#endif

#if defined(FILTER)
// 32 results' channels of a tap by 8 threads each; blocks along z take parts of the pixels and leave their
// sums for `depthwise_parts`.
KERNEL(256) ENTRY(depthwise)(double *parts, const T *x, const T *y, int pixels,
                             const __grid_constant__ Depthwise g) {
  __shared__ double sums[8][33];
  const int lane = threadIdx.x & 31, line = threadIdx.x >> 5;
  const int taps = (int)(g.channels * g.filters), channel = blockIdx.x * 32 + lane;
  const int tap_row = blockIdx.y / (int)g.window_columns;
  const int tap_column = blockIdx.y % (int)g.window_columns;
  double sum = 0;
  if (channel < taps) {
    const T *from = x + quotient(channel, g.each) * g.x_channel, *slopes = y + channel * g.y_channel;
    for (int pixel = blockIdx.z * 8 + line; pixel < pixels; pixel += gridDim.z * 8) {
      const Digits at = digits(pixel, g.first, g.second);
      const int row = at.b * (int)g.stride_rows + tap_row * (int)g.dilation_rows -
                      (int)g.before_rows;
      const int column = at.c * (int)g.stride_columns + tap_column * (int)g.dilation_columns -
                         (int)g.before_columns;
      if ((unsigned)row >= (unsigned)g.input_rows || (unsigned)column >= (unsigned)g.input_columns)
        continue;
      sum += (double)from[at.a * g.x_image + row * g.x_row + column * g.x_column] *
             (double)slopes[at.a * g.y_image + at.b * g.y_row + at.c * g.y_column];
    }
  }
  sums[line][lane] = sum;
  __syncthreads();
  if (line == 0 && channel < taps) {
    for (int other = 1; other < 8; other++) sum += sums[other][lane];
    parts[((long long)blockIdx.z * gridDim.y + blockIdx.y) * taps + channel] = sum;
  }
}

KERNEL(256) ENTRY(depthwise_parts)(T *filter, const double *parts, long long count, int number) {
  FOR_EACH(i, count) {
    double sum = 0;
    for (int part = 0; part < number; part++) sum += parts[part * count + i];
    filter[i] = (T)sum;
  }
}
#endif
