import WeftGraph

/// TensorFlow's `RandomUniformInt`: whole numbers in [minval, maxval).
public struct RandomUniformInt: RandomDefinition {
  public static let typeName = "RandomUniformInt"
  public let seed: Int64
  public let seed2: Int64
  public init(seed: Int64, seed2: Int64) {
    self.seed = seed
    self.seed2 = seed2
  }
  public var attributes: [Attribute] { seedAttributes }
  public var inputNames: [String] { ["shape", "minval", "maxval"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([1, 2])
    try context.require(1, dtypes: [.int32, .int64])
    try context.require(1, rank: 0)
    try context.require(2, rank: 0)
    if let low = context.integer(1), let high = context.integer(2) { try check(low, high) }
    return [TensorType(context.inputs[1].dtype, try context.requestedShape(0))]
  }
  private func check(_ low: Int, _ high: Int) throws(OpFailure) {
    guard low < high else {
      throw OpFailure("the range is empty: min \(low), max \(high)")
    }
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.requestedShape(0)
    let low = try context.inputs[1].singleInteger("min")
    let high = try context.inputs[2].singleInteger("max")
    try check(low, high)
    let generator = context.generator(forElements: try checkedCount(shape))
    if context.inputs[1].dtype == .int64 {
      var result = try RandomFill.zeros(Int64.self, shape)
      result.withUnsafeMutableScalars {
        generator.fillUniform($0, low: Int64(low), high: Int64(high))
      }
      return [AnyTensor(result)]
    }
    var result = try RandomFill.zeros(Int32.self, shape)
    result.withUnsafeMutableScalars {
      generator.fillUniform($0, low: Int32(clamping: low), high: Int32(clamping: high))
    }
    return [AnyTensor(result)]
  }
}

extension Graph {
  /// Whole numbers drawn evenly from [min, max).
  ///
  /// ```swift
  /// let dice: Node<Int32> = graph.randomUniformInt([5], min: 1, max: 7, seed: 3)
  /// ```
  /// Errors: an empty range.
  public func randomUniformInt<S: IndexScalar>(
    _ shape: [Int], min: S, max: S, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let vector = indices(shape, name: "\(name ?? "random_uniform")/shape", at: location)
    return randomUniformInt(vector.output, min, max, seed, name, location)
  }

  /// Whole numbers drawn evenly from [min, max), of a shape computed in the graph.
  public func randomUniformInt<S: IndexScalar, I: IndexScalar>(
    shape: some NodeConvertible<I>, min: S, max: S, seed: Int? = nil, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    randomUniformInt(
      shape.node.output, min, max, seed, name, SourceLocation(fileID, line))
  }

  private func randomUniformInt<S: IndexScalar>(
    _ shape: Output, _ min: S, _ max: S, _ seed: Int?, _ name: String?, _ location: SourceLocation
  ) -> Node<S> {
    let name = name ?? "random_uniform"
    let low = constant(Tensor(min), name: "\(name)/min", at: location)
    let high = constant(Tensor(max), name: "\(name)/max", at: location)
    let inputs = [shape, low.output, high.output]
    let draw = add(inputs: inputs, name: name, at: location) { planned in
      let pair = self.seedPair(seed, for: planned)
      return RandomUniformInt(seed: pair.seed, seed2: pair.seed2)
    }
    return Node(output: draw.output(0))
  }
}
