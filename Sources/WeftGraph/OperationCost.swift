extension OpDefinition {
  /// One for each element of the results; nothing for a view or a variable.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    if case .view = aliasing { return 0 }
    if effect == .variable { return 0 }
    return outputs.reduce(0) { $0 + elementCount($1) }
  }
}

extension PointwiseDefinition {
  /// The functions of the formula, for each element of the result.
  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    Double(expression.operationCount) * outputs.reduce(0) { $0 + elementCount($1) }
  }
}

extension ScalarExpression {
  /// The number of functions in the formula: `x * y + 1` has two.
  public var operationCount: Int {
    switch self {
    case .input, .constant: 0
    case .unary(_, let a), .test(_, let a), .not(let a), .cast(_, let a): 1 + a.operationCount
    case .binary(_, let a, let b), .compare(_, let a, let b):
      1 + a.operationCount + b.operationCount
    case .select(let c, let a, let b): 1 + c.operationCount + a.operationCount + b.operationCount
    }
  }
}

/// The number of elements of a shape, as a real number: it counts work and must not overflow.
package func elementCount(_ shape: [Int]) -> Double { shape.reduce(1) { $0 * Double($1) } }
