import Weft

/// Rows with aligned columns below a heading that counts them.
struct Table {
  let heading: String
  let rows: [[String]]
  /// Columns of numbers are aligned to the right.
  var numbers: Set<Int> = []

  /// The text; empty for no row.
  var text: String {
    guard let first = rows.first else { return "" }
    var lines = ["\(rows.count) \(heading)\(rows.count == 1 ? "" : "s")"]
    let widths = first.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        if numbers.contains(column) { return space + cell }
        return column == row.count - 1 ? cell : cell + space
      }
      lines.append("  " + cells.joined(separator: "  "))
    }
    return lines.joined(separator: "\n")
  }
}

/// Bytes as people read them: `12 B`, `3.4 KB`, `1.2 GB`.
func size(_ bytes: Int) -> String {
  if bytes < 1000 { return "\(bytes) B" }
  var value = Double(bytes)
  var units = ["KB", "MB", "GB", "TB"][...]
  while value >= 999_950, units.count > 1 {
    value /= 1000
    units.removeFirst()
  }
  let tenths = Int((value / 100).rounded())
  return "\(tenths / 10).\(tenths % 10) \(units.first ?? "TB")"
}

/// A number with spaces between thousands, as tables of large counts need it.
func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert(digits, at: 0)
  return (number < 0 ? "-" : "") + groups.joined(separator: ",")
}

/// What a file holds, to be printed.
struct Inspection {
  /// What it is, in one line.
  let title: String
  var tables: [Table] = []
  /// What all of it comes to, in one line.
  var total = ""

  var text: String {
    ([title] + tables.map(\.text) + [total]).filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}
