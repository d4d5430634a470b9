// Updates of parameters: T is the element type. The operation's name is the macro that picks one of them;
// attributes that are truth values are macros too. Arguments are the operands of TensorFlow's operations in
// their order; numbers such as the learning rate are read from memory, so that they may change while the
// launch does not. GRADIENT(i) is an element of the gradient: of the operand, or the value of a formula,
// whose further operands are EXTRA parameters.

#ifdef SPARSE
// Rows of the variable, which `keys` name in rising order, by the gradient's `rows`: those of one key one after
// the other, in their own order, by the same thread. Nothing happens once a key has been refused.
#define EXTRA                                                                     \
  , const unsigned long long *status, const unsigned *keys, const int *rows,      \
      long long limit, long long width
#define FOR_EACH_UPDATE(i, gradient)                                              \
  const bool is_refused = *(const volatile unsigned long long *)status != ~0ULL;  \
  FOR_EACH(pair, is_refused ? 0 : count * width)                                  \
    if (begins_row(keys, pair / width, limit))                                    \
      for (long long place = pair / width, column = pair - place * width,         \
                     i = keys[place] * width + column;                            \
           place < count && keys[place] * width + column == i; place++)           \
        if (const T gradient = g[rows[place] * width + column]; true)

DEVICE bool begins_row(const unsigned *keys, long long place, long long limit) {
  return keys[place] < limit && (place == 0 || keys[place - 1] != keys[place]);
}
#else
#define FOR_EACH_UPDATE(i, gradient) \
  FOR_EACH(i, count)                 \
    if (const T gradient = GRADIENT(i); true)
#endif

DEVICE T sign_of(T x) { return x > 0 ? (T)1 : x < 0 ? (T)-1 : x; }

#ifdef ApplyGradientDescent
KERNEL(256) ENTRY(update)(T *v, const T *rate, const T *g, long long count EXTRA) {
  const T r = rate[0];
  FOR_EACH_UPDATE(i, gradient) v[i] -= gradient * r;
}
#endif

#ifdef ApplyProximalGradientDescent
KERNEL(256) ENTRY(update)(T *v, const T *rate, const T *first, const T *second, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], l1 = first[0], divisor = (T)1 + second[0] * r;
  FOR_EACH_UPDATE(i, gradient) {
    const T p = v[i] - gradient * r;
    const T size = p < 0 ? -p : p, rest = size - r * l1;
    v[i] = l1 > 0 ? sign_of(p) * (rest < 0 ? (T)0 : rest) / divisor : p / divisor;
  }
}
#endif

#ifdef ApplyMomentum
KERNEL(256) ENTRY(update)(T *v, T *m, const T *rate, const T *g, const T *momentum,
                          long long count EXTRA) {
  const T r = rate[0], mu = momentum[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T sum = m[i] * mu + gradient;
    m[i] = sum;
    v[i] -= USE_NESTEROV ? gradient * r + sum * mu * r : sum * r;
  }
}
#endif

#ifdef ApplyAdagrad
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *g, long long count EXTRA) {
  const T r = rate[0];
  FOR_EACH_UPDATE(i, gradient) {
    if (UPDATE_SLOTS) s[i] += gradient * gradient;
    v[i] -= gradient * r * ((T)1 / sqrt(s[i]));
  }
}
#endif

#ifdef ApplyAdadelta
KERNEL(256) ENTRY(update)(T *v, T *s, T *steps, const T *rate, const T *decay, const T *epsilon,
                          const T *g, long long count EXTRA) {
  const T r = rate[0], rho = decay[0], e = epsilon[0], rest = (T)1 - rho;
  FOR_EACH_UPDATE(i, gradient) {
    const T sum = s[i] * rho + gradient * gradient * rest;
    const T step = sqrt(steps[i] + e) * ((T)1 / sqrt(sum + e)) * gradient;
    s[i] = sum;
    steps[i] = steps[i] * rho + step * step * rest;
    v[i] -= step * r;
  }
}
#endif

#ifdef ApplyRMSProp
KERNEL(256) ENTRY(update)(T *v, T *s, T *m, const T *rate, const T *decay, const T *momentum,
                          const T *epsilon, const T *g, long long count EXTRA) {
  const T r = rate[0], rest = (T)1 - decay[0], mu = momentum[0], e = epsilon[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T square = s[i] + (gradient * gradient - s[i]) * rest;
    const T moment = m[i] * mu + (gradient * r) / sqrt(square + e);
    s[i] = square;
    m[i] = moment;
    v[i] -= moment;
  }
}
#endif

#ifdef ApplyCenteredRMSProp
KERNEL(256) ENTRY(update)(T *v, T *mean, T *s, T *m, const T *rate, const T *decay,
                          const T *momentum, const T *epsilon, const T *g, long long count EXTRA) {
  const T r = rate[0], rest = (T)1 - decay[0], mu = momentum[0], e = epsilon[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T square = s[i] + (gradient * gradient - s[i]) * rest;
    const T average = mean[i] + (gradient - mean[i]) * rest;
    const T moment = m[i] * mu + (gradient * r) / sqrt((square - average * average) + e);
    mean[i] = average;
    s[i] = square;
    m[i] = moment;
    v[i] -= moment;
  }
}
#endif

#ifdef ApplyAdam
KERNEL(256) ENTRY(update)(T *v, T *m, T *s, const T *power1, const T *power2, const T *rate,
                          const T *beta1, const T *beta2, const T *epsilon, const T *g,
                          long long count EXTRA) {
  const T alpha = rate[0] * sqrt((T)1 - power2[0]) / ((T)1 - power1[0]);
  const T b1 = beta1[0], rest1 = (T)1 - b1, rest2 = (T)1 - beta2[0], e = epsilon[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T first = m[i] + (gradient - m[i]) * rest1;
    const T second = s[i] + (gradient * gradient - s[i]) * rest2;
    m[i] = first;
    s[i] = second;
    const T direction = USE_NESTEROV ? gradient * rest1 + b1 * first : first;
    v[i] -= (direction * alpha) / (sqrt(second) + e);
  }
}
#endif

#if defined(ApplyFtrl) || defined(ApplyFtrlV2)
DEVICE T powered(T x, T power) {
  return power == (T)-0.5 ? (T)sqrt(x) : (T)pow((double)x, -(double)power);
}
KERNEL(256) ENTRY(update)(T *v, T *s, T *linear, const T *g, const T *rate, const T *first,
                          const T *second,
#ifdef ApplyFtrlV2
                          const T *shrinkage,
#endif
                          const T *power, long long count EXTRA) {
  const T r = rate[0], l1 = first[0], l2 = second[0], p = power[0];
#ifdef ApplyFtrlV2
  const T shrink = shrinkage[0];
#else
  const T shrink = 0;
#endif
  FOR_EACH_UPDATE(i, gradient) {
    const T shrunk = gradient + (T)2 * shrink * v[i];
    const T sum = s[i] + gradient * gradient;
    const T next = powered(sum, p);
    const T line = linear[i] + (shrunk - (next - powered(s[i], p)) / r * v[i]);
    const T size = line < 0 ? -line : line;
    s[i] = sum;
    linear[i] = line;
    v[i] = size > l1 ? (l1 * sign_of(line) - line) / (next / r + (T)2 * l2) : (T)0;
  }
}
#endif

#ifdef ApplyAdaMax
KERNEL(256) ENTRY(update)(T *v, T *m, T *s, const T *power, const T *rate, const T *beta1,
                          const T *beta2, const T *epsilon, const T *g, long long count EXTRA) {
  const T step = rate[0] / ((T)1 - power[0]), rest = (T)1 - beta1[0], b2 = beta2[0], e = epsilon[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T first = m[i] + (gradient - m[i]) * rest;
    const T decayed = b2 * s[i], size = gradient < 0 ? -gradient : gradient;
    const T second = decayed > size ? decayed : size;
    m[i] = first;
    s[i] = second;
    v[i] -= step * (first / (second + e));
  }
}
#endif

#ifdef ApplyAdagradV2
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *epsilon, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], e = epsilon[0];
  FOR_EACH_UPDATE(i, gradient) {
    if (UPDATE_SLOTS) s[i] += gradient * gradient;
    v[i] -= gradient * r / ((T)sqrt(s[i]) + e);
  }
}
#endif

#ifdef ApplyAddSign
KERNEL(256) ENTRY(update)(T *v, T *m, const T *rate, const T *alpha, const T *decay, const T *beta,
                          const T *g, long long count EXTRA) {
  const T r = rate[0], a = alpha[0], d = decay[0], b = beta[0], rest = (T)1 - b;
  FOR_EACH_UPDATE(i, gradient) {
    const T moment = m[i] * b + gradient * rest;
    m[i] = moment;
    v[i] -= r * (a + d * (sign_of(gradient) * sign_of(moment))) * gradient;
  }
}
#endif

#ifdef ApplyProximalAdagrad
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *first, const T *second, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], l1 = first[0], l2 = second[0];
  FOR_EACH_UPDATE(i, gradient) {
    const T sum = s[i] + gradient * gradient, own = r / (T)sqrt(sum);
    T moved = v[i] - gradient * own;
    if (l1 > 0) {
      const T size = (moved < 0 ? -moved : moved) - own * l1;
      moved = size > 0 ? sign_of(moved) * size : (T)0;
    }
    s[i] = sum;
    v[i] = moved / ((T)1 + l2 * own);
  }
}
#endif
