import WeftGraph

/// TensorFlow's `Div`: for integers the quotient towards zero.
public struct Div: PointwiseDefinition {
  public static let typeName = "Div"
  public init() {}
  public var expression: ScalarExpression { .input(0) / .input(1) }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let (x, y) = (context.input(0), context.input(1))
    return sumToShapes(g / y, g * (-x / y / y), of: context)
  }
}

/// TensorFlow's `FloorDiv`.
public struct FloorDiv: PointwiseDefinition {
  public static let typeName = "FloorDiv"
  public init() {}
  public var expression: ScalarExpression { .binary(.floorDivide, .input(0), .input(1)) }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `TruncateDiv`: the integer quotient towards zero.
public struct TruncateDiv: PointwiseDefinition {
  public static let typeName = "TruncateDiv"
  public init() {}
  public var expression: ScalarExpression { .input(0) / .input(1) }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(0, dtypes: [.int32, .int64, .uint8])
    try context.requireSameType()
    return [
      TensorType(
        context.inputs[0].dtype, try broadcast(context.inputs[0].shape, context.inputs[1].shape))
    ]
  }
  public var inputNames: [String] { ["left", "right"] }
}

/// TensorFlow's `DivNoNan`.
public struct DivNoNan: PointwiseDefinition {
  public static let typeName = "DivNoNan"
  public init() {}
  public var expression: ScalarExpression {
    .select(.compare(.equal, .input(1), 0), 0, .input(0) / .input(1))
  }
  public var inputNames: [String] { ["left", "right"] }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let (x, y) = (context.input(0), context.input(1))
    return sumToShapes(
      divideNoNaN(g, y), g * divideNoNaN(divideNoNaN(-x, y), y), of: context)
  }
}

/// The quotient as Python 2 has it: the real quotient of real numbers, the floor of that of integers.
///
/// Errors: an integer divided by zero fails when it runs. Gradients (real numbers): 1 / y and
/// -x / y².
public func div<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let definition: any OpDefinition = S.dtype.isFloating ? RealDiv() : FloorDiv()
  return apply(definition, [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The quotient rounded down: -7 by 2 gives -4. It has no gradient.
///
/// Errors: an integer divided by zero fails when it runs.
public func floorDiv<S: NumericScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(FloorDiv(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The integer quotient rounded towards zero: -7 by 2 gives -3.
///
/// Errors: division by zero fails when it runs.
public func truncateDiv<S: IndexScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(TruncateDiv(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}

/// The quotient, but 0 where the divisor is 0.
///
/// Gradients: 1 / y and -x / y², 0 where y is 0.
public func divideNoNaN<S: FloatingScalar>(
  _ x: some NodeConvertible<S>, _ y: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(DivNoNan(), [x.node, y.node], name: name, at: SourceLocation(fileID, line))
}
