import WeftGraph

/// The orthonormal factor Q of a matrix A = Q R with at least as many rows as columns, its columns'
/// signs chosen so that the diagonal of R is positive: what an orthogonal initialiser needs.
public struct Orthonormalize: OpDefinition {
  public static let typeName = "WeftOrthonormalize"
  public static let displayName = "orthonormalize"
  /// Whether the result is the transpose of Q.
  public let transposed: Bool
  public init(transposed: Bool = false) { self.transposed = transposed }
  public var attributes: [Attribute] { [Attribute("transposed", .bool(transposed))] }

  public func outputTypes(_ context: InferenceContext) throws(OpFailure) -> [TensorType] {
    try context.require(count: 1)
    try context.require(0, dtypes: [.float32, .float64])
    try context.require(0, rank: 2)
    let shape = context.inputs[0].shape
    if let rows = shape[0], let columns = shape[1], rows < columns {
      throw OpFailure("takes at least as many rows as columns, not \(shape)", code: .invalidShape)
    }
    let result: TensorShape = transposed ? [shape[1], shape[0]] : [shape[0], shape[1]]
    return [TensorType(context.inputs[0].dtype, result)]
  }

  public func evaluate(_ context: EvaluationContext) throws(OpFailure) -> [AnyTensor] {
    let shape = context.inputs[0].shape
    let (rows, columns) = (shape[0], shape[1])
    var q = orthonormalColumns(context.inputs[0].doubles, rows: rows, columns: columns)
    if transposed {
      let upright = q
      q = (0..<q.count).map { upright[$0 % rows * columns + $0 / rows] }
    }
    func open<S: FloatingScalar>(_: S.Type) throws(OpFailure) -> AnyTensor {
      try context.output(q.map { S(converting: $0) })
    }
    guard let type = context.inputs[0].dtype.floatingType else {
      throw OpFailure("not defined for \(context.inputs[0].dtype)", code: .invalidType)
    }
    return [try open(type)]
  }
}

/// Modified Gram-Schmidt with a second pass (Giraud, Langou, Rozložník, 2005: twice is enough).
private func orthonormalColumns(_ a: [Double], rows: Int, columns: Int) -> [Double] {
  var q = a
  for column in 0..<columns {
    for _ in 0..<2 {
      for earlier in 0..<column {
        var dot = 0.0
        for row in 0..<rows { dot += q[row * columns + earlier] * q[row * columns + column] }
        for row in 0..<rows { q[row * columns + column] -= dot * q[row * columns + earlier] }
      }
    }
    var square = 0.0
    for row in 0..<rows { square += q[row * columns + column] * q[row * columns + column] }
    let norm = square.squareRoot()
    for row in 0..<rows { q[row * columns + column] /= norm > 0 ? norm : 1 }
  }
  return q
}

extension Initializer where Scalar: FloatingScalar {
  /// A matrix with orthonormal rows or columns, whichever are fewer, times a gain; more than two
  /// dimensions count as a matrix with the last as columns.
  ///
  /// Source: Saxe, McClelland, Ganguli (2013); TensorFlow 1.15's `orthogonal_initializer`.
  public static func orthogonal(_ shape: [Int]? = nil, gain: Scalar = 1, seed: Int? = nil)
    -> Initializer
  {
    Initializer(shape: shape) { place in
      let columns = place.shape.last ?? 1
      let rows = place.shape.dropLast().reduce(1, *)
      let (graph, location) = (place.graph, place.location)
      let random: Node<Scalar> = graph.randomNormal(
        [Swift.max(rows, columns), Swift.min(rows, columns)], mean: 0, stddev: 1, seed: seed,
        name: place.name, at: location)
      let q: Node<Scalar> = apply(
        Orthonormalize(transposed: rows < columns), [random], at: location)
      let scaled = q * gain
      return reshape(scaled, place.shape)
    }
  }
}
