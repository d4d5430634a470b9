import WeftGraph

/// TensorFlow's `RandomUniform`: real numbers in [0, 1).
public struct RandomUniform: RandomFillDefinition {
  public static let typeName = "RandomUniform"
  public static let distribution = RandomDistribution.uniform
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
  /// Real numbers drawn evenly from [min, max).
  ///
  /// ```swift
  /// let noise = graph.randomUniform([128, 100], min: -1, max: 1, seed: 7)
  /// ```
  /// Makes the operations that TensorFlow 1 makes: `u * (max - min) + min`. Gradient: none.
  ///
  /// - Parameter seed: makes the numbers reproducible; see ``WeftGraph/Graph/seedPair(_:for:)``.
  public func randomUniform<S: FloatingScalar>(
    _ shape: [Int], min: S = 0, max: S = 1, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    randomUniform(
      shape, min: min, max: max, seed: seed, name: name, at: SourceLocation(fileID, line))
  }

  /// Real numbers drawn evenly from [min, max), of a shape computed in the graph.
  public func randomUniform<S: FloatingScalar, I: IndexScalar>(
    shape: some NodeConvertible<I>, min: S = 0, max: S = 1, seed: Int? = nil,
    name: String? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    scaledUniform(
      shape.node.output, min, max, seed, name ?? "random_uniform", SourceLocation(fileID, line))
  }

  func randomUniform<S: FloatingScalar>(
    _ shape: [Int], min: S, max: S, seed: Int?, name: String?, at location: SourceLocation?
  ) -> Node<S> {
    let name = name ?? "random_uniform"
    let vector = indices(shape, name: "\(name)/shape", at: location)
    return scaledUniform(vector.output, min, max, seed, name, location)
  }

  private func scaledUniform<S: FloatingScalar>(
    _ shape: Output, _ min: S, _ max: S, _ seed: Int?, _ name: String,
    _ location: SourceLocation?
  ) -> Node<S> {
    let low = constant(Tensor(min), name: "\(name)/min", at: location)
    let high = constant(Tensor(max), name: "\(name)/max", at: location)
    let draw = add(inputs: [shape], name: "\(name)/RandomUniform", at: location) { planned in
      let pair = self.seedPair(seed, for: planned)
      return RandomUniform(dtype: S.dtype, seed: pair.seed, seed2: pair.seed2)
    }
    let uniform = Node<S>(output: draw.output(0))
    let range: Node<S> = apply(Sub(), [high, low], name: "\(name)/sub", at: location)
    let scaled: Node<S> = apply(Mul(), [uniform, range], name: "\(name)/mul", at: location)
    return apply(Add(), [scaled, low], name: name, at: location)
  }
}
