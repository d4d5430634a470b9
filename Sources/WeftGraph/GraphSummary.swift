extension Graph {
  /// A table of the layers: the variables by scope, their shapes, the numbers of parameters.
  ///
  /// ```
  /// layer    parameters              count
  /// ──────────────────────────────────────
  /// dense    kernel [784, 10]        7,840
  ///          bias [10]                  10
  /// ──────────────────────────────────────
  /// total, trainable                 7,850
  /// ```
  public var summary: String {
    var rows: [(layer: String, parameter: String, count: String)] = []
    var total = 0
    var fixed = 0
    var lastLayer: String?
    for variable in variables {
      let parts = variable.name.split(separator: "/").map(String.init)
      let layer = parts.dropLast().joined(separator: "/")
      let count = variable.type.shape.elementCount ?? 0
      if variable.isTrainable { total += count } else { fixed += count }
      rows.append(
        (
          layer == lastLayer ? "" : layer,
          "\(parts.last ?? variable.name) \(variable.type.shape)", grouped(count)
        ))
      lastLayer = layer
    }
    let totals = [("total, trainable", grouped(total)), ("total, fixed", grouped(fixed))]
    let first = max(5, rows.map(\.layer.count).max() ?? 0) + 2
    let second = max(10, rows.map(\.parameter.count).max() ?? 0) + 2
    let third = max(5, (rows.map(\.count) + totals.map(\.1)).map(\.count).max() ?? 0)
    let rule = String(repeating: "─", count: first + second + third)
    func row(_ a: String, _ b: String, _ c: String) -> String {
      a.padded(first) + b.padded(second) + String(repeating: " ", count: max(0, third - c.count))
        + c
    }
    var lines = [row("layer", "parameters", "count"), rule]
    lines += rows.map { row($0.layer, $0.parameter, $0.count) }
    lines.append(rule)
    for (label, count) in totals where label == "total, trainable" || fixed > 0 {
      lines.append(
        label.padded(first + second) + String(repeating: " ", count: max(0, third - count.count))
          + count)
    }
    return lines.joined(separator: "\n")
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}

/// A whole number with commas: 1,234,567.
func grouped(_ value: Int) -> String {
  var result = ""
  for (index, digit) in String(value).reversed().enumerated() {
    if index > 0, index % 3 == 0, digit != "-" { result.append(",") }
    result.append(digit)
  }
  return String(result.reversed())
}
