import WeftOps

/// How often each class was taken for each other.
///
/// ```swift
/// var confusion = ConfusionMatrix(classes: ["cat", "dog", "newt"])
/// for batch in test.batches(of: 500) {
///   let p = try session.run(prediction, feeding: [x: batch.images])
///   try confusion.add(predictions: p, labels: batch.labels)
/// }
/// print(confusion)
/// ```
public struct ConfusionMatrix: Hashable, Sendable {
  /// The names of the classes.
  public let classes: [String]
  /// How often: `counts[truth][guess]`.
  public private(set) var counts: [[Int]]

  /// An empty matrix over named classes.
  public init(classes: [String]) {
    self.classes = classes
    counts = Array(repeating: Array(repeating: 0, count: classes.count), count: classes.count)
  }

  /// An empty matrix over classes called 0, 1, ...
  public init(classCount: Int) { self.init(classes: (0..<max(0, classCount)).map(String.init)) }

  /// Counts the rows of a batch; see ``accuracy(_:_:)`` for what they may be.
  ///
  /// Throws ``WeftTensor/TensorError`` if the numbers of rows differ or a class is out of range; then
  /// nothing is counted.
  public mutating func add<P: TensorScalar, L: TensorScalar>(
    predictions: Tensor<P>, labels: Tensor<L>
  ) throws(TensorError) {
    let (guesses, truths) = try classPairs(predictions, labels)
    var next = counts
    for (row, (guess, truth)) in zip(guesses, truths).enumerated() {
      guard let guess, let truth else { throw TensorError("row \(row) holds no class") }
      guard classes.indices.contains(guess), classes.indices.contains(truth) else {
        throw TensorError(
          "row \(row) holds the classes \(guess) and \(truth), and there are \(classes.count)")
      }
      next[truth][guess] += 1
    }
    counts = next
  }

  /// The number of rows counted.
  public var total: Int { counts.joined().reduce(0, +) }

  /// The share of rows that are right; NaN if none was counted.
  public var accuracy: Double {
    Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(total)
  }

  /// The share of rows taken for a class that belong to it; NaN if none was.
  public func precision(of index: Int) -> Double {
    Double(counts[index][index]) / Double(counts.reduce(0) { $0 + $1[index] })
  }

  /// The share of rows of a class that are taken for it; NaN if it has none.
  public func recall(of index: Int) -> Double {
    Double(counts[index][index]) / Double(counts[index].reduce(0, +))
  }

  /// The harmonic mean of precision and recall, 2 hits / (rows of the class + rows taken for it).
  public func f1(of index: Int) -> Double {
    let sum = counts[index].reduce(0, +) + counts.reduce(0) { $0 + $1[index] }
    return 2 * Double(counts[index][index]) / Double(sum)
  }
}

extension ConfusionMatrix: CustomStringConvertible {
  /// A table with a row for each true class, a column for each guess, and each class's recall.
  public var description: String {
    let heading = "true \\ guess"
    let names = ([heading, "precision"] + classes).map(\.count).max() ?? 0
    let cells = counts.joined().map { String($0).count } + classes.map(\.count)
    let width = 2 + max(cells.max() ?? 1, 6)
    func left(_ text: String) -> String {
      text + String(repeating: " ", count: max(0, names - text.count))
    }
    func share(_ value: Double) -> String { value.isNaN ? "-" : fixed(100 * value, 1) + "%" }
    var lines = [left(heading) + classes.map { right($0, width) }.joined() + right("recall", 9)]
    for (index, row) in counts.enumerated() {
      lines.append(
        left(classes[index]) + row.map { right(String($0), width) }.joined()
          + right(share(recall(of: index)), 9))
    }
    lines.append(
      left("precision") + counts.indices.map { right(share(precision(of: $0)), width) }.joined()
        + right(share(accuracy), 9))
    return lines.joined(separator: "\n")
  }
}
