// Batch normalisation and its gradient: T is the element type, PLANAR says whether the channels are before the
// pixels. Sums are kept in double. x is read twice and y written once; the gradient reads x and g twice.

// Where the channels' elements lie: `outer` groups of `inner` neighbours for each channel.
struct Layout { long long channels, inner, count; Divider by_inner; };

DEVICE long long position(int channel, int element, const Layout &g) {
#if PLANAR
  const int outer = quotient(element, g.by_inner);
  return (outer * g.channels + channel) * g.inner + (element - outer * (int)g.inner);
#else
  return element * g.channels + channel;
#endif
}

DEVICE int channel_of(long long i, const Layout &g) {
#if PLANAR
  return (int)(i / g.inner % g.channels);
#else
  return (int)(i % g.channels);
#endif
}

// Two sums of a channel over a part of its elements. In blocks of pixels 32 channels by 8 threads each, in
// planes one channel by all.
DEVICE void leave_sums(double first, double second, double *parts, const Layout &g) {
  __shared__ double sums[2][256];
  sums[0][threadIdx.x] = first;
  sums[1][threadIdx.x] = second;
  const int lowest = PLANAR ? 1 : 32;
  for (int half = 128; half >= lowest; half >>= 1) {
    __syncthreads();
    if (threadIdx.x < half) {
      sums[0][threadIdx.x] += sums[0][threadIdx.x + half];
      sums[1][threadIdx.x] += sums[1][threadIdx.x + half];
    }
  }
  const long long channel = PLANAR ? blockIdx.x : (long long)blockIdx.x * 32 + threadIdx.x;
  if (threadIdx.x >= lowest || channel >= g.channels) return;
  parts[((long long)blockIdx.y * g.channels + channel) * 2] = sums[0][threadIdx.x];
  parts[((long long)blockIdx.y * g.channels + channel) * 2 + 1] = sums[1][threadIdx.x];
}

#define OWN_CHANNEL (PLANAR ? (int)blockIdx.x : (int)(blockIdx.x * 32 + (threadIdx.x & 31)))
#define FOR_OWN_ELEMENTS(element, count) \
  for (int element = PLANAR ? blockIdx.y * 256 + threadIdx.x : blockIdx.y * 8 + (threadIdx.x >> 5); \
       element < (count); element += gridDim.y * (PLANAR ? 256 : 8))

// Σ (x - s) and Σ (x - s)², s the channel's first element, so that nothing cancels.
KERNEL(256) ENTRY(moment_sums)(double *parts, const T *x, const __grid_constant__ Layout g) {
  const int channel = OWN_CHANNEL;
  double sum = 0, squares = 0;
  if (channel < g.channels) {
    const double shift = (double)x[position(channel, 0, g)];
    FOR_OWN_ELEMENTS(element, g.count) {
      const double value = (double)x[position(channel, element, g)] - shift;
      sum += value;
      squares += value * value;
    }
  }
  leave_sums(sum, squares, parts, g);
}

// Mean, variances, and the table (mean, factor) of each channel; `number` parts, none for given ones.
KERNEL(256) ENTRY(moments)(double *table, T *mean_result, T *unbiased, T *own_mean,
                           T *own_variance, T *reserve, const double *parts, const T *x,
                           const T *scale, const T *mean, const T *variance, double epsilon,
                           int number, const __grid_constant__ Layout g) {
  if (THREAD_INDEX == 0) reserve[0] = 0;
  FOR_EACH(channel, g.channels) {
    double m, v, u;
    if (number == 0) {
      m = (double)mean[channel];
      u = v = (double)variance[channel];
    } else {
      double sum = 0, squares = 0;
      for (int part = 0; part < number; part++) {
        sum += parts[(part * g.channels + channel) * 2];
        squares += parts[(part * g.channels + channel) * 2 + 1];
      }
      const double count = (double)g.count;
      m = (double)x[position((int)channel, 0, g)] + sum / count;
      const double rest = squares - sum * sum / count;
      v = (rest < 0 ? 0 : rest) / count;
      u = (rest < 0 ? 0 : rest) / (g.count > 1 ? count - 1 : 1);
    }
    mean_result[channel] = (T)m;
    unbiased[channel] = (T)u;
    own_mean[channel] = (T)m;
    own_variance[channel] = (T)v;
    table[2 * channel] = m;
    table[2 * channel + 1] = (double)scale[channel] / sqrt(v + epsilon);
  }
}

KERNEL(256) ENTRY(normalize)(T *y, const T *x, const double *table, const T *offset,
                             long long count, const __grid_constant__ Layout g) {
  FOR_EACH(i, count) {
    const int channel = channel_of(i, g);
    y[i] = (T)(((double)x[i] - table[2 * channel]) * table[2 * channel + 1] +
               (double)offset[channel]);
  }
}

// Σ g and Σ g (x - mean).
KERNEL(256) ENTRY(slope_sums)(double *parts, const T *slope, const T *x, const T *mean,
                              const __grid_constant__ Layout g) {
  const int channel = OWN_CHANNEL;
  double sum = 0, weighted = 0;
  if (channel < g.channels) {
    const double centre = (double)mean[channel];
    FOR_OWN_ELEMENTS(element, g.count) {
      const long long at = position(channel, element, g);
      sum += (double)slope[at];
      weighted += (double)slope[at] * ((double)x[at] - centre);
    }
  }
  leave_sums(sum, weighted, parts, g);
}

// The gradients of scale and offset, and the table (factor, mean of g, mean of g h / σ) of each channel.
KERNEL(256) ENTRY(slopes)(double *table, T *for_scale, T *for_offset, const double *parts,
                          const T *scale, const T *variance, double epsilon, int number,
                          int is_training, const __grid_constant__ Layout g) {
  FOR_EACH(channel, g.channels) {
    double sum = 0, weighted = 0;
    for (int part = 0; part < number; part++) {
      sum += parts[(part * g.channels + channel) * 2];
      weighted += parts[(part * g.channels + channel) * 2 + 1];
    }
    const double inverse = 1 / sqrt((double)variance[channel] + epsilon);
    for_scale[channel] = (T)(weighted * inverse);
    for_offset[channel] = (T)sum;
    table[3 * channel] = (double)scale[channel] * inverse;
    table[3 * channel + 1] = is_training ? sum / (double)g.count : 0;
    table[3 * channel + 2] = is_training ? weighted * inverse * inverse / (double)g.count : 0;
  }
}

KERNEL(256) ENTRY(normalize_gradient)(T *for_x, const T *slope, const T *x, const T *mean,
                                      const double *table, long long count,
                                      const __grid_constant__ Layout g) {
  FOR_EACH(i, count) {
    const int channel = channel_of(i, g);
    const double centered = (double)slope[i] - table[3 * channel + 1] -
                            ((double)x[i] - (double)mean[channel]) * table[3 * channel + 2];
    for_x[i] = (T)(table[3 * channel] * centered);
  }
}
