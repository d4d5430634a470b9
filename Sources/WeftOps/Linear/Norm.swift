import WeftGraph

/// Which norm of a vector, or of a matrix as a vector.
public enum NormOrder: Sendable, Hashable {
  /// √Σ x².
  case euclidean
  /// Σ |x|.
  case one
  /// max |x|.
  case infinity
  /// (Σ |x|ᵖ)^(1/p).
  case power(Double)
}

/// The norm over some axes, by default all.
///
/// ```swift
/// let lengths = norm(vectors, axes: [1])
/// ```
public func norm<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ order: NormOrder = .euclidean, axes: [Int]? = nil,
  keepDims: Bool = false, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "norm", x.graph, SourceLocation(fileID, line)) {
    switch order {
    case .euclidean: sqrt(sum(x * x, axes: axes, keepDims: keepDims))
    case .one: sum(abs(x), axes: axes, keepDims: keepDims)
    case .infinity: max(abs(x), axes: axes, keepDims: keepDims)
    case .power(let p): pow(sum(pow(abs(x), S(p)), axes: axes, keepDims: keepDims), S(1 / p))
    }
  }
}
