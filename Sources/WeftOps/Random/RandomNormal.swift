import WeftGraph

/// TensorFlow's `RandomStandardNormal`: normal numbers of mean 0 and deviation 1.
public struct RandomStandardNormal: RandomFillDefinition {
  public static let typeName = "RandomStandardNormal"
  public static let distribution = RandomDistribution.normal
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
  /// Normal numbers of a mean and a standard deviation.
  ///
  /// ```swift
  /// let noise = graph.randomNormal([128, 100], mean: 0, stddev: 0.1, seed: 7)
  /// ```
  /// Makes the operations that TensorFlow 1 makes: `z * stddev + mean`. Gradient: none.
  ///
  /// - Parameter seed: makes the numbers reproducible; see ``WeftGraph/Graph/seedPair(_:for:)``.
  public func randomNormal<S: FloatingScalar>(
    _ shape: [Int], mean: S = 0, stddev: S = 1, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    randomNormal(
      shape, mean: mean, stddev: stddev, seed: seed, name: name,
      at: SourceLocation(fileID, line))
  }

  /// The same, of a shape computed in the graph.
  public func randomNormal<S: FloatingScalar, I: IndexScalar>(
    shape: some NodeConvertible<I>, mean: S = 0, stddev: S = 1, seed: Int? = nil,
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    scaledNormal(
      shape.node.output, mean, stddev, name ?? "random_normal", "RandomStandardNormal", seed,
      SourceLocation(fileID, line)
    ) { RandomStandardNormal(dtype: S.dtype, seed: $0, seed2: $1) }
  }

  func randomNormal<S: FloatingScalar>(
    _ shape: [Int], mean: S, stddev: S, seed: Int?, name: String?, at location: SourceLocation?
  ) -> Node<S> {
    let name = name ?? "random_normal"
    let vector = indices(shape, name: "\(name)/shape", at: location)
    return scaledNormal(
      vector.output, mean, stddev, name, "RandomStandardNormal", seed, location
    ) { RandomStandardNormal(dtype: S.dtype, seed: $0, seed2: $1) }
  }
}

extension Graph {
  /// `z * stddev + mean`, with the operations and names of TensorFlow 1.
  func scaledNormal<S: FloatingScalar>(
    _ shape: Output, _ mean: S, _ stddev: S, _ name: String, _ label: String, _ seed: Int?,
    _ location: SourceLocation?, _ define: (Int64, Int64) -> any OpDefinition
  ) -> Node<S> {
    let center = constant(Tensor(mean), name: "\(name)/mean", at: location)
    let width = constant(Tensor(stddev), name: "\(name)/stddev", at: location)
    let draw = add(inputs: [shape], name: "\(name)/\(label)", at: location) { planned in
      let pair = self.seedPair(seed, for: planned)
      return define(pair.seed, pair.seed2)
    }
    let normal = Node<S>(output: draw.output(0))
    let scaled: Node<S> = apply(Mul(), [normal, width], name: "\(name)/mul", at: location)
    return apply(Add(), [scaled, center], name: name, at: location)
  }
}
