import Glibc

/// A function of one real number.
func scalarFunction(_ function: UnaryFunction, _ x: Double) -> Double {
  switch function {
  case .negate: -x
  case .abs: Swift.abs(x)
  case .sign: x.isNaN ? x : x > 0 ? 1 : x < 0 ? -1 : 0
  case .reciprocal: 1 / x
  case .square: x * x
  case .sqrt: x.squareRoot()
  case .rsqrt: 1 / x.squareRoot()
  case .exp: Glibc.exp(x)
  case .expm1: Glibc.expm1(x)
  case .log: Glibc.log(x)
  case .log1p: Glibc.log1p(x)
  case .sin: Glibc.sin(x)
  case .cos: Glibc.cos(x)
  case .tan: Glibc.tan(x)
  case .asin: Glibc.asin(x)
  case .acos: Glibc.acos(x)
  case .atan: Glibc.atan(x)
  case .sinh: Glibc.sinh(x)
  case .cosh: Glibc.cosh(x)
  case .tanh: Glibc.tanh(x)
  case .asinh: Glibc.asinh(x)
  case .acosh: Glibc.acosh(x)
  case .atanh: Glibc.atanh(x)
  case .sigmoid: x >= 0 ? 1 / (1 + Glibc.exp(-x)) : Glibc.exp(x) / (1 + Glibc.exp(x))
  case .softplus: x > 0 ? x + Glibc.log1p(Glibc.exp(-x)) : Glibc.log1p(Glibc.exp(x))
  case .erf: Glibc.erf(x)
  case .erfc: Glibc.erfc(x)
  case .lgamma: Glibc.lgamma(x)
  case .digamma: digamma(x)
  case .floor: x.rounded(.down)
  case .ceil: x.rounded(.up)
  case .rint: x.rounded(.toNearestOrEven)
  case .trunc: x.rounded(.towardZero)
  }
}

/// The derivative of log Γ: reflection for negative numbers, recurrence up to 10, then the
/// asymptotic series (Abramowitz and Stegun 6.3.6, 6.3.7, 6.3.18). NaN at the poles: 0, -1, -2, ...
private func digamma(_ x: Double) -> Double {
  if x.isNaN || x == -.infinity { return .nan }
  if x <= 0 {
    if x == x.rounded() { return .nan }
    return digamma(1 - x) - .pi / Glibc.tan(.pi * x)
  }
  var x = x
  var sum = 0.0
  while x < 10 {
    sum -= 1 / x
    x += 1
  }
  let z = 1 / (x * x)
  let series =
    z * (1.0 / 12 - z * (1.0 / 120 - z * (1.0 / 252 - z * (1.0 / 240 - z * (1.0 / 132)))))
  return sum + Glibc.log(x) - 0.5 / x - series
}

/// A function of two real numbers.
func scalarFunction(_ function: BinaryFunction, _ x: Double, _ y: Double) -> Double {
  switch function {
  case .add: return x + y
  case .subtract: return x - y
  case .multiply: return x * y
  case .divide: return x / y
  case .floorDivide: return (x / y).rounded(.down)
  case .floorModulo:
    let rest = fmod(x, y)
    return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
  case .truncateModulo: return fmod(x, y)
  case .power: return Glibc.pow(x, y)
  case .maximum: return x.isNaN || y.isNaN ? .nan : Swift.max(x, y)
  case .minimum: return x.isNaN || y.isNaN ? .nan : Swift.min(x, y)
  case .atan2: return Glibc.atan2(x, y)
  case .logicalAnd, .logicalOr, .logicalXor: return .nan
  }
}

/// A function of one integer, in 64 bits.
func integerFunction(_ function: UnaryFunction, _ x: Int64) -> Int64 {
  switch function {
  case .negate: 0 &- x
  case .abs: x < 0 ? 0 &- x : x
  case .sign: x.signum()
  case .square: x &* x
  default: x
  }
}

/// A function of two integers, in 64 bits; divisors are not 0 and exponents not negative.
func integerFunction(_ function: BinaryFunction, _ x: Int64, _ y: Int64) -> Int64 {
  switch function {
  case .add: return x &+ y
  case .subtract: return x &- y
  case .multiply: return x &* y
  case .divide: return x.dividedReportingOverflow(by: y).partialValue
  case .floorDivide:
    let quotient = x.dividedReportingOverflow(by: y).partialValue
    let rest = x.remainderReportingOverflow(dividingBy: y).partialValue
    return rest != 0 && (rest < 0) != (y < 0) ? quotient &- 1 : quotient
  case .floorModulo:
    let rest = x.remainderReportingOverflow(dividingBy: y).partialValue
    return rest != 0 && (rest < 0) != (y < 0) ? rest &+ y : rest
  case .truncateModulo: return x.remainderReportingOverflow(dividingBy: y).partialValue
  case .power:
    var (result, base, exponent) = (Int64(1), x, y)
    while exponent > 0 {
      if exponent & 1 == 1 { result = result &* base }
      base = base &* base
      exponent >>= 1
    }
    return result
  case .maximum: return Swift.max(x, y)
  case .minimum: return Swift.min(x, y)
  case .logicalAnd: return x & y
  case .logicalOr: return x | y
  case .logicalXor: return x ^ y
  case .atan2: return 0
  }
}
