import WeftGraph

/// An index along the axis given by input 1.
protocol ArgExtremeDefinition: OpDefinition {
  /// `int64` or `int32`.
  var outputType: DType { get }
  /// What every element but NaN is at least as good as.
  func worst<S: NumericScalar>(_: S.Type) -> S
  /// Whether the first element is better than the second.
  func isBetter<S: NumericScalar>(_ a: S, than b: S) -> Bool
}

extension ArgExtremeDefinition {
  public var attributes: [Attribute] { [Attribute("output_type", .type(outputType))] }
  public var inputNames: [String] { ["tensor", "axis"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64, .uint8])
    try context.require(1, dtypes: [.int32, .int64])
    guard var dimensions = context.inputs[0].shape.dimensions else {
      return [TensorType(outputType, .unknown)]
    }
    guard let axis = context.integers(1)?.first else {
      return [TensorType(outputType, .unknown(rank: Swift.max(dimensions.count - 1, 0)))]
    }
    let resolved = try resolveAxis(axis, rank: dimensions.count)
    if dimensions[resolved] == 0 {
      throw OpFailure(
        "axis \(axis) of \(context.inputs[0].shape) has no element", code: .invalidShape)
    }
    dimensions.remove(at: resolved)
    return [TensorType(outputType, TensorShape(dimensions))]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let axis = try resolveAxis(context.inputs[1].integers.first ?? 0, rank: input.shape.count)
    guard input.shape[axis] > 0 else {
      throw OpFailure("axis \(axis) of \(input.shape) has no element", code: .invalidShape)
    }
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let values = try context.input(0, as: S.self).scalars
      let indices = axisLines(input.shape, axis).map { line in
        // NaN is never better, so it is passed over, as TensorFlow does.
        var (best, value) = (0, worst(S.self))
        for (index, position) in line.enumerated() where isBetter(values[position], than: value) {
          (best, value) = (index, values[position])
        }
        return best
      }
      return try context.reals(indices.map { Double($0) })
    }
    guard let type = input.dtype.numericType else {
      throw OpFailure("not defined for \(input.dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// TensorFlow's `ArgMax`.
public struct ArgMax: ArgExtremeDefinition {
  public static let typeName = "ArgMax"
  public let outputType: DType
  public init(outputType: DType = .int64) { self.outputType = outputType }
  func worst<S: NumericScalar>(_: S.Type) -> S { S.lowest }
  func isBetter<S: NumericScalar>(_ a: S, than b: S) -> Bool { a > b }
}

/// TensorFlow's `ArgMin`.
public struct ArgMin: ArgExtremeDefinition {
  public static let typeName = "ArgMin"
  public let outputType: DType
  public init(outputType: DType = .int64) { self.outputType = outputType }
  func worst<S: NumericScalar>(_: S.Type) -> S { S.highest }
  func isBetter<S: NumericScalar>(_ a: S, than b: S) -> Bool { a < b }
}

/// The index of the largest element along an axis: of the first, where several are largest. NaN counts as smallest.
///
/// ```swift
/// let predicted = argMax(scores, axis: -1)
/// ```
/// Errors: an axis without elements. It has no gradient.
public func argMax<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axis: Int = 0, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Int64> {
  axisOperation(ArgMax(), x.node, axis, "dimension", name, SourceLocation(fileID, line))
}

/// The index of the smallest element along an axis: of the first, where several are smallest.
///
/// Errors: an axis without elements. It has no gradient.
public func argMin<S: NumericScalar>(
  _ x: some NodeConvertible<S>, axis: Int = 0, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<Int64> {
  axisOperation(ArgMin(), x.node, axis, "dimension", name, SourceLocation(fileID, line))
}
