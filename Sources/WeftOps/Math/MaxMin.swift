import WeftGraph

/// TensorFlow's `Max`: the largest element over some axes.
public struct Max: ReductionDefinition {
  public static let typeName = "Max"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .max }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    splitAmongTies(context)
  }
}

/// TensorFlow's `Min`: the smallest element over some axes.
public struct Min: ReductionDefinition {
  public static let typeName = "Min"
  public let keepDims: Bool
  public init(keepDims: Bool) { self.keepDims = keepDims }
  public var function: ReductionFunction { .min }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    splitAmongTies(context)
  }
}

/// The gradient in equal parts to all elements that equal the result.
private func splitAmongTies<S: FloatingScalar>(_ context: GradientContext<S>)
  -> [(any AnyNode)?]?
{
  let x = context.input(0)
  let axes = context.input(1, as: Int32.self)
  let kept: Node<Int32> = apply(KeptShape(), [x, axes])
  let result: Node<S> = apply(Reshape(), [context.output(0), kept])
  let gradient: Node<S> = apply(Reshape(), [context.gradient(0), kept])
  let chosen: Node<S> = cast(equal(x, result))
  let count: Node<S> = apply(Sum(keepDims: true), [chosen, axes])
  return [chosen / count * gradient, nil]
}

/// The largest element over some axes, by default all; NaN if there is one, -∞ (or the smallest
/// integer) over no elements.
///
/// ```swift
/// let shifted = logits - max(logits, axes: [-1], keepDims: true)
/// ```
/// Gradient: to the largest element; in equal parts where several are largest.
public func max<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  reduction(Max(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}

/// The smallest element over some axes, by default all; NaN if there is one, ∞ (or the largest
/// integer) over no elements.
///
/// Gradient: to the smallest element; in equal parts where several are smallest.
public func min<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  reduction(Min(keepDims: keepDims), x.node, axes, name, SourceLocation(fileID, line))
}
