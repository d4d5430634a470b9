import WeftGraph

/// What a reduction does with the elements that meet.
public enum ReductionFunction: String, Hashable, Sendable, CaseIterable {
  case sum, mean, prod, max, min, any, all
}

/// A reduction over axes given by input 1, as TensorFlow has them: shape rule and evaluation follow
/// from the function, the kernels of every device too.
public protocol ReductionDefinition: OpDefinition {
  /// What is done with the elements that meet.
  var function: ReductionFunction { get }
  /// Whether reduced axes stay, with size 1.
  var keepDims: Bool { get }
}

extension ReductionDefinition {
  public var attributes: [Attribute] { [Attribute("keep_dims", .bool(keepDims))] }
  public var inputNames: [String] { ["tensor", "axes"] }

  public func floatingPointOperations(inputs: [[Int]], outputs: [[Int]]) -> Double {
    inputs.first.map(elementCount) ?? 0
  }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, dtypes: [.int32, .int64])
    let input = context.inputs[0]
    try context.require(0, dtypes: function.dtypes)
    guard let rank = input.shape.rank, let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    guard let axes = context.integers(1) else {
      return [TensorType(input.dtype, keepDims ? .unknown(rank: rank) : .unknown)]
    }
    let reduced = try reducedAxes(axes, rank: rank)
    return [function.outputType(input.dtype, dimensions, reduced, keepDims: keepDims)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let reduced = try reducedAxes(context.inputs[1].integers, rank: input.shape.count)
    return [try function.evaluate(input, over: reduced, context)]
  }
}

/// The axes as a set, counted from 0; none given twice.
public func reducedAxes(_ axes: [Int], rank: Int) throws(OpFailure) -> Set<Int> {
  var result: Set<Int> = []
  for axis in axes {
    let resolved = try resolveAxis(axis, rank: rank)
    guard result.insert(resolved).inserted else {
      throw OpFailure("axis \(axis) is given twice", code: .invalidShape)
    }
  }
  return result
}

extension ReductionFunction {
  /// The type of the result over some axes of known dimensions.
  func outputType(
    _ dtype: DType, _ dimensions: [Int?], _ reduced: Set<Int>, keepDims: Bool
  ) -> TensorType {
    var shape: [Int?] = []
    for (axis, dimension) in dimensions.enumerated() {
      if !reduced.contains(axis) {
        shape.append(dimension)
      } else if keepDims {
        shape.append(1)
      }
    }
    return TensorType(dtype, TensorShape(shape))
  }

  /// The elements that meet, gathered in groups and reduced, as the context's only output.
  func evaluate(_ input: AnyTensor, over reduced: Set<Int>, _ context: EvaluationContext)
    throws(OpFailure) -> AnyTensor
  {
    let kept = input.shape.indices.map { reduced.contains($0) ? 1 : input.shape[$0] }
    let positions = broadcastPositions(of: kept, to: input.shape)
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let scalars = input.typed(S.self)?.scalars ?? []
      var groups = [[S]](repeating: [], count: kept.reduce(1, *))
      for (index, position) in positions.enumerated() { groups[position].append(scalars[index]) }
      return try context.output(groups.map { reduce($0) })
    }
    return try open(input.dtype.scalarType)
  }

  /// The element types that have it.
  public var dtypes: [DType] {
    switch self {
    case .any, .all: [.bool]
    case .max, .min: [.float32, .float64, .int32, .int64, .uint8]
    default: [.float32, .float64, .int32, .int64]
    }
  }

  /// The elements of one group reduced: real numbers in `Double`, integers wrapping in 64 bits.
  func reduce<S: TensorScalar>(_ values: [S]) -> S {
    if self == .any { return S(converting: values.contains { $0.asDouble != 0 } ? 1 : 0) }
    if self == .all { return S(converting: values.allSatisfy { $0.asDouble != 0 } ? 1 : 0) }
    if let type = S.self as? any FloatingScalar.Type { return reals(values, type) }
    if let type = S.self as? any NumericScalar.Type { return integers(values, type) }
    return S.zeroValue
  }

  private func reals<S: TensorScalar>(_ values: [S], _: any FloatingScalar.Type) -> S {
    let numbers = values.map(\.asDouble)
    let result: Double =
      switch self {
      case .sum: numbers.reduce(0, +)
      case .mean: numbers.reduce(0, +) / Double(numbers.count)
      case .prod: numbers.reduce(1, *)
      case .max: numbers.contains(where: \.isNaN) ? .nan : numbers.max() ?? -.infinity
      case .min: numbers.contains(where: \.isNaN) ? .nan : numbers.min() ?? .infinity
      case .any, .all: 0
      }
    return S(converting: result)
  }

  private func integers<S: TensorScalar, T: NumericScalar>(_ values: [S], _: T.Type) -> S {
    let numbers = values.compactMap { $0 as? T }
    let result: T? =
      switch self {
      case .sum: numbers.reduce(T.zeroValue, T.wrappingAdd)
      case .prod: numbers.reduce(1, T.wrappingMultiply)
      case .max: numbers.max() ?? T.lowest
      case .min: numbers.min() ?? T.highest
      case .mean:
        T(
          converting: numbers.isEmpty
            ? 0 : (numbers.reduce(T.zeroValue, T.wrappingAdd).asDouble / Double(numbers.count)))
      case .any, .all: nil
      }
    return result as? S ?? S.zeroValue
  }
}

/// Adds a reduction with its axes: all of them by default.
func reduction<S: TensorScalar>(
  _ definition: any ReductionDefinition, _ x: Node<S>, _ axes: [Int]?, _ name: String?,
  _ location: SourceLocation
) -> Node<S> {
  let graph = x.graph
  let label = "\(name ?? definition.typeName)/reduction_indices"
  let axesNode: Node<Int32>
  if let axes {
    axesNode = graph.constant(
      Tensor(axes.map { Int32(clamping: $0) }), name: label, at: location)
  } else if let rank = x.shape.rank {
    axesNode = graph.constant(Tensor((0..<Int32(rank)).map { $0 }), name: "Const", at: location)
  } else {
    axesNode = allAxes(x, at: location)
  }
  return apply(definition, [x, axesNode], name: name, at: location)
}
