import WeftGraph

/// TensorFlow's `Add`.
public struct Add: PointwiseDefinition {
  public static let typeName = "Add"
  public init() {}
  public var expression: ScalarExpression { .input(0) + .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return sumToShapes(g, g, of: context)
  }
}

/// TensorFlow's `AddV2`: what later versions write for `Add`.
public struct AddV2: PointwiseDefinition {
  public static let typeName = "AddV2"
  public init() {}
  public var expression: ScalarExpression { .input(0) + .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return sumToShapes(g, g, of: context)
  }
}

/// TensorFlow's `Sub`.
public struct Sub: PointwiseDefinition {
  public static let typeName = "Sub"
  public init() {}
  public var expression: ScalarExpression { .input(0) - .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return sumToShapes(g, -g, of: context)
  }
}

/// TensorFlow's `Mul`.
public struct Mul: PointwiseDefinition {
  public static let typeName = "Mul"
  public init() {}
  public var expression: ScalarExpression { .input(0) * .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return sumToShapes(g * context.input(1), g * context.input(0), of: context)
  }
}

/// TensorFlow's `RealDiv`.
public struct RealDiv: PointwiseDefinition {
  public static let typeName = "RealDiv"
  public init() {}
  public var expression: ScalarExpression { .input(0) / .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let (x, y) = (context.input(0), context.input(1))
    return sumToShapes(g / y, g * (-x / y / y), of: context)
  }
}

/// TensorFlow's `Neg`.
public struct Neg: PointwiseDefinition {
  public static let typeName = "Neg"
  public init() {}
  public var expression: ScalarExpression { -.input(0) }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [-context.gradient(0)]
  }
}

/// TensorFlow's `AddN`: the sum of operands of one shape.
public struct AddN: PointwiseDefinition {
  public static let typeName = "AddN"
  /// How many operands ``addN(_:name:fileID:line:)`` and gradients give to one operation at most.
  public static let operandLimit = 1024
  public let count: Int
  public init(count: Int) { self.count = count }
  public var attributes: [Attribute] { [Attribute("N", .int(count))] }
  public var inputCount: Int { count }
  public var expression: ScalarExpression { Self.total(0..<max(count, 1)) }

  /// From left to right, and in halves beyond 64 operands: a formula as deep as it is long would
  /// exhaust the stack of whatever walks it.
  private static func total(_ operands: Range<Int>) -> ScalarExpression {
    if operands.count > 64 {
      let middle = operands.lowerBound + operands.count / 2
      return total(operands.lowerBound..<middle) + total(middle..<operands.upperBound)
    }
    return operands.dropFirst().reduce(.input(operands.lowerBound)) { $0 + .input($1) }
  }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: count)
    try context.requireSameType()
    var shape = TensorShape.unknown
    for input in context.inputs {
      guard let merged = shape.merged(with: input.shape) else {
        throw OpFailure("shapes differ: \(shape) and \(input.shape)", code: .invalidShape)
      }
      shape = merged
    }
    guard let dtype = context.inputs.first?.dtype else { throw OpFailure("needs an operand") }
    guard dtype.isFloating || dtype.isInteger else {
      throw OpFailure("add is not defined for \(dtype)", code: .invalidType)
    }
    return [TensorType(dtype, shape)]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    Array(repeating: context.gradient(0), count: count)
  }
}

/// The sum of nodes of one shape, in one pass.
///
/// ```swift
/// let penalty = addN([l2Loss(w1), l2Loss(w2), l2Loss(w3)])
/// ```
/// Gradient: passes to each operand.
public func addN<S: NumericScalar>(
  _ nodes: [Node<S>], name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  guard nodes.count != 1 else { return nodes[0] }
  if nodes.count > AddN.operandLimit {
    // No kernel takes any number of operands: sums of sums.
    let parts = stride(from: 0, to: nodes.count, by: AddN.operandLimit).map {
      addN(
        Array(nodes[$0..<Swift.min($0 + AddN.operandLimit, nodes.count)]), name: name,
        fileID: fileID, line: line)
    }
    return addN(parts, name: name, fileID: fileID, line: line)
  }
  return apply(
    AddN(count: nodes.count), nodes, name: name, at: SourceLocation(fileID, line))
}
