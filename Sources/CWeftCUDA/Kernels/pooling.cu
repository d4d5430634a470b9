// Pooling and its gradients: T is the element type. Images with the channels first are taken as images of
// one channel. Every element is read as often as windows see it, mostly from the cache, and written once.

struct Pooling {
  long long input_rows, input_columns, output_rows, output_columns;
  long long window_rows, window_columns, stride_rows, stride_columns;
  long long before_rows, before_columns, channels;
  // Of places in the images or the results.
  Divider rows, columns, each;
};

// An image, a row, a column and a channel.
struct Place { int image, row, column, channel; };

DEVICE Place place(int index, const Pooling &g) {
  const int pixel = quotient(index, g.each);
  const Digits rest = digits(pixel, g.rows, g.columns);
  return {rest.a, rest.b, rest.c, index - pixel * (int)g.each.divisor};
}

// The elements of an axis that a result sees: from `first` up to `end`.
struct Range { int first, end; };

DEVICE Range seen(int output, int stride, int before, int window, int size) {
  const int first = output * stride - before, end = first + window;
  return {first < 0 ? 0 : first, end > size ? size : end};
}

// The results of an axis that see an element.
DEVICE Range seeing(int input, int stride, int before, int window, int size) {
  const int last = (input + before) / stride, rest = input + before - window + 1;
  const int first = rest <= 0 ? 0 : (rest + stride - 1) / stride;
  return {first, last + 1 > size ? size : last + 1};
}

DEVICE Range rows_seen(int row, const Pooling &g) {
  return seen(row, (int)g.stride_rows, (int)g.before_rows, (int)g.window_rows, (int)g.input_rows);
}
DEVICE Range columns_seen(int column, const Pooling &g) {
  return seen(column, (int)g.stride_columns, (int)g.before_columns, (int)g.window_columns,
              (int)g.input_columns);
}

// Where a row of an image begins, at a channel.
DEVICE long long row_start(int image, int row, int rows, int columns, const Pooling &g) {
  return ((long long)image * rows + row) * columns * g.channels;
}

// The pixel of the first largest element that a result sees, -1 if it sees none; NaN is the largest.
DEVICE int largest_pixel(const T *x, Place at, const Pooling &g) {
  const Range rows = rows_seen(at.row, g), columns = columns_seen(at.column, g);
  int best = -1;
  T value = 0;
  for (int row = rows.first; row < rows.end; row++) {
    const T *from =
        x + row_start(at.image, row, (int)g.input_rows, (int)g.input_columns, g) + at.channel;
    for (int column = columns.first; column < columns.end; column++) {
      const T other = from[column * g.channels];
      if (best >= 0 && !(other > value) && !(other != other && value == value)) continue;
      value = other;
      best = row * (int)g.input_columns + column;
    }
  }
  return best;
}

// The element of an image's pixel in the channel of a place.
DEVICE long long element(Place at, int pixel, const Pooling &g) {
  return ((long long)at.image * g.input_rows * g.input_columns + pixel) * g.channels + at.channel;
}

KERNEL(256) ENTRY(max_pool)(T *y, const T *x, long long count, const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const int best = largest_pixel(x, at, g);
    y[i] = best < 0 ? -(T)WEFT_INFINITY : x[element(at, best, g)];
  }
}

#ifdef I
// The same, and where it is: within its image, or over all images.
KERNEL(256) ENTRY(max_pool_places)(T *y, I *places, const T *x, long long count, int over_all,
                                   const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const int best = largest_pixel(x, at, g);
    y[i] = best < 0 ? -(T)WEFT_INFINITY : x[element(at, best, g)];
    const long long within = (long long)best * g.channels + at.channel;
    places[i] = best < 0 ? (I)0 : (I)(over_all ? element(at, best, g) : within);
  }
}
#endif

// Of a tensor like the images, the elements where the largest are.
KERNEL(256) ENTRY(max_pool_pick)(T *y, const T *x, const T *other, long long count,
                                 const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const int best = largest_pixel(x, at, g);
    y[i] = best < 0 ? (T)0 : other[element(at, best, g)];
  }
}

// Where the largest are, for the gradient; only those above 0 for that of a rectifier before it, too.
KERNEL(256) ENTRY(max_pool_pixels)(int *pixels, const T *x, long long count, int is_rectified,
                                   const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const int best = largest_pixel(x, at, g);
    pixels[i] = best >= 0 && is_rectified && !(x[element(at, best, g)] > (T)0) ? -1 : best;
  }
}

// Each element gathers the gradients of the results of which it is the largest, in their order.
KERNEL(256) ENTRY(max_pool_gradient)(T *x, const int *pixels, const T *y, long long count,
                                     const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Range rows = seeing(at.row, (int)g.stride_rows, (int)g.before_rows, (int)g.window_rows,
                              (int)g.output_rows);
    const Range columns = seeing(at.column, (int)g.stride_columns, (int)g.before_columns,
                                 (int)g.window_columns, (int)g.output_columns);
    const int own = at.row * (int)g.input_columns + at.column;
    double sum = 0;
    for (int row = rows.first; row < rows.end; row++) {
      const long long start =
          row_start(at.image, row, (int)g.output_rows, (int)g.output_columns, g) + at.channel;
      for (int column = columns.first; column < columns.end; column++) {
        const long long result = start + column * g.channels;
        if (pixels[result] == own) sum += (double)y[result];
      }
    }
    x[i] = (T)sum;
  }
}

KERNEL(256) ENTRY(average_pool)(T *y, const T *x, long long count,
                                const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Range rows = rows_seen(at.row, g), columns = columns_seen(at.column, g);
    double sum = 0;
    for (int row = rows.first; row < rows.end; row++) {
      const T *from =
          x + row_start(at.image, row, (int)g.input_rows, (int)g.input_columns, g) + at.channel;
      for (int column = columns.first; column < columns.end; column++)
        sum += (double)from[column * g.channels];
    }
    const int height = rows.end > rows.first ? rows.end - rows.first : 0;
    const int width = columns.end > columns.first ? columns.end - columns.first : 0;
    y[i] = (T)(sum / (double)(height * width));
  }
}

KERNEL(256) ENTRY(average_pool_gradient)(T *x, const T *y, long long count,
                                         const __grid_constant__ Pooling g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Range rows = seeing(at.row, (int)g.stride_rows, (int)g.before_rows, (int)g.window_rows,
                              (int)g.output_rows);
    const Range columns = seeing(at.column, (int)g.stride_columns, (int)g.before_columns,
                                 (int)g.window_columns, (int)g.output_columns);
    double sum = 0;
    for (int row = rows.first; row < rows.end; row++) {
      const long long start =
          row_start(at.image, row, (int)g.output_rows, (int)g.output_columns, g) + at.channel;
      const Range height = rows_seen(row, g);
      for (int column = columns.first; column < columns.end; column++) {
        const Range width = columns_seen(column, g);
        const int seen = (height.end - height.first) * (width.end - width.first);
        sum += (double)y[start + column * g.channels] / (double)seen;
      }
    }
    x[i] = (T)sum;
  }
}
