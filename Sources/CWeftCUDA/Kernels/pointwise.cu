// What generated formulas call.

// Neighbours that are read and written together, in up to sixteen bytes at a time.
template <class Element>
struct alignas(sizeof(Element) < 4 ? 4 * sizeof(Element) : 16) Pack {
  Element at[4];
};

DEVICE float floor_modulo(float x, float y) {
  const float rest = fmodf(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
DEVICE double floor_modulo(double x, double y) {
  const double rest = fmod(x, y);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}

// Real to whole: towards zero, the nearest bound outside the range, 0 for NaN.
DEVICE int to_int32(double x) {
  return x != x ? 0 : x >= 2147483647.0 ? 2147483647 : x <= -2147483648.0 ? -2147483647 - 1 : (int)x;
}
DEVICE long long to_int64(double x) {
  return x != x ? 0
         : x >= 9223372036854775807.0  ? 0x7fffffffffffffffLL
         : x <= -9223372036854775808.0 ? -0x7fffffffffffffffLL - 1
                                       : (long long)x;
}
DEVICE unsigned char to_uint8(double x) {
  return x != x || x <= 0 ? 0 : x >= 255 ? 255 : (unsigned char)x;
}

#define NO_DIVISOR(y, status) \
  if ((y) == 0) { \
    fail(status, 1, 0); \
    return 0; \
  }
DEVICE long long integer_divide(long long x, long long y, unsigned long long *status) {
  NO_DIVISOR(y, status)
  return y == -1 ? (long long)(0ULL - (unsigned long long)x) : x / y;
}
DEVICE long long integer_modulo(long long x, long long y, unsigned long long *status) {
  NO_DIVISOR(y, status)
  return y == -1 ? 0 : x % y;
}
DEVICE long long integer_floor_divide(long long x, long long y, unsigned long long *status) {
  const long long rest = integer_modulo(x, y, status);
  const long long quotient = integer_divide(x, y, status);
  return rest != 0 && (rest < 0) != (y < 0) ? quotient - 1 : quotient;
}
DEVICE long long integer_floor_modulo(long long x, long long y, unsigned long long *status) {
  const long long rest = integer_modulo(x, y, status);
  return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest;
}
DEVICE long long integer_power(long long x, long long y, unsigned long long *status) {
  if (y < 0) {
    fail(status, 2, 0);
    return 0;
  }
  unsigned long long result = 1, base = (unsigned long long)x;
  for (long long exponent = y; exponent > 0; exponent >>= 1) {
    if (exponent & 1) result *= base;
    base *= base;
  }
  return (long long)result;
}

// The derivative of log Γ: reflection below 0, recurrence up to 10, then the asymptotic series
// (Abramowitz and Stegun 6.3.6, 6.3.7, 6.3.18).
DEVICE double digamma(double x) {
  if (x != x || x == -(double)WEFT_INFINITY) return (double)WEFT_NAN;
  double sum = 0;
  if (x <= 0) {
    if (x == floor(x)) return (double)WEFT_NAN;
    sum = -3.14159265358979323846 / tan(3.14159265358979323846 * x);
    x = 1 - x;
  }
  while (x < 10) {
    sum -= 1 / x;
    x += 1;
  }
  const double z = 1 / (x * x);
  const double series =
      z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132)))));
  return sum + log(x) - 0.5 / x - series;
}
