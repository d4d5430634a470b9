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
}
