import WeftGraph

/// Products of matrices in the last two axes, each perhaps transposed first.
protocol BatchProduct: OpDefinition {
  var adjointX: Bool { get }
  var adjointY: Bool { get }
}

/// TensorFlow's `BatchMatMulV2`: the axes before the last two broadcast.
public struct BatchMatMulV2: BatchProduct {
  public static let typeName = "BatchMatMulV2"
  public static let displayName = "matmul"
  public let adjointX: Bool
  public let adjointY: Bool
  public init(adjointX: Bool = false, adjointY: Bool = false) {
    self.adjointX = adjointX
    self.adjointY = adjointY
  }
}

/// TensorFlow's `BatchMatMul`: the older form.
public struct BatchMatMul: BatchProduct {
  public static let typeName = "BatchMatMul"
  public static let displayName = "matmul"
  public let adjointX: Bool
  public let adjointY: Bool
  public init(adjointX: Bool = false, adjointY: Bool = false) {
    self.adjointX = adjointX
    self.adjointY = adjointY
  }
}

extension BatchProduct {
  public var attributes: [Attribute] {
    [Attribute("adj_x", .bool(adjointX)), Attribute("adj_y", .bool(adjointY))]
  }
  public var inputNames: [String] { ["left", "right"] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 2)
    try context.requireSameType()
    try context.require(0, dtypes: [.float32, .float64, .int32, .int64])
    let dtype = context.inputs[0].dtype
    let (x, y) = (context.inputs[0].shape, context.inputs[1].shape)
    for shape in [x, y] {
      if let rank = shape.rank, rank < 2 {
        throw OpFailure("takes matrices, not the shape \(shape)", code: .invalidShape)
      }
    }
    let inner = (adjointX ? x[-2] : x[-1], adjointY ? y[-1] : y[-2])
    if let a = inner.0, let b = inner.1, a != b {
      throw OpFailure(
        "inner dimensions differ: \(x)\(adjointX ? " transposed" : "")"
          + " x \(y)\(adjointY ? " transposed" : "")", code: .invalidShape)
    }
    guard let a = x.dimensions, let b = y.dimensions else { return [TensorType(dtype, .unknown)] }
    let batch = try broadcast(TensorShape(Array(a.dropLast(2))), TensorShape(Array(b.dropLast(2))))
    return [
      TensorType(dtype, batch.appending([adjointX ? x[-1] : x[-2], adjointY ? y[-2] : y[-1]]))
    ]
  }

  public func gradients<S: FloatingScalar>(_ context: GradientContext<S>) -> [(any AnyNode)?]? {
    let g = context.gradient(0)
    let (x, y) = (context.input(0), context.input(1))
    func product(_ a: Node<S>, _ b: Node<S>, _ ta: Bool, _ tb: Bool) -> Node<S> {
      apply(BatchMatMulV2(adjointX: ta, adjointY: tb), [a, b])
    }
    let rows: (Node<S>, Node<S>) =
      switch (adjointX, adjointY) {
      case (false, false): (product(g, y, false, true), product(x, g, true, false))
      case (false, true): (product(g, y, false, false), product(g, x, true, false))
      case (true, false): (product(y, g, false, true), product(x, g, false, false))
      case (true, true): (product(y, g, true, true), product(g, x, true, true))
      }
    return sumBatches(rows.0, rows.1, x, y)
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = try context.outputShape()
    let batch = Array(shape.dropLast(2))
    let (rows, columns) = (shape[shape.count - 2], shape[shape.count - 1])
    let (a, b) = (context.inputs[0], context.inputs[1])
    let inner = adjointX ? a.shape[a.shape.count - 2] : a.shape[a.shape.count - 1]
    let left = broadcastPositions(of: Array(a.shape.dropLast(2)), to: batch)
    let right = broadcastPositions(of: Array(b.shape.dropLast(2)), to: batch)
    func open<S: NumericScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      let x = try context.input(0, as: S.self).scalars
      let y = try context.input(1, as: S.self).scalars
      var result: [S] = []
      for (p, q) in zip(left, right) {
        let (start, begin) = (p * rows * inner, q * inner * columns)
        for row in 0..<rows {
          for column in 0..<columns {
            result.append(
              dotProduct(inner) { k in
                let i = adjointX ? k * rows + row : row * inner + k
                let j = adjointY ? column * inner + k : k * columns + column
                return (x[start + i], y[begin + j])
              })
          }
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

/// Σ of products: real numbers in `Double`, integers wrapping.
private func dotProduct<S: NumericScalar>(_ count: Int, _ pair: (Int) -> (S, S)) -> S {
  var real = 0.0
  var whole = S.zeroValue
  for k in 0..<count {
    let (p, q) = pair(k)
    if S.dtype.isFloating {
      real += p.asDouble * q.asDouble
    } else {
      whole = .wrappingAdd(whole, .wrappingMultiply(p, q))
    }
  }
  return S.dtype.isFloating ? S(converting: real) : whole
}

/// Gradients of the operands of a batch product, summed over the batches that stretched.
private func sumBatches<S: FloatingScalar>(
  _ left: Node<S>, _ right: Node<S>, _ x: Node<S>, _ y: Node<S>
) -> [(any AnyNode)?] {
  let batches = [x, y].map { $0.shape.dimensions.map { TensorShape(Array($0.dropLast(2))) } }
  if let a = batches[0]?.complete, a == batches[1]?.complete { return [left, right] }
  if x.shape.rank == y.shape.rank, x.shape.rank == 2 { return [left, right] }
  let shapes = [x, y].map { shapePart($0, .leading(dropping: 2)) }
  let arguments = applyOperation(BroadcastGradientArgs(), shapes)
  return zip([left, right], [x, y]).enumerated().map { index, pair in
    let axes = Node<Int32>(output: arguments.output(index))
    let total: Node<S> = apply(Sum(keepDims: false), [pair.0, axes])
    return apply(Reshape(), [total, shapeNode(pair.1.output)]) as Node<S>
  }
}
