import WeftGraph

/// The mean and the variance over some axes; the variance is that of the whole population.
///
/// ```swift
/// let (mean, variance) = moments(x, axes: [0])
/// ```
/// Formula: mean of x; mean of (x - mean)². Shapes: the axes go, or stay as 1 with `keepDims`.
public func moments<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axes: [Int], keepDims: Bool = false, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> (mean: Node<S>, variance: Node<S>) {
  let x = x.node
  return composite(name ?? "moments", x.graph, SourceLocation(fileID, line)) {
    let center = mean(x, axes: axes, keepDims: true)
    // The mean's share in the gradient of the variance is 0.
    let spread = squaredDifference(x, stopGradient(center))
    let variance = mean(spread, axes: axes, keepDims: keepDims)
    if keepDims { return (center, variance) }
    return (reshape(center, shape(variance)), variance)
  }
}

/// A tensor normalised by a given mean and variance: scale (x - mean) / √(variance + ε) + offset.
///
/// ```swift
/// let (mean, variance) = moments(x, axes: [0])
/// let y = batchNormalization(
///   x, mean: mean, variance: variance, offset: beta, scale: gamma, epsilon: 0.001)
/// ```
/// Shapes: the parameters broadcast to x.
public func batchNormalization<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, mean: some NodeConvertible<S>, variance: some NodeConvertible<S>,
  offset: (any NodeConvertible<S>)? = nil, scale: (any NodeConvertible<S>)? = nil, epsilon: S,
  name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (x, mean, variance) = (x.node, mean.node, variance.node)
  return composite(name ?? "batchnorm", x.graph, SourceLocation(fileID, line)) {
    var factor = rsqrt(variance + epsilon)
    if let scale { factor = factor * scale.node }
    let shifted = mean * factor
    if let offset { return x * factor + (offset.node - shifted) }
    return x * factor - shifted
  }
}

/// A tensor divided by its Euclidean norm over some axes: x / √max(Σ x², ε).
public func l2Normalize<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, axes: [Int]? = nil, epsilon: S = 1e-12, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let x = x.node
  return composite(name ?? "l2_normalize", x.graph, SourceLocation(fileID, line)) {
    let total = sum(square(x), axes: axes, keepDims: true)
    return x * rsqrt(maximum(total, epsilon))
  }
}

/// The share of elements that are 0.
public func zeroFraction<S: NumericScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<Float> {
  let x = x.node
  return composite(name ?? "zero_fraction", x.graph, SourceLocation(fileID, line)) {
    mean(cast(equal(x, x.number(0, "zero")), to: Float.self))
  }
}
