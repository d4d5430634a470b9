import Glibc

/// A number with a fixed count of digits behind the point.
func fixed(_ value: Double, _ digits: Int) -> String {
  if value.isNaN { return "nan" }
  if value.isInfinite { return value < 0 ? "-inf" : "inf" }
  let scale = pow(10, Double(digits))
  let scaled = (abs(value) * scale).rounded()
  guard scaled < 1e15 else { return "\(value)" }
  let whole = Int(scaled)
  let sign = value < 0 && whole > 0 ? "-" : ""
  let unit = Int(scale)
  if digits == 0 { return "\(sign)\(whole)" }
  let rest = String(whole % unit)
  return "\(sign)\(whole / unit)." + String(repeating: "0", count: digits - rest.count) + rest
}

/// A number with about that many digits that count: `0.01234`, `12.34`, `1.234e-07`.
func significant(_ value: Double, _ digits: Int) -> String {
  guard value.isFinite, value != 0 else { return fixed(value, digits - 1) }
  let exponent = Int(floor(log10(abs(value))))
  if (-4...6).contains(exponent) { return fixed(value, max(0, digits - 1 - exponent)) }
  let mantissa = fixed(value / pow(10, Double(exponent)), digits - 1)
  let size = abs(exponent)
  return "\(mantissa)e\(exponent < 0 ? "-" : "+")\(size < 10 ? "0" : "")\(size)"
}

/// A whole number in groups of three: `12,345`.
func grouped(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  let digits = String(Int(abs(value).rounded()))
  var result = ""
  for (index, digit) in digits.enumerated() {
    if index > 0, (digits.count - index).isMultiple(of: 3) { result += "," }
    result.append(digit)
  }
  return (value < -0.5 ? "-" : "") + result
}

/// A time in seconds as `0:07`, `12:34` or `1:02:03`.
func clock(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "?" }
  let total = Int(max(0, seconds).rounded())
  func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
  let (hours, minutes) = (total / 3600, total / 60 % 60)
  return hours > 0
    ? "\(hours):\(two(minutes)):\(two(total % 60))" : "\(minutes):\(two(total % 60))"
}

/// Text at the right of a field.
func right(_ text: String, _ width: Int) -> String {
  String(repeating: " ", count: max(0, width - text.count)) + text
}
