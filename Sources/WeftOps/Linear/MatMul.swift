import WeftGraph

/// TensorFlow's `MatMul`: the product of two matrices, each perhaps transposed first.
public struct MatMul: OpDefinition {
  public static let typeName = "MatMul"
  public static let displayName = "matmul"
  public let transposeA: Bool
  public let transposeB: Bool
  public init(transposeA: Bool = false, transposeB: Bool = false) {
    self.transposeA = transposeA
    self.transposeB = transposeB
  }
  public var attributes: [Attribute] {
    [Attribute("transpose_a", .bool(transposeA)), Attribute("transpose_b", .bool(transposeB))]
  }
  public var inputNames: [String] { ["left", "right"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    let (a, b) = (context.inputs[0].shape, context.inputs[1].shape)
    for shape in [a, b] where shape.rank != nil && shape.rank != 2 {
      throw OpFailure("takes matrices, not the shape \(shape)", code: .invalidShape)
    }
    let inner = (transposeA ? a[0] : a[1], transposeB ? b[1] : b[0])
    if let x = inner.0, let y = inner.1, x != y {
      let (left, right) = (a.description, b.description)
      throw OpFailure(
        "inner dimensions differ: \(left)\(transposeA ? " transposed" : "")"
          + " x \(right)\(transposeB ? " transposed" : "")", code: .invalidShape)
    }
    return [
      TensorType(
        context.inputs[0].dtype, [transposeA ? a[1] : a[0], transposeB ? b[0] : b[1]])
    ]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let (a, b) = (context.input(0), context.input(1))
    func product(_ x: Node<S>, _ y: Node<S>, _ tx: Bool, _ ty: Bool) -> Node<S> {
      apply(MatMul(transposeA: tx, transposeB: ty), [x, y])
    }
    return switch (transposeA, transposeB) {
    case (false, false): [product(g, b, false, true), product(a, g, true, false)]
    case (false, true): [product(g, b, false, false), product(g, a, true, false)]
    case (true, false): [product(b, g, false, true), product(a, g, false, false)]
    case (true, true): [product(b, g, true, true), product(g, a, true, true)]
    }
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let a = context.inputs[0]
    let inner = transposeA ? a.shape[0] : a.shape[1]
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let x = try context.input(0, as: S.self).scalars
      let y = try context.input(1, as: S.self).scalars
      var result: [S] = []
      for row in 0..<shape[0] {
        for column in 0..<shape[1] {
          var real = 0.0
          var whole = S.zeroValue
          for k in 0..<inner {
            let p = x[transposeA ? k * shape[0] + row : row * inner + k]
            let q = y[transposeB ? column * inner + k : k * shape[1] + column]
            if S.dtype.isFloating {
              real += p.asDouble * q.asDouble
            } else {
              whole = .wrappingAdd(whole, .wrappingMultiply(p, q))
            }
          }
          result.append(S.dtype.isFloating ? S(converting: real) : whole)
        }
      }
      return try context.output(result)
    }
    guard let type = a.dtype.numericType else {
      throw OpFailure("not defined for \(a.dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// The product of two matrices, or of the matrices in the last two axes of larger tensors.
///
/// Formula: c[i, j] = Σₖ a[i, k] b[k, j], where `transposeA` and `transposeB` read an operand as its
/// transpose. Shapes: [m, k] x [k, n] gives [m, n]; with more axes [..., m, k] x [..., k, n] gives
/// [..., m, n], where the leading axes broadcast.
///
/// ```swift
/// let hidden = relu(matmul(x, w) + b)
/// ```
/// Errors: inner dimensions that differ, operands of rank 0 or 1. Gradients: g bᵀ and aᵀ g.
public func matmul<S: NumericScalar>(
  _ a: some NodeConvertible<S>, _ b: some NodeConvertible<S>, transposeA: Bool = false,
  transposeB: Bool = false, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let (a, b) = (a.node, b.node)
  let isBatched = Swift.max(a.shape.rank ?? 2, b.shape.rank ?? 2) > 2
  let definition: any OpDefinition =
    isBatched
    ? BatchMatMulV2(adjointX: transposeA, adjointY: transposeB)
    : MatMul(transposeA: transposeA, transposeB: transposeB)
  // Both carry the plain name, as in TensorFlow.
  return apply(definition, [a, b], name: name ?? "MatMul", at: SourceLocation(fileID, line))
}
