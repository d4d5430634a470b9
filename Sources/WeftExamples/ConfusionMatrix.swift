/// How often images of each class were given each class.
public struct ConfusionMatrix: Sendable, CustomStringConvertible {
  /// The names of the classes.
  public let names: [String]
  /// A row for each true class, a column for each predicted one.
  public private(set) var counts: [[Int]]

  /// Counts pairs; those with an unknown class are left out.
  public init(predictions: [Int], classes: [Int], names: [String]) {
    self.names = names
    counts = Array(repeating: Array(repeating: 0, count: names.count), count: names.count)
    for (prediction, truth) in zip(predictions, classes)
    where names.indices.contains(prediction) && names.indices.contains(truth) {
      counts[truth][prediction] += 1
    }
  }

  /// A table; the last column is the part of each class that was found.
  public var description: String {
    let width = max(4, (counts.joined().max().map { String($0).count } ?? 0) + 1)
    let corner = "true\\predicted"
    var lines = [corner + names.map { Text.right($0, width) }.joined() + "    found"]
    for (name, row) in zip(names, counts) {
      let total = row.reduce(0, +)
      let right = names.firstIndex(of: name).map { row[$0] } ?? 0
      let cells = row.map { Text.right($0 == 0 ? "." : String($0), width) }.joined()
      let found = total == 0 ? "-" : Text.percent(Double(right) / Double(total), digits: 1)
      lines.append(Text.right(name, corner.count) + cells + Text.right(found, 9))
    }
    return lines.joined(separator: "\n")
  }
}
