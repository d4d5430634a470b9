/// Numbers and columns as text.
public enum Text {
  /// A number with so many digits after the point: 3.14.
  public static func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = (value.magnitude * factor).rounded()
    guard scaled < 9e15 else { return "\(value)" }
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let text = String(Int(scaled))
    guard digits > 0 else { return sign + text }
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return sign + padded.dropLast(digits) + "." + padded.suffix(digits)
  }

  /// A number with three or four significant digits: 1940, 12.35, 0.6812, 5.00e-5.
  public static func short(_ value: Double) -> String {
    switch value.magnitude {
    case 1000...: value.magnitude < 1e7 ? fixed(value, 0) : "\(Float(value))"
    case 100..<1000: fixed(value, 1)
    case 10..<100: fixed(value, 2)
    case 0.001..<10: fixed(value, 4)
    case 0: "0"
    case 1e-99..<0.001: small(value)
    default: "\(Float(value))"
    }
  }

  private static func small(_ value: Double) -> String {
    var (mantissa, exponent) = (value.magnitude, 0)
    while mantissa < 0.995 {
      mantissa *= 10
      exponent += 1
    }
    return "\(value < 0 ? "-" : "")\(fixed(mantissa, 2))e-\(exponent)"
  }

  /// A setting as a person would write it: 0.5, 0.01, 5e-05.
  public static func setting(_ value: Double) -> String {
    value == value.rounded() && value.magnitude < 1e6 ? fixed(value, 0) : "\(Float(value))"
  }

  /// A fraction in per cent: 0.9816 gives 98.16%.
  public static func percent(_ fraction: Double, digits: Int = 2) -> String {
    fixed(fraction * 100, digits) + "%"
  }

  /// A whole number with commas: 1,234,567.
  public static func grouped(_ value: Int) -> String {
    var result = ""
    let digits = String(value.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
      result.append(digit)
    }
    return value < 0 ? "-" + result : result
  }

  /// Minutes and seconds, or hours too: 0:07, 12:30, 1:02:03.
  public static func clock(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 360_000 else { return "?" }
    let whole = Int(max(0, seconds).rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let tail = rest < 10 ? "0\(rest)" : "\(rest)"
    guard hours > 0 else { return "\(minutes):\(tail)" }
    return "\(hours):\(minutes < 10 ? "0" : "")\(minutes):\(tail)"
  }

  /// The text moved to the right of a column.
  public static func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }

  /// The text with spaces behind it up to a width.
  public static func left(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
