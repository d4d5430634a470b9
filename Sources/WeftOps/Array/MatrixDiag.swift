import WeftGraph

/// TensorFlow's `MatrixDiag`: vectors of the last axis as diagonals of square matrices.
public struct MatrixDiag: OpDefinition {
  public static let typeName = "MatrixDiag"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    guard let last = dimensions.last else {
      throw OpFailure("needs an axis, not a scalar", code: .invalidShape)
    }
    return [TensorType(input.dtype, TensorShape(dimensions + [last]))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    [apply(MatrixDiagPart(), [context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    guard let width = input.shape.last else { throw OpFailure("needs an axis, not a scalar") }
    let shape = input.shape + [width]
    let positions = (0..<(try checkedCount(shape))).map { index -> Int in
      let (row, column) = (index / width % width, index % width)
      return row == column ? index / width : -1
    }
    return [try input.picking(positions, shape: shape)]
  }
}

/// TensorFlow's `MatrixDiagPart`: the diagonals of matrices of the last two axes.
public struct MatrixDiagPart: OpDefinition {
  public static let typeName = "MatrixDiagPart"
  public init() {}
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions else {
      return [TensorType(input.dtype, .unknown)]
    }
    guard dimensions.count >= 2 else {
      throw OpFailure("takes matrices, not the shape \(input.shape)", code: .invalidShape)
    }
    var length: Int?
    if let rows = input.shape[-2], let columns = input.shape[-1] { length = min(rows, columns) }
    return [TensorType(input.dtype, TensorShape(Array(dimensions.dropLast(2)) + [length]))]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let zeros: Node<S> = apply(ZerosLike(), [context.input(0)])
    return [apply(MatrixSetDiag(), [zeros, context.gradient(0)]) as Node<S>]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let sides = try matrixSides(input.shape)
    let length = min(sides.rows, sides.columns)
    let positions = (0..<sides.count).flatMap { matrix in
      (0..<length).map { (matrix * sides.rows + $0) * sides.columns + $0 }
    }
    return [try input.picking(positions, shape: Array(input.shape.dropLast(2)) + [length])]
  }
}

/// TensorFlow's `MatrixSetDiag`: matrices with other diagonals.
public struct MatrixSetDiag: OpDefinition {
  public static let typeName = "MatrixSetDiag"
  public init() {}
  public var inputNames: [String] { ["input", "diagonal"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    let part = InferenceContext(inputs: [context.inputs[0]])
    let wanted = try MatrixDiagPart().outputTypes(part)[0].shape
    guard wanted.isCompatible(with: context.inputs[1].shape) else {
      throw OpFailure(
        "a diagonal of shape \(context.inputs[1].shape) where \(wanted) is needed",
        code: .invalidShape)
    }
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let zeros: Node<S> = apply(ZerosLike(), [context.input(1)])
    return [
      apply(MatrixSetDiag(), [g, zeros]) as Node<S>,
      apply(MatrixDiagPart(), [g]) as Node<S>,
    ]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let sides = try matrixSides(context.inputs[0].shape)
    let length = min(sides.rows, sides.columns)
    guard context.inputs[1].count == sides.count * length else {
      throw OpFailure("the diagonal does not fit: \(context.inputs[1].shape)", code: .invalidShape)
    }
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      var scalars = try context.input(0, as: S.self).scalars
      let diagonal = try context.input(1, as: S.self).scalars
      for matrix in 0..<sides.count {
        for place in 0..<length {
          scalars[(matrix * sides.rows + place) * sides.columns + place] =
            diagonal[matrix * length + place]
        }
      }
      return try hostTensor(context.inputs[0].shape, scalars)
    }
    return [try open(context.inputs[0].dtype.scalarType)]
  }
}

/// TensorFlow's `MatrixBandPart`: matrices with zeros outside a band around the diagonal.
public struct MatrixBandPart: OpDefinition {
  public static let typeName = "MatrixBandPart"
  public init() {}
  public var inputNames: [String] { ["input", "num_lower", "num_upper"] }
  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    for index in 1...2 { try context.require(index, dtypes: [.int32, .int64]) }
    if let rank = context.inputs[0].shape.rank, rank < 2 {
      throw OpFailure(
        "takes matrices, not the shape \(context.inputs[0].shape)", code: .invalidShape)
    }
    return [context.inputs[0]]
  }
  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let inputs = context.operation.inputs
    let parts: [any AnyNode] = [
      context.gradient(0), Node<Int64>(output: inputs[1]), Node<Int64>(output: inputs[2]),
    ]
    return [apply(MatrixBandPart(), parts) as Node<S>, nil, nil]
  }
  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let input = context.inputs[0]
    let sides = try matrixSides(input.shape)
    let lower = try context.inputs[1].singleInteger("the number of lower diagonals")
    let upper = try context.inputs[2].singleInteger("the number of upper diagonals")
    let positions = (0..<input.count).map { index -> Int in
      let row = index / sides.columns % sides.rows
      let column = index % sides.columns
      let isInside = (lower < 0 || row - column <= lower) && (upper < 0 || column - row <= upper)
      return isInside ? index : -1
    }
    return [try input.picking(positions, shape: input.shape)]
  }
}

/// The sides of the matrices of the last two axes, and how many there are.
private func matrixSides(
  _ shape: [Int]
) throws(OpFailure) -> (rows: Int, columns: Int, count: Int) {
  guard shape.count >= 2 else {
    throw OpFailure("takes matrices, not the shape \(shape)", code: .invalidShape)
  }
  let count = shape.dropLast(2).reduce(1, *)
  return (shape[shape.count - 2], shape[shape.count - 1], count)
}

/// Vectors of the last axis as diagonals of square matrices. Gradient: the diagonals.
public func matrixDiag<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(MatrixDiag(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// The diagonals of matrices of the last two axes. Gradient: put back on the diagonals.
public func matrixDiagPart<S: TensorScalar>(
  _ x: some NodeConvertible<S>, name: String? = nil, fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(MatrixDiagPart(), [x.node], name: name, at: SourceLocation(fileID, line))
}

/// Matrices of the last two axes with other diagonals.
///
/// Errors: a diagonal of another length. Gradient: to the matrices beside, to the vectors on the
/// diagonals.
public func matrixSetDiag<S: TensorScalar>(
  _ x: some NodeConvertible<S>, diagonal: some NodeConvertible<S>, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  apply(MatrixSetDiag(), [x.node, diagonal.node], name: name, at: SourceLocation(fileID, line))
}

/// Matrices with zeros outside a band; a negative number keeps a whole triangle.
///
/// ```swift
/// matrixBandPart(x, lower: -1, upper: 0)  // the lower triangle
/// ```
/// Gradient: the same band.
public func matrixBandPart<S: TensorScalar>(
  _ x: some NodeConvertible<S>, lower: Int, upper: Int, name: String? = nil,
  fileID: String = #fileID, line: Int = #line
) -> Node<S> {
  let location = SourceLocation(fileID, line)
  let label = name ?? "MatrixBandPart"
  let graph = x.node.graph
  let below = graph.constant(Tensor(Int64(lower)), name: "\(label)/num_lower", at: location)
  let above = graph.constant(Tensor(Int64(upper)), name: "\(label)/num_upper", at: location)
  let inputs: [any AnyNode] = [x.node, below, above]
  return apply(MatrixBandPart(), inputs, name: name, at: location)
}

extension Graph {
  /// Ones on the diagonal, zeros elsewhere.
  public func eye<S: NumericScalar>(
    _ rows: Int, columns: Int? = nil, as _: S.Type = S.self, name: String? = nil,
    fileID: String = #fileID, line: Int = #line
  ) -> Node<S> {
    let location = SourceLocation(fileID, line)
    let name = name ?? "eye"
    let width = columns ?? rows
    let ones: Node<S> = repeated(
      [Swift.min(rows, width)], S(converting: 1), "\(name)/ones", at: location)
    if rows == width { return apply(MatrixDiag(), [ones], name: name, at: location) }
    let zeros: Node<S> = repeated([rows, width], S.zeroValue, "\(name)/zeros", at: location)
    return apply(MatrixSetDiag(), [zeros, ones], name: name, at: location)
  }
}
