// What convolutions and pooling share: places of images without divisions.

// Division of a number below 2^31 by one known while planning (D. Lemire, O. Kaser, N. Kurz, 2019;
// T. Granlund, P. Montgomery, 1994).
struct Divider { long long divisor, multiplier, shift; };

DEVICE int quotient(int number, const Divider &by) {
  return (int)((__umulhi((unsigned)number, (unsigned)by.multiplier) + (unsigned)number) >>
               (int)by.shift);
}

// The digits of index = (a * middle + b) * last + c.
struct Digits { int a, b, c; };

DEVICE Digits digits(int index, const Divider &middle, const Divider &last) {
  Digits result;
  const int rest = quotient(index, last);
  result.c = index - rest * (int)last.divisor;
  result.a = quotient(rest, middle);
  result.b = rest - result.a * (int)middle.divisor;
  return result;
}
