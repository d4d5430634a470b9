import WeftGraph

/// Keeps each element with a probability, scaled so that the mean stays, and sets the others to 0.
///
/// Formula: x (1 / (1 - r)) [u ≥ r], with r = 1 - keep and u drawn evenly from [0, 1), as TensorFlow
/// 1.15 computes it.
///
/// ```swift
/// let hidden = dropout(relu(matmul(x, w) + b), keep: 0.5)
/// ```
/// - Parameters:
///   - keep: the probability to keep an element, above 0 and at most 1. With 1 nothing is added to
///     the graph.
///   - noiseShape: the shape of the random numbers, broadcast to x; that of x by default.
///   - seed: makes the choice reproducible.
///
/// Gradient: that of the kept elements, scaled the same.
public func dropout<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, keep: some BinaryFloatingPoint, noiseShape: [Int]? = nil,
  seed: Int? = nil, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, location, keep) = (x.node, SourceLocation(fileID, line), Double(keep))
  guard keep > 0, keep <= 1 else {
    x.graph.report(
      GraphError(
        .invalidArgument, "keep is \(keep), which is no probability above 0",
        subject: "dropout of '\(x.name)'", location: location))
    return x
  }
  if keep == 1 { return x }
  return composite(name ?? "dropout", x.graph, location) {
    let rate = x.graph.constant(Tensor(S(1 - keep)), name: "rate", at: location)
    return masked(x, rate, noiseShape, seed)
  }
}

/// Keeps each element with a probability computed in the graph, so that it can be fed.
///
/// ```swift
/// let keep = graph.placeholder(Float.self, shape: [], name: "keep")
/// let hidden = dropout(x, keep: keep)
/// ```
public func dropout<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, keep: some NodeConvertible<S>, noiseShape: [Int]? = nil,
  seed: Int? = nil, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, keep) = (x.node, keep.node)
  return composite(name ?? "dropout", x.graph, SourceLocation(fileID, line)) {
    masked(x, 1 - keep, noiseShape, seed)
  }
}

private func masked<S: FloatingScalar>(
  _ x: Node<S>, _ rate: Node<S>, _ noiseShape: [Int]?, _ seed: Int?
) -> Node<S> {
  let noise: Node<S> =
    noiseShape.map { x.graph.randomUniform($0, seed: seed) }
    ?? x.graph.randomUniform(shape: shape(x), seed: seed)
  let scale = 1 / (1 - rate)
  let isKept: Node<Bool> = noise .>= rate
  return x * scale * cast(isKept, to: S.self)
}
