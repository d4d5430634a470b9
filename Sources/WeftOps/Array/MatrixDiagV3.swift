import WeftGraph

/// TensorFlow's `MatrixDiagV3`: matrices from their diagonals, another value elsewhere.
public struct MatrixDiagV3: OpDefinition {
  public static let typeName = "MatrixDiagV3"
  /// Where short diagonals lie in their rows.
  public let alignment: DiagonalAlignment
  public init(alignment: DiagonalAlignment = .rightLeft) { self.alignment = alignment }
  public var attributes: [Attribute] { [Attribute("align", .string(alignment.rawValue))] }
  public var inputNames: [String] { ["diagonal", "k", "num_rows", "num_cols", "padding_value"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 5)
    try context.requireSameType([0, 4])
    for index in 1...3 { try context.require(index, dtypes: [.int32]) }
    let input = context.inputs[0]
    guard let dimensions = input.shape.dimensions, let k = context.integers(1) else {
      return [TensorType(input.dtype, .unknown)]
    }
    let range = try diagonalRange(k)
    let own = range.lower == range.upper ? 1 : 2
    guard dimensions.count >= own else {
      throw OpFailure("takes diagonals, not the shape \(input.shape)", code: .invalidShape)
    }
    if own == 2, let count = dimensions[dimensions.count - 2],
      count != range.upper - range.lower + 1
    {
      throw OpFailure(
        "\(count) rows for the diagonals \(range.lower) to \(range.upper): \(input.shape)",
        code: .invalidShape)
    }
    var (rows, columns): (Int?, Int?)
    if let length = dimensions.last.flatMap({ $0 }), let r = context.integer(2),
      let c = context.integer(3)
    {
      (rows, columns) = try sidesOfDiagonals(length: length, k, rows: r, columns: c)
    }
    return [TensorType(input.dtype, TensorShape(dimensions.dropLast(own) + [rows, columns]))]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let part: Node<S> = diagonals(of: g, context.operation.inputs[1], alignment)
    return [part, nil, nil, nil, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: context.inputs[1].integers, alignment)
    return [try context.arranged(band.placesOfElements, padding: 4)]
  }
}

/// TensorFlow's `MatrixDiagPartV3`: diagonals of matrices as rows, filled up with another value.
public struct MatrixDiagPartV3: OpDefinition {
  public static let typeName = "MatrixDiagPartV3"
  /// Where short diagonals lie in their rows.
  public let alignment: DiagonalAlignment
  public init(alignment: DiagonalAlignment = .rightLeft) { self.alignment = alignment }
  public var attributes: [Attribute] { [Attribute("align", .string(alignment.rawValue))] }
  public var inputNames: [String] { ["input", "k", "padding_value"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 2])
    try context.require(1, dtypes: [.int32])
    let input = context.inputs[0]
    guard let shape = try diagonalShape(context, alignment) else {
      return [TensorType(input.dtype, .unknown)]
    }
    return [TensorType(input.dtype, shape)]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let zeros: Node<S> = apply(ZerosLike(), [context.input(0)])
    let k = Node<Int32>(output: context.operation.inputs[1])
    let parts: [any AnyNode] = [zeros, context.gradient(0), k]
    return [apply(MatrixSetDiagV3(alignment: alignment), parts) as Node<S>, nil, nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    guard shape.count >= 2 else { throw OpFailure("takes matrices, not the shape \(shape)") }
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: context.inputs[1].integers, alignment)
    return [try context.arranged(band.elementsOfPlaces, padding: 2)]
  }
}

/// TensorFlow's `MatrixSetDiagV3`: matrices with other diagonals.
public struct MatrixSetDiagV3: OpDefinition {
  public static let typeName = "MatrixSetDiagV3"
  /// Where short diagonals lie in their rows.
  public let alignment: DiagonalAlignment
  public init(alignment: DiagonalAlignment = .rightLeft) { self.alignment = alignment }
  public var attributes: [Attribute] { [Attribute("align", .string(alignment.rawValue))] }
  public var inputNames: [String] { ["input", "diagonal", "k"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 3)
    try context.requireSameType([0, 1])
    try context.require(2, dtypes: [.int32])
    let part = InferenceContext(
      inputs: [context.inputs[0], context.inputs[2]], constants: [nil, context.constant(2)])
    if let wanted = try diagonalShape(part, alignment),
      !wanted.isCompatible(with: context.inputs[1].shape)
    {
      throw OpFailure(
        "diagonals of shape \(context.inputs[1].shape) where \(wanted) is needed",
        code: .invalidShape)
    }
    return [context.inputs[0]]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let zeros: Node<S> = apply(ZerosLike(), [context.input(1)])
    let k = context.operation.inputs[2]
    let parts: [any AnyNode] = [g, zeros, Node<Int32>(output: k)]
    let kept: Node<S> = apply(MatrixSetDiagV3(alignment: alignment), parts)
    return [kept, diagonals(of: g, k, alignment), nil]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let band = try DiagonalBand(
      rows: shape[shape.count - 2], columns: shape[shape.count - 1],
      diagonals: context.inputs[2].integers, alignment)
    let places = band.placesOfElements
    let width = band.count * band.length
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      var scalars = try context.input(0, as: S.self).scalars
      let diagonal = try context.input(1, as: S.self).scalars
      for index in scalars.indices where places[index % places.count] >= 0 {
        scalars[index] = diagonal[index / places.count * width + places[index % places.count]]
      }
      return try context.output(scalars)
    }
    return [try open(context.outputTypes[0].dtype.scalarType)]
  }
}

/// The shape of the diagonals that operand 1 names, of the matrices in operand 0.
private func diagonalShape(_ context: InferenceContext, _ alignment: DiagonalAlignment)
  throws(OpFailure) -> TensorShape?
{
  let input = context.inputs[0].shape
  guard let dimensions = input.dimensions, let k = context.integers(1) else { return nil }
  guard dimensions.count >= 2 else {
    throw OpFailure("takes matrices, not the shape \(input)", code: .invalidShape)
  }
  let (lower, upper) = try diagonalRange(k)
  var length: Int?
  if let rows = input[-2], let columns = input[-1] {
    length = try DiagonalBand(rows: rows, columns: columns, diagonals: k, alignment).length
  }
  let own = lower == upper ? [length] : [upper - lower + 1, length]
  return TensorShape(dimensions.dropLast(2) + own)
}

private func diagonals<S: FloatingScalar>(
  of matrices: Node<S>, _ k: Output, _ alignment: DiagonalAlignment
) -> Node<S> {
  let zero = matrices.graph.constant(Tensor(S.zeroValue), name: "zero")
  let parts: [any AnyNode] = [matrices, Node<Int32>(output: k), zero]
  return apply(MatrixDiagPartV3(alignment: alignment), parts)
}

extension EvaluationContext {
  /// Operand 0 matrix by matrix in another order; -1 takes the value of another operand.
  fileprivate func arranged(_ order: [Int], padding: Int) throws(OpFailure) -> AnyTensor {
    func open<S: TensorScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let scalars = try input(0, as: S.self).scalars
      guard let value = try input(padding, as: S.self).scalars.first else {
        throw OpFailure("the padding value is missing", code: .invalidShape)
      }
      let count = try outputShape().reduce(1, *) / Swift.max(order.count, 1)
      let width = count > 0 ? scalars.count / count : 0
      var result: [S] = []
      for matrix in 0..<count {
        result += order.map { $0 < 0 ? value : scalars[matrix * width + $0] }
      }
      return try output(result)
    }
    return try open(outputTypes[0].dtype.scalarType)
  }
}
