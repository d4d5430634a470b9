// Updates of parameters, one element a time: T is the element type. Arguments are the operands of
// TensorFlow's operations in their order; numbers such as the learning rate are read from memory, so
// that they may change while the launch does not. GRADIENT(i) is an element of the gradient: of the operand,
// or the value of a formula, whose further operands are EXTRA parameters.

#ifdef GRADIENT_DESCENT
KERNEL(256) ENTRY(update)(T *v, const T *rate, const T *g, long long count EXTRA) {
  const T r = rate[0];
  FOR_EACH(i, count) v[i] -= GRADIENT(i) * r;
}
#endif

#ifdef PROXIMAL_GRADIENT_DESCENT
KERNEL(256) ENTRY(update)(T *v, const T *rate, const T *first, const T *second, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], l1 = first[0], divisor = (T)1 + second[0] * r;
  FOR_EACH(i, count) {
    const T p = v[i] - GRADIENT(i) * r;
    const T size = p < 0 ? -p : p, rest = size - r * l1;
    const T sign = p > 0 ? (T)1 : p < 0 ? (T)-1 : p;
    v[i] = l1 > 0 ? sign * (rest < 0 ? (T)0 : rest) / divisor : p / divisor;
  }
}
#endif

#ifdef MOMENTUM
KERNEL(256) ENTRY(update)(T *v, T *m, const T *rate, const T *g, const T *momentum,
                          long long count EXTRA) {
  const T r = rate[0], mu = momentum[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T sum = m[i] * mu + gradient;
    m[i] = sum;
    v[i] -= NESTEROV ? gradient * r + sum * mu * r : sum * r;
  }
}
#endif

#ifdef ADAGRAD
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *g, long long count EXTRA) {
  const T r = rate[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    if (UPDATE_SLOTS) s[i] += gradient * gradient;
    v[i] -= gradient * r * ((T)1 / sqrt(s[i]));
  }
}
#endif

#ifdef ADADELTA
KERNEL(256) ENTRY(update)(T *v, T *s, T *steps, const T *rate, const T *decay, const T *epsilon,
                          const T *g, long long count EXTRA) {
  const T r = rate[0], rho = decay[0], e = epsilon[0], rest = (T)1 - rho;
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T sum = s[i] * rho + gradient * gradient * rest;
    const T step = sqrt(steps[i] + e) * ((T)1 / sqrt(sum + e)) * gradient;
    s[i] = sum;
    steps[i] = steps[i] * rho + step * step * rest;
    v[i] -= step * r;
  }
}
#endif

#ifdef RMS_PROP
KERNEL(256) ENTRY(update)(T *v, T *s, T *m, const T *rate, const T *decay, const T *momentum,
                          const T *epsilon, const T *g, long long count EXTRA) {
  const T r = rate[0], rest = (T)1 - decay[0], mu = momentum[0], e = epsilon[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T square = s[i] + (gradient * gradient - s[i]) * rest;
    const T moment = m[i] * mu + (gradient * r) / sqrt(square + e);
    s[i] = square;
    m[i] = moment;
    v[i] -= moment;
  }
}
#endif

#ifdef CENTERED_RMS_PROP
KERNEL(256) ENTRY(update)(T *v, T *mean, T *s, T *m, const T *rate, const T *decay,
                          const T *momentum, const T *epsilon, const T *g, long long count EXTRA) {
  const T r = rate[0], rest = (T)1 - decay[0], mu = momentum[0], e = epsilon[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
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

#ifdef ADAM
KERNEL(256) ENTRY(update)(T *v, T *m, T *s, const T *power1, const T *power2, const T *rate,
                          const T *beta1, const T *beta2, const T *epsilon, const T *g,
                          long long count EXTRA) {
  const T alpha = rate[0] * sqrt((T)1 - power2[0]) / ((T)1 - power1[0]);
  const T b1 = beta1[0], rest1 = (T)1 - b1, rest2 = (T)1 - beta2[0], e = epsilon[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T first = m[i] + (gradient - m[i]) * rest1;
    const T second = s[i] + (gradient * gradient - s[i]) * rest2;
    m[i] = first;
    s[i] = second;
    const T direction = NESTEROV ? gradient * rest1 + b1 * first : first;
    v[i] -= (direction * alpha) / (sqrt(second) + e);
  }
}
#endif

#ifdef FTRL
DEVICE T powered(T x, T power) {
  return power == (T)-0.5 ? (T)sqrt(x) : (T)pow((double)x, -(double)power);
}
KERNEL(256) ENTRY(update)(T *v, T *s, T *linear, const T *g, const T *rate, const T *first,
                          const T *second,
#if SHRINKS
                          const T *shrinkage,
#endif
                          const T *power, long long count EXTRA) {
  const T r = rate[0], l1 = first[0], l2 = second[0], p = power[0];
#if SHRINKS
  const T shrink = shrinkage[0];
#else
  const T shrink = 0;
#endif
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T shrunk = gradient + (T)2 * shrink * v[i];
    const T sum = s[i] + gradient * gradient;
    const T next = powered(sum, p);
    const T line = linear[i] + (shrunk - (next - powered(s[i], p)) / r * v[i]);
    const T size = line < 0 ? -line : line;
    const T sign = line > 0 ? (T)1 : line < 0 ? (T)-1 : line;
    s[i] = sum;
    linear[i] = line;
    v[i] = size > l1 ? (l1 * sign - line) / (next / r + (T)2 * l2) : (T)0;
  }
}
#endif

DEVICE T sign_of(T x) { return x > 0 ? (T)1 : x < 0 ? (T)-1 : x; }

#ifdef ADA_MAX
KERNEL(256) ENTRY(update)(T *v, T *m, T *s, const T *power, const T *rate, const T *beta1,
                          const T *beta2, const T *epsilon, const T *g, long long count EXTRA) {
  const T step = rate[0] / ((T)1 - power[0]), rest = (T)1 - beta1[0], b2 = beta2[0], e = epsilon[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T first = m[i] + (gradient - m[i]) * rest;
    const T decayed = b2 * s[i], size = gradient < 0 ? -gradient : gradient;
    const T second = decayed > size ? decayed : size;
    m[i] = first;
    s[i] = second;
    v[i] -= step * (first / (second + e));
  }
}
#endif

#ifdef ADAGRAD_V2
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *epsilon, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], e = epsilon[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    if (UPDATE_SLOTS) s[i] += gradient * gradient;
    v[i] -= gradient * r / ((T)sqrt(s[i]) + e);
  }
}
#endif

#ifdef ADD_SIGN
KERNEL(256) ENTRY(update)(T *v, T *m, const T *rate, const T *alpha, const T *decay, const T *beta,
                          const T *g, long long count EXTRA) {
  const T r = rate[0], a = alpha[0], d = decay[0], b = beta[0], rest = (T)1 - b;
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
    const T moment = m[i] * b + gradient * rest;
    m[i] = moment;
    v[i] -= r * (a + d * (sign_of(gradient) * sign_of(moment))) * gradient;
  }
}
#endif

#ifdef PROXIMAL_ADAGRAD
KERNEL(256) ENTRY(update)(T *v, T *s, const T *rate, const T *first, const T *second, const T *g,
                          long long count EXTRA) {
  const T r = rate[0], l1 = first[0], l2 = second[0];
  FOR_EACH(i, count) {
    const T gradient = GRADIENT(i);
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
