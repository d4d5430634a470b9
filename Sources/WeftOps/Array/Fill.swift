import WeftGraph

/// TensorFlow's `Fill`: one value in every element of a shape given as a vector.
public struct Fill: OpDefinition {
  public static let typeName = "Fill"
  public init() {}
  public var inputNames: [String] { ["dims", "value"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.require(1, rank: 0)
    return [TensorType(context.inputs[1].dtype, try context.requestedShape(0))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    return [nil, apply(Sum(keepDims: false), [g, allAxes(g, at: nil)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].integers
    let count = try checkedCount(shape)
    guard context.inputs[1].count == 1 else {
      throw OpFailure("the value must be a single number", code: .invalidShape)
    }
    return [try context.inputs[1].picking(Array(repeating: 0, count: count), shape: shape)]
  }
}

extension Graph {
  /// One value in every element of a shape.
  ///
  /// Errors: a negative dimension. Gradient: for the value, the sum.
  public func fill<S: TensorScalar>(
    _ shape: [Int], with value: Node<S>, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let dims = indices(shape, name: "\(name ?? "Fill")/dims", at: location)
    return apply(Fill(), [dims, value], name: name, at: location)
  }

  /// One value in every element of a shape.
  public func fill<S: TensorScalar>(
    _ shape: [Int], with value: S, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    filled(shape, value, name ?? "Fill", SourceLocation(fileID, line))
  }

  /// One value in every element of a shape computed in the graph.
  public func fill<S: TensorScalar, I: IndexScalar>(
    shape: some NodeConvertible<I>, with value: S, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let number = constant(Tensor(value), name: "\(name ?? "Fill")/value", at: location)
    return apply(Fill(), [shape.node, number], name: name, at: location)
  }

  /// Zeros (false for `Bool`).
  ///
  /// ```swift
  /// let state: Node<Float> = graph.zeros([128, 256])
  /// ```
  public func zeros<S: TensorScalar>(
    _ shape: [Int], as _: S.Type = S.self, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    repeated(shape, S.zeroValue, name ?? "zeros", at: SourceLocation(fileID, line))
  }

  /// Ones (true for `Bool`).
  public func ones<S: TensorScalar>(
    _ shape: [Int], as _: S.Type = S.self, name: String? = nil, fileID: String = #fileID,
    line: Int = #line
  ) -> Node<S> {
    repeated(shape, S(converting: 1), name ?? "ones", at: SourceLocation(fileID, line))
  }

  /// A constant below 1,000 elements, else a fill, as TensorFlow 1 does.
  func repeated<S: TensorScalar>(
    _ shape: [Int], _ value: S, _ name: String, at location: SourceLocation?
  ) -> Node<S> {
    if let count = checkedProduct(shape), count < 1000,
      let tensor = try? Tensor(repeating: value, shape: shape)
    {
      return constant(tensor, name: name, at: location)
    }
    return filled(shape, value, name, location)
  }

  private func filled<S: TensorScalar>(
    _ shape: [Int], _ value: S, _ name: String, _ location: SourceLocation?
  ) -> Node<S> {
    let dims = indices(shape, name: "\(name)/shape_as_tensor", at: location)
    let number = constant(Tensor(value), name: "\(name)/Const", at: location)
    return apply(Fill(), [dims, number], name: name, at: location)
  }
}
