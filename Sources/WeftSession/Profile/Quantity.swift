/// Numbers with units, for tables.
enum Quantity {
  /// With that many digits behind the point: `12.30`.
  static func rounded(_ value: Double, places: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
    let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
    let whole = Int((value * Double(scale)).rounded())
    let digits = String(abs(whole) % scale)
    let fraction = String(repeating: "0", count: max(0, places - digits.count)) + digits
    let sign = whole < 0 ? "-" : ""
    return "\(sign)\(abs(whole) / scale)" + (places > 0 ? "." + fraction : "")
  }

  /// Nanoseconds as `850 ns`, `12.3 us`, `4.5 ms` or `1.2 s`.
  static func time(_ nanoseconds: Double) -> String {
    switch nanoseconds {
    case ..<1e3: rounded(nanoseconds, places: 0) + " ns"
    case ..<1e6: rounded(nanoseconds / 1e3, places: 1) + " us"
    case ..<1e9: rounded(nanoseconds / 1e6, places: 2) + " ms"
    default: rounded(nanoseconds / 1e9, places: 2) + " s"
    }
  }

  /// With a prefix by thousands: `1.5 GFLOP/s`.
  static func scaled(_ value: Double, _ unit: String) -> String {
    var value = value
    var prefixes = ["", "k", "M", "G", "T", "P"][...]
    while abs(value) >= 1000, prefixes.count > 1 {
      value /= 1000
      prefixes.removeFirst()
    }
    return rounded(value, places: 1) + " " + (prefixes.first ?? "") + unit
  }

  /// Bytes as `1.5 MB`: by thousands, as memory limits are given.
  static func bytes(_ count: Int) -> String {
    count < 1000 ? "\(count) B" : scaled(Double(count), "B")
  }
}

/// Rows of cells as lines with columns of equal width.
enum TextTable {
  static func lines(_ rows: [[String]], rightAligned: Range<Int>) -> [String] {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { column < $0.count ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      var line = row.enumerated().map { column, cell in
        let gap = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? gap + cell : cell + gap
      }.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line
    }
  }
}
