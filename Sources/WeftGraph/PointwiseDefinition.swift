/// An operation computed element by element, with broadcasting: given by one formula.
///
/// Shape rule, evaluation and the kernels of every device follow from ``expression``; a pointwise op
/// is one file. See ``OpDefinition`` for an example.
public protocol PointwiseDefinition: OpDefinition {
  /// The formula over the operands' elements.
  var expression: ScalarExpression { get }
  /// The number of operands.
  var inputCount: Int { get }
}

extension PointwiseDefinition {
  public var inputCount: Int { 1 + expression.highestInput }

  public var aliasing: Aliasing { .elementwise(Array(0..<inputCount)) }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: inputCount)
    let dtype = try expression.dtype(context.inputs.map(\.dtype)) ?? .float32
    var shape = context.inputs.first?.shape ?? .scalar
    for input in context.inputs.dropFirst() { shape = try broadcast(shape, input.shape) }
    return [TensorType(dtype, shape)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let evaluator = ExpressionEvaluator(
      inputs: context.inputs.map { lane($0, broadcastTo: shape) }, count: shape.reduce(1, *))
    let type = context.outputTypes[0].dtype
    return [try tensor(try evaluator.evaluate(expression, as: type), type, shape)]
  }

  private func lane(_ tensor: AnyTensor, broadcastTo shape: [Int]) -> ExpressionEvaluator.Lane {
    let positions = broadcastPositions(of: tensor.shape, to: shape)
    var lane = ExpressionEvaluator.Lane(dtype: tensor.dtype)
    if lane.isReal {
      let values = tensor.doubles
      lane.reals = positions.map { values[$0] }
    } else {
      let values = tensor.integers
      lane.integers = positions.map { Int64(values[$0]) }
    }
    return lane
  }

  private func tensor(_ lane: ExpressionEvaluator.Lane, _ dtype: DType, _ shape: [Int])
    throws(OpFailure) -> AnyTensor
  {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let scalars =
        lane.isReal
        ? lane.reals.map { S(converting: $0) } : lane.integers.map { S(exactly: $0) }
      do { return AnyTensor(try Tensor(shape: shape, scalars: scalars)) } catch {
        throw OpFailure(error.message)
      }
    }
    return try open(dtype.scalarType)
  }
}

extension TensorScalar {
  fileprivate init(exactly value: Int64) {
    if Self.self == Int64.self, let value = value as? Self {
      self = value
    } else {
      self.init(converting: Double(value))
    }
  }
}

extension ScalarExpression {
  /// The highest operand that occurs, -1 if none does.
  public var highestInput: Int {
    switch self {
    case .input(let index): index
    case .constant: -1
    case .unary(_, let a), .test(_, let a), .not(let a), .cast(_, let a): a.highestInput
    case .binary(_, let a, let b), .compare(_, let a, let b):
      max(a.highestInput, b.highestInput)
    case .select(let c, let a, let b):
      max(c.highestInput, a.highestInput, b.highestInput)
    }
  }
}

/// For each element of a broadcast result in row-major order, the position of the operand's element.
public func broadcastPositions(of shape: [Int], to result: [Int]) -> [Int] {
  let strides = broadcastStrides(of: shape, to: result)
  var positions = [0]
  for (axis, extent) in result.enumerated() {
    positions = positions.flatMap { base in (0..<extent).map { base + $0 * strides[axis] } }
  }
  return positions
}
