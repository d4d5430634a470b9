/// How NumPy writes the elements of one array: one width and one style for all of them.
struct ElementFormat<Scalar: TensorScalar> {
  private enum Style {
    case boolean
    case integer(width: Int)
    case positional(left: Int, right: Int)
    case scientific(left: Int, fraction: Int, exponent: Int)
  }
  private let style: Style

  /// NumPy's default `precision`.
  static var precision: Int { 8 }

  /// The format that suits the given elements.
  init(_ values: [Scalar]) {
    if Scalar.self == Bool.self {
      style = .boolean
    } else if Scalar.dtype.isInteger {
      style = .integer(width: values.map { "\($0)".utf8.count }.max() ?? 0)
    } else {
      style = Self.floatingStyle(values)
    }
  }

  private static func floatingStyle(_ values: [Scalar]) -> Style {
    let reals = values.map(\.asDouble)
    let finite = values.filter { $0.asDouble.isFinite }
    let magnitudes = finite.map { $0.asDouble.magnitude }.filter { $0 > 0 }
    // NumPy looks for signs among infinities only when it widens for them.
    let widestSpecial = finite.count == values.count ? 0 : reals.contains(-.infinity) ? 4 : 3
    let largest = magnitudes.max() ?? 1
    let smallest = magnitudes.min() ?? 1
    if finite.isEmpty {
      return .positional(left: max(0, widestSpecial - 1), right: 0)
    }
    if largest >= largestPositional || smallest < Scalar(converting: 0.0001).asDouble
      || ratio(largest, smallest) > 1000
    {
      let texts = finite.map { NumberText(scientific: $0, precision: precision) }
      let fraction = texts.map(\.fraction.utf8.count).max() ?? 0
      let exponent = texts.map(\.exponentDigits).max() ?? 2
      let left = texts.map(\.whole.utf8.count).max() ?? 0
      let right = exponent + 2 + fraction
      return .scientific(
        left: max(left, widestSpecial - right - 1), fraction: fraction, exponent: exponent)
    }
    let texts = finite.map { NumberText(positional: $0, precision: precision) }
    let left = texts.map(\.whole.utf8.count).max() ?? 0
    let right = texts.map(\.fraction.utf8.count).max() ?? 0
    return .positional(left: max(left, widestSpecial - right - 1), right: right)
  }

  /// From here on NumPy writes an array in scientific style.
  private static var largestPositional: Double {
    switch Scalar.dtype {
    case .float16: 1e3
    case .float32, .bfloat16: 1e6
    default: 1e8
    }
  }

  /// The quotient in the precision of the element type, in which NumPy computes it.
  private static func ratio(_ a: Double, _ b: Double) -> Double {
    switch Scalar.dtype {
    case .float16: Double(Float16(a) / Float16(b))
    case .float64: a / b
    default: Double(Float(a) / Float(b))
    }
  }

  /// One element, padded to the common width.
  func callAsFunction(_ value: Scalar) -> String {
    switch style {
    case .boolean:
      return value.asDouble != 0 ? " True" : "False"
    case .integer(let width):
      return "\(value)".padded(toLeft: width)
    case .positional(let left, let right):
      if let special = specialText(value) { return special.padded(toLeft: left + right + 1) }
      let text = NumberText(positional: value, precision: Self.precision)
      return text.whole.padded(toLeft: left) + "." + text.fraction.padded(toRight: right, with: " ")
    case .scientific(let left, let fraction, let exponent):
      if let special = specialText(value) {
        return special.padded(toLeft: left + fraction + exponent + 3)
      }
      let text = NumberText(scientific: value, exactFraction: fraction)
      return text.whole.padded(toLeft: left) + "."
        + text.fraction.padded(toRight: fraction, with: "0")
        + text.exponent(digits: exponent)
    }
  }

  /// A single value as NumPy prints a scalar: all digits that tell it from its neighbours.
  static func scalarText(_ value: Scalar) -> String {
    if Scalar.self == Bool.self { return value.asDouble != 0 ? "True" : "False" }
    if Scalar.dtype.isInteger { return "\(value)" }
    if let special = specialText(value) { return special }
    let magnitude = value.asDouble.magnitude
    let limit = Scalar.dtype == .float64 ? 1e16 : largestPositional
    if magnitude == 0 || (magnitude >= 1e-4 && magnitude < limit) {
      let text = NumberText(positional: value, precision: nil)
      return text.whole + "." + (text.fraction.isEmpty ? "0" : text.fraction)
    }
    let text = NumberText(scientific: value, precision: nil)
    return text.whole + (text.fraction.isEmpty ? "" : "." + text.fraction)
      + text.exponent(digits: 2)
  }
}

private func specialText<Scalar: TensorScalar>(_ value: Scalar) -> String? {
  let real = value.asDouble
  if real.isNaN { return "nan" }
  return real.isInfinite ? (real < 0 ? "-inf" : "inf") : nil
}

/// The parts of a written number: `whole.fraction` and a power of ten.
private struct NumberText {
  var whole: String
  var fraction: String
  var power = 0

  init<Scalar: TensorScalar>(positional value: Scalar, precision: Int?) {
    var decimal = DecimalDigits(shortest: value)
    if let precision, decimal.digits.count - decimal.exponent > precision {
      let exact = DecimalDigits(exactly: value.asDouble)
      decimal = exact.rounded(toDigits: exact.exponent + precision)
    }
    let point = max(0, decimal.exponent)
    let padded = decimal.digits + [UInt8](repeating: 0, count: max(0, point - decimal.digits.count))
    whole = point == 0 ? "0" : text(padded[..<point])
    fraction =
      decimal.digits.isEmpty
      ? "" : String(repeating: "0", count: max(0, -decimal.exponent)) + text(padded[point...])
    if value.asDouble.sign == .minus { whole = "-" + whole }
  }

  init<Scalar: TensorScalar>(scientific value: Scalar, precision: Int?) {
    var decimal = DecimalDigits(shortest: value)
    if let precision, decimal.digits.count > precision + 1 {
      decimal = DecimalDigits(exactly: value.asDouble).rounded(toDigits: precision + 1)
    }
    self.init(scientific: decimal, isNegative: value.asDouble.sign == .minus)
  }

  /// NumPy fills the common width with true digits, not with zeros.
  init<Scalar: TensorScalar>(scientific value: Scalar, exactFraction: Int) {
    let decimal = DecimalDigits(exactly: value.asDouble).rounded(toDigits: exactFraction + 1)
    self.init(scientific: decimal, isNegative: value.asDouble.sign == .minus)
  }

  private init(scientific decimal: DecimalDigits, isNegative: Bool) {
    whole =
      (isNegative ? "-" : "") + (decimal.digits.isEmpty ? "0" : text(decimal.digits.prefix(1)))
    fraction = text(decimal.digits.dropFirst())
    power = decimal.digits.isEmpty ? 0 : decimal.exponent - 1
  }

  var exponentDigits: Int { max(2, "\(power.magnitude)".utf8.count) }

  func exponent(digits: Int) -> String {
    let magnitude = "\(power.magnitude)"
    return (power < 0 ? "e-" : "e+")
      + String(repeating: "0", count: max(0, digits - magnitude.utf8.count)) + magnitude
  }
}

extension DecimalDigits {
  /// The fewest digits that read back as the same value.
  fileprivate init<Scalar: TensorScalar>(shortest value: Scalar) {
    switch Scalar.dtype {
    case .float64: self.init(literal: value.asDouble.description)
    case .float16: self.init(shortestHalf: Float16(value.asDouble))
    default: self.init(literal: Float(value.asDouble).description)
    }
  }

  // Swift writes whole numbers of this type with more digits than they need.
  private init(shortestHalf value: Float16) {
    self.init(exactly: Double(value))
    for count in 1..<5 {
      let shorter = rounded(toDigits: count)
      if Float16(shorter.approximateValue) == value.magnitude {
        self = shorter
        return
      }
    }
    self = rounded(toDigits: 5)
  }

  private var approximateValue: Double {
    let number = digits.reduce(0.0) { $0 * 10 + Double($1) }
    let power = (0..<abs(exponent - digits.count)).reduce(1.0) { product, _ in product * 10 }
    return exponent >= digits.count ? number * power : number / power
  }
}

private func text(_ digits: ArraySlice<UInt8>) -> String {
  String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
}

extension String {
  fileprivate func padded(toLeft width: Int) -> String {
    String(repeating: " ", count: max(0, width - utf8.count)) + self
  }
  fileprivate func padded(toRight width: Int, with filler: String) -> String {
    self + String(repeating: filler, count: max(0, width - utf8.count))
  }
}
