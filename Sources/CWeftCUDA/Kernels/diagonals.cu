// Diagonals of matrices, and mirrored edges: T is a type of the elements' size.

struct Band { long long rows, columns, lower, upper, length, left_below, left_on, left_above; };

DEVICE long long least(long long a, long long b) { return a < b ? a : b; }
// The elements of a diagonal, and where in its row they begin.
DEVICE long long size_of(const Band &band, long long diagonal) {
  return least(band.rows + least(diagonal, 0), band.columns - (diagonal > 0 ? diagonal : 0));
}
DEVICE long long start_of(const Band &band, long long diagonal) {
  const bool is_left =
      diagonal < 0 ? band.left_below : diagonal > 0 ? band.left_above : band.left_on;
  return is_left ? 0 : band.length - size_of(band, diagonal);
}
// The place among the rows of diagonals of an element of a matrix, or -1.
DEVICE long long place_of(const Band &band, long long row, long long column) {
  const long long diagonal = column - row;
  if (diagonal < band.lower || diagonal > band.upper) return -1;
  return (band.upper - diagonal) * band.length + start_of(band, diagonal) + column -
         (diagonal > 0 ? diagonal : 0);
}

// Matrices of which the diagonals are given; elsewhere they have the elements of `rest`, at a stride of 0
// or 1, or zeros where that is null.
KERNEL(256) ENTRY(matrix_of_diagonals)(T *y, const T *diagonals, const T *rest, long long stride,
                                       long long count, const __grid_constant__ Band band) {
  const long long area = band.rows * band.columns;
  const long long places = (band.upper - band.lower + 1) * band.length;
  FOR_EACH(i, count) {
    const long long matrix = i / area, element = i - matrix * area, row = element / band.columns;
    const long long place = place_of(band, row, element - row * band.columns);
    y[i] = place >= 0 ? diagonals[matrix * places + place] : rest ? rest[i * stride] : (T)0;
  }
}

// The diagonals of matrices as rows, short ones filled with `padding`, or zero where that is null.
KERNEL(256) ENTRY(diagonals_of_matrix)(T *y, const T *x, const T *padding, long long count,
                                       const __grid_constant__ Band band) {
  const long long places = (band.upper - band.lower + 1) * band.length;
  FOR_EACH(i, count) {
    const long long matrix = i / places, place = i - matrix * places, line = place / band.length;
    const long long diagonal = band.upper - line;
    const long long at = place - line * band.length - start_of(band, diagonal);
    T value = padding ? *padding : (T)0;
    if (at >= 0 && at < size_of(band, diagonal)) {
      const long long row = at - least(diagonal, 0), column = at + (diagonal > 0 ? diagonal : 0);
      value = x[(matrix * band.rows + row) * band.columns + column];
    }
    y[i] = value;
  }
}

// Zeros outside of a band; a bound below 0 is none.
KERNEL(256) ENTRY(band_part)(T *y, const T *x, long long count, long long rows, long long columns,
                             long long lower, long long upper) {
  FOR_EACH(i, count) {
    const long long line = i / columns, column = i - line * columns, row = line % rows;
    const bool is_inside =
        (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper);
    y[i] = is_inside ? x[i] : (T)0;
  }
}

// y is x with mirrored edges: `result` has the sizes of y and the strides of x, `own` the sizes of x and
// what stands before them; `shift` is 1 where the edge is not the mirror.
KERNEL(256) ENTRY(mirror_pad)(T *y, const T *x, long long count, long long shift,
                              const __grid_constant__ Axes result,
                              const __grid_constant__ Axes own) {
  FOR_EACH(i, count) {
    long long rest = i, from = 0;
    for (int axis = (int)result.rank - 1; axis >= 0; axis--) {
      const long long next = rest / result.size[axis];
      const long long at = rest - next * result.size[axis] - own.stride[axis];
      const long long size = own.size[axis];
      from += (at < 0 ? -at - shift : at < size ? at : 2 * size - 2 + shift - at) *
              result.stride[axis];
      rest = next;
    }
    y[i] = x[from];
  }
}

#ifdef SUM
// The inverse: every element with those that mirrored it added. `padded` has the sizes and strides of x.
KERNEL(256) ENTRY(mirror_sum)(T *y, const T *x, long long count, long long shift,
                              const __grid_constant__ Axes padded,
                              const __grid_constant__ Axes own) {
  int ways = 1;
  for (int axis = 0; axis < own.rank; axis++) ways *= 3;
  FOR_EACH(i, count) {
    double sum = 0;
    for (int way = 0; way < ways; way++) {
      long long rest = i, from = 0;
      bool is_there = true;
      int choice = way;
      for (int axis = (int)own.rank - 1; axis >= 0; axis--) {
        const long long size = own.size[axis], before = own.stride[axis];
        const long long next = rest / size, at = rest - next * size;
        const int kind = choice % 3;
        long long place = before + at;
        if (kind == 0) {
          place = before - at - shift;
          is_there = is_there && place >= 0 && place < before;
        } else if (kind == 2) {
          place = before + 2 * size - 2 + shift - at;
          is_there = is_there && place >= before + size && place < padded.size[axis];
        }
        from += place * padded.stride[axis];
        choice /= 3;
        rest = next;
      }
      if (is_there) sum += (double)x[from];
    }
    y[i] = (T)sum;
  }
}
#endif
