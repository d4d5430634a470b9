import WeftGraph

/// TensorFlow's `TruncatedNormal`: normal numbers of magnitude below 2: others are drawn again.
public struct TruncatedNormal: RandomFillDefinition {
  public static let typeName = "TruncatedNormal"
  public static let distribution = RandomDistribution.truncatedNormal
  public let dtype: DType
  public let seed: Int64
  public let seed2: Int64
  public init(dtype: DType, seed: Int64, seed2: Int64) {
    self.dtype = dtype
    self.seed = seed
    self.seed2 = seed2
  }
}

extension Graph {
  /// Normal numbers, none further than two standard deviations from the mean: others are drawn
  /// again.
  ///
  /// ```swift
  /// let weights = graph.truncatedNormal([784, 10], stddev: 0.1, seed: 7)
  /// ```
  /// Makes the operations that TensorFlow 1 makes: `z * stddev + mean`. Gradient: none.
  ///
  /// - Parameter seed: makes the numbers reproducible; see ``WeftGraph/Graph/seedPair(_:for:)``.
  public func truncatedNormal<S: FloatingScalar>(
    _ shape: [Int], mean: S = 0, stddev: S = 1, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    truncatedNormal(
      shape, mean: mean, stddev: stddev, seed: seed, name: name,
      at: SourceLocation(fileID, line))
  }

  /// The same, of a shape computed in the graph.
  public func truncatedNormal<S: FloatingScalar, I: IndexScalar>(
    shape: some NodeConvertible<I>, mean: S = 0, stddev: S = 1, seed: Int? = nil,
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    scaledNormal(
      shape.node.output, mean, stddev, name ?? "truncated_normal", "TruncatedNormal", seed,
      SourceLocation(fileID, line)
    ) { TruncatedNormal(dtype: S.dtype, seed: $0, seed2: $1) }
  }

  func truncatedNormal<S: FloatingScalar>(
    _ shape: [Int], mean: S, stddev: S, seed: Int?, name: String?, at location: SourceLocation?
  ) -> Node<S> {
    let name = name ?? "truncated_normal"
    let vector = indices(shape, name: "\(name)/shape", at: location)
    return scaledNormal(
      vector.output, mean, stddev, name, "TruncatedNormal", seed, location
    ) { TruncatedNormal(dtype: S.dtype, seed: $0, seed2: $1) }
  }
}
