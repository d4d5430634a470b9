import WeftGraph

/// Each element moved into a range: max(min(x, upper), lower).
///
/// ```swift
/// let safe = clipByValue(probability, 1e-7, 1)
/// ```
/// Gradient: 1 inside the range and at its ends, 0 outside.
public func clipByValue<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ lower: S, _ upper: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "clip_by_value", x.graph, SourceLocation(fileID, line)) {
    maximum(minimum(x, upper), lower)
  }
}

/// A tensor scaled down, if need be, to a Euclidean norm over some axes, by default all.
///
/// Formula: c x / max(‖x‖, c), with c the norm asked for.
public func clipByNorm<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ norm: S, axes: [Int]? = nil, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "clip_by_norm", x.graph, SourceLocation(fileID, line)) {
    let squares = sum(x * x, axes: axes, keepDims: true)
    // The root has no derivative at 0.
    let isPositive: Node<Bool> = squares .> 0
    let safe = select(isPositive, squares, squares.number(1, "ones"))
    let actual = select(isPositive, sqrt(safe), squares)
    return x * norm / maximum(actual, norm)
  }
}

/// A tensor scaled down, if need be, to a Euclidean norm per element.
///
/// Formula: c x min(n / ‖x‖, 1 / c), with c the norm asked for and n the number of elements.
public func clipByAverageNorm<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ norm: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "clip_by_average_norm", x.graph, SourceLocation(fileID, line)) {
    let squares = sum(x * x)
    let count: Node<S> = apply(GroupSize(dtype: S.dtype), [x, squares])
    return x * norm * minimum(rsqrt(squares) * count, 1 / norm)
  }
}

/// The Euclidean norm of several tensors taken as one: √Σ x².
///
/// Errors: an empty list.
public func globalNorm<S: FloatingScalar>(
  _ tensors: [Node<S>], name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  guard let graph = tensors.first?.graph else {
    return nodeWithoutOperands(name ?? "globalNorm", at: location)
  }
  return composite(name ?? "global_norm", graph, location) {
    sqrt(addN(tensors.map { l2Loss($0) }) * 2)
  }
}

/// Several tensors scaled down together, if need be, to a Euclidean norm of all taken as one.
///
/// ```swift
/// let (clipped, norm) = clipByGlobalNorm(slopes, 1.25)
/// ```
/// Formula: c min(1 / ‖x‖, 1 / c) x, with c the norm asked for. A norm that is not
/// finite gives NaN. Missing gradients stay missing; at least one must be there.
public func clipByGlobalNorm<S: FloatingScalar>(
  _ tensors: [Node<S>?], _ norm: S, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (clipped: [Node<S>?], norm: Node<S>) {
  let present = tensors.compactMap { $0 }
  let location = SourceLocation(fileID, line)
  guard let graph = present.first?.graph else {
    return (tensors, nodeWithoutOperands(name ?? "clipByGlobalNorm", at: location))
  }
  return composite(name ?? "clip_by_global_norm", graph, location) {
    let actual = globalNorm(present, fileID: fileID, line: line)
    let finite = norm * minimum(1 / actual, 1 / norm)
    // An infinite norm makes NaN of everything, so that it is noticed.
    let scale = finite + (actual - actual)
    return (tensors.map { $0.map { $0 * scale } }, actual)
  }
}
