// Images [batch, rows, columns, channels] of another size, and the gradients: T is the images' element type.
// ALIGN_CORNERS, HALF_PIXEL_CENTERS: how pixels lie. Places and weights are computed in single precision, as
// TensorFlow does: which pixels are neighbours depends on it. Gradients are gathered by each pixel of the
// originals, in the results' order.

struct Resizing {
  long long rows, columns, resized_rows, resized_columns, channels;
  // Of places in what is written.
  Divider row, column, channel;
};

struct Place { int image, row, column, channel; };

DEVICE Place place(int index, const Resizing &g) {
  const int pixel = quotient(index, g.channel);
  const Digits rest = digits(pixel, g.row, g.column);
  return {rest.a, rest.b, rest.c, index - pixel * (int)g.channel.divisor};
}

DEVICE float scale(long long size, long long resized) {
  return ALIGN_CORNERS && resized > 1 ? (float)(size - 1) / (float)(resized - 1)
                                      : (float)size / (float)resized;
}

// The neighbours of a resized pixel on an axis, and the weight of the second.
struct Neighbours {
  int lower, upper;
  float weight;
};

DEVICE Neighbours neighbours(int pixel, long long size, long long resized) {
  const float by = scale(size, resized);
  const float at = HALF_PIXEL_CENTERS ? ((float)pixel + 0.5f) * by - 0.5f : (float)pixel * by;
  const float first = floor(at);
  const int lower = (int)first, upper = (int)ceil(at);
  return {lower > 0 ? lower : 0, upper < (int)size ? upper : (int)size - 1, at - first};
}

DEVICE int nearest(int pixel, long long size, long long resized) {
  const float by = scale(size, resized);
  const float at = HALF_PIXEL_CENTERS ? ((float)pixel + 0.5f) * by : (float)pixel * by;
  const int whole = (int)(ALIGN_CORNERS ? round(at) : floor(at));
  return whole < (int)size ? whole : (int)size - 1;
}

// Resized pixels among which are all that have this one as a neighbour: from `first` up to `end`.
struct Range { int first, end; };

DEVICE Range candidates(int pixel, long long size, long long resized) {
  const double by = scale(size, resized), last = (double)resized;
  Range result = {0, (int)resized};
  if (pixel > 0) {
    const double first = floor((pixel - 1) / by) - 2;
    result.first = first > 0 ? (int)first : 0;
  }
  if (pixel < (int)size - 1) {
    const double end = ceil((pixel + 2) / by) + 2;
    if (end < last) result.end = (int)end;
  }
  return result;
}

DEVICE long long element(const Place &at, int row, int column, long long rows, long long columns,
                         const Resizing &g) {
  return ((at.image * rows + row) * columns + column) * g.channels + at.channel;
}

#ifdef BILINEAR
KERNEL(256) ENTRY(resize)(float *__restrict__ y, const T *__restrict__ x, long long count,
                          const __grid_constant__ Resizing g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Neighbours row = neighbours(at.row, g.rows, g.resized_rows);
    const Neighbours column = neighbours(at.column, g.columns, g.resized_columns);
    const float v = row.weight, u = column.weight;
    double sum = 0;
    sum += (double)LOAD(x[element(at, row.lower, column.lower, g.rows, g.columns, g)]) *
           (double)((1 - v) * (1 - u));
    sum += (double)LOAD(x[element(at, row.lower, column.upper, g.rows, g.columns, g)]) *
           (double)((1 - v) * u);
    sum += (double)LOAD(x[element(at, row.upper, column.lower, g.rows, g.columns, g)]) *
           (double)(v * (1 - u));
    sum += (double)LOAD(x[element(at, row.upper, column.upper, g.rows, g.columns, g)]) *
           (double)(v * u);
    y[i] = (float)sum;
  }
}
#endif

#ifdef BILINEAR_GRADIENT
KERNEL(256) ENTRY(resize_gradient)(T *__restrict__ x, const float *__restrict__ y, long long count,
                                   const __grid_constant__ Resizing g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Range rows = candidates(at.row, g.rows, g.resized_rows);
    const Range columns = candidates(at.column, g.columns, g.resized_columns);
    double sum = 0;
    for (int r = rows.first; r < rows.end; r++) {
      const Neighbours row = neighbours(r, g.rows, g.resized_rows);
      const bool is_upper = row.lower == at.row, is_lower = row.upper == at.row;
      if (!is_upper && !is_lower) continue;
      for (int c = columns.first; c < columns.end; c++) {
        const Neighbours column = neighbours(c, g.columns, g.resized_columns);
        const bool is_left = column.lower == at.column, is_right = column.upper == at.column;
        if (!is_left && !is_right) continue;
        const double slope = y[element(at, r, c, g.resized_rows, g.resized_columns, g)];
        const float v = row.weight, u = column.weight;
        if (is_upper && is_left) sum += slope * (double)((1 - v) * (1 - u));
        if (is_upper && is_right) sum += slope * (double)((1 - v) * u);
        if (is_lower && is_left) sum += slope * (double)(v * (1 - u));
        if (is_lower && is_right) sum += slope * (double)(v * u);
      }
    }
    x[i] = (T)sum;
  }
}
#endif

#ifdef NEAREST
KERNEL(256) ENTRY(resize)(T *__restrict__ y, const T *__restrict__ x, long long count,
                          const __grid_constant__ Resizing g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const int row = nearest(at.row, g.rows, g.resized_rows);
    const int column = nearest(at.column, g.columns, g.resized_columns);
    y[i] = x[element(at, row, column, g.rows, g.columns, g)];
  }
}
#endif

#ifdef NEAREST_GRADIENT
KERNEL(256) ENTRY(resize_gradient)(T *__restrict__ x, const T *__restrict__ y, long long count,
                                   const __grid_constant__ Resizing g) {
  FOR_EACH(i, count) {
    const Place at = place((int)i, g);
    const Range rows = candidates(at.row, g.rows, g.resized_rows);
    const Range columns = candidates(at.column, g.columns, g.resized_columns);
    double sum = 0;
    for (int r = rows.first; r < rows.end; r++) {
      if (nearest(r, g.rows, g.resized_rows) != at.row) continue;
      for (int c = columns.first; c < columns.end; c++) {
        if (nearest(c, g.columns, g.resized_columns) != at.column) continue;
        sum += (double)y[element(at, r, c, g.resized_rows, g.resized_columns, g)];
      }
    }
    x[i] = (T)sum;
  }
}
#endif
