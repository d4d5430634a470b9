import WeftGraph

/// What TensorFlow's stateless random operations have in common: the numbers follow from a seed
/// tensor of two integers alone, equal in every run.
public protocol StatelessRandomDefinition: OpDefinition {
  /// The element type of the result.
  var dtype: DType { get }
}

extension StatelessRandomDefinition {
  public var attributes: [Attribute] { [Attribute("dtype", .type(dtype))] }
  public var inputNames: [String] { ["shape", "seed"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try RandomFill.check(dtype)
    try context.require(1, dtypes: [.int32, .int64])
    guard context.inputs[1].shape.isCompatible(with: [2]) else {
      throw OpFailure(
        "the seed must have the shape [2], not \(context.inputs[1].shape)", code: .invalidShape)
    }
    return [TensorType(dtype, try context.requestedShape(0))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [nil, nil]
  }
  func draw(
    _ distribution: RandomDistribution, _ context: EvaluationContext
  ) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.requestedShape(0)
    let seed = context.inputs[1].integers
    guard seed.count == 2 else {
      throw OpFailure("the seed must be two numbers, not \(seed)", code: .invalidShape)
    }
    let generator = Philox(statelessSeed: Int64(seed[0]), Int64(seed[1]))
    return [try RandomFill.tensor(distribution, dtype, shape: shape, from: generator)]
  }
}

/// TensorFlow's `StatelessRandomUniform`: real numbers in [0, 1).
public struct StatelessRandomUniform: StatelessRandomDefinition {
  public static let typeName = "StatelessRandomUniform"
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try draw(.uniform, context)
  }
}

/// TensorFlow's `StatelessRandomNormal`: normal numbers of mean 0 and deviation 1.
public struct StatelessRandomNormal: StatelessRandomDefinition {
  public static let typeName = "StatelessRandomNormal"
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try draw(.normal, context)
  }
}

/// TensorFlow's `StatelessTruncatedNormal`: normal numbers of magnitude below 2.
public struct StatelessTruncatedNormal: StatelessRandomDefinition {
  public static let typeName = "StatelessTruncatedNormal"
  public let dtype: DType
  public init(dtype: DType) { self.dtype = dtype }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    try draw(.truncatedNormal, context)
  }
}

extension Graph {
  /// Real numbers in [0, 1) that follow from a seed of two integers alone.
  public func statelessRandomUniform<S: FloatingScalar, I: IndexScalar>(
    _ shape: [Int], seed: Node<I>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    stateless(
      StatelessRandomUniform(dtype: S.dtype), shape, seed.output, name,
      SourceLocation(fileID, line))
  }

  /// Normal numbers of mean 0 and deviation 1 that follow from a seed of two integers alone.
  public func statelessRandomNormal<S: FloatingScalar, I: IndexScalar>(
    _ shape: [Int], seed: Node<I>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    stateless(
      StatelessRandomNormal(dtype: S.dtype), shape, seed.output, name,
      SourceLocation(fileID, line))
  }

  /// Normal numbers of magnitude below 2 that follow from a seed of two integers alone.
  public func statelessTruncatedNormal<S: FloatingScalar, I: IndexScalar>(
    _ shape: [Int], seed: Node<I>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    stateless(
      StatelessTruncatedNormal(dtype: S.dtype), shape, seed.output, name,
      SourceLocation(fileID, line))
  }

  private func stateless<S: FloatingScalar>(
    _ definition: any OpDefinition, _ shape: [Int], _ seed: Output, _ name: String?,
    _ location: SourceLocation
  ) -> Node<S> {
    let label = "\(name ?? definition.typeName)/shape"
    let vector = indices(shape, name: label, at: location)
    let operation = add(
      definition, inputs: [vector.output, seed], name: name, at: location)
    return Node(output: operation.output(0))
  }
}
