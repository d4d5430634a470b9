import WeftGraph

/// TensorFlow's `Prod`: the product over some axes.
public struct Prod: ReductionDefinition {
  public static let typeName = "Prod"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .prod }

  /// The gradient times the product of all other elements, never by division: right where elements
  /// are 0, and differentiable again. One axis after the other is reduced.
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let x = context.input(0)
    let axesNode = context.input(1, as: Int32.self)
    if axesNode.operation.definition is AllAxes {
      let flat = reshape(x, [-1])
      return [reshape(otherFactors(flat, axis: 0) * context.gradient(0), shapeNode(x.output)), nil]
    }
    guard let axes = axesNode.operation.definition.constantValue?.integers else { return nil }
    let kept: Node<Int32> = apply(KeptShape(), [x, axesNode])
    var gradient: Node<S> = apply(Reshape(), [context.gradient(0), kept])
    var partial = x
    var others: [Node<S>] = []
    for axis in axes {
      others.append(otherFactors(partial, axis: axis))
      partial = prod(partial, axes: [axis], keepDims: true)
    }
    for factor in others.reversed() { gradient = factor * gradient }
    return [gradient, nil]
  }
}

/// The product of all other elements along an axis.
private func otherFactors<S: FloatingScalar>(_ x: Node<S>, axis: Int) -> Node<S> {
  let before = cumprod(x, axis: axis, exclusive: true)
  let after = cumprod(x, axis: axis, exclusive: true, reverse: true)
  return before * after
}

/// The product over some axes, by default all; 1 over no elements.
///
/// Gradient: the product of the other elements.
public func prod<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  reduction(Prod(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}
